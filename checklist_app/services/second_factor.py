"""The second step of signing in, and what people and administrators do with factors."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete
from sqlalchemy.orm import Session

from checklist_app.config import Config
from checklist_app.domain.actor import Actor
from checklist_app.domain.errors import Conflict, InvalidInput, NotFound
from checklist_app.domain.permissions import Permission
from checklist_app.domain.text import Text, text
from checklist_app.domain.vocabulary import ProofPurpose
from checklist_app.models import Passkey, PendingProof, RecoveryCode, User
from checklist_app.services import (
    audit,
    one_time_codes,
    outbox,
    passkeys,
    pending,
    recovery_codes,
    sessions,
)
from checklist_app.services.factor_policy import factors_of, is_required
from checklist_app.services.holding import hold_person
from checklist_app.services.rotation import rotate
from checklist_app.services.sessions import Origin, end_sessions


@dataclass(frozen=True, slots=True)
class Entered:
    """What the first step led to: a session, or a second step; exactly one token is given."""

    user_id: int
    session_token: str = ""
    pending_token: str = ""


def enter(
    session: Session,
    config: Config,
    user: User,
    origin: Origin,
    *,
    by: str,
    proved_elsewhere: bool = False,
) -> Entered:
    """Go on after the first step: a person with a factor has to show it, and has no session yet.

    Args:
        session: the transaction of the caller.
        config: says how long a session lasts.
        user: who took the first step.
        origin: where the browser is.
        by: what the first step was: ``password``, ``link`` or ``provider``.
        proved_elsewhere: a provider of single sign-on asked for a second factor already.
    """
    if factors_of(session, user.id).any and not proved_elsewhere:
        begun = pending.begin(
            session, ProofPurpose.SECOND_FACTOR, user_id=user.id, details={"by": by}
        )
        return Entered(user.id, pending_token=begun.token)
    opened = sessions.open_session(
        session,
        config,
        user,
        origin,
        by=f"{by}, its own factor" if proved_elsewhere else by,
        proved_elsewhere=proved_elsewhere,
    )
    return Entered(user.id, session_token=opened)


@dataclass(frozen=True, slots=True)
class Added:
    """What a new factor brings.

    Attributes:
        session_token: of the session it was added in; the one before is dead, for it may have been
            worth less until now.
        recovery_codes: to be shown once; empty unless it is the person's first factor.
    """

    session_token: str
    recovery_codes: list[str]


def waiting(session: Session, token: str) -> PendingProof:
    """Return who is between the two steps, or raise ProofOver."""
    return pending.find(session, ProofPurpose.SECOND_FACTOR, token)


def spend_try(session: Session, token: str) -> int:
    """Count one try of the second step, to be committed apart; return whose it is."""
    proof = pending.spend_try(session, ProofPurpose.SECOND_FACTOR, token)
    return proof.user_id or 0


def prove_by_code(session: Session, config: Config, token: str, code: str, origin: Origin) -> str:
    """Return the token of a session for a code of the app, or one of those on paper.

    Raises:
        InvalidInput: the code is wrong, was used already, or the step is over.
    """
    proof, user = _held(session, token)
    if one_time_codes.accept(session, config, user, code):
        return _open(session, config, proof, user, origin, by="code")
    if not recovery_codes.accept(session, user, code):
        raise InvalidInput(
            text("That code is not right or was used already. Wait for the next one."),
            field="code",
        )
    opened = _open(session, config, proof, user, origin, by="recovery code")
    left = factors_of(session, user.id).recovery_codes
    audit.record(session, _as_actor(user, origin), "account:recovery:use", user.email, left=left)
    return opened


def passkey_options(session: Session, config: Config, token: str) -> str:
    """Return what the browser needs to use a passkey as the second step, with a new challenge."""
    proof = waiting(session, token)
    challenge = pending.renew_challenge(session, proof)
    return passkeys.prove_options(session, config, challenge, proof.user_id)


def prove_by_passkey(
    session: Session, config: Config, token: str, answer: str, origin: Origin
) -> str:
    """Return the token of a session for what a passkey of this person signed."""
    proof, user = _held(session, token)
    passkeys.accept(session, config, challenge=proof.challenge, answer=answer, user_id=user.id)
    return _open(session, config, proof, user, origin, by="passkey")


def begin_passkey_sign_in(session: Session, config: Config) -> tuple[str, str]:
    """Begin signing in without a password; return the token of the proof, and the options."""
    begun = pending.begin(session, ProofPurpose.PASSKEY_SIGN_IN)
    return begun.token, passkeys.prove_options(session, config, begun.challenge, None)


def sign_in_by_passkey(
    session: Session, config: Config, proof: PendingProof, answer: str, origin: Origin
) -> str:
    """Return the token of a session: a passkey that verified its owner is both steps in one."""
    passkey = passkeys.accept(session, config, challenge=proof.challenge, answer=answer)
    if not hold_person(session, passkey.user):
        raise pending.ProofOver
    return sessions.open_session(session, config, passkey.user, origin, by="passkey")


def record_refusal(session: Session, user_id: int | None, origin: Origin, *, by: str) -> None:
    """Leave an event for a factor that was refused; the caller commits it apart."""
    user = session.get(User, user_id) if user_id else None
    audit.record(
        session,
        None,
        "account:factor:refuse",
        user.email if user else "",
        by=by,
        address=origin.address,
        request_id=origin.request_id,
    )


def begin_passkey(session: Session, config: Config, actor: Actor) -> tuple[str, str]:
    """Begin adding a passkey; return the token of the proof, and the options for the browser."""
    begun = pending.begin(session, ProofPurpose.ENROL_PASSKEY, user_id=actor.user_id)
    return begun.token, passkeys.enrol_options(session, config, actor, begun.challenge)


def add_passkey(
    session: Session, config: Config, actor: Actor, proof: PendingProof, *, name: str, answer: str
) -> Added:
    """Add a passkey."""
    if proof.user_id != actor.user_id:
        raise pending.ProofOver
    first = not factors_of(session, actor.user_id).any
    passkeys.add(session, config, actor, name=name, challenge=proof.challenge, answer=answer)
    return _added(session, config, actor, "passkey", first=first)


def add_codes(session: Session, config: Config, actor: Actor, code: str) -> Added:
    """Add the app for codes."""
    first = not factors_of(session, actor.user_id).any
    one_time_codes.confirm(session, config, actor, code)
    return _added(session, config, actor, "codes", first=first)


def renew_recovery_codes(session: Session, actor: Actor) -> list[str]:
    """Return ten new recovery codes; the ones before are void."""
    if not factors_of(session, actor.user_id).any:
        raise Conflict(text("Add an app for codes or a passkey first."))
    codes = recovery_codes.issue(session, actor.user_id)
    audit.record(session, actor, "account:recovery:renew", actor.email)
    return codes


def remove_codes(session: Session, config: Config, actor: Actor) -> None:
    """Remove one's own app for codes; without one, nothing happens."""
    if not factors_of(session, actor.user_id).codes:
        return
    _refuse_last(session, actor)
    one_time_codes.remove(session, actor.user_id)
    _removed(session, config, actor, "codes")


def remove_passkey(session: Session, config: Config, actor: Actor, passkey_id: int) -> None:
    """Remove one of one's own passkeys."""
    passkey = passkeys.own(session, actor, passkey_id)
    _refuse_last(session, actor)
    session.delete(passkey)
    session.flush()
    _removed(session, config, actor, "passkey")


def reset_factors(session: Session, config: Config, actor: Actor | None, user_id: int) -> User:
    """Take every factor from somebody who lost theirs, as an administrator; their sessions end."""
    if actor is not None:
        actor.require(Permission.USER_MANAGE)
    user = session.get(User, user_id)
    if user is None:
        raise NotFound
    forget_factors(session, user.id)
    end_sessions(session, user)
    audit.record(session, actor, "account:factors:reset", user.email)
    _tell(session, config, user, text("An administrator took the second factor off your account."))
    return user


def forget_factors(session: Session, user_id: int) -> None:
    """Delete a person's app, passkeys and recovery codes, and whatever they were proving."""
    one_time_codes.remove(session, user_id)
    for table in (Passkey, RecoveryCode):
        session.execute(delete(table).where(table.user_id == user_id))
    pending.end_all(session, user_id)


def _added(session: Session, config: Config, actor: Actor, kind: str, *, first: bool) -> Added:
    user = _end_other_sessions(session, actor)
    _tell(session, config, user, text("A second factor was added to your account."))
    audit.record(session, actor, "account:factor:add", actor.email, kind=kind)
    return Added(
        session_token=rotate(session, actor),
        recovery_codes=recovery_codes.issue(session, actor.user_id) if first else [],
    )


def _removed(session: Session, config: Config, actor: Actor, kind: str) -> None:
    if not factors_of(session, actor.user_id).any:
        session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == actor.user_id))
    user = _end_other_sessions(session, actor)
    _tell(session, config, user, text("A second factor was removed from your account."))
    audit.record(session, actor, "account:factor:remove", actor.email, kind=kind)


def _refuse_last(session: Session, actor: Actor) -> None:
    held = factors_of(session, actor.user_id)
    user = session.get_one(User, actor.user_id)
    if int(held.codes) + held.passkeys <= 1 and is_required(session, user):
        raise Conflict(text("A second factor is required here. Add another one before."))


def _end_other_sessions(session: Session, actor: Actor) -> User:
    user = session.get_one(User, actor.user_id)
    end_sessions(session, user, except_id=actor.session_id)
    return user


def _tell(session: Session, config: Config, user: User, what: Text) -> None:
    outbox.notify(session, config, user, subject=text("Your second factor"), body=what)


def _open(
    session: Session, config: Config, proof: PendingProof, user: User, origin: Origin, *, by: str
) -> str:
    first = (proof.details or {}).get("by", "")
    pending.end(session, proof)
    steps = ", ".join(step for step in (first, by) if step)
    return sessions.open_session(session, config, user, origin, by=steps)


def _held(session: Session, token: str) -> tuple[PendingProof, User]:
    """Return who is between the two steps, with their account held, or raise ProofOver."""
    proof = waiting(session, token)
    if proof.user is None or not hold_person(session, proof.user):
        raise pending.ProofOver
    return proof, proof.user


def _as_actor(user: User, origin: Origin) -> Actor:
    return Actor(
        user.id, user.email, user.name, address=origin.address, request_id=origin.request_id
    )
