"""Closing a checklist: every item has a verdict or a reason, and then nothing moves."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from checklist_app.models import Checklist, ChecklistItem, SignOff, Verdict
from tests.cast import Cast, make_checklist
from tests.web.conftest import Visit

PAGE = "/projects/banca/checklists/1"
ITEMS = ("IN-01", "IN-02", "IN-03", "AC-01", "AC-02")


@pytest.fixture(autouse=True)
def checklist(session: Session, cast: Cast) -> None:
    make_checklist(session, cast.access("alice"))
    session.commit()


def form(**changes: str) -> dict[str, str]:
    reasons = {f"reason-{name}": f"{name} is out of scope" for name in ITEMS}
    return {"statement": "I have looked", **reasons, **changes}


def is_signed(session: Session) -> bool:
    session.rollback()
    signed = session.query(SignOff).count() == 1
    session.rollback()
    return signed


def test_what_is_left_needs_a_reason_each_and_typed_ones_are_kept(
    visit: Visit, session: Session
) -> None:
    answer = visit("alice").post(f"{PAGE}/sign-off", form(**{"reason-IN-03": "  "}))
    assert answer.status_code == 422
    assert "IN-01 is out of scope" in answer.text
    assert "I have looked" in answer.text
    assert not is_signed(session)


def test_a_sign_off_says_what_is_signed(visit: Visit, session: Session) -> None:
    assert visit("alice").post(f"{PAGE}/sign-off", form(statement=" ")).status_code == 422
    assert not is_signed(session)


def test_a_verdict_is_as_good_as_a_reason(visit: Visit, session: Session) -> None:
    alice = visit("alice")
    verdict = {"outcome": "fail", "rationale": "Seen", "row_version": "1"}
    alice.post(f"{PAGE}/items/IN-01/verdict", verdict)
    assert alice.post(f"{PAGE}/sign-off", form(**{"reason-IN-01": ""})).status_code == 303
    assert is_signed(session)
    left = {row.left_reason for row in session.query(ChecklistItem)}
    assert left == {"", *(f"{name} is out of scope" for name in ITEMS[1:])}


def test_only_an_owner_signs(visit: Visit, session: Session) -> None:
    for name in ("bob", "carla", "vera"):
        assert visit(name).post(f"{PAGE}/sign-off", form()).status_code == 403
    assert not is_signed(session)


def test_a_signed_checklist_is_frozen_for_everybody(visit: Visit, session: Session) -> None:
    alice = visit("alice")
    item = f"{PAGE}/items/IN-01"
    alice.post(f"{item}/evidence", {"kind": "note", "note": "Seen", "title": "x"})
    assert alice.post(f"{PAGE}/sign-off", form()).status_code == 303
    verdict = {"outcome": "pass", "rationale": "Late but <long> text", "row_version": "1"}
    late = [
        alice.post(f"{item}/verdict", verdict),
        alice.fragment(f"{item}/verdict", verdict),
        alice.post(f"{item}/evidence", {"kind": "note", "note": "Late", "title": "x"}),
        alice.post(f"{item}/evidence/1/unlink"),
        alice.post(f"{PAGE}/sign-off", form()),
    ]
    assert [answer.status_code for answer in late] == [409] * 5
    assert "Late but &lt;long&gt; text" in late[0].text
    assert session.query(Verdict).count() == 0
    assert session.query(Checklist).one().status == "signed_off"
    page = alice.get(item)
    assert page.status_code == 200
    assert 'id="verdict-form"' not in page.text
    assert "IN-01 is out of scope" in page.text
