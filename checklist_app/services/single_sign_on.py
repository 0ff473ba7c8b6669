"""Single sign-on: sending somebody to the provider, and taking what comes back."""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass

from sqlalchemy.orm import Session

from checklist_app.config import Config
from checklist_app.domain.errors import InvalidInput
from checklist_app.domain.text import Text, text
from checklist_app.domain.vocabulary import ProofPurpose
from checklist_app.models import PendingProof
from checklist_app.services import audit, identity_tokens, openid_provider, pending
from checklist_app.services.identity_tokens import Claims, TokenRefused
from checklist_app.services.openid_provider import ProviderTrouble
from checklist_app.services.sealing import Unreadable, seal, unseal
from checklist_app.services.secret_tokens import new_token
from checklist_app.services.sessions import Origin

CALLBACK = "/sign-in/sso/callback"
SEALED_FOR = "single sign-on"
LONGEST_PARAMETER = 4096
LONGEST_REASON = 120


class SingleSignOnRefused(InvalidInput):
    """Somebody came back from the provider and is not let in.

    Attributes:
        reason: one line for the event, without anything that the browser sent.
    """

    def __init__(self, message: Text, reason: str) -> None:
        super().__init__(message)
        self.reason = reason[:LONGEST_REASON]


@dataclass(frozen=True, slots=True)
class Departure:
    """A journey to the provider that is about to begin.

    Attributes:
        address: where the browser goes.
        nonce: what the ID token has to hold.
        sealed: what the browser's return is checked against.
    """

    address: str
    nonce: str
    sealed: str


def redirect_uri(config: Config) -> str:
    """Return where the provider sends people back to; only ever at the configured address."""
    return config.base_url + CALLBACK


def prepare(config: Config) -> Departure:
    """Return everything a journey to the provider needs; no transaction may be open.

    Raises:
        SingleSignOnRefused: the provider cannot be reached.
    """
    if not config.has_single_sign_on:
        raise SingleSignOnRefused(text("No sign-in provider is set up here."), "no provider")
    state, verifier, nonce = new_token(), new_token(), pending.new_challenge()
    try:
        address = openid_provider.sign_in_address(
            config,
            redirect_uri=redirect_uri(config),
            state=state,
            nonce=nonce,
            verifier=verifier,
        )
    except ProviderTrouble as error:
        raise _unreachable(error) from error
    return Departure(address, nonce, seal(config, SEALED_FOR, json.dumps([state, verifier])))


def begin(
    session: Session, departure: Departure, *, going_to: str, link_to: int | None = None
) -> str:
    """Return the token that the browser keeps until it is back.

    Args:
        session: the transaction of the caller.
        departure: what :func:`prepare` made.
        going_to: the page that was asked for; judged again when it is used.
        link_to: the person who is signed in and wants this way in as well.
    """
    begun = pending.begin(
        session,
        ProofPurpose.SINGLE_SIGN_ON,
        user_id=link_to,
        challenge=departure.nonce,
        sealed=departure.sealed,
        details={"next": going_to[:1000]},
    )
    return begun.token


def claims_of(
    config: Config, proof: PendingProof, *, state: str, code: str, error: str = ""
) -> Claims:
    """Return what the provider says about whoever came back; no transaction may be open.

    Args:
        config: names the provider.
        proof: what :func:`begin` began; it has been taken, so that it serves once.
        state: what came back, compared with what was sent.
        code: to be exchanged for the token.
        error: what the provider says instead, for instance that the person declined.

    Raises:
        SingleSignOnRefused: with a reason for the event.
    """
    try:
        sent_state, verifier = json.loads(unseal(config, SEALED_FOR, proof.sealed))
    except Unreadable as unreadable:
        raise pending.ProofOver from unreadable
    if not hmac.compare_digest(sent_state.encode(), state.encode()):
        raise _refused("state: it belongs to another browser or sign-in")
    if error or not code or len(code) > LONGEST_PARAMETER:
        raise _refused("the provider sent no code")
    try:
        id_token, access_token = openid_provider.exchange(
            config, redirect_uri=redirect_uri(config), code=code, verifier=verifier
        )
        return identity_tokens.read(
            config, id_token, nonce=proof.challenge, access_token=access_token
        )
    except ProviderTrouble as trouble:
        raise _unreachable(trouble) from trouble
    except TokenRefused as refused:
        raise _refused(str(refused)) from refused


def record_refusal(session: Session, reason: str, origin: Origin, email: str = "") -> None:
    """Leave an event for somebody who was not let in; the caller commits it apart."""
    audit.record(
        session,
        None,
        "account:sso:refuse",
        email,
        reason=reason,
        address=origin.address,
        request_id=origin.request_id,
    )


def _refused(reason: str) -> SingleSignOnRefused:
    return SingleSignOnRefused(
        text("Signing in with the provider did not work. Please start again."), reason
    )


def _unreachable(error: ProviderTrouble) -> SingleSignOnRefused:
    return SingleSignOnRefused(
        text("The sign-in provider does not answer as it should. Try again in a minute."),
        f"provider: {error}",
    )
