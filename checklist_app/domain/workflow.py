"""The rules of assessing, repairing and closing; pure functions over the vocabulary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType

from checklist_app.domain.errors import Conflict, Forbidden, InvalidInput
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import (
    ChecklistStatus,
    Outcome,
    RemediationStatus,
    ReviewStage,
)

LONGEST_RATIONALE = 20_000
DUE_SOON_DAYS = 14


def check_verdict(
    outcome: Outcome, rationale: str, *, evidence_count: int, finding_count: int
) -> None:
    """Raise InvalidInput when a verdict lacks what its outcome must rest on."""
    if len(rationale) > LONGEST_RATIONALE:
        raise InvalidInput(
            text("The rationale is longer than %(limit)s characters.", limit=LONGEST_RATIONALE),
            field="rationale",
        )
    has_rationale = bool(rationale.strip())
    if outcome is Outcome.PASS and not evidence_count:
        raise InvalidInput(
            text("A pass needs evidence. Attach a file, a link or a note first."), field="evidence"
        )
    if outcome in (Outcome.PARTIAL, Outcome.NOT_APPLICABLE) and not has_rationale:
        raise InvalidInput(text("This outcome needs a rationale: say why."), field="rationale")
    if outcome is Outcome.FAIL and not has_rationale and not finding_count:
        raise InvalidInput(
            text("A fail needs a rationale or a finding: say what is wrong."), field="rationale"
        )


def check_review(
    decision: ReviewStage, comment: str, stage: ReviewStage | None, *, is_author: bool
) -> None:
    """Raise when somebody cannot judge a verdict that stands at ``stage`` in this way.

    Raises:
        Conflict: it does not wait for a review.
        Forbidden: the verdict is their own.
        InvalidInput: it is sent back without saying why, or the decision is none.
    """
    if stage is not ReviewStage.WAITING:
        raise Conflict(text("This verdict does not wait for a review. Load the page again."))
    if is_author:
        raise Forbidden(text("Nobody accepts their own verdict. Ask somebody else to look at it."))
    if decision is ReviewStage.WAITING:
        raise InvalidInput(text("Accept the verdict or send it back."), field="decision")
    if decision is ReviewStage.SENT_BACK and not comment.strip():
        raise InvalidInput(text("Say what is to be looked at again."), field="comment")
    if len(comment) > LONGEST_RATIONALE:
        raise InvalidInput(
            text("The comment is longer than %(limit)s characters.", limit=LONGEST_RATIONALE),
            field="comment",
        )


def check_signer(signer: int, *, unaccepted: Sequence[str], accepted_by: frozenset[int]) -> None:
    """Raise Conflict when four eyes have not seen what a person is about to sign.

    Args:
        signer: key of who signs.
        unaccepted: the identifiers of items whose verdict nobody has accepted.
        accepted_by: keys of those who accepted the others.
    """
    if unaccepted:
        raise Conflict(
            text(
                "%(count)s verdicts wait for a second person: %(identifiers)s.",
                count=len(unaccepted),
                identifiers=", ".join(unaccepted[:10]) + ("…" if len(unaccepted) > 10 else ""),
            )
        )
    if accepted_by == {signer}:
        raise Conflict(
            text("You accepted every verdict of this checklist yourself: somebody else signs it.")
        )


def check_open(status: ChecklistStatus) -> None:
    """Raise Conflict when a checklist is frozen."""
    if status is not ChecklistStatus.OPEN:
        raise Conflict(
            text("This checklist is signed off and cannot change. Start a new round instead.")
        )


REMEDIATION_STEPS: Mapping[RemediationStatus, frozenset[RemediationStatus]] = MappingProxyType(
    {
        RemediationStatus.OPEN: frozenset({RemediationStatus.FIXING}),
        RemediationStatus.FIXING: frozenset(
            {RemediationStatus.OPEN, RemediationStatus.READY_FOR_RETEST}
        ),
        RemediationStatus.READY_FOR_RETEST: frozenset({RemediationStatus.FIXING}),
        RemediationStatus.CLOSED: frozenset(),
    }
)
"""The steps people take by hand; ``closed`` is reached by a new verdict alone."""


def check_remediation_step(current: RemediationStatus, wanted: RemediationStatus) -> None:
    """Raise when a remediation cannot go from ``current`` to ``wanted`` by hand."""
    if wanted is RemediationStatus.CLOSED:
        raise InvalidInput(
            text("A remediation closes when a reviewer records a new verdict on the item."),
            field="status",
        )
    if wanted not in REMEDIATION_STEPS[current]:
        raise Conflict(text("The remediation cannot take that step from where it stands."))


def remediation_after_verdict(status: RemediationStatus, outcome: Outcome) -> RemediationStatus:
    """Return where a remediation stands after a new verdict on its item.

    A verdict that is no gap closes it; one that still is a gap sends it back to work.
    """
    if not outcome.is_gap:
        return RemediationStatus.CLOSED
    if status in (RemediationStatus.CLOSED, RemediationStatus.READY_FOR_RETEST):
        return RemediationStatus.OPEN
    return status


def is_waived(expires_on: date | None, today: date) -> bool:
    """Return whether a waiver that ends on ``expires_on`` (inclusive) still holds."""
    return expires_on is not None and today <= expires_on


def is_overdue(due_on: date, status: RemediationStatus, today: date) -> bool:
    """Return whether a plan has passed its date without being closed."""
    return status is not RemediationStatus.CLOSED and due_on < today
