"""Access tokens as signed text: what is written into one, and everything that is checked in one.

Nothing in a token chooses how it is checked: the algorithm stands here, and the key is one of ours.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from joserfc import jws, jwt
from joserfc.errors import JoseError

from checklist_app.config import Config
from checklist_app.domain.scopes import Scope
from checklist_app.services.clock import now
from checklist_app.services.token_keys import TOKEN_LIFETIME, signing_key, verifying_keys

ALGORITHM = "ES256"
TYPE = "at+jwt"
CLAIMS = frozenset({"iss", "aud", "sub", "jti", "iat", "nbf", "exp", "auth_time", "scope"})
LONGEST_TOKEN = 4096
JTI_BYTES = 24


@dataclass(frozen=True, slots=True)
class SignedToken:
    """What a good token says."""

    jti: str
    user_id: int
    scopes: tuple[Scope, ...]


def audience(config: Config) -> str:
    """Return whom our tokens are for."""
    return f"{config.base_url}/api/v1"


def sign_token(
    config: Config, user_id: int, scopes: Sequence[Scope], signed_in_at: datetime
) -> tuple[str, str]:
    """Return a new token and its ``jti``.

    Args:
        config: where the keys are, and who we are.
        user_id: whom it acts for.
        scopes: how far it reaches.
        signed_in_at: when the person proved who they are; refreshing does not make it later.
    """
    key = signing_key(config)
    jti = secrets.token_urlsafe(JTI_BYTES)
    moment = int(now().timestamp())
    claims = {
        "iss": config.base_url,
        "aud": audience(config),
        "sub": str(user_id),
        "jti": jti,
        "iat": moment,
        "nbf": moment,
        "exp": moment + int(TOKEN_LIFETIME.total_seconds()),
        "auth_time": int(signed_in_at.timestamp()),
        "scope": " ".join(scopes),
    }
    header = {"alg": ALGORITHM, "typ": TYPE, "kid": key.kid}
    return jwt.encode(header, claims, key.key, algorithms=[ALGORITHM]), jti


def read_token(config: Config, token: str) -> SignedToken | None:
    """Return what a token says, or None unless every one of its parts is as we write it.

    The signature proves that we wrote it at some time; whether it still counts, the database says.
    """
    if len(token) > LONGEST_TOKEN:
        return None
    try:
        header = jws.extract_compact(token.encode("ascii")).headers()
        keys = {key.kid: key.key for key in verifying_keys(config)}
        key = keys.get(header.get("kid", ""))
        # Exactly the header that we write: no jwk, jku, x5u or crit to be led astray by.
        if key is None or header != {"alg": ALGORITHM, "typ": TYPE, "kid": header["kid"]}:
            return None
        claims = jwt.decode(token, key, algorithms=[ALGORITHM]).claims
        _rules(config).validate(claims)
    except (JoseError, ValueError, TypeError, RecursionError):
        return None
    return _said(claims)


def _rules(config: Config) -> jwt.JWTClaimsRegistry:
    return jwt.JWTClaimsRegistry(
        now=int(now().timestamp()),
        leeway=0,
        iss={"essential": True, "value": config.base_url},
        aud={"essential": True, "value": audience(config)},
        sub={"essential": True},
        jti={"essential": True},
        iat={"essential": True},
        nbf={"essential": True},
        exp={"essential": True},
        auth_time={"essential": True},
        scope={"essential": True},
    )


def _said(claims: dict[str, object]) -> SignedToken | None:
    texts = [claims[name] for name in ("aud", "sub", "jti", "scope")]
    moments = [claims[name] for name in ("iat", "nbf", "exp", "auth_time")]
    if set(claims) != CLAIMS or not all(isinstance(value, str) for value in texts):
        return None
    if not all(type(value) is int for value in moments):
        return None
    subject, words = str(claims["sub"]), str(claims["scope"]).split(" ")
    if not subject.isdecimal() or not set(words) <= set(Scope):
        return None
    return SignedToken(str(claims["jti"]), int(subject), tuple(Scope(word) for word in words))
