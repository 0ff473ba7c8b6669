"""What a provider's token must say, and by whom it must be signed, to let anybody in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.models import ExternalIdentity
from tests.web.auth import providers
from tests.web.auth.authenticator import is_in
from tests.web.auth.providers import CLIENT, Claims, Forge, Liar
from tests.web.auth.single_sign_on import Opened, arrive, reasons
from tests.web.visitor import Visitor


def test_an_honest_token_lets_in(opened: Opened, liar: Liar) -> None:
    visitor = Visitor(opened(liar.issuer))
    assert arrive(visitor, liar).status_code == 303
    assert is_in(visitor)


MINUTE = 60
LIES: dict[str, Callable[[Claims], Claims]] = {
    "another issuer": lambda c: {**c, "iss": "https://elsewhere.example.org"},
    "an issuer that begins alike": lambda c: {**c, "iss": c["iss"] + "0"},
    "no issuer": lambda c: without(c, "iss"),
    "another audience": lambda c: {**c, "aud": "somebody-else"},
    "another audience, though authorised for us": lambda c: {**c, "aud": "other", "azp": CLIENT},
    "no audience": lambda c: without(c, "aud"),
    "two audiences without saying whose": lambda c: {**c, "aud": [CLIENT, "other"]},
    "two audiences, made for the other": lambda c: {**c, "aud": [CLIENT, "other"], "azp": "other"},
    "made for another client": lambda c: {**c, "azp": "somebody-else"},
    "another nonce": lambda c: {**c, "nonce": "x" * 43},
    "a nonce that is a list": lambda c: {**c, "nonce": [c["nonce"]]},
    "no nonce": lambda c: without(c, "nonce"),
    "over long ago": lambda c: {**c, "exp": c["iat"] - 5 * MINUTE},
    "an end that is a word": lambda c: {**c, "exp": "tomorrow"},
    "no end": lambda c: without(c, "exp"),
    "made in the future": lambda c: {**c, "iat": c["iat"] + 60 * MINUTE},
    "valid in the future": lambda c: {**c, "nbf": c["iat"] + 60 * MINUTE},
    "nobody": lambda c: without(c, "sub"),
    "an empty subject": lambda c: {**c, "sub": ""},
    "a subject that is a number": lambda c: {**c, "sub": 1},
    "an endless subject": lambda c: {**c, "sub": "x" * 300},
}
FORGERIES: dict[str, Forge] = {
    "alg none": providers.unsigned,
    "the signature left out": providers.without_signature,
    "HS256 with the public key": providers.signed_with_the_public_key,
    "a foreign key of the same name": providers.signed_by_somebody_else,
    "a key of its own in the header": providers.bringing_its_own_key,
    "changed after signing": providers.changed_afterwards,
    "no token": providers.no_token_at_all,
}


def without(claims: Claims, name: str) -> Claims:
    return {key: value for key, value in claims.items() if key != name}


@pytest.mark.parametrize("lie", LIES)
def test_a_token_that_says_something_wrong_is_refused(
    opened: Opened, liar: Liar, session: Session, lie: str
) -> None:
    liar.change = LIES[lie]
    expect_refused(Visitor(opened(liar.issuer)), liar, session)


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_token_that_is_not_signed_by_the_provider_is_refused(
    opened: Opened, liar: Liar, session: Session, forgery: str
) -> None:
    liar.forge = FORGERIES[forgery]
    expect_refused(Visitor(opened(liar.issuer)), liar, session)


def expect_refused(visitor: Visitor, liar: Liar, session: Session) -> None:
    answer = arrive(visitor, liar)
    assert answer.status_code == 422
    assert not is_in(visitor)
    (reason,) = reasons(session)
    assert reason.startswith(("claim ", "signature: "))
    assert session.scalars(select(ExternalIdentity)).all() == []
