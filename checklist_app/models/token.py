"""Tokens by which programs act for people, and what makes their repeated requests count once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from checklist_app.models.base import Base, LongText, Sha256, exact
from checklist_app.models.project import Project
from checklist_app.models.user import User


class TokenFamily(Base):
    """Everything that one sign-in of a program led to; ended as a whole."""

    __tablename__ = "token_family"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    scopes: Mapped[list[str]]
    address: Mapped[str] = mapped_column(String(64))
    user_agent: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    revoked_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()


class RefreshToken(Base):
    """What buys the next access token, once; only its hash is kept."""

    __tablename__ = "refresh_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    family_id: Mapped[int] = mapped_column(
        ForeignKey("token_family.id", ondelete="CASCADE"), index=True
    )
    token_sha256: Mapped[Sha256] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    spent_at: Mapped[datetime | None]

    family: Mapped[TokenFamily] = relationship()


class AccessToken(Base):
    """A signed token that is out; ``jti`` is its name, and it lives as long as its row says."""

    __tablename__ = "access_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    family_id: Mapped[int] = mapped_column(
        ForeignKey("token_family.id", ondelete="CASCADE"), index=True
    )
    jti: Mapped[str] = mapped_column(exact(43), unique=True)
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    family: Mapped[TokenFamily] = relationship()


class PipelineToken(Base):
    """A token of one project for programs; it acts for the person who made it."""

    __tablename__ = "pipeline_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    prefix: Mapped[str] = mapped_column(String(16))
    token_sha256: Mapped[Sha256] = mapped_column(unique=True)
    scopes: Mapped[list[str]]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    project: Mapped[Project] = relationship()
    user: Mapped[User] = relationship()


class IdempotencyKey(Base):
    """The answer to a request that may come again and is done once.

    ``status`` is 0 while the request that came first has not ended.
    """

    __tablename__ = "idempotency_key"
    __table_args__ = (
        UniqueConstraint("user_id", "key"),
        Index("ix_idempotency_key_created_at", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    key: Mapped[str] = mapped_column(exact(120))
    request_sha256: Mapped[Sha256]
    status: Mapped[int] = mapped_column(default=0)
    headers: Mapped[dict[str, str]]
    body: Mapped[str] = mapped_column(LongText, default="")
    created_at: Mapped[datetime]
