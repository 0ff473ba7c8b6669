"""Inviting people: an account, what they are, and the link by which they come in."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from checklist_app.config import Config
from checklist_app.domain.actor import Actor
from checklist_app.domain.permissions import Permission
from checklist_app.domain.vocabulary import Language, OrganisationRole, Role
from checklist_app.models import User
from checklist_app.queries.access import open_project
from checklist_app.services import outbox
from checklist_app.services.accounts import create_user
from checklist_app.services.members import join


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Who is invited, and as what.

    Attributes:
        language: of their screens and of the mail; None for the default.
        project: slug of a project that they join at once; empty for none.
        role: what they are there.
    """

    email: str
    name: str
    organisation_role: OrganisationRole = OrganisationRole.MEMBER
    language: Language | None = None
    project: str = ""
    role: Role = Role.VIEWER


def invite(
    session: Session, actor: Actor, config: Config, newcomer: Newcomer
) -> tuple[User, str | None]:
    """Create an account and get its owner the link that sets their password.

    Returns:
        The account, and the secret of the link; None when the link goes by mail.

    Raises:
        Conflict: the address has an account already.
        InvalidInput: the address or the name cannot be used.
        NotFound, Forbidden: the project is not one whose members the actor manages; being an
            administrator opens none.
    """
    actor.require(Permission.USER_MANAGE)
    user = create_user(
        session,
        actor,
        email=newcomer.email,
        name=newcomer.name,
        organisation_role=newcomer.organisation_role,
        language=newcomer.language,
    )
    if newcomer.project:
        join(session, open_project(session, actor, newcomer.project), user, newcomer.role)
    return user, outbox.hand_over_link(session, actor, user, config)
