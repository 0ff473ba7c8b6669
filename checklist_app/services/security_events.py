"""The only writer of what happens at the doors: refusals, factors, tokens, roles, downloads.

What changes something is noted in the transaction of that change (``audit.record`` calls
:func:`mirror`); what was refused, or only read, in a short transaction of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from checklist_app.domain.alerts import SecurityKind
from checklist_app.domain.vocabulary import OrganisationRole, Role
from checklist_app.metrics import count_security_event
from checklist_app.models import Event, SecurityEvent
from checklist_app.services import alert_rules
from checklist_app.services.clock import now

LONGEST = 200
_STRONG_ROLES = frozenset({Role.OWNER.value, Role.MANAGER.value})
_SEEING_ALL = {
    OrganisationRole.ADMINISTRATOR.value: SecurityKind.ADMINISTRATOR_MADE,
    OrganisationRole.AUDITOR.value: SecurityKind.AUDITOR_MADE,
}
_KINDS: Mapping[str, SecurityKind] = {
    "account:session:refuse": SecurityKind.SIGN_IN_REFUSED,
    "account:sso:refuse": SecurityKind.SIGN_IN_REFUSED,
    "account:factor:refuse": SecurityKind.FACTOR_REFUSED,
    "account:factor:add": SecurityKind.FACTOR_ADDED,
    "account:factor:remove": SecurityKind.FACTOR_REMOVED,
    "account:factors:reset": SecurityKind.FACTORS_RESET,
    "account:token:open": SecurityKind.TOKEN_MADE,
    "project:token:make": SecurityKind.TOKEN_MADE,
    "account:token:reuse": SecurityKind.TOKEN_REUSED,
    # A role that ended: one that these name is the one that was lost, and raises nobody.
    "account:group:delete": SecurityKind.ROLE_CHANGED,
    "account:group:remove_person": SecurityKind.ROLE_CHANGED,
    "project:group:remove": SecurityKind.ROLE_CHANGED,
    "project:member:remove": SecurityKind.ROLE_CHANGED,
}
"""The events of the audit log that are noted here too, but for those that give a role."""
_ROLE_EVENTS = frozenset(
    {
        "account:user:create",
        "account:user:set_role",
        "account:sso:role",
        "account:group:add_person",
        "project:member:add",
        "project:member:change_role",
        "project:group:add",
        "project:group:change_role",
    }
)


@dataclass(frozen=True, slots=True)
class Noticed:
    """Something that a door has to tell; see the columns of ``SecurityEvent``."""

    kind: SecurityKind
    happened_at: datetime
    user_id: int | None = None
    subject: str = ""
    address: str = ""
    place: str = ""
    status: int | None = None
    count: int = 1
    request_id: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


def note(session: Session, noticed: Noticed) -> None:
    """Add one security event to the caller's transaction, and the alerts that it sets off."""
    session.add(
        SecurityEvent(
            happened_at=noticed.happened_at,
            kind=noticed.kind,
            user_id=noticed.user_id,
            subject=noticed.subject[:LONGEST],
            address=noticed.address[:64],
            place=noticed.place[:LONGEST],
            status=noticed.status,
            count=noticed.count,
            details=dict(noticed.details),
            request_id=noticed.request_id[:40],
        )
    )
    session.flush()
    count_security_event(noticed.kind.value, noticed.count)
    alert_rules.judge(session, noticed.kind, _columns(noticed))


def mirror(session: Session, event: Event) -> None:
    """Note an event of the audit log here too, where it is about security."""
    kind = kind_of(event.name, event.details)
    if kind is None:
        return
    # A refusal has no actor; where it came from stands in its details.
    address = event.address or str(event.details.get("address", ""))
    request_id = event.request_id or str(event.details.get("request_id", ""))
    kept = {k: v for k, v in event.details.items() if k not in ("address", "request_id")}
    note(
        session,
        Noticed(
            kind,
            event.happened_at or now(),
            user_id=event.actor_id,
            subject=_subject(event),
            address=address,
            place=event.name,
            request_id=request_id,
            details=kept,
        ),
    )


def _subject(event: Event) -> str:
    """Return what an event is about; what a project calls its things is for its members alone."""
    if event.name.startswith("project:token:"):
        return f"project {event.project_id}"
    return event.target


def kind_of(name: str, details: Mapping[str, Any]) -> SecurityKind | None:
    """Return what an event of the audit log means here; None for nothing."""
    if name not in _ROLE_EVENTS:
        return _KINDS.get(name)
    if details.get("first"):  # nobody was there whom it could rise above
        return None
    role = str(details.get("role", ""))
    if role in _SEEING_ALL:
        return _SEEING_ALL[role]
    if role in _STRONG_ROLES:
        return SecurityKind.ROLE_RAISED
    return None if name == "account:user:create" else SecurityKind.ROLE_CHANGED


def _columns(noticed: Noticed) -> alert_rules.Counted:
    return alert_rules.Counted(
        noticed.happened_at, noticed.subject[:LONGEST], noticed.address[:64], noticed.user_id
    )
