"""Who needs a second factor here, and who has one."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from checklist_app.domain.actor import Actor
from checklist_app.domain.permissions import Permission
from checklist_app.domain.vocabulary import FactorPolicy, OrganisationRole, Role
from checklist_app.models import (
    CodeGenerator,
    GroupGrant,
    GroupPerson,
    Membership,
    Passkey,
    RecoveryCode,
    SignInPolicy,
    User,
    UserSession,
)
from checklist_app.services import audit
from checklist_app.services.clock import now

ONLY_ROW = 1


@dataclass(frozen=True, slots=True)
class Factors:
    """What a person can prove themselves with, besides the password."""

    codes: bool
    passkeys: int
    recovery_codes: int

    @property
    def any(self) -> bool:
        """Whether there is a second factor; recovery codes alone are none."""
        return self.codes or self.passkeys > 0


def factors_of(session: Session, user_id: int) -> Factors:
    """Return what a person has, in one query."""
    codes, passkeys, recovery = session.execute(
        select(
            _count(CodeGenerator.id, CodeGenerator.user_id == user_id),
            _count(Passkey.id, Passkey.user_id == user_id),
            _count(
                RecoveryCode.id, RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None)
            ),
        )
    ).one()
    return Factors(bool(codes), passkeys, recovery)


def has_password(session: Session, user_id: int) -> bool:
    """Return whether a person has set a password."""
    found = select(User.id).where(User.id == user_id, User.password_hash.is_not(None))
    return session.scalar(found) is not None


def policy(session: Session) -> FactorPolicy:
    """Return who needs a second factor."""
    row = session.get(SignInPolicy, ONLY_ROW)
    return row.second_factor if row else FactorPolicy.OPTIONAL


def is_required(session: Session, user: User) -> bool:
    """Return whether the policy asks this person for a second factor."""
    required = policy(session)
    if required is FactorPolicy.ADMINISTRATORS:
        return session.scalar(select(User.id).where(User.id == user.id, _leads())) is not None
    return required is FactorPolicy.EVERYBODY


def must_enrol(session: Session, user: User) -> bool:
    """Return whether a person needs a second factor and has none."""
    return is_required(session, user) and not factors_of(session, user.id).any


def set_policy(session: Session, actor: Actor, required: FactorPolicy) -> None:
    """Decide who needs a second factor; who has none is led to add one at their next click."""
    actor.require(Permission.USER_MANAGE)
    row = session.get(SignInPolicy, ONLY_ROW)
    before = row.second_factor if row else FactorPolicy.OPTIONAL
    if row is None:
        row = SignInPolicy(id=ONLY_ROW)
        session.add(row)
    row.second_factor, row.changed_at = required, now()
    session.flush()
    mark_sessions(session)
    audit.record(
        session, actor, "account:policy:change", "second_factor", before=before, after=required
    )


def mark_sessions(session: Session) -> None:
    """Bring what open sessions are held to in line with the policy."""
    required = policy(session)
    has_none = ~or_(
        select(CodeGenerator.id).where(CodeGenerator.user_id == UserSession.user_id).exists(),
        select(Passkey.id).where(Passkey.user_id == UserSession.user_id).exists(),
    )
    open_ones = update(UserSession).where(UserSession.revoked_at.is_(None))
    session.execute(open_ones.where(UserSession.must_enrol).values(must_enrol=False))
    if required is FactorPolicy.EVERYBODY:
        session.execute(open_ones.where(has_none).values(must_enrol=True))
    elif required is FactorPolicy.ADMINISTRATORS:
        leaders = select(User.id).where(_leads())
        session.execute(
            open_ones.where(has_none, UserSession.user_id.in_(leaders)).values(must_enrol=True)
        )


def has_enrolled(session: Session, user_id: int) -> None:
    """Let a person go on who has just added a factor."""
    session.execute(
        update(UserSession).where(UserSession.user_id == user_id).values(must_enrol=False)
    )


def _leads() -> ColumnElement[bool]:
    """Whether a person administers the system or owns a project, by name or through a group."""
    owns = (
        select(Membership.user_id)
        .where(Membership.user_id == User.id, Membership.role == Role.OWNER)
        .exists()
    )
    through_group = (
        select(GroupPerson.user_id)
        .join(GroupGrant, GroupGrant.group_id == GroupPerson.group_id)
        .where(GroupPerson.user_id == User.id, GroupGrant.role == Role.OWNER)
        .exists()
    )
    return or_(User.organisation_role == OrganisationRole.ADMINISTRATOR, owns, through_group)


def _count(column: object, *conditions: ColumnElement[bool]) -> ColumnElement[int]:
    counted: ColumnElement[int] = (
        select(func.count(column)).where(*conditions).scalar_subquery()  # type: ignore[arg-type]
    )
    return counted
