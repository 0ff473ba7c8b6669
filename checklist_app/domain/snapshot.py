"""What a report says: one frozen picture of a checklist, and the only input of a report.

Nothing in a report comes from anywhere else, so the report can be rebuilt from the stored snapshot
and compared byte by byte.

Order matters (it is the order on paper) and belongs to whoever builds the snapshot: sections and
items as in the standard, findings worst first, evidence by id, verdict changes oldest first.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime

from checklist_app.domain import canonical_json
from checklist_app.domain.snapshot_facts import (
    Assessor,
    ChecklistFacts,
    EvidenceFacts,
    GapPoint,
    ItemFacts,
    OutcomeCounts,
    ProjectFacts,
    RemediationFacts,
    SectionFacts,
    Signer,
    StandardFacts,
    VerdictChange,
    WaiverFacts,
)
from checklist_app.domain.snapshot_findings import FindingFacts, MarkFacts, ScanImportFacts
from checklist_app.domain.vocabulary import Language, Outcome, Severity

__all__ = [
    "FORMAT",
    "Assessor",
    "ChecklistFacts",
    "EvidenceFacts",
    "FindingFacts",
    "GapPoint",
    "ItemFacts",
    "MarkFacts",
    "OutcomeCounts",
    "ProjectFacts",
    "RemediationFacts",
    "ReportSnapshot",
    "ScanImportFacts",
    "SectionFacts",
    "Signer",
    "StandardFacts",
    "VerdictChange",
    "WaiverFacts",
]

FORMAT = 2
"""The current :attr:`ReportSnapshot.format`; the first one was silent of what people set aside."""


@dataclass(frozen=True, slots=True)
class ReportSnapshot:
    """Everything that one report says.

    Attributes:
        format: version of this shape; older ones still load, and still make the same pages.
        language: of the report.
        generated_at: when the picture was taken; also the PDF's date.
        organisation: who issues the report, for the cover.
        number: of the report within the project, from 1.
        public_id: unguessable id of the report, printed for the verify page.
        verify_url: absolute address of the verify page.
        signer: None in a draft.
        gaps_over_time: oldest first, at most about 60 points.
        marks: what people set aside of the project's findings and still holds, oldest first.
    """

    format: int
    language: Language
    generated_at: datetime
    organisation: str
    number: int
    public_id: str
    verify_url: str
    project: ProjectFacts
    checklist: ChecklistFacts
    assessors: tuple[Assessor, ...]
    signer: Signer | None
    sections: tuple[SectionFacts, ...]
    evidence: tuple[EvidenceFacts, ...]
    scan_imports: tuple[ScanImportFacts, ...]
    verdict_changes: tuple[VerdictChange, ...]
    gaps_over_time: tuple[GapPoint, ...]
    marks: tuple[MarkFacts, ...] = ()

    @property
    def items(self) -> tuple[ItemFacts, ...]:
        """All items, in the order of the standard."""
        return tuple(item for section in self.sections for item in section.items)

    @property
    def counts(self) -> OutcomeCounts:
        """The outcomes of the whole checklist."""
        return OutcomeCounts.of(self.items)

    @property
    def today(self) -> date:
        """The day (UTC) on which waivers and due dates are judged."""
        return self.generated_at.astimezone(UTC).date()

    @property
    def open_gaps(self) -> tuple[ItemFacts, ...]:
        """Failed and partial items that no valid waiver accepts."""
        return tuple(i for i in self.items if i.is_gap and not i.is_waived(self.today))

    @property
    def waived_gaps(self) -> tuple[ItemFacts, ...]:
        """Failed and partial items that are accepted for now."""
        return tuple(i for i in self.items if i.is_waived(self.today))

    @property
    def not_assessed(self) -> tuple[ItemFacts, ...]:
        """Items without a verdict."""
        return tuple(i for i in self.items if i.outcome is None)

    @property
    def exclusions(self) -> tuple[ItemFacts, ...]:
        """Items that were judged not to apply."""
        return tuple(i for i in self.items if i.outcome is Outcome.NOT_APPLICABLE)

    @property
    def tells_marks(self) -> bool:
        """Whether it speaks of marks at all; one that does not is silent, not free of them."""
        return self.format >= 2

    def severities(self) -> dict[Severity, int]:
        """How many listed findings there are of each severity, worst first, each counted once."""
        seen = {finding.id: finding for item in self.items for finding in item.findings}
        found = [finding.severity for finding in seen.values()]
        return {severity: found.count(severity) for severity in Severity}

    def to_json(self) -> bytes:
        """Return the snapshot as canonical JSON; equal snapshots give equal bytes."""
        return canonical_json.dump(self)

    @classmethod
    def from_json(cls, data: bytes) -> ReportSnapshot:
        """Rebuild a snapshot from :meth:`to_json`.

        Raises:
            InvalidInput: the bytes are not a snapshot of this format.
        """
        return canonical_json.load(cls, data)

    @property
    def sha256(self) -> str:
        """Hex SHA-256 of :meth:`to_json`."""
        return hashlib.sha256(self.to_json()).hexdigest()
