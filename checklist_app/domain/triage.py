"""What a person may say of findings: which of them an action changes, and why not the others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from checklist_app.domain.errors import Conflict
from checklist_app.domain.text import Text, text
from checklist_app.domain.vocabulary import FindingMark, FindingStatus, Severity, TriageKind

MOST_AT_ONCE = 20_000
"""Findings that one action may change; more are narrowed by a filter first."""

ALREADY_FALSE = text("It is marked as a false positive already.")
REOPEN_FIRST = text("It is marked as a false positive. Reopen it first.")
WAIVED = text("A waiver accepts it until %(date)s.")
NOT_YOURS = text("A waiver accepts it. Only who may grant waivers can reopen it.")
NOT_MARKED = text("Nobody has marked it.")
GONE = text("Tools no longer report it.")
SPEAKS_TO_NOTHING = text("It speaks to no item of a current checklist.")
NO_GAP = text("No verdict says that its item fails, or passes in part.")
PLANNED = text("Every gap that it speaks to has a plan already.")


@dataclass(frozen=True, slots=True)
class MarkState:
    """A finding as far as an action asks: what tools and what people say of it."""

    id: int
    severity: Severity
    status: FindingStatus
    mark: FindingMark | None
    marked_until: date | None
    mark_action_id: int | None

    def in_force(self, today: date) -> FindingMark | None:
        """Return the mark that holds today: an acceptance ends with its date."""
        is_over = self.marked_until is not None and self.marked_until < today
        return None if is_over else self.mark


def refusal(kind: TriageKind, state: MarkState, today: date, *, may_waive: bool) -> Text | None:
    """Return why an action leaves a finding as it is, or None when it may change it.

    ``may_waive`` tells whether the person may grant waivers, and so end one.
    """
    mark = state.in_force(today)
    if kind is TriageKind.REOPEN:
        return _why_marked(mark, may_waive=may_waive)
    if mark is FindingMark.FALSE_POSITIVE:
        return ALREADY_FALSE if kind is TriageKind.FALSE_POSITIVE else REOPEN_FIRST
    if mark is FindingMark.ACCEPTED and state.marked_until is not None:
        return text(WAIVED.msgid, date=state.marked_until.isoformat())
    is_gone = kind is not TriageKind.FALSE_POSITIVE and state.status.is_absent
    return GONE if is_gone else None


def _why_marked(mark: FindingMark | None, *, may_waive: bool) -> Text | None:
    if mark is None:
        return NOT_MARKED
    return NOT_YOURS if mark is FindingMark.ACCEPTED and not may_waive else None


class SelectionChanged(Conflict):
    """What was previewed is no longer what would happen; nothing was done."""

    def __init__(self) -> None:
        super().__init__(
            text(
                "Something changed since the preview, so nothing was done. "
                "This is what would happen now; look at it and confirm again."
            )
        )
