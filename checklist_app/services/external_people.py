"""Whom a provider's claims belong to here: a known identity, an account to link, a new one, nobody.

An identity is an issuer together with a subject. An address only ever serves to find an account the
first time, and never one that administers or audits the system: its owner links it, signed in.
"""

from __future__ import annotations

import hashlib

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.config import Config
from checklist_app.domain.actor import Actor
from checklist_app.domain.errors import Conflict, NotFound
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import OrganisationRole
from checklist_app.models import ExternalIdentity, User
from checklist_app.services import audit, external_roles
from checklist_app.services.accounts import create_user
from checklist_app.services.clock import now
from checklist_app.services.email_addresses import normalise_email
from checklist_app.services.holding import hold_person
from checklist_app.services.identity_tokens import Claims
from checklist_app.services.sessions import Origin
from checklist_app.services.single_sign_on import SingleSignOnRefused


def person_of(session: Session, config: Config, claims: Claims, origin: Origin) -> User:
    """Return the account of whoever signed in at the provider, with the roles it gives them.

    Raises:
        SingleSignOnRefused: they have no way in here; the reason is for the event.
    """
    _check_domain(config, claims)
    identity = _known(session, claims)
    if identity is None:
        identity = _link_or_create(session, config, claims, origin)
    user = session.get_one(User, identity.user_id)
    if not hold_person(session, user):
        raise _refused("the account is closed")
    identity.last_used_at, identity.factor_vouched = now(), claims.multi_factor
    external_roles.apply(session, config, user, claims.groups)
    return user


def link(session: Session, config: Config, actor: Actor, claims: Claims) -> None:
    """Let a person who is signed in also come in by this identity.

    Raises:
        SingleSignOnRefused: it is somebody else's, or of a domain that may not come in.
    """
    _check_domain(config, claims)
    identity = _known(session, claims)
    if identity is not None and identity.user_id != actor.user_id:
        raise SingleSignOnRefused(
            text("That identity belongs to another account here."), "linked to another account"
        )
    if identity is None:
        _add(session, actor.user_id, claims)
        audit.record(session, actor, "account:sso:link", actor.email, by="owner")


def unlink(session: Session, config: Config, actor: Actor, identity_id: int) -> None:
    """Take one of one's own identities away."""
    identity = session.scalar(
        select(ExternalIdentity).where(
            ExternalIdentity.id == identity_id, ExternalIdentity.user_id == actor.user_id
        )
    )
    if identity is None:
        raise NotFound
    if not config.password_sign_in:
        raise Conflict(text("Passwords are switched off here, so this way in has to stay."))
    session.delete(identity)
    audit.record(session, actor, "account:sso:unlink", actor.email)


def _link_or_create(
    session: Session, config: Config, claims: Claims, origin: Origin
) -> ExternalIdentity:
    if not claims.email or not claims.email_verified:
        raise _refused("the provider did not verify the address")
    address = normalise_email(claims.email)
    user = session.scalar(select(User).where(User.email == address))
    if user is None:
        user = _create(session, config, claims, address)
        how = "create"
    elif user.organisation_role is not OrganisationRole.MEMBER:
        raise SingleSignOnRefused(
            text(
                "An administrator's account is linked from within: sign in as before and link "
                "it on the page of your second factor."
            ),
            "would link to an administrator",
        )
    else:
        how = "link"
    if not user.is_active:
        raise _refused("the account is closed")
    identity = _add(session, user.id, claims)
    who = Actor(
        user.id, user.email, user.name, address=origin.address, request_id=origin.request_id
    )
    audit.record(session, who, f"account:sso:{how}", user.email, by="verified address")
    return identity


def _create(session: Session, config: Config, claims: Claims, address: str) -> User:
    if not config.oidc_create_accounts:
        raise SingleSignOnRefused(
            text("Nobody has an account with that address. Ask an administrator for one."),
            "no account",
        )
    return create_user(session, None, email=address, name=claims.name or address.partition("@")[0])


def _check_domain(config: Config, claims: Claims) -> None:
    domain = claims.email.rpartition("@")[2]
    if config.oidc_domains and (domain not in config.oidc_domains or not claims.email_verified):
        raise SingleSignOnRefused(
            text("People with that address do not come in here."), "domain not allowed"
        )


def _known(session: Session, claims: Claims) -> ExternalIdentity | None:
    return session.scalar(
        select(ExternalIdentity).where(ExternalIdentity.identity_sha256 == _digest(claims))
    )


def _add(session: Session, user_id: int, claims: Claims) -> ExternalIdentity:
    identity = ExternalIdentity(
        user_id=user_id,
        identity_sha256=_digest(claims),
        issuer=claims.issuer,
        subject=claims.subject,
        created_at=now(),
    )
    session.add(identity)
    session.flush()
    return identity


def _digest(claims: Claims) -> str:
    return hashlib.sha256(f"{claims.issuer}\n{claims.subject}".encode()).hexdigest()


def _refused(reason: str) -> SingleSignOnRefused:
    return SingleSignOnRefused(
        text("You have no way in here with that identity. Ask an administrator."), reason
    )
