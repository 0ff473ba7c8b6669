"""Talking to the provider of single sign-on: discovery, keys, and the exchange of a code.

Only this room opens connections to it. No redirect is followed, nothing is waited for long, and no
answer is read beyond a bound.
"""

from __future__ import annotations

import ipaddress
import json
import time
from dataclasses import dataclass, field
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from urllib3.exceptions import HTTPError

from checklist_app.config import Config

TIMEOUT = (5, 10)
"""Seconds to connect, and to wait for each part of the answer."""
LARGEST_ANSWER = 512 * 1024
REMEMBERED_SECONDS = 3600
SOONEST_RENEWAL_SECONDS = 30
ACCEPTED_ALGORITHMS = ("RS256", "PS256", "ES256", "RS384", "PS384", "ES384", "RS512", "PS512")
"""Public keys only: with a symmetric one, whoever checks a token could also have made it."""


class ProviderTrouble(Exception):
    """The provider does not answer, or nothing that can be used; the message is for the log."""


@dataclass(frozen=True, slots=True)
class Provider:
    """What the provider's discovery document says, as far as we need it."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str
    algorithms: tuple[str, ...]
    sends_secret_in: str


@dataclass(slots=True)
class _Remembered:
    provider: Provider
    keys: KeySet
    keys_at: float
    at: float = field(default_factory=time.monotonic)


_memory: dict[str, _Remembered] = {}
_lock = Lock()


def discover(config: Config) -> Provider:
    """Return the provider of the settings, from memory for up to an hour.

    Raises:
        ProviderTrouble: it does not answer, or calls itself something else.
    """
    return _known(config).provider


def keys(config: Config, *, renewed: bool = False) -> KeySet:
    """Return the provider's public keys.

    Args:
        config: names the provider.
        renewed: a token named a key that we do not have: ask again, but not at every such token.
    """
    known = _known(config)
    if renewed and time.monotonic() - known.keys_at >= SOONEST_RENEWAL_SECONDS:
        known.keys, known.keys_at = _fetch_keys(known.provider.jwks_uri), time.monotonic()
    return known.keys


def forget() -> None:
    """Ask the provider anew at the next chance."""
    with _lock:
        _memory.clear()


def sign_in_address(
    config: Config, *, redirect_uri: str, state: str, nonce: str, verifier: str
) -> str:
    """Return where the browser goes to sign in: code flow with PKCE (S256), state and nonce."""
    provider = discover(config)
    with _client(config, provider, redirect_uri) as client:
        address, _ = client.create_authorization_url(
            provider.authorization_endpoint, state=state, nonce=nonce, code_verifier=verifier
        )
    return str(address)


def exchange(config: Config, *, redirect_uri: str, code: str, verifier: str) -> tuple[str, str]:
    """Return the ID token and the access token that a code is good for.

    Raises:
        ProviderTrouble: the provider refuses, redirects, or answers with something else.
    """
    provider = discover(config)
    try:
        with _client(config, provider, redirect_uri) as client:
            tokens = client.fetch_token(
                provider.token_endpoint,
                grant_type="authorization_code",
                code=code,
                code_verifier=verifier,
                allow_redirects=False,
                timeout=TIMEOUT,
            )
    except (AuthlibBaseError, requests.RequestException, ValueError, TypeError) as error:
        raise ProviderTrouble(f"the code was not exchanged: {type(error).__name__}") from error
    id_token = tokens.get("id_token")
    if not isinstance(id_token, str) or len(id_token) > LARGEST_ANSWER:
        raise ProviderTrouble("the answer holds no ID token")
    return id_token, str(tokens.get("access_token", ""))


def user_info(config: Config, access_token: str) -> dict[str, Any]:
    """Return what the provider tells about the person besides; nothing where it does not."""
    provider = discover(config)
    if not provider.userinfo_endpoint or not access_token:
        return {}
    return _fetch(provider.userinfo_endpoint, {"Authorization": f"Bearer {access_token}"})


def _known(config: Config) -> _Remembered:
    with _lock:
        known = _memory.get(config.oidc_issuer)
    if known is not None and time.monotonic() - known.at < REMEMBERED_SECONDS:
        return known
    provider = _fetch_provider(config.oidc_issuer)
    fresh = _Remembered(provider, _fetch_keys(provider.jwks_uri), time.monotonic())
    with _lock:
        _memory[config.oidc_issuer] = fresh
    return fresh


def _fetch_provider(issuer: str) -> Provider:
    said = _fetch(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    if str(said.get("issuer", "")).rstrip("/") != issuer.rstrip("/"):
        raise ProviderTrouble("the discovery document names another issuer")
    offered = said.get("id_token_signing_alg_values_supported") or ["RS256"]
    methods = said.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    return Provider(
        issuer=str(said["issuer"]),
        authorization_endpoint=_safe_address(said.get("authorization_endpoint")),
        token_endpoint=_safe_address(said.get("token_endpoint")),
        jwks_uri=_safe_address(said.get("jwks_uri")),
        userinfo_endpoint=_safe_address(said["userinfo_endpoint"])
        if said.get("userinfo_endpoint")
        else "",
        algorithms=tuple(name for name in ACCEPTED_ALGORITHMS if name in offered),
        sends_secret_in="client_secret_basic"
        if "client_secret_basic" in methods
        else "client_secret_post",
    )


def _fetch_keys(address: str) -> KeySet:
    try:
        found = KeySet.import_key_set(_fetch(address))  # type: ignore[arg-type]
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise ProviderTrouble("the key set cannot be read") from error
    for key in found.keys:
        if key.key_type == "oct":
            raise ProviderTrouble("the key set holds a secret")
    return found


def _fetch(address: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
    """Return a JSON object from the provider; nothing else is taken."""
    try:
        with requests.get(
            _safe_address(address),
            headers={"Accept": "application/json", **(headers or {})},
            timeout=TIMEOUT,
            allow_redirects=False,
            stream=True,
        ) as answer:
            if answer.status_code != requests.codes.ok:
                raise ProviderTrouble(f"{urlsplit(address).path} answers {answer.status_code}")
            raw = answer.raw.read(LARGEST_ANSWER + 1, decode_content=True)
    except (requests.RequestException, HTTPError, OSError) as error:
        # Whoever reads the raw answer meets what urllib3 says when it breaks off or cannot be read.
        raise ProviderTrouble(f"no answer: {type(error).__name__}") from error
    try:
        said = json.loads(raw) if len(raw) <= LARGEST_ANSWER else None
    except (ValueError, RecursionError) as error:
        raise ProviderTrouble("the answer is no JSON") from error
    if not isinstance(said, dict):
        raise ProviderTrouble("the answer is no JSON object, or too large")
    return said


def _safe_address(address: object) -> str:
    """Return an address that secrets may travel to: https, or this very machine."""
    parts = urlsplit(str(address or ""))
    if parts.scheme == "https" and parts.hostname:
        return str(address)
    if parts.scheme == "http" and _is_this_machine(parts.hostname or ""):
        return str(address)
    raise ProviderTrouble("an address of the provider is not https")


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _client(config: Config, provider: Provider, redirect_uri: str) -> OAuth2Session:
    return OAuth2Session(
        config.oidc_client_id,
        config.oidc_client_secret or None,
        token_endpoint_auth_method=provider.sends_secret_in
        if config.oidc_client_secret
        else "none",
        scope=config.oidc_scopes,
        redirect_uri=redirect_uri,
        code_challenge_method="S256",
    )
