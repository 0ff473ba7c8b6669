"""Correcting a route in the browser: seen at once, refused clearly, undone with a button."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.models import Finding
from tests.cast import Cast, make_checklist
from tests.services.test_scan_scopes import bring
from tests.web.conftest import Visit
from tests.web.stage import finding

FINDINGS = "/projects/banca/findings"


@pytest.fixture
def page(session: Session, cast: Cast) -> str:
    make_checklist(session, cast.access("alice"))
    bring(session, cast, finding("sql", 89))
    session.commit()
    found = session.scalar(select(Finding.id))
    session.rollback()
    return f"{FINDINGS}/{found}"


def test_a_route_is_taken_away_and_brought_back(page: str, visit: Visit) -> None:
    bob = visit("bob")
    answer = bob.post(f"{page}/routes", {"requirement": "IN-01", "leads": "no"})
    assert answer.status_code == 303
    shown = bob.get(page).text
    assert "No lleva a IN-01" in shown
    assert 'name="leads"' not in shown

    assert bob.post(f"{page}/routes/1/undo", {}).status_code == 303

    shown = bob.get(page).text
    assert "No lleva a IN-01" not in shown
    assert 'name="leads"' in shown


def test_a_wrong_name_is_told_and_kept(page: str, visit: Visit) -> None:
    answer = visit("bob").post(f"{page}/routes", {"requirement": "<b>IN", "leads": "yes"})

    assert answer.status_code == 422
    assert 'value="&lt;b&gt;IN"' in answer.text
    assert "Ninguna lista abierta" in answer.text
    assert "<b>IN" not in answer.text


def test_who_may_only_look_sees_no_button(page: str, visit: Visit) -> None:
    assert "/routes" not in visit("vera").get(page).text


def test_a_finding_without_a_rule_has_nothing_to_correct(
    session: Session, cast: Cast, visit: Visit
) -> None:
    make_checklist(session, cast.access("alice"))
    bring(session, cast, replace(finding("sql", 89), rule_id=""))
    session.commit()
    found = session.scalar(select(Finding.id))
    session.rollback()

    assert "/routes" not in visit("bob").get(f"{FINDINGS}/{found}").text
    answer = visit("bob").post(f"{FINDINGS}/{found}/routes", {"requirement": "IN-01"})
    assert answer.status_code == 422
