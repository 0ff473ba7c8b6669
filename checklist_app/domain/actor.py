"""Who acts: the person, and where the request came from."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from checklist_app.domain.errors import Forbidden
from checklist_app.domain.permissions import (
    ORGANISATION_PERMISSIONS,
    OUTSIDE_WHEN_BOUND,
    Permission,
)
from checklist_app.domain.vocabulary import Language, OrganisationRole, Theme


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in person as services see them, or a program that acts for them by a token.

    A token narrows: what it may do is never more than what its person may do.

    Attributes:
        user_id: key of their account.
        session_id: key of their session row; 0 on the command line.
        address: network address, for the audit log; empty on the command line.
        request_id: joins the log lines and events of one request.
        must_enrol: whether they have to add a second factor before anything else; of a pipeline's
            token, whether its maker has to.
        seen_at: when their session was last noted as used; None on the command line.
        token_id: key of the token that a program came with; None for a person.
        scopes: the permissions the token is limited to; None for no limit.
        project_id: key of the only project the token may see; None for no limit.
        token_name: how people and the audit log name the token of a pipeline; else empty.
    """

    user_id: int
    email: str
    name: str
    organisation_role: OrganisationRole = OrganisationRole.MEMBER
    language: Language | None = None
    theme: Theme = Theme.AUTO
    session_id: int = 0
    address: str = ""
    request_id: str = ""
    must_enrol: bool = False
    seen_at: datetime | None = field(default=None, compare=False)
    token_id: int | None = None
    scopes: frozenset[Permission] | None = None
    project_id: int | None = None
    token_name: str = ""

    @property
    def permissions(self) -> frozenset[Permission]:
        """What this person may do outside any project."""
        allowed = self.narrowed(ORGANISATION_PERMISSIONS[self.organisation_role])
        return allowed if self.project_id is None else allowed & OUTSIDE_WHEN_BOUND

    @property
    def is_auditor(self) -> bool:
        """Whether this person reads every project and changes none."""
        return self.organisation_role is OrganisationRole.AUDITOR

    def narrowed(self, permissions: frozenset[Permission]) -> frozenset[Permission]:
        """Return what is left of ``permissions`` within the scopes of the actor's token."""
        return permissions if self.scopes is None else permissions & self.scopes

    def require(self, permission: Permission) -> None:
        """Raise Forbidden unless this person has ``permission`` outside any project."""
        if permission not in self.permissions:
            raise Forbidden
