"""Messages to other systems: what they are about, how they are signed, how often they are tried."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta
from enum import StrEnum

from checklist_app.domain.errors import InvalidInput
from checklist_app.domain.text import text

VERSION = 1
SIGNATURE_FORM = "v1"
MOST_ATTEMPTS = 12
FIRST_DELAY = timedelta(seconds=30)
LONGEST_DELAY = timedelta(hours=6)
"""After half a minute, then twice as long each time: 12 attempts over about 14 hours."""
FAILING_DAYS = 5
"""After so many days without one message that was taken, a webhook is switched off."""
MOST_WAITING_OF_HOOK = 200
"""Messages of one webhook that wait at once; what comes then is noted as not sent."""
WAIVER_NOTICE_DAYS = 7


class HookEvent(StrEnum):
    """What a message is about."""

    VERDICT = "verdict"
    IMPORT = "import"
    GATE = "gate"
    REPORT = "report"
    WAIVER_EXPIRY = "waiver_expiry"
    SECURITY_ALERT = "security_alert"
    PING = "ping"


PROJECT_EVENTS: tuple[HookEvent, ...] = (
    HookEvent.VERDICT,
    HookEvent.IMPORT,
    HookEvent.GATE,
    HookEvent.REPORT,
    HookEvent.WAIVER_EXPIRY,
)
"""What a project can tell."""
ORGANISATION_EVENTS: tuple[HookEvent, ...] = (HookEvent.SECURITY_ALERT,)
"""What the system as a whole can tell, to whom administrators say."""


class DeliveryState(StrEnum):
    """Where a message is on its way."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """Return what proves that a message is ours: HMAC-SHA256 over timestamp, dot and body.

    Args:
        secret: shared with the receiver.
        timestamp: seconds since 1970 of this attempt, so that an old message cannot come again.
        body: the bytes as they are sent.
    """
    signed = str(timestamp).encode() + b"." + body
    return f"{SIGNATURE_FORM}={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}"


def delay_after(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts, at least one."""
    return min(FIRST_DELAY * (1 << (attempts - 1)), LONGEST_DELAY)


def parse_events(words: list[str], allowed: tuple[HookEvent, ...]) -> list[HookEvent]:
    """Return the events of these names, each once, in the order of ``allowed``.

    Raises:
        InvalidInput: there is no such event here, or none at all.
    """
    if not words or not set(words) <= set(allowed):
        raise InvalidInput(
            text("Choose among these events: %(events)s.", events=", ".join(allowed)),
            field="events",
        )
    return [event for event in allowed if event in words]
