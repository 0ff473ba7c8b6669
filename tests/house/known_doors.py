"""What a door must answer to what has ended: a session, a token, a link, a proof, an account."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from checklist_app.domain.scopes import Scope
from checklist_app.domain.vocabulary import FactorPolicy, ProofPurpose
from checklist_app.models import (
    AccessToken,
    OneTimeLink,
    Passkey,
    PendingProof,
    PipelineToken,
    RecoveryCode,
    RefreshToken,
    SignInPolicy,
    TokenFamily,
    User,
    UserSession,
)
from checklist_app.services import (
    access_tokens,
    links,
    passkeys,
    pipeline_tokens,
    recovery_codes,
    sessions,
)
from checklist_app.services.clock import now, today
from checklist_app.services.factor_policy import ONLY_ROW
from checklist_app.services.identity_tokens import Claims
from checklist_app.services.secret_tokens import token_sha256
from checklist_app.services.sessions import Origin
from tests.cast import PASSWORD, password_hash
from tests.house.arranged import anothers_token
from tests.house.belongings import passkey
from tests.house.caller import Caller
from tests.house.known import Known
from tests.house.neighbours import Neighbours

ORIGIN = Origin("", "")
LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC)
CLOSED: dict[str, Any] = {"is_active": False}


def _newest(caller: Caller, table: type[Any], **changed: Any) -> Any:
    """Change the newest row of a table, or close the account that it belongs to; return it."""
    row = caller.session.query(table).order_by(table.id.desc()).first()
    assert row is not None
    for name, value in changed.items():
        setattr(caller.user if name == "is_active" else row, name, value)
    caller.session.flush()
    return row


def _session_token(caller: Caller, **changed: Any) -> str:
    token = sessions.open_session(caller.session, caller.config, caller.user, ORIGIN)
    _newest(caller, UserSession, **changed)
    return token


def _own_session(caller: Caller, **changed: Any) -> Any:
    row = caller.session.get_one(UserSession, caller.own["session_id"])
    for name, value in changed.items():
        setattr(row, name, value)
    caller.session.flush()
    return row


def _issued(caller: Caller) -> access_tokens.IssuedTokens:
    scopes = [Scope.PROJECT_READ]
    return access_tokens.open_family(caller.session, caller.config, caller.user, scopes, ORIGIN)


def _access_token(caller: Caller, **changed: Any) -> str:
    token = _issued(caller).access_token
    _newest(caller, AccessToken, **changed)
    return token


def _refresh_token(caller: Caller, **changed: Any) -> str:
    token = _issued(caller).refresh_token
    _newest(caller, RefreshToken, **changed)
    return token


def _everybody_needs_a_factor(caller: Caller) -> None:
    policy = SignInPolicy(id=ONLY_ROW, second_factor=FactorPolicy.EVERYBODY, changed_at=now())
    caller.session.add(policy)
    caller.session.flush()


def _refresh_token_without_a_factor(caller: Caller) -> str:
    _everybody_needs_a_factor(caller)
    return _refresh_token(caller)


def _password_without_a_factor(caller: Caller) -> str:
    _everybody_needs_a_factor(caller)
    caller.user.password_hash = password_hash()
    caller.session.flush()
    return PASSWORD


def _family(caller: Caller, **changed: Any) -> TokenFamily:
    _issued(caller)
    row: TokenFamily = _newest(caller, TokenFamily, **changed)
    return row


def _every_family_is_over(caller: Caller) -> Session:
    caller.session.query(TokenFamily).update({"revoked_at": LONG_AGO})
    return caller.session


def _pipeline_secret(caller: Caller, **changed: Any) -> str:
    _, secret = pipeline_tokens.make_token(
        caller.session,
        caller.access,
        name="x",
        scopes=["gate:read"],
        expires_on=today() + timedelta(days=1),
    )
    _newest(caller, PipelineToken, **changed)
    return secret


def _ended_pipeline_token(caller: Caller) -> int:
    _pipeline_secret(caller, revoked_at=LONG_AGO)
    return int(_newest(caller, PipelineToken).id)


def _link(caller: Caller, **changed: Any) -> str:
    token = links.issue_link(caller.session, None, caller.user, caller.config)
    _newest(caller, OneTimeLink, **changed)
    return token


def _whose_link_is_used(caller: Caller) -> User:
    _link(caller, used_at=LONG_AGO)
    return caller.user


def _whose_session_is_over(caller: Caller) -> User:
    _own_session(caller, revoked_at=LONG_AGO)
    return caller.user


def _proof(caller: Caller, **changed: Any) -> str:
    later = now() + timedelta(minutes=5)
    row = PendingProof(
        purpose=ProofPurpose.ENROL_CODES,
        user_id=caller.user.id,
        token_sha256=token_sha256("a proof"),
        challenge="",
        created_at=now(),
        expires_at=later,
    )
    caller.session.query(PendingProof).filter_by(user_id=caller.user.id).delete()
    caller.session.add(row)
    caller.session.flush()
    _newest(caller, PendingProof, **changed)
    return "a proof"


def _whose_proof_is_over(caller: Caller) -> Any:
    _proof(caller, expires_at=LONG_AGO)
    return caller.actor


def _recovery_code(caller: Caller) -> str:
    code = recovery_codes.issue(caller.session, caller.user.id)[-1]
    _newest(caller, RecoveryCode, used_at=LONG_AGO)
    return code


def _passkey_of_a_closed_account(caller: Caller) -> dict[str, object]:
    row = passkey(caller.actor, "closed")
    row.credential_sha256 = passkeys._digest(b"key")
    caller.session.add(row)
    caller.session.flush()
    _newest(caller, Passkey, **CLOSED)
    return {"rawId": "a2V5"}


def _closed_account(caller: Caller) -> User:
    caller.user.is_active = False
    caller.session.flush()
    return caller.user


def _closed_account_at_a_provider(caller: Caller) -> Claims:
    email = _closed_account(caller).email
    return Claims("https://new.example.org", "a", email, True, "A", frozenset(), False)


def _each(
    answer: Any, parameter: str, give: Callable[..., Any], *changes: Any, **given: Any
) -> Any:
    """Give the same thing once for each way in which it has ended."""
    return lambda _: [
        Known({**given, parameter: partial(give, **changed)}, answer) for changed in changes
    ]


REVOKED, USED, EXPIRED = ({name: LONG_AGO} for name in ("revoked_at", "used_at", "expires_at"))

DOORS: Mapping[str, Callable[[Neighbours], list[Known]]] = {
    "access_tokens._is_alive": _each(False, "family", _family, REVOKED, EXPIRED, CLOSED),
    "access_tokens.person_by_password": _each(
        "InvalidInput", "password", _password_without_a_factor, {}
    ),
    "access_tokens.refresh": lambda _: [
        Known({"refresh_token": partial(_refresh_token, spent_at=LONG_AGO)}, "SpentToken"),
        Known({"refresh_token": _refresh_token_without_a_factor}, "FactorMissing"),
    ],
    "access_tokens.resume": _each(None, "token", _access_token, REVOKED, EXPIRED, origin=ORIGIN),
    "access_tokens.forget_expired": lambda _: [
        Known(
            {"session": lambda caller: _issued(caller) and caller.session},
            1,
            lambda caller, _: caller.session.query(RefreshToken).count(),
        )
    ],
    "access_tokens.revoke": lambda _: [
        Known({"token": partial(_access_token, revoked_at=LONG_AGO)}, "NotFound"),
        Known({"token": anothers_token}, "NotFound"),
    ],
    "external_people._link_or_create": _each(
        "SingleSignOnRefused", "claims", _closed_account_at_a_provider, {}, origin=ORIGIN
    ),
    "holding.hold_person": _each(False, "user", _closed_account, {}),
    "links.end_links": lambda _: [
        Known(
            {"user": _whose_link_is_used},
            LONG_AGO,
            lambda caller, _: (
                caller.session.query(OneTimeLink.used_at)
                .order_by(OneTimeLink.id.desc())
                .limit(1)
                .scalar()
            ),
        )
    ],
    "links.usable_link": _each("NotFound", "token", _link, USED, EXPIRED, CLOSED),
    "one_time_codes._unfinished": _each(None, "actor", _whose_proof_is_over, {}),
    "passkeys._named_by": _each(None, "given", _passkey_of_a_closed_account, {}),
    "pending.find": _each(
        "ProofOver", "token", _proof, EXPIRED, CLOSED, purpose=ProofPurpose.ENROL_CODES
    ),
    "pipeline_tokens.resume": _each(
        None, "secret", _pipeline_secret, REVOKED, EXPIRED, CLOSED, origin=ORIGIN
    ),
    "pipeline_tokens.revoke_token": _each("NotFound", "token_id", _ended_pipeline_token, {}),
    "recovery_codes.accept": _each(False, "code", _recovery_code, {}),
    "sessions.end_sessions": lambda _: [
        Known(
            {"user": _whose_session_is_over},
            LONG_AGO,
            lambda caller, _: (
                caller.session.query(UserSession.revoked_at)
                .filter_by(id=caller.own["session_id"])
                .scalar()
            ),
        )
    ],
    "sessions.resume": _each(
        None, "token", _session_token, REVOKED, EXPIRED, CLOSED, origin=ORIGIN
    ),
    "sessions.revoke": lambda at: [
        Known(
            {
                "session_id": at.own["session_id"],
                "session": lambda caller: _own_session(caller, **REVOKED) and caller.session,
            },
            "NotFound",
        )
    ],
    "token_families.end_families": _each(0, "session", _every_family_is_over, {}),
}
"""What is known of each function that asks whether something still counts, by its short name."""
