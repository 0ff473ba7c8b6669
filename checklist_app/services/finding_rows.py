"""One result of a report as a row of the findings, and whether it says anything new."""

from __future__ import annotations

from operator import itemgetter
from typing import Any

from sqlalchemy import Row

from checklist_app.domain.duplicates import place_of
from checklist_app.domain.findings import FindingState, ParsedFinding
from checklist_app.domain.masking import without_secrets
from checklist_app.domain.vocabulary import FindingStatus

STATUSES = {
    FindingState.OPEN: FindingStatus.OPEN,
    FindingState.NEEDS_REVIEW: FindingStatus.OPEN,
    FindingState.SUPPRESSED: FindingStatus.SUPPRESSED,
}
"""What is kept as a finding, and how; results of other states are only counted."""
COMPARED = (
    "title",
    "description",
    "severity",
    "status",
    "cwes",
    "tags",
    "locations",
    "occurrences",
    "cvss",
    "epss",
    "snippet",
    "place",
)
"""The columns whose change makes a finding a changed one."""
_compared = itemgetter(*COMPARED)


def row_of(finding: ParsedFinding, *, is_routed: bool) -> dict[str, Any]:
    """Return the columns of a finding that a report says something of, without its secrets."""
    finding = without_secrets(finding)
    return {
        "fingerprint": finding.fingerprint,
        "tool": finding.tool,
        "rule_id": finding.rule_id,
        "title": finding.title,
        "description": _description(finding),
        "severity": finding.severity,
        "severity_rank": finding.severity.rank,
        "status": STATUSES[finding.state],
        "cwes": list(finding.cwes),
        "tags": list(finding.tags),
        "location": str(finding.locations[0])[:2000] if finding.locations else "",
        "locations": [
            {
                "uri": place.uri,
                "line": place.line,
                "method": place.method,
                "parameter": place.parameter,
            }
            for place in finding.locations
        ],
        "occurrences": finding.occurrences,
        "is_routed": is_routed,
        "cvss": finding.cvss,
        "epss": finding.epss,
        "snippet": finding.snippet or None,
        "gone_at": None,
        "place": place_of(finding),
    }


def _description(finding: ParsedFinding) -> str:
    parts = (finding.description, finding.solution, "\n".join(finding.references))
    return "\n\n".join(part for part in parts if part)


def differs(known: Row[Any], row: dict[str, Any]) -> bool:
    """Whether a report says something else of a finding than what is stored.

    ``known`` ends with the columns of :data:`COMPARED`.
    """
    return bool(known[-len(COMPARED) :] != _compared(row))
