"""What a saved change alters in the list, without asking for the whole list."""

from __future__ import annotations

from sqlalchemy.orm import Session

from checklist_app.domain.vocabulary import Language, Outcome
from checklist_app.queries.checklists import Filters, checklist_overview
from checklist_app.queries.item_rows import saved_change
from checklist_app.services.clock import today
from checklist_app.services.resources import Resources
from checklist_app.services.verdicts import record_verdict
from tests.cast import Cast, item, make_checklist
from tests.statements import counted


def test_it_says_of_every_item_what_the_whole_page_says(
    session: Session, resources: Resources, cast: Cast
) -> None:
    access = cast.access("bob")
    checklist = make_checklist(session, cast.access("alice"))
    first = item(session, access, checklist, "IN-02")
    record_verdict(
        session, first, outcome=Outcome.FAIL, rationale="Seen", row_version=first.item.row_version
    )
    page = checklist_overview(session, checklist, Language.ES, Filters(), today())
    seen = 0
    for section in page.sections:
        for row in section.items:
            opened = item(session, access, checklist, row.identifier)
            with counted(resources.engine) as statements:
                change = saved_change(session, opened, Language.ES, today())
            assert change.row == row
            assert (change.section.identifier, change.section.title) == (
                section.identifier,
                section.title,
            )
            assert change.section.counts == section.counts
            assert change.counts == page.counts
            assert len(statements) == 3
            seen += 1
    assert seen == page.counts.total > 1
    assert page.counts.failed == 1
