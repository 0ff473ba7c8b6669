"""The events on a project's page: some of their words come from strangers' files."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from checklist_app.services import audit
from tests.cast import Cast, make_checklist
from tests.web.conftest import Visit

EVENTS = (
    "project:scan:import",
    "project:scan:upload",
    "project:member:add",
    "project:evidence:add",
    "project:report:issue",
)


def test_a_checklist_that_was_started_is_named_and_led_to(
    visit: Visit, session: Session, cast: Cast
) -> None:
    make_checklist(session, cast.access("alice"))
    session.commit()
    answer = visit("alice").get("/projects/banca")
    assert answer.status_code == 200
    assert "/projects/banca/checklists/1" in answer.text


@pytest.mark.parametrize("name", EVENTS)
@pytest.mark.parametrize(
    "words",
    ["1/", "1/x", "\u0661/\u0662", "9" * 150 + "/x", "0/x", "", "\u00b2/x", "1//evil.example"],
)
def test_no_word_of_a_stranger_breaks_the_page_or_becomes_a_link(
    visit: Visit, session: Session, cast: Cast, name: str, words: str
) -> None:
    make_checklist(session, cast.access("alice"))
    audit.record(session, cast.alice, name, words, project_id=cast.project.id)
    session.commit()
    answer = visit("alice").get("/projects/banca")
    assert answer.status_code == 200
    assert "/items/" not in answer.text
