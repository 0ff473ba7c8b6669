"""What only one person may use: their session, their tokens, and what proves who they are."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from checklist_app.domain.actor import Actor
from checklist_app.domain.vocabulary import ProofPurpose
from checklist_app.models import (
    ExternalIdentity,
    IdempotencyKey,
    Passkey,
    PendingProof,
    RecoveryCode,
    TokenFamily,
    User,
    UserSession,
)
from checklist_app.services.clock import now
from checklist_app.services.resources import Resources
from checklist_app.services.secret_tokens import token_sha256
from checklist_app.services.sessions import open_session
from tests.web.visitor import ORIGIN

KEY = "the-same-key"
"""With which everybody sent a request more than a day ago."""


def belongings(session: Session, resources: Resources, owner: Actor) -> dict[str, Any]:
    """Give somebody what only they may use; return where it is."""
    moment, name = now(), owner.name
    user = session.get_one(User, owner.user_id)
    open_session(session, resources.config, user, ORIGIN)
    later, long_ago = moment + timedelta(hours=1), moment - timedelta(days=2)
    rows: dict[str, Any] = {
        "identity": ExternalIdentity(
            identity_sha256=token_sha256(name), issuer="https://sso.example.org", subject=name
        ),
        "family": TokenFamily(scopes=[], address="", user_agent="", expires_at=later),
        "code": RecoveryCode(code_sha256=token_sha256(f"code {name}")),
        "proof": PendingProof(
            purpose=ProofPurpose.ENROL_CODES,
            token_sha256=token_sha256(f"proof {name}"),
            challenge="",
            expires_at=later,
        ),
        "key": IdempotencyKey(key=KEY, request_sha256=64 * "0", headers={}),
    }
    for kind, row in rows.items():
        row.user_id = owner.user_id
        row.created_at = long_ago if kind == "key" else moment
    key = passkey(owner, "only")
    session.add_all([*rows.values(), *([key] if name == "Charlie" else [])])
    session.flush()
    opened = session.query(UserSession).filter_by(user_id=user.id).one()
    return {
        "identity_id": rows["identity"].id,
        "session_id": opened.id,
        "family_id": rows["family"].id,
        "passkey_id": key.id or 0,
    }


def passkey(owner: Actor, name: str) -> Passkey:
    return Passkey(
        user_id=owner.user_id,
        name=name,
        credential_sha256=token_sha256(f"{owner.name} {name}"),
        credential_id="AA",
        public_key="AA",
        sign_count=0,
        created_at=now(),
    )


def other_session(session: Session, resources: Resources, actor: Actor) -> int:
    """Return the id of one more session of a person."""
    user = session.get_one(User, actor.user_id)
    open_session(session, resources.config, user, ORIGIN)
    session.flush()
    return max(row.id for row in session.query(UserSession).filter_by(user_id=user.id))


def program(session: Session, actor: Actor) -> int:
    """Return the id of the sign-in of a person's program."""
    family = TokenFamily(
        user_id=actor.user_id,
        scopes=[],
        address="",
        user_agent="",
        created_at=now(),
        expires_at=now() + timedelta(days=1),
    )
    session.add(family)
    session.flush()
    return family.id


def own_factors(session: Session, actor: Actor) -> dict[str, int]:
    """Give a person a passkey and an identity at a provider; return where they are."""
    name, key = actor.name, passkey(actor, "key")
    identity = ExternalIdentity(
        user_id=actor.user_id,
        identity_sha256=token_sha256(name),
        issuer="https://sign-in.example.org",
        subject=name,
        created_at=now(),
    )
    session.add_all([key, identity])
    session.flush()
    return {"passkey_id": key.id, "identity_id": identity.id}
