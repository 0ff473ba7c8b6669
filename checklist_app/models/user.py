"""People, their sessions and their one-time links."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from checklist_app.domain.vocabulary import Language, OrganisationRole, Theme, TokenPurpose
from checklist_app.models.base import Base, Sha256, exact


class User(Base):
    """A person with an account. ``email`` is stored in lower case, so that it compares alike.

    Once ``erased_at`` is set, name and address are made up and nobody comes in by this account.
    """

    __tablename__ = "user"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(exact(254), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str | None] = mapped_column(String(255))
    organisation_role: Mapped[OrganisationRole] = mapped_column(default=OrganisationRole.MEMBER)
    is_active: Mapped[bool] = mapped_column(default=True)
    language: Mapped[Language | None]
    theme: Mapped[Theme] = mapped_column(default=Theme.AUTO)
    created_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]


class UserSession(Base):
    """One signed-in browser; the cookie holds a token of which only the hash is kept.

    Attributes:
        factor_vouched: a provider of single sign-on asked for a second factor as it was opened.
        confirmed_at: when this browser last proved who sits at it; None for long ago.
        must_rotate: the person's rights have changed, and the next page brings a new token.
        previous_sha256: the token before the last such change, good for what was under way.
    """

    __tablename__ = "user_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    token_sha256: Mapped[Sha256] = mapped_column(unique=True)
    address: Mapped[str] = mapped_column(String(64))
    user_agent: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    factor_vouched: Mapped[bool] = mapped_column(default=False)
    confirmed_at: Mapped[datetime | None]
    must_rotate: Mapped[bool] = mapped_column(default=False)
    previous_sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    rotated_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()


class OneTimeLink(Base):
    """A link that works once, for one purpose, until it expires.

    ``email`` is the address that following the link confirms, where that is its purpose.
    """

    __tablename__ = "one_time_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    purpose: Mapped[TokenPurpose]
    token_sha256: Mapped[Sha256] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    email: Mapped[str | None] = mapped_column(exact(254))

    user: Mapped[User] = relationship()
