"""Who acts: the person, and where the request came from."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from checklist_app.domain.errors import Forbidden
from checklist_app.domain.permissions import ADMINISTRATOR, SIGNED_IN, Permission
from checklist_app.domain.vocabulary import Language, Theme


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in person as services see them.

    Attributes:
        user_id: key of their account.
        session_id: key of their session row; 0 on the command line.
        address: network address, for the audit log; empty on the command line.
        request_id: joins the log lines and events of one request.
        seen_at: when their session was last noted as used; None on the command line.
    """

    user_id: int
    email: str
    name: str
    is_administrator: bool = False
    language: Language | None = None
    theme: Theme = Theme.AUTO
    session_id: int = 0
    address: str = ""
    request_id: str = ""
    seen_at: datetime | None = field(default=None, compare=False)

    @property
    def permissions(self) -> frozenset[Permission]:
        """What this person may do outside any project."""
        return SIGNED_IN | ADMINISTRATOR if self.is_administrator else SIGNED_IN

    def require(self, permission: Permission) -> None:
        """Raise Forbidden unless this person has ``permission`` outside any project."""
        if permission not in self.permissions:
            raise Forbidden
