"""Recording a verdict from the item's page."""

from __future__ import annotations

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.models import Checklist, ChecklistItem, Requirement, Verdict
from checklist_app.services.clock import now
from tests.cast import Cast, make_checklist
from tests.web.conftest import Visit

ITEM = "/projects/banca/checklists/1/items/IN-01"


@pytest.fixture(autouse=True)
def checklist(session: Session, cast: Cast) -> Checklist:
    made = make_checklist(session, cast.access("alice"))
    session.commit()
    return made


def form(outcome: str, rationale: str = "", row_version: int = 1) -> dict[str, str]:
    return {"outcome": outcome, "rationale": rationale, "row_version": str(row_version)}


def verdicts(session: Session) -> list[tuple[str, str]]:
    session.rollback()
    rows = session.execute(select(Verdict.outcome, Verdict.rationale).order_by(Verdict.id)).all()
    session.rollback()
    return [(row.outcome.value, row.rationale) for row in rows]


def test_a_verdict_is_stored_and_the_item_shows_it(visit: Visit, session: Session) -> None:
    bob = visit("bob")
    answer = bob.post(f"{ITEM}/verdict", form("fail", "  Concatenated in **db.py**  "))
    assert (answer.status_code, answer.headers["Location"]) == (303, ITEM)
    assert verdicts(session) == [("fail", "Concatenated in **db.py**")]
    assert "<strong>db.py</strong>" in bob.get(ITEM).text


@pytest.mark.parametrize("outcome", ["pass", "partial", "fail", "not_applicable", "", "maybe"])
@pytest.mark.parametrize("fragment", [False, True])
def test_a_verdict_that_rests_on_nothing_is_refused_with_a_reason(
    visit: Visit, session: Session, outcome: str, fragment: bool
) -> None:
    bob = visit("bob")
    send = bob.fragment if fragment else bob.post
    answer = send(f"{ITEM}/verdict", form(outcome, ""))
    assert answer.status_code == 422
    assert ("<html" in answer.text) is not fragment
    assert 'class="alert' in answer.text or 'role="alert"' in answer.text
    assert verdicts(session) == []


def test_a_refused_verdict_keeps_what_was_typed(visit: Visit) -> None:
    answer = visit("bob").post(f"{ITEM}/verdict", form("pass", "Looked at <every> query"))
    assert answer.status_code == 422
    assert "Looked at &lt;every&gt; query" in answer.text


def test_a_rationale_that_is_too_long_is_refused_and_kept(visit: Visit) -> None:
    answer = visit("bob").post(f"{ITEM}/verdict", form("fail", "é" * 20_001))
    assert answer.status_code == 422
    assert "é" * 20_001 in answer.text


@pytest.mark.parametrize("fragment", [False, True])
def test_a_stale_save_shows_both_and_loses_nothing(
    visit: Visit, session: Session, fragment: bool
) -> None:
    bob, alice = visit("bob"), visit("alice")
    alice.post(f"{ITEM}/verdict", form("fail", "Alice saw it first"))
    send = bob.fragment if fragment else bob.post
    answer = send(f"{ITEM}/verdict", form("partial", "Bob <wrote> for an hour"))
    assert answer.status_code == 409
    assert "Alice saw it first" in answer.text
    assert "Bob &lt;wrote&gt; for an hour" in answer.text
    assert "Alice" in answer.text
    assert verdicts(session) == [("fail", "Alice saw it first")]


def test_after_comparing_mine_can_be_saved_over_theirs(visit: Visit, session: Session) -> None:
    bob = visit("bob")
    bob.post(f"{ITEM}/verdict", form("fail", "First"))
    assert bob.post(f"{ITEM}/verdict", form("partial", "Second")).status_code == 409
    assert bob.post(f"{ITEM}/verdict", form("partial", "Second", 2)).status_code == 303
    assert verdicts(session) == [("fail", "First"), ("partial", "Second")]


@pytest.mark.parametrize("fragment", [False, True])
def test_a_session_that_ended_while_typing_gives_the_text_back(
    visit: Visit, session: Session, fragment: bool
) -> None:
    bob = visit("bob")
    text = "Half an hour of <careful> work"
    with time_machine.travel(now().timestamp() + 3 * 3600):
        send = bob.fragment if fragment else bob.post
        answer = send(f"{ITEM}/verdict", form("fail", text))
    assert answer.status_code == 401
    assert "Half an hour of &lt;careful&gt; work" in answer.text
    assert verdicts(session) == []


def test_a_text_of_one_word_survives_too(visit: Visit) -> None:
    bob = visit("bob")
    bob.client.delete_cookie("checklist")
    answer = bob.post(f"{ITEM}/verdict", form("fail", "Concatenated"))
    assert answer.status_code == 401
    assert "Concatenated" in answer.text


def test_a_form_whose_token_is_gone_gives_the_text_back(visit: Visit, session: Session) -> None:
    bob = visit("bob")
    answer = bob.post(f"{ITEM}/verdict", form("fail", "Kept in any case"), token=False)
    assert answer.status_code == 400
    assert "Kept in any case" in answer.text
    assert verdicts(session) == []


def test_a_password_is_never_given_back(visit: Visit) -> None:
    bob = visit("bob")
    secret = "one two three four five"
    answer = bob.post("/account", {"current": secret, "password": secret}, token=False)
    assert answer.status_code == 400
    assert secret not in answer.text


def test_a_saved_fragment_carries_the_item_its_row_and_the_totals(visit: Visit) -> None:
    answer = visit("bob").fragment(f"{ITEM}/verdict", form("fail", "Concatenated"))
    assert answer.status_code == 200
    assert "<html" not in answer.text
    for part in ('id="item-pane"', 'id="row-IN-01"', 'name="row_version" value="2"'):
        assert part in answer.text


def test_a_preview_is_rendered_and_not_stored(visit: Visit, session: Session) -> None:
    answer = visit("vera").post(
        "/projects/banca/preview", {"text": "**b** <script>x</script> [a](javascript:x)"}
    )
    assert answer.status_code == 200
    assert "<strong>b</strong>" in answer.text
    assert "<script" not in answer.text
    assert 'href="javascript' not in answer.text
    assert verdicts(session) == []


def test_an_item_that_was_left_is_one_again_when_it_gets_a_verdict(
    visit: Visit, session: Session
) -> None:
    visit("bob").post(f"{ITEM}/verdict", form("not_applicable", "No database"))
    row = session.scalars(
        select(ChecklistItem).join(Requirement).where(Requirement.identifier == "IN-01")
    ).one()
    assert (row.outcome, row.verdict_number, row.row_version) == ("not_applicable", 1, 2)
