"""A scan that could have seen a weakness and found nothing supports a pass; nothing else does."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import Language, Outcome
from checklist_app.models import Checklist
from checklist_app.queries.item_suggestions import SuggestionView
from checklist_app.queries.items import item_page
from checklist_app.queries.support import Support, supporting_scans
from checklist_app.services.verdicts import record_verdict
from tests.cast import Cast, item, make_checklist
from tests.services.test_scan_scopes import MONDAY, bring
from tests.web.stage import finding

THAT_DAY = MONDAY.date()


@pytest.fixture
def checklist(session: Session, cast: Cast) -> Checklist:
    return make_checklist(session, cast.access("alice"))


def support(
    session: Session,
    cast: Cast,
    checklist: Checklist,
    identifier: str = "IN-01",
    today: date = THAT_DAY,
) -> list[Support]:
    return supporting_scans(
        session, item(session, cast.access("alice"), checklist, identifier), today
    )


def test_a_tool_of_the_right_kind_that_found_nothing_is_named_with_its_time(
    session: Session, cast: Cast, checklist: Checklist
) -> None:
    bring(session, cast, finding("xss", 79), tool="Semgrep", started_at=MONDAY)

    (found,) = support(session, cast, checklist)

    assert (found.tool, found.at, found.kinds) == ("Semgrep", MONDAY, ("sast",))
    assert found.environment == "main"


def test_a_tool_that_cannot_see_it_supports_nothing(
    session: Session, cast: Cast, checklist: Checklist
) -> None:
    bring(session, cast, tool="Gitleaks")

    assert support(session, cast, checklist) == []


def test_a_requirement_that_only_a_person_can_tell_has_no_support(
    session: Session, cast: Cast, checklist: Checklist
) -> None:
    bring(session, cast, tool="Semgrep")

    assert support(session, cast, checklist, "IN-03") == []


def test_a_failed_scan_supports_nothing(session: Session, cast: Cast, checklist: Checklist) -> None:
    bring(session, cast, tool="Semgrep", problems=(text("The scan was aborted."),))

    assert support(session, cast, checklist) == []


def test_a_tool_that_found_it_in_another_scope_does_not_support(
    session: Session, cast: Cast, checklist: Checklist
) -> None:
    accusing = replace(finding("sql", 89), tool="Semgrep")
    bring(session, cast, accusing, tool="Semgrep", environment="release")
    bring(session, cast, tool="Semgrep")

    assert support(session, cast, checklist) == []


def test_a_scan_is_stale_when_the_days_of_the_project_are_over(
    session: Session, cast: Cast, checklist: Checklist
) -> None:
    bring(session, cast, finding("xss", 79), tool="Semgrep", started_at=MONDAY)
    cast.project.freshness_days = 30
    last, after = (MONDAY.date() + timedelta(days=days) for days in (30, 31))

    assert [found.is_stale for found in support(session, cast, checklist, today=last)] == [False]
    assert [found.is_stale for found in support(session, cast, checklist, today=after)] == [True]


def test_a_suggestion_tells_when_it_was_last_reported_and_whom_it_contradicts(
    session: Session, cast: Cast, checklist: Checklist
) -> None:
    bring(session, cast, finding("sql", 89), started_at=MONDAY)
    day = MONDAY.date() + timedelta(days=91)

    def suggestion() -> SuggestionView:
        opened = item(session, cast.access("bob"), checklist, "IN-01")
        found = item_page(session, opened, Language.ES, day).suggestion
        assert found is not None
        return found

    assert (suggestion().reported_at, suggestion().is_stale) == (MONDAY, True)
    assert not suggestion().contradicts
    for outcome, contradicts in (
        (Outcome.FAIL, False),
        (Outcome.PARTIAL, True),
        (Outcome.NOT_APPLICABLE, True),
    ):
        opened = item(session, cast.access("bob"), checklist, "IN-01")
        record_verdict(
            session, opened, outcome=outcome, rationale="x", row_version=opened.item.row_version
        )
        assert suggestion().contradicts is contradicts
