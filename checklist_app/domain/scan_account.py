"""What became of every result of a report: an account that has to add up."""

from __future__ import annotations

from dataclasses import dataclass

from checklist_app.domain.text import Text


@dataclass(frozen=True, slots=True)
class Skipped:
    """Results that were read but not kept, and why."""

    count: int
    reason: Text


@dataclass(frozen=True, slots=True)
class Account:
    """What became of every result: ``read`` is the sum of the five that follow.

    Attributes:
        findings: results that are open or need review.
        observations: results that say neither good nor bad, not applicable ones among them.
        merged: how many of all these were merged into another one; not part of the sum.
    """

    read: int
    findings: int
    passes: int
    suppressed: int
    observations: int
    skipped: int
    merged: int

    @property
    def adds_up(self) -> bool:
        """Whether nothing was lost and nothing invented."""
        kept = self.findings + self.passes + self.suppressed + self.observations
        return self.read == kept + self.skipped
