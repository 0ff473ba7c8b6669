"""Proofs under way: what a browser may prove next, for minutes and once. They open nothing."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.orm import Session
from webauthn.helpers import bytes_to_base64url

from checklist_app.domain.errors import InvalidInput
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import ProofPurpose
from checklist_app.models import PendingProof
from checklist_app.services.clock import now
from checklist_app.services.secret_tokens import new_token, token_sha256

LIFETIME = timedelta(minutes=10)
MOST_TRIES = 5
CHALLENGE_BYTES = 32


class ProofOver(InvalidInput):
    """The proof took too long, was tried too often, or was never begun."""

    def __init__(self) -> None:
        super().__init__(text("That took too long or was tried too often. Please start again."))


@dataclass(frozen=True, slots=True)
class Begun:
    """A proof that has just begun.

    Attributes:
        token: what the browser keeps, in a signed cookie; only its hash is stored.
        challenge: 32 random bytes as base64url, to be signed or sent back; good for one answer.
    """

    token: str
    challenge: str


def begin(
    session: Session,
    purpose: ProofPurpose,
    *,
    user_id: int | None = None,
    challenge: str = "",
    sealed: str = "",
    details: dict[str, Any] | None = None,
) -> Begun:
    """Begin a proof; those that nobody finished in time are cleared away on the way."""
    moment = now()
    session.execute(delete(PendingProof).where(PendingProof.expires_at <= moment))
    begun = Begun(new_token(), challenge or new_challenge())
    session.add(
        PendingProof(
            purpose=purpose,
            user_id=user_id,
            token_sha256=token_sha256(begun.token),
            challenge=begun.challenge,
            sealed=sealed,
            details=details,
            created_at=moment,
            expires_at=moment + LIFETIME,
        )
    )
    session.flush()
    return begun


def find(session: Session, purpose: ProofPurpose, token: str) -> PendingProof:
    """Return a proof that is under way, or raise ProofOver."""
    proof = session.scalar(
        select(PendingProof).where(
            PendingProof.token_sha256 == token_sha256(token),
            PendingProof.purpose == purpose,
            PendingProof.expires_at > now(),
        )
    )
    if proof is None or (proof.user is not None and not proof.user.is_active):
        raise ProofOver
    return proof


def spend_try(session: Session, purpose: ProofPurpose, token: str) -> PendingProof:
    """Count one try before it is judged, so that guesses sent at once are all counted.

    The caller commits this apart: a refused try stays counted.

    Raises:
        ProofOver: there is no such proof, or its tries are used up.
    """
    counted = session.execute(
        update(PendingProof)
        .where(
            PendingProof.token_sha256 == token_sha256(token),
            PendingProof.purpose == purpose,
            PendingProof.tries < MOST_TRIES,
        )
        .values(tries=PendingProof.tries + 1)
    )
    if not happened_once(counted):
        raise ProofOver
    return find(session, purpose, token)


def renew_challenge(session: Session, proof: PendingProof) -> str:
    """Return a new challenge for a proof; the one before is worth nothing from here on."""
    proof.challenge = new_challenge()
    session.flush()
    return proof.challenge


def take(session: Session, purpose: ProofPurpose, token: str) -> PendingProof:
    """Return a proof and end it, so that it can be finished once only; ProofOver otherwise."""
    proof = find(session, purpose, token)
    end(session, proof)
    return proof


def end(session: Session, proof: PendingProof) -> None:
    """End a proof; of two requests that finish it at once, one gets ProofOver."""
    session.flush()
    ended = session.execute(delete(PendingProof).where(PendingProof.id == proof.id))
    session.expunge(proof)
    if not happened_once(ended):
        raise ProofOver


def end_all(session: Session, user_id: int) -> None:
    """End every proof that a person has under way."""
    session.execute(delete(PendingProof).where(PendingProof.user_id == user_id))


def end_second_steps(session: Session, user_id: int) -> None:
    """End every sign-in of a person that waits for its second step."""
    session.execute(
        delete(PendingProof).where(
            PendingProof.user_id == user_id, PendingProof.purpose == ProofPurpose.SECOND_FACTOR
        )
    )


def new_challenge() -> str:
    """Return 32 random bytes as base64url."""
    return bytes_to_base64url(secrets.token_bytes(CHALLENGE_BYTES))


def happened_once(result: object) -> bool:
    """Return whether a statement changed exactly one row."""
    return isinstance(result, CursorResult) and result.rowcount == 1
