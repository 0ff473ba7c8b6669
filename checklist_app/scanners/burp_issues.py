"""What Burp's issues say, whichever of its reports they stand in."""

from __future__ import annotations

import re

from checklist_app.domain.findings import MAX_DESCRIPTION, MAX_RULE_ID, FindingState, clean
from checklist_app.domain.vocabulary import Severity
from checklist_app.domain.weakness_tags import cwes_in
from checklist_app.scanners.base import plain_text
from checklist_app.scanners.values import SEVERITIES
from checklist_app.scanners.web_evidence import masked

TOOL = "Burp Suite"
EXTENSION_TYPE = "134217728"
"""The number that Burp gives to every issue of every extension: only its name tells the kind."""

WORDS = {**SEVERITIES, "false positive": Severity.INFO, "false_positive": Severity.INFO}

_FALSE_POSITIVE = re.compile(r"false[ _-]positive", re.IGNORECASE)
_INFORMATIONAL = "This issue is purely informational"


def rule_of(number: str, name: str) -> str:
    """Return Burp's number of an issue type, or the name where the number says nothing."""
    return clean(number if number and number != EXTENSION_TYPE else name, MAX_RULE_ID)


def state_of(severity: str, confidence: str, detail: str) -> tuple[FindingState, str]:
    """Return what an issue is, and the reason if somebody marked it as a false positive."""
    if any(_FALSE_POSITIVE.fullmatch(word) for word in (severity, confidence)):
        return FindingState.SUPPRESSED, "False positive"
    # Such as a valid certificate: Burp shows it, and it is no weakness.
    harmless = _INFORMATIONAL in detail
    return FindingState.OBSERVATION if harmless else FindingState.OPEN, ""


def classified(markup: str | None) -> tuple[int, ...]:
    """Return the weaknesses that the HTML list of classifications names."""
    return cwes_in(plain_text(clean(markup, MAX_DESCRIPTION)).splitlines())


def prose(*parts: str | None, limit: int) -> str:
    """Return the HTML texts of an issue as one plain text."""
    plain = (masked(plain_text(clean(part, limit))) for part in parts)
    return clean("\n\n".join(filter(None, plain)), limit)
