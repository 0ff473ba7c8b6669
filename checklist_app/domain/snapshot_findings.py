"""What a snapshot says of tools: their reports, their findings, and which people set aside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from checklist_app.domain.vocabulary import FindingMark, Severity


@dataclass(frozen=True, slots=True)
class FindingFacts:
    """One weakness a tool reported on an item.

    Attributes:
        id: number in the project, printed as ``F-<id>``; a finding that touches several items is
            listed under each with the same id.
        scan_import: number of the scan import that brought it.
        rule: the tool's own name of the rule.
        location: file and line, URL or host, as the tool gave it; may be empty.
        cwes: CWE numbers, ascending.
        mark: number of the act by which a person set it aside; None if nobody did.
    """

    id: int
    scan_import: int
    severity: Severity
    tool: str
    rule: str
    title: str
    location: str
    cwes: tuple[int, ...]
    mark: int | None = None


@dataclass(frozen=True, slots=True)
class MarkFacts:
    """One act by which a person set findings aside, as far as it holds in the report.

    Attributes:
        number: of the act, printed as ``M-<number>``.
        reason: Markdown.
        expires_on: the last day of an acceptance; None for what has no end.
        findings: for how many findings of the project it holds.
    """

    number: int
    mark: FindingMark
    reason: str
    marked_by: str
    marked_at: datetime
    expires_on: date | None
    findings: int


@dataclass(frozen=True, slots=True)
class ScanImportFacts:
    """One scanner report that was taken in, and the account of its results.

    Attributes:
        results: how many results the file held.
        kept: findings made; ``merged`` into one already known; ``unrouted`` fit no requirement.
    """

    number: int
    tool: str
    tool_version: str
    format: str
    file_name: str
    sha256: str
    imported_at: datetime
    imported_by: str
    results: int
    kept: int
    merged: int
    unrouted: int
