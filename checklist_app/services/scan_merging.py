"""What a report says, merged into the findings of a project, batch by batch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from checklist_app.domain.findings import ParsedFinding, routing_keys
from checklist_app.domain.scan_stream import Scan
from checklist_app.domain.vocabulary import FindingStatus
from checklist_app.models import Finding, Project, ScanImport
from checklist_app.models.bulk import insert_rows
from checklist_app.services import scan_scopes, suggestions
from checklist_app.services.clock import now
from checklist_app.services.corrected_routes import LedRules, rules_led_somewhere
from checklist_app.services.finding_rows import COMPARED, STATUSES, differs, row_of
from checklist_app.services.routing import BATCH, RoutedKeys
from checklist_app.services.scan_repeats import leave_stamp
from checklist_app.services.scan_scopes import Absent, note_sightings, open_scope
from checklist_app.services.scans import note_import


def apply_scan(
    session: Session,
    scan_import: ScanImport,
    scan: Scan,
    *,
    go_on: Callable[[], None] = lambda: None,
) -> dict[str, Any]:
    """Merge what a report says into the project's findings, and refresh the suggestions.

    Findings that are known and unchanged are not written. What the newest report of a scope leaves
    out is marked as no longer reported, or closed where the project's policy says so, and open
    again when a report brings it back. Verdicts and waivers stay as they are. No more than a batch
    of results is in memory at any time.

    Args:
        session: the transaction of the caller.
        scan_import: the import that the report belongs to.
        scan: the report; its results are asked for once.
        go_on: called before every batch; raises if the work is not wanted any more.

    Returns:
        The account: ``read`` = ``findings`` + ``passes`` + ``suppressed`` + ``observations`` +
        ``skipped``; of the distinct findings, how many are ``new``, ``seen`` before, ``reopened``,
        ``changed`` and ``unrouted``; how many earlier ones are ``gone``, how many of these were
        ``closed`` by the policy, and how many results were ``merged`` into another.
    """
    project = session.scalars(
        # What a new checklist or a correction does to suggestions waits for us, or we for it.
        select(Project).where(Project.id == scan_import.project_id).with_for_update(read=True)
    ).one()
    scope = open_scope(session, project, scan_import, scan)
    merge = _Merge(session, project, scan_import, is_older=scan_scopes.is_older(scope, scan))
    results = _distinct(scan.results)
    while batch := list(islice(results, BATCH)):
        go_on()
        merge.take(batch)
    absent = note_sightings(session, scope, merge.reported, scan)
    _tell(scan_import, scan, merge.counts(absent))
    scan_import.scope_id = scope.id
    session.flush()
    if absent.gone or merge.closes:
        suggestions.withdraw_closed(session, project)
    suggestions.settle_rated(session, project, merge.rated)
    suggestions.refresh_findings(session, project, merge.touched, go_on=go_on)
    note_import(session, scan_import)
    leave_stamp(session, project, scan_import, scope)
    return scan_import.account


@dataclass(slots=True)
class _Merge:
    """The findings of a project while a report is merged into them.

    Attributes:
        reported: keys of all findings that the report names.
        touched: keys of those that are new or changed.
        rated: keys of those that have another severity now.
        closes: whether any changed one is not open now.
    """

    session: Session
    project: Project
    scan_import: ScanImport
    is_older: bool
    reported: set[int] = field(default_factory=set)
    touched: list[int] = field(default_factory=list)
    rated: list[int] = field(default_factory=list)
    new: int = 0
    changed: int = 0
    reopened: int = 0
    unrouted: int = 0
    closes: bool = False
    _routed: RoutedKeys = field(init=False)
    _led: LedRules = field(init=False)

    def __post_init__(self) -> None:
        self._routed = RoutedKeys(self.session)
        self._led = rules_led_somewhere(self.session, self.project)

    def take(self, batch: list[ParsedFinding]) -> None:
        """Write what is new or changed in a batch of different findings."""
        self._routed.learn(set(chain.from_iterable({routing_keys(finding) for finding in batch})))
        known = self._known([finding.fingerprint for finding in batch])
        new, changed = [], []
        for finding in batch:
            row = row_of(finding, is_routed=self._is_routed(finding))
            self.unrouted += not row["is_routed"]
            stored = known.get(finding.fingerprint)
            if stored is None:
                new.append(row)
                continue
            self.reported.add(stored.id)
            if stored.status.is_absent:
                self._bring_back(stored, row)
            if differs(stored, row):
                changed.append({"id": stored.id, **row})
                if stored.severity is not row["severity"]:
                    self.rated.append(stored.id)
        self._insert(new)
        self._update(changed)

    def counts(self, absent: Absent) -> dict[str, int]:
        """Return the part of the account that compares the report with what was known."""
        return {
            "new": self.new,
            "seen": len(self.reported) - self.new - self.reopened,
            "reopened": self.reopened,
            "gone": absent.gone,
            "closed": absent.closed,
            "changed": self.changed,
            "unrouted": self.unrouted,
        }

    def _is_routed(self, finding: ParsedFinding) -> bool:
        rule = (finding.tool, finding.rule_id)
        return rule in self._led or self._routed.has_any(routing_keys(finding))

    def _bring_back(self, stored: Row[Any], row: dict[str, Any]) -> None:
        if self.is_older:  # what is gone by a newer report is not brought back by an older one
            row.update(status=stored.status, gone_at=stored.gone_at)
        else:
            self.reopened += 1

    def _known(self, fingerprints: list[str]) -> dict[str, Row[Any]]:
        columns = (getattr(Finding, name) for name in ("id", "fingerprint", "gone_at", *COMPARED))
        rows = self.session.execute(
            select(*columns).where(
                Finding.project_id == self.project.id, Finding.fingerprint.in_(fingerprints)
            )
        )
        return {row.fingerprint: row for row in rows}

    def _insert(self, rows: list[dict[str, Any]]) -> None:
        if not rows:
            return
        constant = (self.project.id, self.scan_import.id, now())
        insert_rows(
            self.session,
            Finding,
            ("project_id", "first_import_id", "created_at", *rows[0]),
            [(*constant, *row.values()) for row in rows],
        )
        ids = self.session.scalars(
            select(Finding.id).where(
                Finding.project_id == self.project.id,
                Finding.fingerprint.in_([row["fingerprint"] for row in rows]),
            )
        ).all()
        self.new += len(ids)
        self.reported.update(ids)
        self.touched.extend(ids)

    def _update(self, rows: list[dict[str, Any]]) -> None:
        if not rows:
            return
        self.session.execute(update(Finding), rows)
        self.changed += len(rows)
        self.touched.extend(row["id"] for row in rows)
        self.closes |= any(row["status"] is not FindingStatus.OPEN for row in rows)


def _distinct(results: Iterable[ParsedFinding]) -> Iterator[ParsedFinding]:
    """Yield what is kept as a finding; of two with one fingerprint the first."""
    seen: set[str] = set()
    for result in results:
        if result.state in STATUSES and result.fingerprint not in seen:
            seen.add(result.fingerprint)
            yield result


def _tell(scan_import: ScanImport, scan: Scan, counts: dict[str, int]) -> None:
    """Write down what the report says of itself, and what became of its results."""
    account = scan.account
    scan_import.format = scan.format
    scan_import.tool = scan.tool[:120]
    scan_import.tool_version = scan.tool_version[:60]
    scan_import.started_at = scan.started_at
    scan_import.command_line = scan.command_line
    scan_import.account = {
        "read": account.read,
        "findings": account.findings,
        "passes": account.passes,
        "suppressed": account.suppressed,
        "observations": account.observations,
        "skipped": account.skipped,
        "merged": account.merged,
        **counts,
        "target": scan.target,
        "skipped_reasons": [
            {"count": part.count, "reason": part.reason.to_json()} for part in scan.skipped
        ],
        "problems": [problem.to_json() for problem in scan.problems],
    }
