"""The next round in the browser, and the confirming of what does not apply."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.domain.standards import Feature
from checklist_app.domain.tailoring import Tailoring
from checklist_app.domain.vocabulary import Outcome
from checklist_app.models import Checklist, ChecklistItem, Requirement, Standard, Verdict
from checklist_app.services.checklists import start_checklist
from checklist_app.services.standards import load_standard
from checklist_app.services.verdicts import record_verdict
from tests.cast import Cast, item, make_checklist
from tests.library import standard
from tests.web.conftest import Visit

ADDRESS = "/projects/banca/checklists/1"


@pytest.fixture
def later(session: Session) -> Standard:
    """A later edition of the test list, whose third requirement presupposes WebRTC."""
    edition = standard("1.1")
    first, second = edition.sections
    last = first.requirements[2]
    webrtc = replace(last, features=(Feature.WEBRTC,))
    tailored = replace(first, requirements=(*first.requirements[:2], webrtc))
    load_standard(session, replace(edition, sections=(tailored, second)))
    return session.scalars(
        select(Standard).where(Standard.key == "owasp-test", Standard.version == "1.1")
    ).one()


@pytest.fixture
def first(session: Session, cast: Cast, later: Standard) -> Checklist:
    """A first round with one failed item."""
    checklist = make_checklist(session, cast.access("alice"))
    opened = item(session, cast.access("bob"), checklist, "IN-01")
    record_verdict(session, opened, outcome=Outcome.FAIL, rationale="Concatena", row_version=1)
    session.commit()
    return checklist


def test_the_page_shows_what_would_happen(visit: Visit, first: Checklist) -> None:
    page = visit("bob").get(f"{ADDRESS}/next")

    assert page.status_code == 200
    told = page.get_data(as_text=True)
    assert 'id="preview"' in told
    assert "IN-01" in told


def test_the_preview_is_shown_for_what_was_chosen_and_starts_nothing(
    visit: Visit, first: Checklist, later: Standard, session: Session
) -> None:
    page = visit("bob").post(
        f"{ADDRESS}/next",
        {"standard": str(later.id), "name": "R2", "level": "", "features": "web", "preview": "1"},
    )

    assert page.status_code == 200
    assert session.scalars(select(Checklist.number)).all() == [1]


def test_the_round_is_started_and_opened(
    visit: Visit, first: Checklist, later: Standard, session: Session
) -> None:
    answer = visit("bob").post(
        f"{ADDRESS}/next",
        {
            "standard": str(later.id),
            "name": "Ronda 2",
            "level": "",
            "features": "web",
            "carry_verdicts": "y",
        },
    )

    assert answer.status_code == 303
    assert answer.headers["Location"].endswith("/checklists/2")
    second = session.scalars(select(Checklist).where(Checklist.number == 2)).one()
    assert second.features == ["web"]
    carried = session.scalars(
        select(ChecklistItem).where(
            ChecklistItem.checklist_id == second.id, ChecklistItem.outcome == Outcome.FAIL
        )
    ).one()
    assert carried.verdict_number == 1
    session.rollback()
    page = visit("vera").get("/projects/banca/checklists/2/items/IN-01").get_data(as_text=True)
    assert "/projects/banca/checklists/1/items/IN-01" in page


@pytest.mark.parametrize(
    ("field", "value"),
    [("standard", "999999"), ("standard", "x"), ("level", "9"), ("name", ""), ("features", "moon")],
)
def test_a_wrong_field_starts_nothing_and_says_so(
    visit: Visit, first: Checklist, later: Standard, session: Session, field: str, value: str
) -> None:
    fields = {"standard": str(later.id), "name": "Ronda 2", "level": "", "features": "web"}
    answer = visit("bob").post(f"{ADDRESS}/next", fields | {field: value})

    assert answer.status_code == 422
    assert session.scalars(select(Checklist.number)).all() == [1]


def test_confirmed_exclusions_become_verdicts_with_their_reason(
    visit: Visit, cast: Cast, later: Standard, session: Session
) -> None:
    start_checklist(
        session,
        cast.access("alice"),
        standard_id=later.id,
        name="A medida",
        tailoring=Tailoring(features=frozenset({Feature.WEB})),
    )
    session.commit()
    reader = visit("bob")
    assert "IN-03" in reader.get(f"{ADDRESS}/exclusions").get_data(as_text=True)

    answer = reader.post(f"{ADDRESS}/exclusions", {"identifier": "IN-03"})

    assert answer.status_code == 303
    verdict = session.scalars(select(Verdict)).one()
    assert verdict.outcome is Outcome.NOT_APPLICABLE
    assert "WebRTC" in verdict.rationale


def test_what_was_never_proposed_cannot_be_excluded_in_passing(
    visit: Visit, cast: Cast, later: Standard, session: Session
) -> None:
    start_checklist(
        session,
        cast.access("alice"),
        standard_id=later.id,
        name="A medida",
        tailoring=Tailoring(features=frozenset({Feature.WEB})),
    )
    session.commit()

    visit("bob").post(f"{ADDRESS}/exclusions", {"identifier": "IN-01"})

    assert session.scalars(select(Verdict)).all() == []


def test_confirming_nothing_is_told(visit: Visit, first: Checklist) -> None:
    assert visit("bob").post(f"{ADDRESS}/exclusions", {}).status_code == 422


def test_a_signed_off_checklist_takes_no_exclusion(
    visit: Visit, first: Checklist, session: Session
) -> None:
    first = session.get_one(Checklist, first.id)
    names = session.scalars(
        select(Requirement.identifier).where(
            Requirement.standard_id == first.standard_id, Requirement.is_leaf
        )
    ).all()
    session.rollback()
    visit("alice").post(
        f"{ADDRESS}/sign-off", {"statement": "x", **{f"reason-{name}": "x" for name in names}}
    )

    assert visit("bob").post(f"{ADDRESS}/exclusions", {"identifier": "IN-03"}).status_code == 409
