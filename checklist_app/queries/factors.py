"""What the reader signs in with, as the page of their factors shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from checklist_app.domain.actor import Actor
from checklist_app.models import CodeGenerator, ExternalIdentity, Passkey, RecoveryCode


@dataclass(frozen=True, slots=True)
class FactorLine:
    """A passkey, or an identity at the provider."""

    id: int
    name: str
    created_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class OwnFactors:
    """Everything that a person can prove themselves with, besides the password."""

    codes_since: datetime | None
    codes_used_at: datetime | None
    passkeys: list[FactorLine]
    identities: list[FactorLine]
    recovery_codes: int

    @property
    def any(self) -> bool:
        """Whether there is a second factor."""
        return self.codes_since is not None or bool(self.passkeys)


def own_factors(session: Session, actor: Actor) -> OwnFactors:
    """Return what the reader has, oldest first."""
    mine = actor.user_id
    app = session.scalar(select(CodeGenerator).where(CodeGenerator.user_id == mine))
    keys = session.scalars(select(Passkey).where(Passkey.user_id == mine).order_by(Passkey.id))
    identities = session.scalars(
        select(ExternalIdentity)
        .where(ExternalIdentity.user_id == mine)
        .order_by(ExternalIdentity.id)
    )
    left = select(func.count(RecoveryCode.id)).where(
        RecoveryCode.user_id == mine, RecoveryCode.used_at.is_(None)
    )
    return OwnFactors(
        codes_since=app.created_at if app else None,
        codes_used_at=app.last_used_at if app else None,
        passkeys=[FactorLine(k.id, k.name, k.created_at, k.last_used_at) for k in keys],
        identities=[FactorLine(i.id, i.issuer, i.created_at, i.last_used_at) for i in identities],
        recovery_codes=session.scalar(left) or 0,
    )
