"""The parts of a report's snapshot: what was assessed, by whom, and what was concluded.

Texts of the standard are in the report's language; what people wrote stays as they wrote it. All
times are aware and in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Self

from checklist_app.domain.snapshot_findings import FindingFacts
from checklist_app.domain.vocabulary import (
    EvidenceKind,
    Outcome,
    RemediationStatus,
    Role,
)


@dataclass(frozen=True, slots=True)
class ProjectFacts:
    """What was assessed: the project's URL name, its name, and two Markdown texts."""

    slug: str
    name: str
    description: str
    scope: str


@dataclass(frozen=True, slots=True)
class StandardFacts:
    """The edition that was used; licence is an SPDX id, what is unknown is empty."""

    name: str
    version: str
    licence: str
    attribution: str
    provenance: str
    source_url: str


@dataclass(frozen=True, slots=True)
class ChecklistFacts:
    """The dated pass over the standard.

    Attributes:
        number: counts from 1 within the project.
        level: highest level of the standard that was looked at; None where it has no levels.
        signed_off_at: None in a draft, which the report then says on its cover.
        profile: what the project was said to have; None when it was not told.
        above_level: how many requirements of the standard lie above the level.
    """

    number: int
    name: str
    standard: StandardFacts
    level: int | None
    started_at: datetime
    signed_off_at: datetime | None
    profile: tuple[str, ...] | None = None
    above_level: int = 0


@dataclass(frozen=True, slots=True)
class Assessor:
    """Somebody whose verdicts count: ``verdicts`` is how many current ones are theirs."""

    name: str
    email: str
    role: Role | None
    verdicts: int


@dataclass(frozen=True, slots=True)
class Signer:
    """Who closed the checklist, and the sentence that they put their name to."""

    name: str
    email: str
    role: Role | None
    statement: str


@dataclass(frozen=True, slots=True)
class RemediationFacts:
    """The plan that closes a gap; ``plan`` is Markdown, ``owner`` is empty when nobody has it."""

    plan: str
    owner: str
    due_on: date | None
    status: RemediationStatus


@dataclass(frozen=True, slots=True)
class WaiverFacts:
    """An accepted deviation; it holds up to and including ``expires_on``."""

    justification: str
    approved_by: str
    granted_at: datetime
    expires_on: date


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """One requirement with everything that was concluded about it.

    Attributes:
        statement: what must hold, plain text.
        outcome: None = not assessed; never to be read as a failure.
        left_reason: why it was left without a verdict; empty if it was not.
        rationale: Markdown of the current verdict.
        assessed_by: name of the verdict's author; empty without verdict.
        evidence: ids into the evidence register, ascending.
        findings: worst first.
        findings_left_out: how many more findings there are than are listed here.
        set_aside: findings that would speak to it but that a person set aside, worst first.
        set_aside_left_out: how many more of these there are than are listed here.
        suggestion: what the tools propose, in one sentence; empty if they say nothing.
        references: such as ``OWASP ASVS 5.0.0 V11.4.2``.
        missing: what the project lacks, for want of which the requirement does not apply.
        is_carried: whether the verdict was given in an earlier round and came along.
        accepted_by: name of the second person who accepted it; empty if nobody did.
    """

    identifier: str
    title: str
    statement: str
    level: int | None
    outcome: Outcome | None
    left_reason: str
    rationale: str
    assessed_by: str
    assessed_at: datetime | None
    evidence: tuple[int, ...]
    findings: tuple[FindingFacts, ...]
    findings_left_out: int
    suggestion: str
    remediation: RemediationFacts | None
    waiver: WaiverFacts | None
    cwes: tuple[int, ...]
    references: tuple[str, ...]
    missing: tuple[str, ...] = ()
    is_carried: bool = False
    accepted_by: str = ""
    accepted_at: datetime | None = None
    set_aside: tuple[FindingFacts, ...] = ()
    set_aside_left_out: int = 0

    def is_waived(self, on: date) -> bool:
        """Whether a gap here is accepted on that day; an expired waiver accepts nothing."""
        return self.is_gap and self.waiver is not None and self.waiver.expires_on >= on

    @property
    def is_gap(self) -> bool:
        """Whether the outcome asks for remediation, waived or not."""
        return self.outcome is not None and self.outcome.is_gap


@dataclass(frozen=True, slots=True)
class OutcomeCounts:
    """How many items have which outcome; not assessed stands apart from every outcome."""

    passed: int
    partial: int
    failed: int
    not_applicable: int
    not_assessed: int

    @classmethod
    def of(cls, items: tuple[ItemFacts, ...]) -> Self:
        """Count ``items``."""
        outcomes = [item.outcome for item in items]
        return cls(
            passed=outcomes.count(Outcome.PASS),
            partial=outcomes.count(Outcome.PARTIAL),
            failed=outcomes.count(Outcome.FAIL),
            not_applicable=outcomes.count(Outcome.NOT_APPLICABLE),
            not_assessed=outcomes.count(None),
        )

    @property
    def total(self) -> int:
        """All items."""
        return self.assessed + self.not_assessed

    @property
    def assessed(self) -> int:
        """Items with a verdict."""
        return self.passed + self.partial + self.failed + self.not_applicable

    @property
    def applicable(self) -> int:
        """Items with a verdict other than not applicable: the base of :attr:`pass_share`."""
        return self.passed + self.partial + self.failed

    @property
    def pass_share(self) -> int | None:
        """Whole percent of applicable assessed items that pass, rounded down; None without any.

        Rounded down so that 100 means all of them. What nobody looked at is in neither number.
        """
        return self.passed * 100 // self.applicable if self.applicable else None


@dataclass(frozen=True, slots=True)
class SectionFacts:
    """A chapter of the standard with its items, in order."""

    identifier: str
    title: str
    intro: str
    items: tuple[ItemFacts, ...]

    @property
    def counts(self) -> OutcomeCounts:
        """The outcomes of this section."""
        return OutcomeCounts.of(self.items)


@dataclass(frozen=True, slots=True)
class EvidenceFacts:
    """One row of the evidence register.

    Attributes:
        id: number in the project, printed as ``E-<id>``.
        file_name, media_type, size, sha256: of the original bytes; empty and 0 without a file.
        items: identifiers of the items that it supports.
        preview: SHA-256 of the re-encoded picture (JPEG or PNG) to show; None if there is none.
        url: of a link; empty otherwise.
        note: Markdown.
    """

    id: int
    kind: EvidenceKind
    title: str
    file_name: str
    media_type: str
    size: int
    sha256: str
    collected_at: datetime
    author: str
    items: tuple[str, ...]
    preview: str | None
    url: str
    note: str


@dataclass(frozen=True, slots=True)
class VerdictChange:
    """One verdict as it was recorded; ``before`` is None where there was none."""

    at: datetime
    author: str
    identifier: str
    before: Outcome | None
    after: Outcome


@dataclass(frozen=True, slots=True)
class GapPoint:
    """How many gaps were open, and how many waived, at the end of a day."""

    on: date
    open: int
    waived: int
