"""Programs that sign in as a person: a short access token, a refresh token that is used once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache

from sqlalchemy import ColumnElement, Select, delete, select, update
from sqlalchemy.orm import Session, contains_eager, joinedload

from checklist_app.config import Config
from checklist_app.domain.actor import Actor
from checklist_app.domain.errors import InvalidInput, NotFound, SignInRequired
from checklist_app.domain.scopes import Scope, parse_scopes, permissions_of
from checklist_app.domain.text import text
from checklist_app.models import AccessToken, RefreshToken, TokenFamily, User
from checklist_app.queries.people import actor_of
from checklist_app.services import (
    audit,
    factor_policy,
    one_time_codes,
    recovery_codes,
    sessions,
)
from checklist_app.services.clock import now
from checklist_app.services.secret_tokens import new_token, token_sha256
from checklist_app.services.sessions import OpenSession, Origin
from checklist_app.services.signed_tokens import read_token, sign_token
from checklist_app.services.token_families import changed_rows, end_families
from checklist_app.services.token_keys import TOKEN_LIFETIME

FAMILY_LIFETIME = timedelta(days=30)
"""After so long a program signs in again, however often it refreshed."""


ADD_ONE_FIRST = text("You need a second factor. Sign in with a browser and add one first.")


class FactorMissing(SignInRequired):
    """The person whom a program acts for has to add a second factor before anything else."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ADD_ONE_FIRST


class SpentToken(SignInRequired):
    """A refresh token came a second time: somebody else holds it too."""


@dataclass(frozen=True, slots=True)
class IssuedTokens:
    """What a program gets; neither can be read again later. ``lifetime`` is the access token's."""

    access_token: str
    refresh_token: str
    lifetime: timedelta
    scopes: tuple[Scope, ...]


def person_by_password(session: Session, config: Config, *, email: str, password: str) -> User:
    """Return whose password this is; whether they show a code as well, the caller asks next.

    Raises:
        InvalidInput: the account or the password is wrong, and nobody is told which; or this
            person has to add a second factor first.
    """
    if not config.password_sign_in:
        raise InvalidInput(text("Passwords are switched off here. Use a token of a project."))
    user = sessions.person_by_password(session, email=email, password=password)
    if factor_policy.must_enrol(session, user):
        raise InvalidInput(ADD_ONE_FIRST, field="code")
    return user


def show_code(session: Session, config: Config, user: User, code: str, origin: Origin) -> None:
    """Raise InvalidInput unless this is a code of the person's app, or one of those on paper."""
    if not code:
        raise InvalidInput(
            text("This account has a second factor. Send its code too."), field="code"
        )
    if one_time_codes.accept(session, config, user, code):
        return
    if not recovery_codes.accept(session, user, code):
        raise InvalidInput(
            text("That code is not right or was used already. Wait for the next one."),
            field="code",
        )
    left = factor_policy.factors_of(session, user.id).recovery_codes
    audit.record(session, _actor(user, origin, ()), "account:recovery:use", user.email, left=left)


def open_family(
    session: Session, config: Config, user: User, scopes: Sequence[Scope], origin: Origin
) -> IssuedTokens:
    """Return the first tokens of a person who has proved who they are, and is held since."""
    moment = now()
    family = TokenFamily(
        user_id=user.id,
        scopes=list(scopes),
        address=origin.address[:64],
        user_agent=origin.user_agent[:255],
        created_at=moment,
        expires_at=moment + FAMILY_LIFETIME,
        user=user,
    )
    session.add(family)
    session.flush()
    audit.record(
        session, _actor(user, origin, scopes), "account:token:open", user.email, scopes=list(scopes)
    )
    return _issue(session, config, family)


def refresh(session: Session, config: Config, refresh_token: str) -> IssuedTokens:
    """Return the next pair for a refresh token, which is spent by that.

    Raises:
        SpentToken: it was used before; the caller ends its family by :func:`end_reused_family`.
        FactorMissing: its person has to add a second factor first; it stays unspent.
        SignInRequired: it is made up, or its family is over.
    """
    row = _refresh_row(session, refresh_token)
    if row is None or not _is_alive(row.family):
        raise SignInRequired
    if factor_policy.must_enrol(session, row.family.user):
        raise FactorMissing
    spent = changed_rows(
        session,
        update(RefreshToken)
        .where(RefreshToken.id == row.id, RefreshToken.spent_at.is_(None))
        .values(spent_at=now()),
    )
    if not spent:
        raise SpentToken
    return _issue(session, config, row.family)


def end_reused_family(session: Session, refresh_token: str, origin: Origin) -> None:
    """End everything that came from the sign-in of a refresh token that was used twice."""
    row = _refresh_row(session, refresh_token)
    if row is None:
        return
    end_families(session, TokenFamily.id == row.family_id)
    actor = _actor(row.family.user, origin, ())
    audit.record(session, actor, "account:token:reuse", row.family.user.email)


def resume(session: Session, config: Config, token: str, origin: Origin) -> OpenSession | None:
    """Return whom an access token acts for, or None when it does not count (any more).

    The last proof of who they are is the sign-in: whoever holds a stolen token can only refresh it.
    """
    said = read_token(config, token)
    if said is None:
        return None
    found = session.execute(_known().where(AccessToken.jti == said.jti)).one_or_none()
    if found is None:
        return None
    row, must_enrol = found
    if row.revoked_at is not None or row.expires_at <= now():
        return None
    if not _is_alive(row.family) or row.family.user_id != said.user_id:
        return None
    actor = replace(_actor(row.family.user, origin, said.scopes), must_enrol=must_enrol)
    return OpenSession(actor, row.family.created_at)


@cache
def _known() -> Select[AccessToken, bool]:
    """Return the question for access tokens, put into words once: every request asks it."""
    return (
        select(AccessToken, factor_policy.lacks_required_factor())
        .join(AccessToken.family)
        .join(TokenFamily.user)
        .options(contains_eager(AccessToken.family).contains_eager(TokenFamily.user))
    )


def revoke(session: Session, config: Config, actor: Actor, token: str) -> None:
    """End one of one's own tokens: an access token alone, a refresh token with its family.

    Raises:
        NotFound: it is not the actor's, or over already.
    """
    said = read_token(config, token)
    if said is not None:
        ended = changed_rows(
            session,
            update(AccessToken)
            .where(AccessToken.jti == said.jti, AccessToken.revoked_at.is_(None))
            .where(AccessToken.family_id.in_(select(TokenFamily.id).where(_is_own(actor))))
            .values(revoked_at=now()),
        )
    else:
        row = _refresh_row(session, token)
        ended = end_families(session, TokenFamily.id == row.family_id, _is_own(actor)) if row else 0
    if not ended:
        raise NotFound
    audit.record(session, actor, "account:token:close", actor.email)


def end_program(session: Session, actor: Actor, family_id: int) -> None:
    """End one sign-in of one's own programs, and every token that came from it.

    Raises:
        NotFound: it is not the actor's, or over already.
    """
    if not end_families(session, TokenFamily.id == family_id, _is_own(actor)):
        raise NotFound
    audit.record(session, actor, "account:token:close", actor.email)


def forget_expired(session: Session) -> None:
    """Delete what can never count again; the events stay."""
    session.execute(delete(AccessToken).where(AccessToken.expires_at <= now()))
    over = select(TokenFamily.id).where(TokenFamily.expires_at <= now())
    session.execute(delete(RefreshToken).where(RefreshToken.family_id.in_(over)))
    session.execute(
        delete(TokenFamily)
        .where(TokenFamily.expires_at <= now())
        .where(TokenFamily.id.not_in(select(AccessToken.family_id)))
    )


def _issue(session: Session, config: Config, family: TokenFamily) -> IssuedTokens:
    scopes = parse_scopes(family.scopes)
    access_token, jti = sign_token(config, family.user_id, scopes, family.created_at)
    refresh_token = new_token()
    moment = now()
    session.add(AccessToken(family_id=family.id, jti=jti, expires_at=moment + TOKEN_LIFETIME))
    session.add(
        RefreshToken(
            family_id=family.id, token_sha256=token_sha256(refresh_token), created_at=moment
        )
    )
    session.flush()
    return IssuedTokens(access_token, refresh_token, TOKEN_LIFETIME, scopes)


def _refresh_row(session: Session, refresh_token: str) -> RefreshToken | None:
    return session.scalar(
        select(RefreshToken)
        .options(joinedload(RefreshToken.family).joinedload(TokenFamily.user))
        .where(RefreshToken.token_sha256 == token_sha256(refresh_token))
    )


def _is_alive(family: TokenFamily) -> bool:
    return family.revoked_at is None and family.expires_at > now() and family.user.is_active


def _is_own(actor: Actor) -> ColumnElement[bool]:
    return TokenFamily.user_id == actor.user_id


def _actor(user: User, origin: Origin, scopes: Sequence[Scope]) -> Actor:
    return replace(
        actor_of(user),
        address=origin.address,
        request_id=origin.request_id,
        scopes=permissions_of(scopes),
    )
