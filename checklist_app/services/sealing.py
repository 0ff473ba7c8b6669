"""Small secrets at rest: readable with the secret key of the system, and by nobody else."""

from __future__ import annotations

import base64
import binascii
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from checklist_app.config import Config

FORM = "v1."
NONCE_BYTES = 12


class Unreadable(Exception):
    """A sealed secret was made with another secret key, or somebody changed it."""


def seal(config: Config, context: str, secret: str) -> str:
    """Return ``secret`` encrypted (AES-256-GCM) so that it opens for the same context only.

    Args:
        config: holds the secret key; what encrypts is derived from it (HKDF) for this one use.
        context: whose secret it is and what for, such as ``codes:7``; it is not stored.
        secret: text.
    """
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = AESGCM(_key(config.session_secret())).encrypt(nonce, secret.encode(), context.encode())
    return FORM + base64.urlsafe_b64encode(nonce + sealed).decode()


def unseal(config: Config, context: str, sealed: str) -> str:
    """Return the secret, also when it was sealed under the previous secret key.

    Raises:
        Unreadable: neither key opens it in this context.
    """
    for key in (config.session_secret(), config.previous_secret_key):
        opened = _opened(key, context, sealed) if key else None
        if opened is not None:
            return opened
    raise Unreadable


def is_of_previous_key(config: Config, context: str, sealed: str) -> bool:
    """Return whether a secret should be sealed again, because the secret key has changed."""
    return _opened(config.session_secret(), context, sealed) is None


def _opened(key: str, context: str, sealed: str) -> str | None:
    try:
        raw = base64.urlsafe_b64decode(sealed.removeprefix(FORM))
        cipher = AESGCM(_key(key))
        return cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], context.encode()).decode()
    except (InvalidTag, binascii.Error, ValueError):
        return None


def _key(secret: str) -> bytes:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"checklist sealed secrets v1")
    return derived.derive(secret.encode())
