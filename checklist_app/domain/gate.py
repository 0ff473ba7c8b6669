"""The gate of a pipeline: what a project asks of its checklists, and where they fall short."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from checklist_app.domain.errors import InvalidInput
from checklist_app.domain.text import Text, text
from checklist_app.domain.vocabulary import Outcome, ReviewStage, Severity
from checklist_app.domain.workflow import is_waived

HIGHEST_LEVEL = 9
MOST_DAYS = 3650


class GateRule(StrEnum):
    """Why a gate stays closed; the value names the rule in SARIF, JUnit and the interface."""

    OPEN_FAIL = "open-fail"
    OPEN_FINDING = "open-finding"
    OLD_EVIDENCE = "old-evidence"
    NOT_ASSESSED = "not-assessed"
    NOT_REVIEWED = "not-reviewed"
    WAIVER_ENDS = "waiver-ends"


MEANINGS: dict[GateRule, Text] = {
    GateRule.OPEN_FAIL: text("A requirement fails, and no waiver accepts it."),
    GateRule.OPEN_FINDING: text("A tool reports a finding that is this severe, or worse."),
    GateRule.OLD_EVIDENCE: text("A verdict rests on evidence that is too old, or has expired."),
    GateRule.NOT_ASSESSED: text("Nobody has given a verdict."),
    GateRule.NOT_REVIEWED: text("A verdict waits for somebody to look at it."),
    GateRule.WAIVER_ENDS: text("A waiver ends soon, and the gap will count again."),
}
"""What each rule says when it is broken."""


@dataclass(frozen=True, slots=True)
class GatePolicy:
    """What has to hold for the gate to open. The default asks for no open fail and nothing else.

    Attributes:
        level: the highest level whose requirements count; None for all. A requirement without a
            level always counts. Findings count whatever they lead to.
        no_open_fail: no failed requirement without a waiver in force.
        severity: no open finding this severe or worse; None does not look at findings.
        evidence_days: no verdict whose newest evidence was collected longer ago, in days, or has
            expired; None does not look at it.
        no_unassessed: no requirement without a verdict.
        no_unreviewed: no verdict that waits for a second person, or for another look.
        waiver_days: no waiver that ends within so many days; None does not look at them.
    """

    level: int | None = None
    no_open_fail: bool = True
    severity: Severity | None = None
    evidence_days: int | None = None
    no_unassessed: bool = False
    no_unreviewed: bool = False
    waiver_days: int | None = None

    def check(self) -> None:
        """Raise InvalidInput when a number is out of its bounds."""
        bounds = (
            ("level", self.level, 1, HIGHEST_LEVEL),
            ("evidence_days", self.evidence_days, 1, MOST_DAYS),
            ("waiver_days", self.waiver_days, 0, MOST_DAYS),
        )
        for name, value, lowest, highest in bounds:
            if value is not None and not lowest <= value <= highest:
                raise InvalidInput(
                    text(
                        "Give a whole number from %(lowest)s to %(highest)s.",
                        lowest=lowest,
                        highest=highest,
                    ),
                    field=name,
                )

    def with_wishes(self, asked: GatePolicy) -> GatePolicy:
        """Return what holds when a pipeline asks for ``asked`` besides: it can only ask for more.

        A level of None means no wish there.
        """
        level = None if self.level is None else max(self.level, asked.level or 0)
        severities = [one for one in (self.severity, asked.severity) if one is not None]
        days = [one for one in (self.evidence_days, asked.evidence_days) if one is not None]
        ahead = [one for one in (self.waiver_days, asked.waiver_days) if one is not None]
        return GatePolicy(
            level=level,
            no_open_fail=self.no_open_fail or asked.no_open_fail,
            severity=max(severities, key=lambda one: one.rank, default=None),
            evidence_days=min(days, default=None),
            no_unassessed=self.no_unassessed or asked.no_unassessed,
            no_unreviewed=self.no_unreviewed or asked.no_unreviewed,
            waiver_days=max(ahead, default=None),
        )

    @property
    def rules(self) -> tuple[GateRule, ...]:
        """The rules that are looked at."""
        asked = {
            GateRule.OPEN_FAIL: self.no_open_fail,
            GateRule.OPEN_FINDING: self.severity is not None,
            GateRule.OLD_EVIDENCE: self.evidence_days is not None,
            GateRule.NOT_ASSESSED: self.no_unassessed,
            GateRule.NOT_REVIEWED: self.no_unreviewed,
            GateRule.WAIVER_ENDS: self.waiver_days is not None,
        }
        return tuple(rule for rule in GateRule if asked[rule])


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """What the gate looks at in one item.

    Attributes:
        level: of its requirement; None where the list has no levels.
        outcome: None when nobody has given a verdict.
        waived_until: the last day of the waiver in force; None without one.
        evidence_on: when its newest evidence was collected; None without any.
        evidence_holds: whether any of its evidence has not expired.
        review_stage: how a second person stands to the verdict.
        needs_review: whether it came along from an earlier round and was not looked at since.
    """

    level: int | None
    outcome: Outcome | None
    waived_until: date | None
    evidence_on: date | None
    evidence_holds: bool
    review_stage: ReviewStage | None
    needs_review: bool


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A rule that something breaks: ``why``, and what to do about it."""

    rule: GateRule
    why: Text
    advice: Text


def policy_in_force(own: GatePolicy | None, asked: GatePolicy) -> GatePolicy:
    """Return what a gate is judged by.

    Args:
        own: what the project asks for; a pipeline can only ask for more. None leaves it all to the
            pipeline, but for open fails.
        asked: what the pipeline asks for.
    """
    return replace(asked, no_open_fail=True) if own is None else own.with_wishes(asked)


def shortfalls(
    policy: GatePolicy, item: ItemFacts, today: date, *, four_eyes: bool
) -> Iterator[Shortfall]:
    """Yield where one item falls short of a policy; findings are judged by themselves.

    Args:
        policy: what is asked for.
        item: what is known.
        today: decides about waivers and ages.
        four_eyes: whether the project asks that a second person accepts each verdict.
    """
    if policy.level is not None and item.level is not None and item.level > policy.level:
        return
    if item.outcome is None:
        if policy.no_unassessed:
            yield Shortfall(
                GateRule.NOT_ASSESSED,
                text("Nobody has given a verdict."),
                text("Assess it, or say why it does not apply."),
            )
        return
    is_accepted = item.outcome.is_gap and is_waived(item.waived_until, today)
    if policy.no_open_fail and item.outcome is Outcome.FAIL and not is_accepted:
        yield Shortfall(
            GateRule.OPEN_FAIL,
            text("It fails, and no waiver is in force."),
            text("Repair it and record a new verdict, or have a manager grant a waiver."),
        )
    if policy.evidence_days is not None:
        yield from _old_evidence(policy.evidence_days, item, today)
    if policy.no_unreviewed and _is_unreviewed(item, four_eyes=four_eyes):
        yield Shortfall(
            GateRule.NOT_REVIEWED,
            text("Its verdict waits for somebody to look at it."),
            text("Ask a second person to accept it, or record the verdict again."),
        )
    if policy.waiver_days is not None and is_accepted and item.waived_until is not None:
        yield from _ending_waiver(policy.waiver_days, item.waived_until, today)


REPORTED_AS: dict[Severity, Text] = {
    Severity.CRITICAL: text("A tool reports it as critical, and nobody has set it aside."),
    Severity.HIGH: text("A tool reports it as high, and nobody has set it aside."),
    Severity.MEDIUM: text("A tool reports it as medium, and nobody has set it aside."),
    Severity.LOW: text("A tool reports it as low, and nobody has set it aside."),
    Severity.INFO: text("A tool reports it as informative, and nobody has set it aside."),
}


def open_finding(severity: Severity) -> Shortfall:
    """Return how an open finding falls short."""
    return Shortfall(
        GateRule.OPEN_FINDING,
        REPORTED_AS[severity],
        text("Repair it and scan again, or mark it as a false positive or an accepted risk."),
    )


def _old_evidence(days: int, item: ItemFacts, today: date) -> Iterator[Shortfall]:
    advice = text("Collect new evidence and attach it.")
    if item.evidence_on is None:
        return
    if not item.evidence_holds:
        yield Shortfall(GateRule.OLD_EVIDENCE, text("All of its evidence has expired."), advice)
    elif item.evidence_on < today - timedelta(days=days):
        why = text(
            "Its newest evidence is of %(date)s, more than %(days)s days ago.",
            date=item.evidence_on.isoformat(),
            days=days,
        )
        yield Shortfall(GateRule.OLD_EVIDENCE, why, advice)


def _is_unreviewed(item: ItemFacts, *, four_eyes: bool) -> bool:
    waits = item.review_stage in (ReviewStage.WAITING, ReviewStage.SENT_BACK)
    unseen = four_eyes and item.review_stage is not ReviewStage.ACCEPTED
    return item.needs_review or waits or unseen


def _ending_waiver(days: int, last: date, today: date) -> Iterator[Shortfall]:
    if last <= today + timedelta(days=days):
        yield Shortfall(
            GateRule.WAIVER_ENDS,
            text("Its waiver ends on %(date)s.", date=last.isoformat()),
            text("Repair it before then, or have a manager grant a new waiver."),
        )
