"""Judging an ID token: signature, issuer, audience, time and nonce, each of them required."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jwt import JWTClaimsRegistry

from checklist_app.config import Config
from checklist_app.services import openid_provider
from checklist_app.services.clock import now
from checklist_app.services.openid_provider import Provider

LEEWAY_SECONDS = 60
LONGEST_NAME = 255
MULTI_FACTOR = frozenset({"mfa", "otp", "hwk", "swk", "fido", "sc", "fpt", "face", "iris"})
"""Methods (RFC 8176) that tell of more than a password."""


class TokenRefused(Exception):
    """An ID token that must not be believed; the message, for the log, never quotes it."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a provider says about a person, checked.

    Attributes:
        issuer: who says so.
        subject: what the person is called there, for ever.
        email: lower case; empty when it was not told.
        email_verified: whether the provider has checked that the address is theirs.
        name: as others read it; may be empty.
        groups: what the configured claim lists.
        multi_factor: whether the provider says that it asked for a second factor.
    """

    issuer: str
    subject: str
    email: str
    email_verified: bool
    name: str
    groups: frozenset[str]
    multi_factor: bool


def read(config: Config, id_token: str, *, nonce: str, access_token: str = "") -> Claims:
    """Return what an ID token says.

    Raises:
        TokenRefused: any of its parts is missing or wrong.
        ProviderTrouble: the provider's keys cannot be had.
    """
    provider = openid_provider.discover(config)
    said = _verified(config, provider, id_token)
    _check_claims(config, provider, said, nonce)
    missing = _missing(config, said)
    if missing:
        more = openid_provider.user_info(config, access_token)
        if more and more.get("sub") != said["sub"]:
            raise TokenRefused("the user info is about somebody else")
        said |= {name: more[name] for name in missing if name in more}
    return Claims(
        issuer=provider.issuer,
        subject=said["sub"],
        email=_word(said.get("email")).strip().lower(),
        email_verified=said.get("email_verified") is True,
        name=_word(said.get("name")),
        groups=_words(said.get(config.oidc_role_claim)),
        multi_factor=bool(MULTI_FACTOR & _words(said.get("amr"))),
    )


def _missing(config: Config, said: dict[str, Any]) -> set[str]:
    """Return what a thin token leaves to the user info; an address never without its proof."""
    missing = set() if said.get("email") else {"email", "email_verified"}
    if config.oidc_roles and config.oidc_role_claim not in said:
        missing.add(config.oidc_role_claim)
    if missing and "name" not in said:
        missing.add("name")
    return missing


def _verified(config: Config, provider: Provider, id_token: str) -> dict[str, Any]:
    if not provider.algorithms:
        raise TokenRefused("the provider offers no algorithm that is accepted here")
    try:
        try:
            return _decoded(id_token, openid_provider.keys(config), provider)
        except (InvalidKeyIdError, JoseError):
            return _decoded(id_token, openid_provider.keys(config, renewed=True), provider)
    except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise TokenRefused(f"signature: {type(error).__name__}") from error


def _decoded(id_token: str, keys: KeySet, provider: Provider) -> dict[str, Any]:
    token = jwt.decode(id_token, keys, algorithms=list(provider.algorithms))
    if "crit" in token.header:
        raise TokenRefused("an unknown extension is critical")
    claims: dict[str, Any] = token.claims
    return claims


def _check_claims(config: Config, provider: Provider, said: dict[str, Any], nonce: str) -> None:
    registry = JWTClaimsRegistry(
        now=int(now().timestamp()),
        leeway=LEEWAY_SECONDS,
        iss={"essential": True, "value": provider.issuer},
        aud={"essential": True, "value": config.oidc_client_id},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True},
    )
    try:
        registry.validate(said)
    except JoseError as error:
        claim = getattr(error, "claim", "")
        raise TokenRefused(f"claim {claim}: {type(error).__name__}") from error
    audience = said["aud"]
    others = isinstance(audience, list) and audience != [config.oidc_client_id]
    if (others or "azp" in said) and said.get("azp") != config.oidc_client_id:
        raise TokenRefused("claim azp: it was made for another client")
    if not isinstance(said["nonce"], str) or not hmac.compare_digest(
        said["nonce"].encode(), nonce.encode()
    ):
        raise TokenRefused("claim nonce: it belongs to another sign-in")
    if not 0 < len(said["sub"]) <= LONGEST_NAME:
        raise TokenRefused("claim sub: too long or empty")


def _word(value: object) -> str:
    return value[:LONGEST_NAME] if isinstance(value, str) else ""


def _words(value: object) -> frozenset[str]:
    if isinstance(value, str):
        return frozenset(value.split())
    if isinstance(value, list):
        return frozenset(one for one in value if isinstance(one, str))
    return frozenset()
