"""A fully assessed checklist on ASVS 4.0.3 moves to 5.0.0: nothing is lost, nothing is presumed.

4.0.3 is the official file, brought in as an operator would; 5.0.0 is the edition that we ship.
"""

from __future__ import annotations

from collections import Counter
from itertools import cycle

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from checklist_app.catalog.lineage import load_lineages as read_lineages
from checklist_app.catalog.official.table import read_official
from checklist_app.domain.lineage import SAME_MEANING
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
from checklist_app.queries.access import open_item
from checklist_app.queries.rounds import preview_round
from checklist_app.services.checklists import start_checklist
from checklist_app.services.evidence import attach_note
from checklist_app.services.lineages import load_lineages
from checklist_app.services.official import FileFacts, import_official
from checklist_app.services.rounds import NextRound, start_round
from checklist_app.services.standards import load_standard
from checklist_app.services.verdicts import record_verdict
from scripts.content_quality import REFERENCE
from tests.cast import Cast
from tests.content.editions import CONTENT, shipped

OFFICIAL = (
    REFERENCE / "asvs-4.0.3/en/OWASP_Application_Security_Verification_Standard_4.0.3-en.flat.json"
)

pytestmark = pytest.mark.skipif(
    not OFFICIAL.is_file(),
    reason=f"official files not found under {REFERENCE}; set CHECKLIST_TEST_CORPUS to their folder",
)


def edition(session: Session, version: str) -> Standard:
    return session.scalars(
        select(Standard).where(Standard.key == "owasp-asvs", Standard.version == version)
    ).one()


@pytest.fixture
def assessed(session: Session, cast: Cast) -> Checklist:
    """A checklist on 4.0.3 with a verdict and a note of its own on each of its 278 items."""
    import_official(
        session, None, read_official(OFFICIAL.read_bytes()), FileFacts(OFFICIAL.name, "0" * 64)
    )
    load_standard(session, shipped("asvs-5.0.0"))
    load_lineages(session, read_lineages(CONTENT / "lineage"))
    alice = cast.access("alice")
    checklist = start_checklist(
        session, alice, standard_id=edition(session, "4.0.3").id, name="ASVS 4"
    )
    names = session.scalars(
        select(Requirement.identifier)
        .join(ChecklistItem, ChecklistItem.requirement_id == Requirement.id)
        .where(ChecklistItem.checklist_id == checklist.id)
        .order_by(ChecklistItem.position)
    ).all()
    for name, outcome in zip(names, cycle(Outcome), strict=False):
        opened = open_item(session, alice, checklist, name)
        attach_note(session, alice, opened, note=f"Seen {name}", title=name)
        record_verdict(session, opened, outcome=outcome, rationale="Seen", row_version=1)
    session.flush()
    return checklist


def test_the_preview_counts_every_class_as_the_official_tables_do(
    session: Session, assessed: Checklist
) -> None:
    preview = preview_round(session, assessed, edition(session, "5.0.0"), Language.ES)

    assert preview.counts == {
        Change.MOVED: 15,
        Change.REWORDED: 141,
        Change.SPLIT: 45,
        Change.MERGED: 65,
        Change.NEW: 155,
        Change.GONE: 50,
    }
    assert len({line.after_identifier for line in preview.lines} - {""}) == 345
    for line in preview.lines:
        assert not line.carried or line.change in SAME_MEANING


def test_no_verdict_survives_a_change_of_meaning_and_no_evidence_is_lost(
    session: Session, cast: Cast, assessed: Checklist
) -> None:
    target = edition(session, "5.0.0")
    wanted = NextRound(standard_id=target.id, name="ASVS 5")
    before = Counter(
        dict(
            session.execute(
                select(Verdict.item_id, func.count())
                .join(ChecklistItem, ChecklistItem.id == Verdict.item_id)
                .where(ChecklistItem.checklist_id == assessed.id)
                .group_by(Verdict.item_id)
            ).all()
        )
    )

    after = start_round(session, cast.access("alice"), assessed, wanted)

    items = {
        row.identifier: row.ChecklistItem
        for row in session.execute(
            select(Requirement.identifier, ChecklistItem)
            .join(ChecklistItem, ChecklistItem.requirement_id == Requirement.id)
            .where(ChecklistItem.checklist_id == after.id)
        )
    }
    assert len(items) == 345
    changes: dict[int, list[Change]] = {}
    for item_id, change in session.execute(select(ItemOrigin.item_id, ItemOrigin.change)):
        changes.setdefault(item_id, []).append(change)
    for name, item in items.items():
        if item.outcome is not None:
            assert set(changes[item.id]) & SAME_MEANING, name
        assert item.needs_review is (item.id in changes and item.outcome is None), name
    assert sum(item.outcome is not None for item in items.values()) <= 15

    _nothing_is_lost(session, assessed, before)
    _evidence_came_along(session, items)


def _nothing_is_lost(session: Session, former: Checklist, verdicts: Counter[int]) -> None:
    rows = session.execute(
        select(ChecklistItem.id, func.count(EvidenceLink.id.distinct()))
        .outerjoin(EvidenceLink, EvidenceLink.item_id == ChecklistItem.id)
        .where(ChecklistItem.checklist_id == former.id)
        .group_by(ChecklistItem.id)
    ).all()
    assert len(rows) == len(verdicts) == 278
    assert {count for _, count in rows} == {1}


def _evidence_came_along(session: Session, items: dict[str, ChecklistItem]) -> None:
    """Every new item has the evidence of every old item that it continues."""
    links: dict[int, set[int]] = {}
    for item_id, evidence_id in session.execute(
        select(EvidenceLink.item_id, EvidenceLink.evidence_id)
    ):
        links.setdefault(item_id, set()).add(evidence_id)
    origins = session.execute(select(ItemOrigin.item_id, ItemOrigin.from_item_id)).all()
    assert len(origins) == 266
    for item_id, from_item_id in origins:
        assert links[from_item_id] <= links[item_id]
    continued = {item_id for item_id, _ in origins}
    assert len(continued) == 190
    assert {item.id for item in items.values()} >= continued
