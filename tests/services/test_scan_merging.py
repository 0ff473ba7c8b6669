"""Large reports: statements by the batch, the same account however the batches fall."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from checklist_app.domain.errors import Cancelled
from checklist_app.domain.findings import FindingState, ParsedFinding
from checklist_app.domain.scan_stream import Scan, StreamedScan
from checklist_app.domain.vocabulary import EvidenceKind, FindingStatus, Severity
from checklist_app.models import (
    Evidence,
    Finding,
    ScanImport,
    Suggestion,
    SuggestionFinding,
)
from checklist_app.services import scan_merging, suggestions
from checklist_app.services.clock import now
from checklist_app.services.evidence import add_evidence
from checklist_app.services.resources import Resources
from checklist_app.services.routing import BATCH
from checklist_app.services.scan_merging import apply_scan
from tests.cast import Cast, make_checklist
from tests.statements import counted
from tests.web.stage import finding, scan


@dataclass(frozen=True)
class Many:
    """So many findings, made anew whenever somebody asks; none of them is kept."""

    count: int
    severity: Severity = Severity.HIGH

    def __iter__(self) -> Iterator[ParsedFinding]:
        for number in range(self.count):
            made = finding(f"rule-{number % 7}", 89, path=f"app/{number}.py")
            yield replace(made, severity=self.severity)


def report_of(many: Many) -> Scan:
    about = replace(scan(), results_read=many.count)
    account = about.account_of({FindingState.OPEN: many.count}, 0)
    return StreamedScan.of(about, account, many)


def bring(
    session: Session, cast: Cast, report: Scan, go_on: Callable[[], None] = lambda: None
) -> dict[str, Any]:
    alice = cast.access("alice")
    evidence = Evidence(kind=EvidenceKind.SCAN, title="x", file_name="x", media_type="text/plain")
    scan_import = ScanImport(
        project_id=alice.project.id,
        evidence_id=add_evidence(session, alice, None, evidence).id,
        account={},
        environment="main",
        imported_by_id=alice.actor.user_id,
        created_at=now(),
    )
    session.add(scan_import)
    session.flush()
    account = apply_scan(session, scan_import, report, go_on=go_on)
    session.expire_all()
    return account


def count(session: Session, table: type[Finding | SuggestionFinding | Suggestion]) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def test_statements_grow_with_batches_not_with_findings(
    session: Session, cast: Cast, resources: Resources
) -> None:
    make_checklist(session, cast.access("alice"))
    sent = {}
    for batches in (1, 2, 4):
        attempt = session.begin_nested()
        session.expire_all()
        with counted(resources.engine) as statements:
            account = bring(session, cast, report_of(Many(batches * BATCH)))
        sent[batches] = len(statements)
        assert account["new"] == count(session, SuggestionFinding) == batches * BATCH
        attempt.rollback()

    by_batch = sent[2] - sent[1]
    assert by_batch <= 12
    assert sent[4] - sent[2] == 2 * by_batch


def test_half_a_batch_takes_as_many_statements_as_a_whole_one(
    session: Session, cast: Cast, resources: Resources
) -> None:
    sent = []
    for findings in (BATCH // 2, BATCH):
        attempt = session.begin_nested()
        session.expire_all()
        with counted(resources.engine) as statements:
            bring(session, cast, report_of(Many(findings)))
        sent.append(len(statements))
        attempt.rollback()
    assert sent[0] == sent[1]


def test_a_large_report_again_writes_neither_findings_nor_suggestions(
    session: Session, cast: Cast, resources: Resources
) -> None:
    make_checklist(session, cast.access("alice"))
    bring(session, cast, report_of(Many(BATCH + 200)))

    with counted(resources.engine) as statements:
        account = bring(session, cast, report_of(Many(BATCH + 200)))

    assert (account["new"], account["seen"], account["changed"]) == (0, BATCH + 200, 0)
    assert not any("suggestion" in one for one in statements)
    assert not any(
        "finding" in one and one.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))
        for one in statements
    )


@pytest.mark.parametrize("size", [1, 2, 3, 1000])
def test_one_fingerprint_in_two_batches_is_one_finding(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(scan_merging, "BATCH", size)
    one, other = finding("one", 89), finding("other", 89)
    twin = replace(one, title="The same fingerprint with another title")
    report = scan(one, other, twin, one)

    first = bring(session, cast, report)
    again = bring(session, cast, report)

    assert (first["new"], first["changed"], count(session, Finding)) == (2, 0, 2)
    assert (again["new"], again["seen"], again["changed"]) == (0, 2, 0)
    assert session.scalar(select(Finding.title).where(Finding.rule_id == "one")) == one.title


def test_what_became_suppressed_takes_its_suggestion_away(session: Session, cast: Cast) -> None:
    make_checklist(session, cast.access("alice"))
    one = finding("one", 89)
    bring(session, cast, scan(one))
    assert count(session, Suggestion) == 1

    account = bring(session, cast, scan(replace(one, state=FindingState.SUPPRESSED)))

    assert account["changed"] == 1
    assert session.scalar(select(Finding.status)) is FindingStatus.SUPPRESSED
    assert count(session, Suggestion) == count(session, SuggestionFinding) == 0


def test_what_an_import_adds_is_all_that_there_is_to_add(
    session: Session, cast: Cast, resources: Resources
) -> None:
    alice = cast.access("alice")
    make_checklist(session, alice)
    bring(session, cast, report_of(Many(20)))
    bring(session, cast, report_of(Many(30, Severity.LOW)))
    before = count(session, SuggestionFinding)

    with counted(resources.engine) as statements:
        suggestions.refresh(session, alice.project)

    assert before == count(session, SuggestionFinding) == 30
    assert not any(one.startswith(("INSERT", "UPDATE", "DELETE")) for one in statements)


def test_an_import_that_is_cancelled_between_batches_leaves_nothing(
    session: Session, cast: Cast
) -> None:
    batches = iter((None, Cancelled()))

    def go_on() -> None:
        if error := next(batches):
            raise error

    before = session.begin_nested()
    with pytest.raises(Cancelled):
        bring(session, cast, report_of(Many(BATCH + 1)), go_on)
    assert count(session, Finding) == BATCH
    before.rollback()
    assert count(session, Finding) == 0
