"""Who needs a second factor here, and who has one."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, ColumnExpressionArgument, and_, func, or_, select
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
    return session.scalar(select(User.id).where(User.id == user.id, _is_asked())) is not None


def must_enrol(session: Session, user: User) -> bool:
    """Return whether a person needs a second factor and has none."""
    found = select(User.id).where(User.id == user.id, lacks_required_factor())
    return session.scalar(found) is not None


def lacks_required_factor(*vouched: ColumnExpressionArgument[bool]) -> ColumnElement[bool]:
    """Return the condition on ``User`` that a person has to add a second factor before all else.

    Whoever finds out who acts asks it in that same query: policy, rights and factors count as they
    are now, and nothing has to be brought in line when one of them changes.

    Args:
        vouched: what does instead of a factor of ours, for instance the word of a provider.
    """
    app = select(CodeGenerator.id).where(CodeGenerator.user_id == User.id).exists()
    passkey = select(Passkey.id).where(Passkey.user_id == User.id).exists()
    return and_(_is_asked(), ~or_(app, passkey, *vouched))


def set_policy(session: Session, actor: Actor, required: FactorPolicy) -> None:
    """Decide who needs a second factor; who has none is led to add one at their next click."""
    actor.require(Permission.USER_MANAGE)
    row = session.get(SignInPolicy, ONLY_ROW)
    before = row.second_factor if row else FactorPolicy.OPTIONAL
    if row is None:
        row = SignInPolicy(id=ONLY_ROW)
        session.add(row)
    row.second_factor, row.changed_at = required, now()
    audit.record(
        session, actor, "account:policy:change", "second_factor", before=before, after=required
    )


def _is_asked() -> ColumnElement[bool]:
    """Whether the policy asks a person for a second factor."""
    return or_(
        _policy_is(FactorPolicy.EVERYBODY),
        and_(_policy_is(FactorPolicy.ADMINISTRATORS), _leads()),
    )


def _policy_is(required: FactorPolicy) -> ColumnElement[bool]:
    return select(SignInPolicy.id).where(SignInPolicy.second_factor == required).exists()


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
