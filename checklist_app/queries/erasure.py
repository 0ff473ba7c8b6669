"""What erasing a person would do, before it is done."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from checklist_app.domain.actor import Actor
from checklist_app.domain.errors import NotFound
from checklist_app.domain.permissions import Permission
from checklist_app.domain.vocabulary import RemediationStatus
from checklist_app.models import (
    CodeGenerator,
    Event,
    Evidence,
    ExternalIdentity,
    GroupPerson,
    Membership,
    OneTimeLink,
    Passkey,
    PipelineToken,
    Remediation,
    Report,
    SecurityEvent,
    SignOff,
    TokenFamily,
    User,
    UserSession,
    Verdict,
    VerdictReview,
)
from checklist_app.queries.people import owned_alone


@dataclass(frozen=True, slots=True)
class ErasurePreview:
    """A person, and how much of them would go or stay.

    Attributes:
        is_erased: whether it has been done already.
        is_self: whether it is the reader's own account.
        owned_alone: names of projects that have to get another owner first.
        goes: what would be deleted, by name, with how many there are.
        stays: what would stay under the pseudonym, by name, with how many there are.
        open_plans: remediations that carry their name and are not closed.
        named_in_log: entries of the logs that name their present address.
    """

    user_id: int
    name: str
    email: str
    is_erased: bool
    is_self: bool
    owned_alone: list[str]
    goes: dict[str, int]
    stays: dict[str, int]
    open_plans: int
    named_in_log: int


def erasure_preview(session: Session, actor: Actor, user_id: int) -> ErasurePreview:
    """Return what would become of a person's traces, in three queries.

    Raises:
        NotFound: there is no such account.
    """
    actor.require(Permission.USER_MANAGE)
    user = session.get(User, user_id)
    if user is None:
        raise NotFound
    goes = {
        "memberships": _count(Membership.user_id == user.id),
        "groups": _count(GroupPerson.user_id == user.id),
        "sessions": _count(UserSession.user_id == user.id),
        "programs": _count(TokenFamily.user_id == user.id),
        "pipeline_tokens": _count(PipelineToken.user_id == user.id),
        "codes": _count(CodeGenerator.user_id == user.id),
        "passkeys": _count(Passkey.user_id == user.id),
        "identities": _count(ExternalIdentity.user_id == user.id),
        "links": _count(OneTimeLink.user_id == user.id),
    }
    stays = {
        "verdicts": _count(Verdict.author_id == user.id),
        "reviews": _count(VerdictReview.reviewer_id == user.id),
        "evidence": _count(Evidence.author_id == user.id),
        "sign_offs": _count(SignOff.signer_id == user.id),
        "reports": _count(Report.created_by_id == user.id),
        "events": _count(Event.actor_id == user.id),
    }
    rest = {
        "open_plans": _count(
            Remediation.owner_id == user.id, Remediation.status != RemediationStatus.CLOSED
        ),
        "named_in_log": _count(Event.target == user.email)
        + _count(SecurityEvent.subject == user.email),
    }
    counts = {**goes, **stays, **rest}
    row = session.execute(select(*(query.label(name) for name, query in counts.items()))).one()
    found = row._asdict()
    return ErasurePreview(
        user.id,
        user.name,
        user.email,
        is_erased=user.erased_at is not None,
        is_self=user.id == actor.user_id,
        owned_alone=owned_alone(session, user.id),
        goes={name: found[name] for name in goes},
        stays={name: found[name] for name in stays},
        open_plans=found["open_plans"],
        named_in_log=found["named_in_log"],
    )


def _count(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
    counted: ColumnElement[int] = (
        select(func.count()).where(*conditions).correlate(None).scalar_subquery()
    )
    return counted
