"""Single sign-on: sending somebody to the provider, and taking what comes back."""

from __future__ import annotations

import hmac
import json
import secrets

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


def redirect_uri(config: Config) -> str:
    """Return where the provider sends people back to; only ever at the configured address."""
    return config.base_url + CALLBACK


def begin(
    session: Session, config: Config, *, going_to: str, link_to: int | None = None
) -> tuple[str, str]:
    """Return the token of a proof, and where the browser goes to sign in.

    Args:
        session: its own transaction; the caller commits it at once.
        config: names the provider.
        going_to: the page that was asked for; judged again when it is used.
        link_to: the person who is signed in and wants this way in as well.

    Raises:
        SingleSignOnRefused: the provider cannot be reached.
    """
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
    sealed = seal(config, SEALED_FOR, json.dumps([state, verifier]))
    begun = pending.begin(
        session,
        ProofPurpose.SINGLE_SIGN_ON,
        user_id=link_to,
        sealed=sealed,
        details={"next": going_to[:1000]},
    )
    try:
        address = openid_provider.sign_in_address(
            config,
            redirect_uri=redirect_uri(config),
            state=state,
            nonce=begun.challenge,
            verifier=verifier,
        )
    except ProviderTrouble as error:
        raise _unreachable(error) from error
    return begun.token, address


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
