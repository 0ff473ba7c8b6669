"""Accepting what tools suggest, in the browser."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from checklist_app.domain.vocabulary import Outcome
from checklist_app.models import Checklist
from checklist_app.services.acceptance import accept_suggestion
from tests.cast import Cast, item, make_checklist
from tests.services.test_scan_scopes import bring
from tests.web.conftest import Visit
from tests.web.stage import finding

HOSTILE = replace(finding("sql", 89), title="<img src=x> *bold* [link](javascript:1)")
ITEM = "/projects/banca/checklists/1/items/IN-01"


@pytest.fixture
def checklist(session: Session, cast: Cast) -> Checklist:
    return make_checklist(session, cast.access("alice"))


def test_what_a_tool_wrote_is_no_layout(
    session: Session, cast: Cast, checklist: Checklist, visit: Visit
) -> None:
    bring(session, cast, HOSTILE)
    opened = item(session, cast.access("bob"), checklist, "IN-01")
    accept_suggestion(session, opened, row_version=opened.item.row_version)
    session.commit()

    page = visit("vera").get(ITEM).text

    assert "<img src=x>" not in page
    assert 'href="javascript' not in page
    assert "<strong>bold" not in page


def test_the_button_does_it_in_the_browser(
    session: Session, cast: Cast, checklist: Checklist, visit: Visit
) -> None:
    bring(session, cast, finding("sql", 89))
    session.commit()
    bob = visit("bob")
    page = bob.get(ITEM).text
    assert "/items/IN-01/accept" in page
    assert "/items/IN-01/accept" not in visit("vera").get(ITEM).text

    opened = item(session, cast.access("bob"), checklist, "IN-01")
    version = str(opened.item.row_version)
    session.rollback()
    assert bob.post(f"{ITEM}/accept", {"row_version": version}).status_code == 303

    session.expire_all()
    assert item(session, cast.access("bob"), checklist, "IN-01").item.outcome is Outcome.FAIL
