"""A person accepts what tools suggest: their verdict, findings named, scans as evidence."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from checklist_app.domain.errors import Conflict, Forbidden, StaleWrite
from checklist_app.domain.vocabulary import Outcome
from checklist_app.models import Checklist, EvidenceLink
from checklist_app.services.acceptance import accept_suggestion
from tests.cast import Cast, item, make_checklist
from tests.services.test_scan_scopes import bring
from tests.web.stage import finding


@pytest.fixture
def checklist(session: Session, cast: Cast) -> Checklist:
    return make_checklist(session, cast.access("alice"))


def test_the_verdict_is_theirs_and_rests_on_findings_and_scans(
    session: Session, cast: Cast, checklist: Checklist
) -> None:
    bring(session, cast, finding("sql", 89), finding("sql-2", 89, path="app/other.py"))
    opened = item(session, cast.access("bob"), checklist, "IN-01")

    verdict = accept_suggestion(session, opened, row_version=opened.item.row_version)

    assert verdict.outcome is Outcome.FAIL
    assert verdict.author_id == cast.bob.user_id
    assert verdict.rationale.startswith("Aceptado")
    assert "`app/db.py:12`" in verdict.rationale
    assert "`app/other.py:12`" in verdict.rationale
    linked = select(func.count()).where(EvidenceLink.item_id == opened.item.id)
    assert session.scalar(linked) == 1


def test_nothing_suggested_is_nothing_to_accept(
    session: Session, cast: Cast, checklist: Checklist
) -> None:
    opened = item(session, cast.access("bob"), checklist, "IN-01")

    with pytest.raises(Conflict):
        accept_suggestion(session, opened, row_version=opened.item.row_version)


def test_what_is_no_longer_reported_cannot_be_accepted(
    session: Session, cast: Cast, checklist: Checklist
) -> None:
    bring(session, cast, finding("sql", 89))
    bring(session, cast)
    opened = item(session, cast.access("bob"), checklist, "IN-01")

    with pytest.raises(Conflict):
        accept_suggestion(session, opened, row_version=opened.item.row_version)


def test_who_may_not_record_a_verdict_may_not_accept_one(
    session: Session, cast: Cast, checklist: Checklist
) -> None:
    bring(session, cast, finding("sql", 89))
    opened = item(session, cast.access("carla"), checklist, "IN-01")

    with pytest.raises(Forbidden):
        accept_suggestion(session, opened, row_version=opened.item.row_version)


def test_somebody_elses_newer_verdict_is_not_overwritten(
    session: Session, cast: Cast, checklist: Checklist
) -> None:
    bring(session, cast, finding("sql", 89))
    opened = item(session, cast.access("bob"), checklist, "IN-01")
    before = opened.item.row_version
    accept_suggestion(session, opened, row_version=before)

    with pytest.raises(StaleWrite):
        accept_suggestion(session, opened, row_version=before)
