"""A scan that could have seen a weakness and found nothing supports a pass; nothing else does."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from checklist_app.domain.text import text
from checklist_app.models import Checklist
from checklist_app.queries.support import Support, supporting_scans
from tests.cast import Cast, item, make_checklist
from tests.services.test_scan_scopes import MONDAY, bring
from tests.web.stage import finding


@pytest.fixture
def checklist(session: Session, cast: Cast) -> Checklist:
    return make_checklist(session, cast.access("alice"))


def support(
    session: Session, cast: Cast, checklist: Checklist, identifier: str = "IN-01"
) -> list[Support]:
    return supporting_scans(session, item(session, cast.access("alice"), checklist, identifier))


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
