"""Passkeys (WebAuthn): adding, naming and removing them, and judging what they sign."""

from __future__ import annotations

import hashlib
import ipaddress
import json
from urllib.parse import urlsplit

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from checklist_app.config import Config
from checklist_app.domain.actor import Actor
from checklist_app.domain.errors import Conflict, InvalidInput, NotFound
from checklist_app.domain.text import text
from checklist_app.models import Passkey, User
from checklist_app.services.clock import now
from checklist_app.services.pending import happened_once

LONGEST_NAME = 60
MOST_PASSKEYS = 20
LONGEST_ANSWER = 20_000
WEAK_SPOTS = (WebAuthnException, ValueError, KeyError, TypeError, RecursionError)
"""What the library raises on answers that no authenticator makes."""


def is_possible(config: Config) -> bool:
    """Return whether browsers offer passkeys at our address: a name, and https or localhost."""
    host = relying_party(config)
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return config.is_https or host == "localhost"
    return False


def relying_party(config: Config) -> str:
    """Return the host that passkeys are bound to; only ever that of the configured address."""
    return urlsplit(config.base_url).hostname or ""


def origin(config: Config) -> str:
    """Return the one origin whose pages may use them."""
    parts = urlsplit(config.base_url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def enrol_options(session: Session, config: Config, actor: Actor, challenge: str) -> str:
    """Return, as JSON for the browser, what a new passkey of this person has to be."""
    options = generate_registration_options(
        rp_id=relying_party(config),
        rp_name=config.organisation,
        user_id=_handle(actor.user_id),
        user_name=actor.email,
        user_display_name=actor.name,
        challenge=base64url_to_bytes(challenge),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_descriptors(session, actor.user_id),
    )
    return options_to_json(options)


def prove_options(session: Session, config: Config, challenge: str, user_id: int | None) -> str:
    """Return, as JSON for the browser, what has to be signed; without a person, by any passkey."""
    options = generate_authentication_options(
        rp_id=relying_party(config),
        challenge=base64url_to_bytes(challenge),
        allow_credentials=None if user_id is None else _descriptors(session, user_id),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json(options)


def add(
    session: Session, config: Config, actor: Actor, *, name: str, challenge: str, answer: str
) -> Passkey:
    """Keep a new passkey.

    Raises:
        InvalidInput: the answer does not fit the challenge, our address, or the wish to verify.
        Conflict: somebody has this passkey already, or the person has too many.
    """
    held = session.scalars(select(Passkey.id).where(Passkey.user_id == actor.user_id)).all()
    if len(held) >= MOST_PASSKEYS:
        raise Conflict(text("You have %(count)s passkeys. Remove one first.", count=len(held)))
    try:
        verified = verify_registration_response(
            credential=_parsed(answer),
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=relying_party(config),
            expected_origin=origin(config),
            require_user_verification=True,
        )
    except WEAK_SPOTS as error:
        raise _refused() from error
    digest = _digest(verified.credential_id)
    if session.scalar(select(Passkey.id).where(Passkey.credential_sha256 == digest)) is not None:
        raise Conflict(text("That passkey is in use already."))
    passkey = Passkey(
        user_id=actor.user_id,
        name=_fit_name(name),
        credential_sha256=digest,
        credential_id=bytes_to_base64url(verified.credential_id),
        public_key=bytes_to_base64url(verified.credential_public_key),
        sign_count=verified.sign_count,
        created_at=now(),
    )
    session.add(passkey)
    session.flush()
    return passkey


def accept(
    session: Session, config: Config, *, challenge: str, answer: str, user_id: int | None = None
) -> Passkey:
    """Return the passkey that signed the challenge; its count of signatures moves on.

    Args:
        session: the transaction that notes its use.
        config: names our address.
        challenge: what had to be signed.
        answer: what the browser sent, as JSON.
        user_id: whose passkey it must be; None takes the person from the passkey itself.

    Raises:
        InvalidInput: one and the same message whatever was wrong.
    """
    given = _parsed(answer)
    passkey = _named_by(session, given)
    if passkey is None or user_id not in (None, passkey.user_id):
        raise _refused()
    if not _is_handle_of(given, passkey.user_id):
        raise _refused()
    try:
        verified = verify_authentication_response(
            credential=given,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=relying_party(config),
            expected_origin=origin(config),
            credential_public_key=base64url_to_bytes(passkey.public_key),
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except WEAK_SPOTS as error:
        raise _refused() from error
    moved = session.execute(
        update(Passkey)
        .where(Passkey.id == passkey.id, Passkey.sign_count == passkey.sign_count)
        .values(sign_count=verified.new_sign_count, last_used_at=now())
    )
    if not happened_once(moved):
        raise _refused()
    return passkey


def rename(session: Session, actor: Actor, passkey_id: int, name: str) -> Passkey:
    """Call a passkey something else."""
    passkey = own(session, actor, passkey_id)
    passkey.name = _fit_name(name)
    return passkey


def own(session: Session, actor: Actor, passkey_id: int) -> Passkey:
    """Return one of the actor's passkeys, or raise NotFound."""
    passkey = session.scalar(
        select(Passkey).where(Passkey.id == passkey_id, Passkey.user_id == actor.user_id)
    )
    if passkey is None:
        raise NotFound
    return passkey


def _parsed(answer: str) -> dict[str, object]:
    if len(answer) > LONGEST_ANSWER:
        raise _refused()
    try:
        given = json.loads(answer)
    except (ValueError, RecursionError) as error:
        raise _refused() from error
    if not isinstance(given, dict):
        raise _refused()
    return given


def _named_by(session: Session, given: dict[str, object]) -> Passkey | None:
    try:
        credential_id = base64url_to_bytes(str(given.get("rawId", "")))
    except WEAK_SPOTS:
        return None
    return session.scalar(
        select(Passkey)
        .join(User)
        .where(Passkey.credential_sha256 == _digest(credential_id), User.is_active)
    )


def _is_handle_of(given: dict[str, object], user_id: int) -> bool:
    """Return whether the person that the authenticator names, if it names one, is the owner."""
    response = given.get("response")
    named = response.get("userHandle") if isinstance(response, dict) else None
    return not named or named == bytes_to_base64url(_handle(user_id))


def _descriptors(session: Session, user_id: int) -> list[PublicKeyCredentialDescriptor]:
    ids = session.scalars(
        select(Passkey.credential_id).where(Passkey.user_id == user_id).order_by(Passkey.id)
    )
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in ids]


def _handle(user_id: int) -> bytes:
    """Return what authenticators store for a person: always the same, and nothing about them."""
    return hashlib.sha256(f"checklist person {user_id}".encode()).digest()


def _digest(credential_id: bytes) -> str:
    return hashlib.sha256(credential_id).hexdigest()


def _fit_name(name: str) -> str:
    shown = " ".join(name.split())[:LONGEST_NAME]
    if not shown:
        raise InvalidInput(text("Please give a name."), field="name")
    return shown


def _refused() -> InvalidInput:
    return InvalidInput(text("That passkey did not work here. Try again, or use another way."))
