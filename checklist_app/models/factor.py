"""Second factors, proofs that are under way, and identities at a provider of single sign-on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from checklist_app.domain.vocabulary import FactorPolicy, ProofPurpose
from checklist_app.models.base import Base, OptionalJson, Sha256
from checklist_app.models.user import User


class CodeGenerator(Base):
    """The app of a person that shows six digits every thirty seconds; one for each person.

    ``last_step`` is the newest time step whose code was accepted: no code is accepted at or before
    it, so that none works twice.
    """

    __tablename__ = "code_generator"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), unique=True)
    sealed_secret: Mapped[str] = mapped_column(String(500))
    last_step: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class RecoveryCode(Base):
    """A code on paper that stands in for a lost factor, once; only its hash is kept."""

    __tablename__ = "recovery_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    code_sha256: Mapped[Sha256] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Passkey(Base):
    """A public key of an authenticator. Identifiers are up to 1023 bytes, so their hash is unique.

    ``credential_id`` and ``public_key`` are base64url without padding.
    """

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    credential_sha256: Mapped[Sha256] = mapped_column(unique=True)
    credential_id: Mapped[str] = mapped_column(Text)
    public_key: Mapped[str] = mapped_column(Text)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()


class PendingProof(Base):
    """Something that a browser is about to prove: for one purpose, for minutes, and only once.

    It opens nothing by itself. ``challenge`` is what a passkey signs, or the nonce of a provider;
    ``sealed`` holds what must stay secret meanwhile; ``details`` the rest.
    """

    __tablename__ = "pending_proof"

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[ProofPurpose]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    token_sha256: Mapped[Sha256] = mapped_column(unique=True)
    challenge: Mapped[str] = mapped_column(String(128))
    sealed: Mapped[str] = mapped_column(String(500), default="")
    details: Mapped[dict[str, Any] | None] = mapped_column(OptionalJson)
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)

    user: Mapped[User | None] = relationship()


class ExternalIdentity(Base):
    """Who a person is at a provider: what it calls them there never changes, unlike an address.

    ``factor_vouched`` says that the provider asked for a second factor at the last sign-in by it.
    """

    __tablename__ = "external_identity"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    identity_sha256: Mapped[Sha256] = mapped_column(unique=True)
    issuer: Mapped[str] = mapped_column(String(500))
    subject: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    factor_vouched: Mapped[bool] = mapped_column(default=False)

    user: Mapped[User] = relationship()


class SignInPolicy(Base):
    """What an administrator decided about signing in; at most one row."""

    __tablename__ = "sign_in_policy"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    second_factor: Mapped[FactorPolicy]
    changed_at: Mapped[datetime]
