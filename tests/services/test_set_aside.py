"""What people set aside stands in a report: why, by whom, and where it would count."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from checklist_app.domain.snapshot import ReportSnapshot
from checklist_app.domain.vocabulary import FindingMark, Language
from checklist_app.models import Checklist
from checklist_app.queries.access import ProjectAccess
from checklist_app.services.checklists import sign_off
from checklist_app.services.clock import now, pretend, today
from checklist_app.services.reports import read_snapshot, request_report
from checklist_app.services.resources import Resources
from tests.cast import Cast, make_checklist
from tests.services.test_scan_scopes import bring
from tests.services.test_triage import ACCEPT, FALSE, MILD, REOPEN, SQL, do, one
from tests.web.stage import finding

Take = Callable[[], ReportSnapshot]


@pytest.fixture
def checklist(session: Session, cast: Cast) -> Checklist:
    made = make_checklist(session, cast.access("alice"))
    bring(session, cast, SQL, MILD, finding("elsewhere", 4242))
    return made


@pytest.fixture
def take(session: Session, resources: Resources, cast: Cast, checklist: Checklist) -> Take:
    """Return the snapshot of a report that is ordered now."""

    def taken() -> ReportSnapshot:
        alice = cast.access("alice")
        report, _ = request_report(
            session, alice, resources.config, resources.store, checklist, Language.EN
        )
        session.flush()
        return read_snapshot(resources.store, report)

    return taken


@pytest.fixture
def alice(cast: Cast, checklist: Checklist) -> ProjectAccess:
    """Who may also grant waivers."""
    return cast.access("alice")


def test_a_report_tells_each_mark_and_under_which_requirement_it_would_count(
    session: Session, alice: ProjectAccess, take: Take
) -> None:
    wrong = do(session, alice, FALSE, one(session), reason="Built from *constants*")
    until = today() + timedelta(days=9)
    accepted = do(session, alice, ACCEPT, one(session, "mild"), reason="Inside", expires_on=until)

    snapshot = take()

    assert [
        (mark.number, mark.mark, mark.reason, mark.marked_by, mark.expires_on, mark.findings)
        for mark in snapshot.marks
    ] == [
        (wrong.id, FindingMark.FALSE_POSITIVE, "Built from *constants*", "Alice", None, 1),
        (accepted.id, FindingMark.ACCEPTED, "Inside", "Alice", until, 1),
    ]
    entry = snapshot.items[0]
    assert entry.identifier == "IN-01"
    assert entry.findings == ()
    assert [(found.rule, found.mark) for found in entry.set_aside] == [
        ("sql", wrong.id),
        ("mild", accepted.id),
    ]
    assert all(other.set_aside == () for other in snapshot.items[1:])


def test_what_speaks_to_no_requirement_is_counted_all_the_same(
    session: Session, alice: ProjectAccess, take: Take
) -> None:
    do(session, alice, FALSE, one(session, "elsewhere"))

    snapshot = take()

    assert [mark.findings for mark in snapshot.marks] == [1]
    assert [found.rule for found in snapshot.items[0].findings] == ["sql", "mild"]
    assert snapshot.items[0].set_aside == ()


def test_what_was_taken_back_or_is_over_is_no_mark(
    session: Session, alice: ProjectAccess, take: Take
) -> None:
    do(session, alice, FALSE, one(session))
    do(session, alice, REOPEN, one(session))
    do(session, alice, ACCEPT, one(session, "mild"), expires_on=today())

    assert len(take().marks) == 1
    with pretend(now() + timedelta(days=1)):
        assert take().marks == ()


def test_what_tools_no_longer_report_is_no_longer_set_aside(
    session: Session, cast: Cast, alice: ProjectAccess, take: Take
) -> None:
    do(session, alice, FALSE, one(session))
    bring(session, cast, MILD)

    assert take().marks == ()
    assert take().items[0].set_aside == ()


def test_a_mark_after_the_sign_off_stands_beside_its_finding_and_is_not_told_twice(
    session: Session, alice: ProjectAccess, checklist: Checklist, take: Take
) -> None:
    before = do(session, alice, FALSE, one(session, "mild"))
    reasons = dict.fromkeys(["IN-01", "IN-02", "IN-03", "AC-01", "AC-02"], "Later")
    sign_off(session, alice, checklist, statement="So it is", left_reasons=reasons)
    after = do(session, alice, FALSE, one(session))

    entry = take().items[0]

    assert [(found.rule, found.mark) for found in entry.findings] == [("sql", after.id)]
    assert [(found.rule, found.mark) for found in entry.set_aside] == [("mild", before.id)]
