"""A new round takes along what still means the same, and everything else as history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from checklist_app.catalog.lineage import Lineage
from checklist_app.domain import standards as content
from checklist_app.domain.errors import Forbidden, NotFound
from checklist_app.domain.lineage import Step
from checklist_app.domain.standards import Feature, Section
from checklist_app.domain.tailoring import Tailoring
from checklist_app.domain.vocabulary import Change, Language, Outcome
from checklist_app.models import (
    Checklist,
    ChecklistItem,
    EvidenceLink,
    ItemOrigin,
    Requirement,
    Standard,
    Verdict,
)
from checklist_app.queries.rounds import preview_round
from checklist_app.services.checklists import start_checklist
from checklist_app.services.evidence import attach_note
from checklist_app.services.lineages import load_lineages
from checklist_app.services.rounds import NextRound, start_round
from checklist_app.services.standards import load_standard
from checklist_app.services.verdicts import record_verdict
from tests.cast import Cast, item, make_checklist
from tests.library import both, requirement, standard

KEY = "owasp-rounds"
NONE: Mapping[str, tuple[Feature, ...]] = {}
STEPS = (
    Step("R-1", "N-1", Change.MOVED),
    Step("R-2", "N-2", Change.REWORDED),
    Step("R-3", "N-3", Change.SPLIT),
    Step("R-3", "N-4", Change.SPLIT),
    Step("R-1", "N-5", Change.MERGED),
    Step("R-4", "N-5", Change.MOVED),
    Step("", "N-6", Change.NEW),
    Step("R-5", "", Change.GONE),
)


def edition(
    version: str, *identifiers: str, features: Mapping[str, tuple[Feature, ...]] = NONE
) -> content.Standard:
    requirements = tuple(
        replace(
            requirement(name, f"{name} en {version}", f"{name} in {version}"),
            references=(),
            features=features.get(name, ()),
        )
        for name in identifiers
    )
    return replace(
        standard(version),
        key=KEY,
        sections=(Section("ALL", both("Todo", "All"), both("Todo.", "All."), requirements),),
    )


@pytest.fixture
def editions(session: Session) -> tuple[Standard, Standard]:
    """Two editions of a list, with a lineage between them."""
    load_standard(session, edition("1", *(f"R-{n}" for n in range(1, 6))))
    load_standard(
        session, edition("2", *(f"N-{n}" for n in range(1, 7)), features={"N-6": (Feature.WEBRTC,)})
    )
    load_lineages(session, [Lineage(KEY, "1", "2", STEPS)])
    rows = session.scalars(select(Standard).where(Standard.key == KEY).order_by(Standard.version))
    before, after = rows
    return before, after


@pytest.fixture
def first(session: Session, cast: Cast, editions: tuple[Standard, Standard]) -> Checklist:
    """A fully assessed first round, with a note on every item."""
    access = cast.access("alice")
    checklist = start_checklist(session, access, standard_id=editions[0].id, name="Ronda 1")
    for number, outcome in enumerate(
        [Outcome.PASS, Outcome.PASS, Outcome.FAIL, Outcome.FAIL, Outcome.PARTIAL], start=1
    ):
        opened = item(session, cast.access("bob"), checklist, f"R-{number}")
        attach_note(session, opened.project, opened, note=f"Visto {number}", title="Nota")
        record_verdict(
            session, opened, outcome=outcome, rationale=f"Porque {number}", row_version=1
        )
    session.flush()
    return checklist


def items(session: Session, checklist: Checklist) -> dict[str, ChecklistItem]:
    rows = session.execute(
        select(Requirement.identifier, ChecklistItem)
        .join(ChecklistItem, ChecklistItem.requirement_id == Requirement.id)
        .where(ChecklistItem.checklist_id == checklist.id)
    )
    return {row[0]: row[1] for row in rows}


def notes(session: Session, row: ChecklistItem) -> int:
    return (
        session.scalar(
            select(func.count()).select_from(EvidenceLink).where(EvidenceLink.item_id == row.id)
        )
        or 0
    )


def test_a_verdict_comes_along_only_where_the_meaning_is_the_same(
    session: Session, cast: Cast, editions: tuple[Standard, Standard], first: Checklist
) -> None:
    wanted = NextRound(editions[1].id, "Ronda 2")
    second = start_round(session, cast.access("alice"), first, wanted)

    found = items(session, second)

    assert {name: row.outcome for name, row in found.items()} == {
        "N-1": Outcome.PASS,
        "N-2": None,
        "N-3": None,
        "N-4": None,
        "N-5": None,  # what was merged into it had been judged otherwise
        "N-6": None,
    }
    assert {name for name, row in found.items() if row.needs_review} == {"N-2", "N-3", "N-4", "N-5"}


def test_a_carried_verdict_keeps_its_author_its_time_and_its_words(
    session: Session, cast: Cast, editions: tuple[Standard, Standard], first: Checklist
) -> None:
    second = start_round(session, cast.access("alice"), first, NextRound(editions[1].id, "Ronda 2"))

    carried = session.scalars(
        select(Verdict).join(ChecklistItem).where(ChecklistItem.checklist_id == second.id)
    ).one()
    original = session.scalars(
        select(Verdict).where(Verdict.item_id == items(session, first)["R-1"].id)
    ).one()

    assert carried.is_carried
    assert not original.is_carried
    assert (carried.author_id, carried.recorded_at, carried.rationale) == (
        cast.bob.user_id,
        original.recorded_at,
        "Porque 1",
    )


def test_evidence_follows_every_step_and_stays_where_it_was(
    session: Session, cast: Cast, editions: tuple[Standard, Standard], first: Checklist
) -> None:
    second = start_round(session, cast.access("alice"), first, NextRound(editions[1].id, "Ronda 2"))

    found = {name: notes(session, row) for name, row in items(session, second).items()}

    assert found == {"N-1": 1, "N-2": 1, "N-3": 1, "N-4": 1, "N-5": 2, "N-6": 0}
    assert {notes(session, row) for row in items(session, first).values()} == {1}


def test_an_item_knows_the_items_it_continues(
    session: Session, cast: Cast, editions: tuple[Standard, Standard], first: Checklist
) -> None:
    second = start_round(session, cast.access("alice"), first, NextRound(editions[1].id, "Ronda 2"))
    merged = items(session, second)["N-5"]
    old = items(session, first)

    origins = session.execute(
        select(ItemOrigin.from_item_id, ItemOrigin.change).where(ItemOrigin.item_id == merged.id)
    )

    assert {tuple(row) for row in origins} == {
        (old["R-1"].id, Change.MERGED),
        (old["R-4"].id, Change.MOVED),
    }
    assert second.predecessor_id == first.id


def test_without_carrying_nothing_is_judged_and_all_history_wants_a_look(
    session: Session, cast: Cast, editions: tuple[Standard, Standard], first: Checklist
) -> None:
    wanted = NextRound(editions[1].id, "Ronda 2", carry_verdicts=False)
    second = start_round(session, cast.access("alice"), first, wanted)

    found = items(session, second)

    assert {row.outcome for row in found.values()} == {None}
    assert {name for name, row in found.items() if not row.needs_review} == {"N-6"}


def test_the_preview_says_beforehand_what_the_round_will_do(
    session: Session, editions: tuple[Standard, Standard], first: Checklist
) -> None:
    preview = preview_round(
        session,
        first,
        editions[1],
        Language.ES,
        Tailoring(features=frozenset({Feature.WEB})),
    )

    assert preview.counts == {
        Change.MOVED: 2,
        Change.REWORDED: 1,
        Change.SPLIT: 2,
        Change.MERGED: 1,
        Change.NEW: 1,
        Change.GONE: 1,
    }
    assert (preview.carried, preview.needs_review, preview.excluded) == (1, 4, 1)
    by_pair = {(line.before_identifier, line.after_identifier): line for line in preview.lines}
    moved = by_pair["R-1", "N-1"]
    assert (moved.carried, moved.outcome, moved.evidence_count) == (True, Outcome.PASS, 1)
    assert (moved.before_title, moved.after_title) == ("R-1 en 1", "N-1 en 2")
    assert not by_pair["R-4", "N-5"].carried


def test_a_round_over_the_same_edition_carries_everything(
    session: Session, cast: Cast, editions: tuple[Standard, Standard], first: Checklist
) -> None:
    second = start_round(session, cast.access("alice"), first, NextRound(editions[0].id, "Ronda 2"))

    assert {name: row.outcome for name, row in items(session, second).items()} == {
        name: row.outcome for name, row in items(session, first).items()
    }


def test_a_carried_pass_still_rests_on_its_evidence(
    session: Session, cast: Cast, editions: tuple[Standard, Standard], first: Checklist
) -> None:
    second = start_round(session, cast.access("alice"), first, NextRound(editions[0].id, "Ronda 2"))
    opened = item(session, cast.access("bob"), second, "R-1")

    record_verdict(
        session,
        opened,
        outcome=Outcome.PASS,
        rationale="Sigue así",
        row_version=opened.item.row_version,
    )

    assert opened.item.verdict_number == 2


def test_a_new_verdict_ends_the_need_for_review(
    session: Session, cast: Cast, editions: tuple[Standard, Standard], first: Checklist
) -> None:
    second = start_round(session, cast.access("alice"), first, NextRound(editions[1].id, "Ronda 2"))
    opened = item(session, cast.access("bob"), second, "N-2")
    assert opened.item.needs_review

    record_verdict(
        session,
        opened,
        outcome=Outcome.FAIL,
        rationale="Ya no",
        row_version=opened.item.row_version,
    )

    assert not opened.item.needs_review


def test_what_the_project_lacks_is_proposed_as_not_applicable_and_not_decided(
    session: Session, cast: Cast, editions: tuple[Standard, Standard]
) -> None:
    checklist = start_checklist(
        session,
        cast.access("alice"),
        standard_id=editions[1].id,
        name="A medida",
        tailoring=Tailoring(features=frozenset({Feature.WEB, Feature.API})),
    )

    found = items(session, checklist)

    assert checklist.features == ["api", "web"]
    assert {name: row.missing_features for name, row in found.items() if row.missing_features} == {
        "N-6": ["webrtc"]
    }
    assert found["N-6"].outcome is None


def test_lists_without_lineage_are_compared_by_their_words(session: Session, cast: Cast) -> None:
    first = make_checklist(session, cast.access("alice"))
    load_standard(session, standard("1.1"))
    later = session.scalars(
        select(Standard).where(Standard.key == "owasp-test", Standard.version == "1.1")
    ).one()

    preview = preview_round(session, first, later, Language.EN)

    assert preview.counts == {Change.UNCHANGED: 5}


def test_a_round_needs_a_standard_that_exists(
    session: Session, cast: Cast, first: Checklist
) -> None:
    with pytest.raises(NotFound):
        start_round(session, cast.access("alice"), first, NextRound(999_999, "Ronda 2"))


def test_a_reviewer_who_may_not_start_checklists_starts_no_round(
    session: Session, cast: Cast, editions: tuple[Standard, Standard], first: Checklist
) -> None:
    with pytest.raises(Forbidden):
        start_round(session, cast.access("carla"), first, NextRound(editions[1].id, "Ronda 2"))
