"""Taking a person out of the system: what names them goes, what they recorded stays.

Verdicts, sign-offs, reports and the audit log name an account by its key. So the account stays,
under a made-up name, and none of them has to change.
"""

from __future__ import annotations

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from checklist_app.domain.actor import Actor
from checklist_app.domain.errors import Conflict, InvalidInput, NotFound
from checklist_app.domain.permissions import Permission
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import JobKind, OrganisationRole, Theme
from checklist_app.models import (
    AccessToken,
    Alert,
    ExternalIdentity,
    GroupPerson,
    IdempotencyKey,
    Job,
    Membership,
    OneTimeLink,
    PipelineToken,
    RefreshToken,
    TokenFamily,
    User,
    UserSession,
)
from checklist_app.services import audit
from checklist_app.services.clock import now
from checklist_app.services.organisation import keep_an_administrator, keep_owners
from checklist_app.services.second_factor import forget_factors

NOWHERE = "erased.invalid"
"""No mail reaches an address that ends so (RFC 2606), and nobody can have it."""
OF_A_FAMILY = (AccessToken, RefreshToken)
OF_A_PERSON = (
    ExternalIdentity,
    GroupPerson,
    IdempotencyKey,
    OneTimeLink,
    PipelineToken,
    TokenFamily,
    UserSession,
)


def pseudonym(user_id: int) -> str:
    """Return what a person is called once they are erased; it reads alike in every language."""
    return f"Ex-{user_id}"


def erase_person(session: Session, actor: Actor, user_id: int, *, email: str) -> User:
    """Replace a person's name and address for good, and delete all that only served them.

    Args:
        session: the transaction of the caller.
        actor: an administrator, and somebody else.
        user_id: who is erased.
        email: their address, typed by hand as a proof that nobody else is meant.

    Raises:
        NotFound: there is no such account, or its person is erased already.
        InvalidInput: the address is not theirs.
        Conflict: it is one's own account, the last of an administrator, or the only owner's of a
            project.
    """
    actor.require(Permission.USER_MANAGE)
    user = session.get(User, user_id, with_for_update=True)
    if user is None or user.erased_at is not None:
        raise NotFound
    if user.id == actor.user_id:
        raise Conflict(text("You cannot erase yourself. Ask another administrator."))
    if email.strip().lower() != user.email:
        raise InvalidInput(
            text("That is not their address. Type it as it stands above."), field="email"
        )
    if user.organisation_role is OrganisationRole.ADMINISTRATOR:
        keep_an_administrator(session, user)
    keep_owners(session, user)
    before = user.email
    _rename(user)
    session.execute(update(Alert).where(Alert.subject == before).values(subject=user.name))
    _leave_projects(session, actor, user)
    _forget(session, user)
    audit.record(session, actor, "account:user:erase", user.name)
    return user


def _rename(user: User) -> None:
    user.name = pseudonym(user.id)
    user.email = f"{user.name.lower()}@{NOWHERE}"
    user.password_hash = None
    user.organisation_role = OrganisationRole.MEMBER
    user.is_active = False
    user.language, user.theme = None, Theme.AUTO
    user.erased_at = now()


def _leave_projects(session: Session, actor: Actor, user: User) -> None:
    for membership in session.scalars(select(Membership).where(Membership.user_id == user.id)):
        audit.record(
            session,
            actor,
            "project:member:remove",
            user.name,
            project_id=membership.project_id,
            role=membership.role.value,
        )
        session.delete(membership)


def _forget(session: Session, user: User) -> None:
    forget_factors(session, user.id)
    families = select(TokenFamily.id).where(TokenFamily.user_id == user.id)
    for token in OF_A_FAMILY:
        session.execute(delete(token).where(token.family_id.in_(families)))
    for table in OF_A_PERSON:
        session.execute(delete(table).where(table.user_id == user.id))
    # A letter that is still to be sent names a new address; without its contents it goes nowhere.
    letters = update(Job).where(Job.kind == JobKind.SEND_MAIL, Job.created_by_id == user.id)
    session.execute(letters.values(payload={}))
