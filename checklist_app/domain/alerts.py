"""What is noted at the doors, and when it becomes an alert: the table of rules and its bounds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from checklist_app.domain.errors import InvalidInput
from checklist_app.domain.text import Text, text


class SecurityKind(StrEnum):
    """What happened at a door."""

    DENIED = "denied"
    FORM_REFUSED = "form_refused"
    THROTTLED = "throttled"
    SIGN_IN_REFUSED = "sign_in_refused"
    FACTOR_REFUSED = "factor_refused"
    FACTOR_ADDED = "factor_added"
    FACTOR_REMOVED = "factor_removed"
    FACTORS_RESET = "factors_reset"
    TOKEN_MADE = "token_made"  # noqa: S105 - a word, no secret  # nosec B105
    TOKEN_REUSED = "token_reused"  # noqa: S105 - a word, no secret  # nosec B105
    ROLE_CHANGED = "role_changed"
    ROLE_RAISED = "role_raised"
    ADMINISTRATOR_MADE = "administrator_made"
    AUDITOR_MADE = "auditor_made"
    DOWNLOAD = "download"
    VIEWING = "viewing"
    TAMPERING = "tampering"
    CHAIN_BROKEN = "chain_broken"
    FILE_ALTERED = "file_altered"
    REDIS_LOST = "redis_lost"


class AlertRule(StrEnum):
    """What administrators are told about."""

    ACCOUNT_ATTACKED = "account_attacked"
    ADDRESS_ATTACKS = "address_attacks"
    MANY_DENIALS = "many_denials"
    TOKEN_REUSE = "token_reuse"  # noqa: S105 - a word, no secret  # nosec B105
    MASS_DOWNLOAD = "mass_download"
    MASS_VIEWING = "mass_viewing"
    ROLE_ESCALATION = "role_escalation"
    NEW_ADMINISTRATOR = "new_administrator"
    FACTORS_RESET = "factors_reset"
    AUDIT_BREAK = "audit_break"


class AlertState(StrEnum):
    """Whether somebody has seen to an alert."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"


class CountedBy(StrEnum):
    """What the events of a rule have in common: the column that they are counted by.

    ``WHOEVER`` is the person, or for what nobody signed in for, such as the command line and a
    provider of single sign-on, the system as one.
    """

    SUBJECT = "subject"
    ADDRESS = "address"
    PERSON = "person"
    WHOEVER = "whoever"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Threshold:
    """How often within how many minutes makes an alert of a rule that is on."""

    threshold: int
    minutes: int
    is_on: bool = True

    def window_of(self, moment: datetime) -> datetime:
        """Return the beginning of the window that ``moment`` is in; one alert for each."""
        length = self.minutes * 60
        return datetime.fromtimestamp(int(moment.timestamp()) // length * length, UTC)

    def since(self, moment: datetime) -> datetime:
        """Return since when events count at ``moment``."""
        return moment - timedelta(minutes=self.minutes)


@dataclass(frozen=True, slots=True)
class Rule:
    """Which events a rule counts, by what, and what it comes with."""

    kinds: frozenset[SecurityKind]
    counted_by: CountedBy
    default: Threshold


MOST = 100_000
LONGEST_MINUTES = 1440

_REFUSALS = frozenset({SecurityKind.SIGN_IN_REFUSED, SecurityKind.FACTOR_REFUSED})
_SEEING_ALL = frozenset({SecurityKind.ADMINISTRATOR_MADE, SecurityKind.AUDITOR_MADE})
_DENIALS = frozenset({SecurityKind.DENIED, SecurityKind.FORM_REFUSED, SecurityKind.THROTTLED})

RULES: Mapping[AlertRule, Rule] = MappingProxyType(
    {
        AlertRule.ACCOUNT_ATTACKED: Rule(_REFUSALS, CountedBy.SUBJECT, Threshold(10, 15)),
        AlertRule.ADDRESS_ATTACKS: Rule(_REFUSALS, CountedBy.ADDRESS, Threshold(25, 15)),
        AlertRule.MANY_DENIALS: Rule(_DENIALS, CountedBy.ADDRESS, Threshold(100, 10)),
        AlertRule.TOKEN_REUSE: Rule(
            frozenset({SecurityKind.TOKEN_REUSED}), CountedBy.SUBJECT, Threshold(1, 60)
        ),
        AlertRule.MASS_DOWNLOAD: Rule(
            frozenset({SecurityKind.DOWNLOAD}), CountedBy.PERSON, Threshold(60, 10)
        ),
        AlertRule.MASS_VIEWING: Rule(
            frozenset({SecurityKind.VIEWING}), CountedBy.PERSON, Threshold(400, 10)
        ),
        AlertRule.ROLE_ESCALATION: Rule(
            frozenset({SecurityKind.ROLE_RAISED}), CountedBy.WHOEVER, Threshold(10, 60)
        ),
        AlertRule.NEW_ADMINISTRATOR: Rule(_SEEING_ALL, CountedBy.SUBJECT, Threshold(1, 60)),
        AlertRule.FACTORS_RESET: Rule(
            frozenset({SecurityKind.FACTORS_RESET}), CountedBy.SUBJECT, Threshold(1, 60)
        ),
        AlertRule.AUDIT_BREAK: Rule(
            frozenset({SecurityKind.CHAIN_BROKEN, SecurityKind.FILE_ALTERED}),
            CountedBy.NOTHING,
            Threshold(1, 1440),
        ),
    }
)
"""Every rule; what a kind of event sets off is found here and nowhere else."""

RULE_NAMES: Mapping[AlertRule, Text] = MappingProxyType(
    {
        AlertRule.ACCOUNT_ATTACKED: text("Guessing at one account"),
        AlertRule.ADDRESS_ATTACKS: text("Guessing from one address"),
        AlertRule.MANY_DENIALS: text("Many refusals to one address"),
        AlertRule.TOKEN_REUSE: text("A spent token is used again"),
        AlertRule.MASS_DOWNLOAD: text("One person takes many files"),
        AlertRule.MASS_VIEWING: text("One person looks at many pictures"),
        AlertRule.ROLE_ESCALATION: text("Many strong roles are given"),
        AlertRule.NEW_ADMINISTRATOR: text("Somebody becomes administrator or auditor"),
        AlertRule.FACTORS_RESET: text("Second factors are reset"),
        AlertRule.AUDIT_BREAK: text("The audit record or a stored file was altered"),
    }
)
"""What people call each rule, on a page and in a mail."""


def rules_for(kind: SecurityKind) -> list[AlertRule]:
    """Return the rules that count a kind of event."""
    return [name for name, rule in RULES.items() if kind in rule.kinds]


def checked_threshold(threshold: int, minutes: int, *, is_on: bool) -> Threshold:
    """Return a threshold within bounds.

    Raises:
        InvalidInput: a number is out of bounds; the message says which bounds.
    """
    if not 1 <= threshold <= MOST:
        raise InvalidInput(
            text("How often has to be a whole number from 1 to %(most)s.", most=MOST),
            field="threshold",
        )
    if not 1 <= minutes <= LONGEST_MINUTES:
        raise InvalidInput(
            text("The minutes have to be a whole number from 1 to %(most)s.", most=LONGEST_MINUTES),
            field="minutes",
        )
    return Threshold(threshold, minutes, is_on)
