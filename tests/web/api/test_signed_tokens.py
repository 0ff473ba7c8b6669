"""Forged, bent and outdated access tokens: nothing in a token chooses how it is checked."""

from __future__ import annotations

import base64
import hmac
import json
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from joserfc import jws, jwt
from joserfc.jwk import ECKey
from joserfc.jws import JWSRegistry

from checklist_app.config import Config
from checklist_app.services import token_keys
from checklist_app.services.clock import now, pretend
from checklist_app.services.signed_tokens import read_token
from tests.cast import Cast
from tests.web.api.program import Program, tokens_of

Header = dict[str, Any]
Claims = dict[str, Any]


def parts(token: str) -> tuple[Header, Claims]:
    header, claims, _ = token.split(".")
    return json.loads(_plain(header)), json.loads(_plain(claims))


def signed(config: Config, header: Header, claims: Claims) -> str:
    """Sign with the real key, whatever the header says."""
    said = f"{_part(header)}.{_part(claims)}"
    key = token_keys.signing_key(config).key
    return f"{said}.{_text(JWSRegistry.algorithms['ES256'].sign(said.encode(), key))}"


def _plain(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _part(value: object) -> str:
    return _text(json.dumps(value).encode())


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def status(app: Flask, token: str) -> int:
    return Program(app, token).get("projects/banca/scans").status_code


@pytest.fixture
def token(app: Flask, cast: Cast) -> str:
    return tokens_of(app, cast.alice).access_token


def test_the_token_itself_works_and_can_be_signed_again(
    app: Flask, config: Config, token: str
) -> None:
    assert status(app, token) == 200
    assert status(app, signed(config, *parts(token))) == 200


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE", ""])
@pytest.mark.parametrize("signature", ["", "AAAA"])
def test_a_token_without_signature_is_refused(
    app: Flask, token: str, algorithm: str, signature: str
) -> None:
    header, claims = parts(token)
    forged = f"{_part(header | {'alg': algorithm})}.{_part(claims)}.{signature}"
    assert status(app, forged) == 401


def test_a_stripped_or_foreign_signature_is_refused(app: Flask, token: str) -> None:
    header, claims = parts(token)
    assert status(app, token.rpartition(".")[0] + ".") == 401
    assert status(app, token.rpartition(".")[0]) == 401
    foreign = jwt.encode(header, claims, ECKey.generate_key("P-256"), algorithms=["ES256"])
    assert status(app, foreign) == 401


def test_the_public_key_is_no_shared_secret(app: Flask, config: Config, token: str) -> None:
    header, claims = parts(token)
    public = token_keys.signing_key(config).key.as_pem(private=False)
    said = f"{_part(header | {'alg': 'HS256'})}.{_part(claims)}"
    forged = hmac.digest(public, said.encode(), "sha256")
    assert status(app, f"{said}.{_text(forged)}") == 401


@pytest.mark.parametrize(
    "more",
    [
        {"jwk": {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}},
        {"jku": "https://example.org/keys"},
        {"x5u": "https://example.org/certificate"},
        {"crit": ["exp"]},
        {"crit": []},
        {"cty": "JWT"},
        {"kid": "../../dev/null"},
        {"kid": ""},
        {"kid": None},
        {"kid": ["a"]},
        {"typ": "JWT"},
        {"typ": "session"},
        {"alg": "ES384"},
    ],
    ids=str,
)
def test_only_the_header_that_we_write_is_taken(
    app: Flask, config: Config, token: str, more: Header
) -> None:
    header, claims = parts(token)
    assert status(app, signed(config, header | more, claims)) == 401


@pytest.mark.parametrize(
    "name", ["iss", "aud", "sub", "jti", "iat", "nbf", "exp", "auth_time", "scope"]
)
def test_every_claim_is_needed(app: Flask, config: Config, token: str, name: str) -> None:
    header, claims = parts(token)
    del claims[name]
    assert status(app, signed(config, header, claims)) == 401


BENT: list[tuple[str, Any]] = [
    ("iss", lambda value: value + ".example.org"),
    ("iss", lambda value: value[:-1]),
    ("iss", lambda value: [value]),
    ("aud", "http://localhost"),
    ("aud", lambda value: [value, "other"]),
    ("sub", "0"),
    ("sub", int),
    ("sub", lambda value: str(int(value) + 1)),
    ("jti", "made-up"),
    ("jti", lambda value: value.swapcase()),
    ("exp", lambda value: value - 601),
    ("exp", str),
    ("exp", float),
    ("exp", None),
    ("exp", True),
    ("nbf", lambda value: value + 60),
    ("iat", lambda value: value + 60),
    ("auth_time", str),
    ("auth_time", True),
    ("scope", "everything"),
    ("scope", ""),
    ("more", "unknown"),
]


@pytest.mark.parametrize(("name", "bent"), BENT)
def test_a_bent_claim_is_refused(
    app: Flask, config: Config, token: str, name: str, bent: Any
) -> None:
    header, claims = parts(token)
    claims[name] = bent(claims[name]) if callable(bent) else bent
    assert status(app, signed(config, header, claims)) == 401


def test_a_number_beyond_measure_is_refused(app: Flask, config: Config, token: str) -> None:
    header, claims = parts(token)
    exact = json.dumps(claims).replace(f'"exp": {claims["exp"]}', '"exp": 1e400')
    key = token_keys.signing_key(config).key
    forged = jws.serialize_compact(header, exact, key, algorithms=["ES256"])
    assert status(app, forged) == 401


@pytest.mark.parametrize("junk", ["", "x", "a.b", "a.b.c", "é.é.é", "." * 50, "a" * 10_000])
def test_junk_is_refused(app: Flask, cast: Cast, junk: str) -> None:
    assert status(app, junk) == 401


def test_a_token_ends_after_ten_minutes(config: Config, token: str) -> None:
    with pretend(now() + timedelta(minutes=9, seconds=30)):
        assert read_token(config, token) is not None
    with pretend(now() + timedelta(minutes=10, seconds=1)):
        assert read_token(config, token) is None


def test_a_key_that_is_deleted_while_keys_are_read_is_no_matter(config: Config) -> None:
    signs = token_keys.signing_key(config)
    (config.token_key_dir / "gone.json").symlink_to(config.token_key_dir / "nothing")
    assert [key.kid for key in token_keys.verifying_keys(config)] == [signs.kid]


def test_rotation_keeps_tokens_alive_and_old_keys_die_when_nobody_needs_them(
    app: Flask, config: Config, token: str
) -> None:
    old = token_keys.signing_key(config).kid
    new, over = token_keys.rotate(config)
    assert over == []
    assert status(app, token) == 200
    published = Program(app).get("/.well-known/jwks.json").json
    assert published is not None
    assert [key["kid"] for key in published["keys"]] == [new.kid, old]
    assert not any("d" in key for key in published["keys"])
    with pretend(now() + timedelta(minutes=12)):
        assert [key.kid for key in token_keys.verifying_keys(config)] == [new.kid]
        _, over = token_keys.rotate(config)
    assert over == [old]


def test_only_we_can_read_the_keys(config: Config, token: str) -> None:
    files = list(config.token_key_dir.iterdir())
    assert [file.stat().st_mode & 0o777 for file in files] == [0o600]
    assert config.token_key_dir.stat().st_mode & 0o777 == 0o700
