"""Codes of six digits from an app (TOTP, RFC 6238): adding one, and judging a code."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

import pyotp
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from checklist_app.config import Config
from checklist_app.domain.actor import Actor
from checklist_app.domain.errors import Conflict, InvalidInput
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import ProofPurpose
from checklist_app.models import CodeGenerator, PendingProof, User
from checklist_app.services import pending
from checklist_app.services.clock import now
from checklist_app.services.pending import happened_once
from checklist_app.services.sealing import Unreadable, is_of_previous_key, seal, unseal

DIGITS = 6
STEP_SECONDS = 30
DRIFT = 1
"""Steps by which the clock of the telephone may be early or late."""


@dataclass(frozen=True, slots=True)
class NewSecret:
    """What a person puts into their app: the address inside the QR code, and the same to type."""

    uri: str
    secret: str


def begin(session: Session, config: Config, actor: Actor) -> None:
    """Make a secret for a person's app; it counts once a code of it was shown."""
    _refuse_a_second(session, actor.user_id)
    _forget_unfinished(session, actor)
    sealed = seal(config, _context(actor.user_id), pyotp.random_base32(32))
    pending.begin(session, ProofPurpose.ENROL_CODES, user_id=actor.user_id, sealed=sealed)


def under_way(session: Session, config: Config, actor: Actor) -> NewSecret | None:
    """Return the secret that a person is about to put into their app, if any."""
    proof = _unfinished(session, actor)
    if proof is None:
        return None
    try:
        secret = unseal(config, _context(actor.user_id), proof.sealed)
    except Unreadable:
        return None
    name = pyotp.TOTP(secret).provisioning_uri(name=actor.email, issuer_name=config.organisation)
    return NewSecret(name, secret)


def confirm(session: Session, config: Config, actor: Actor, code: str) -> None:
    """Add the app whose code is right.

    Raises:
        InvalidInput: the code is wrong, or it took too long.
    """
    _refuse_a_second(session, actor.user_id)
    proof = _unfinished(session, actor)
    if proof is None:
        raise pending.ProofOver
    secret = unseal(config, _context(actor.user_id), proof.sealed)
    step = next(iter(_matching_steps(secret, code)), None)
    if step is None:
        raise InvalidInput(
            text("That code is not right. Wait for the next one and check your device's clock."),
            field="code",
        )
    moment = now()
    session.add(
        CodeGenerator(
            user_id=actor.user_id,
            sealed_secret=seal(config, _context(actor.user_id), secret),
            last_step=step,
            created_at=moment,
            last_used_at=moment,
        )
    )
    pending.end(session, proof)


def accept(session: Session, config: Config, user: User, code: str) -> bool:
    """Judge a code; one that is right is right once, however many requests carry it."""
    generator = session.scalar(select(CodeGenerator).where(CodeGenerator.user_id == user.id))
    if generator is None:
        return False
    context = _context(user.id)
    try:
        secret = unseal(config, context, generator.sealed_secret)
    except Unreadable:
        return False
    fresh = [step for step in _matching_steps(secret, code) if step > generator.last_step]
    if not fresh:
        return False
    used = session.execute(
        update(CodeGenerator)
        .where(CodeGenerator.id == generator.id, CodeGenerator.last_step < fresh[0])
        .values(last_step=fresh[0], last_used_at=now())
    )
    if happened_once(used) and is_of_previous_key(config, context, generator.sealed_secret):
        generator.sealed_secret = seal(config, context, secret)
    return happened_once(used)


def remove(session: Session, user_id: int) -> bool:
    """Forget a person's app; return whether there was one."""
    gone = session.execute(delete(CodeGenerator).where(CodeGenerator.user_id == user_id))
    return happened_once(gone)


def _matching_steps(secret: str, code: str) -> list[int]:
    """Return the time steps that a code belongs to; all are compared, whatever the first says."""
    digits = "".join(code.split())
    if len(digits) != DIGITS or not digits.isascii() or not digits.isdigit():
        return []
    this_step = int(now().timestamp()) // STEP_SECONDS
    app = pyotp.TOTP(secret, digits=DIGITS, interval=STEP_SECONDS)
    steps = range(this_step - DRIFT, this_step + DRIFT + 1)
    return [step for step in steps if hmac.compare_digest(app.generate_otp(step), digits)]


def _refuse_a_second(session: Session, user_id: int) -> None:
    known = select(CodeGenerator.id).where(CodeGenerator.user_id == user_id)
    if session.scalar(known) is not None:
        raise Conflict(text("You have an app for codes already. Remove it before you add another."))


def _unfinished(session: Session, actor: Actor) -> PendingProof | None:
    return session.scalar(
        select(PendingProof)
        .where(
            PendingProof.user_id == actor.user_id,
            PendingProof.purpose == ProofPurpose.ENROL_CODES,
            PendingProof.expires_at > now(),
        )
        .order_by(PendingProof.id.desc())
        .limit(1)
    )


def _forget_unfinished(session: Session, actor: Actor) -> None:
    session.execute(
        delete(PendingProof).where(
            PendingProof.user_id == actor.user_id,
            PendingProof.purpose == ProofPurpose.ENROL_CODES,
        )
    )


def _context(user_id: int) -> str:
    return f"codes:{user_id}"
