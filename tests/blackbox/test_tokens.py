"""Checks 28 to 34: access tokens that lie, and tokens of pipelines."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from checklist_app.services.clock import now, today
from checklist_app.services.token_keys import signing_key
from tests.blackbox.listeners import listening
from tests.blackbox.premises import FOREIGN, Premises
from tests.blackbox.visitors import Program, Visitor
from tests.house.world import SLUG

SCANS = f"/projects/{SLUG}/scans"


def packed(value: object) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def parts(token: str) -> tuple[dict[str, Any], dict[str, Any], str]:
    header, claims, signature = token.split(".")

    def opened(part: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        return found

    return opened(header), opened(claims), signature


def status(premises: Premises, token: str) -> int:
    return Program(premises.server, token).get(SCANS).status_code


@pytest.fixture(scope="module")
def good(premises: Premises) -> str:
    """A token that counts, which every lie below begins with."""
    token = premises.program("vera@example.org").token
    assert status(premises, token) == 200
    return token


@pytest.fixture(scope="module")
def resigned(premises: Premises, good: str) -> Callable[..., str]:
    """Sign other words with the server's own key, as nobody outside could."""
    key = signing_key(premises.resources.config)

    def sign(changed: dict[str, Any], header: dict[str, Any] | None = None) -> str:
        own, claims, _ = parts(good)
        claims |= changed
        claims = {name: value for name, value in claims.items() if value is not None}
        payload = json.dumps(claims).replace('"1e400"', "1e400")
        from joserfc import jws  # noqa: PLC0415 - jwt would refuse to write what is no number

        found: str = jws.serialize_compact(
            {**own, **(header or {})},
            payload.encode(),
            key.key,
            algorithms=["ES256"],
            registry=jws.JWSRegistry(strict_check_header=False, algorithms=["ES256"]),
        )
        return found

    return sign


def test_28_no_token_chooses_its_algorithm(premises: Premises, good: str) -> None:
    header, claims, signature = parts(good)
    _, payload, _ = good.split(".")
    published = Visitor(premises.server).get("/.well-known/jwks.json")
    public_key = json.dumps(published.json()["keys"][0]).encode()
    for algorithm in ("none", "None", "NONE", "nOnE", "HS256", "RS256", "ES384", ""):
        head = packed({**header, "alg": algorithm})
        for made in ("", signature, _hmac(public_key, f"{head}.{payload}")):
            assert status(premises, f"{head}.{payload}.{made}") == 401, algorithm
    first = good.rpartition(".")[0]
    more = packed({**claims, "sub": "1"})
    for token in (first, f"{first}.", f"{packed(header)}.{more}.{signature}", f"{good}.{good}"):
        assert status(premises, token) == 401


def test_29_no_token_brings_its_own_key(
    premises: Premises, good: str, resigned: Callable[..., str]
) -> None:
    with listening() as listener:
        own = signing_key(premises.resources.config).key.as_dict(private=False)
        for more in (
            {"jwk": own},
            {"jku": f"http://127.0.0.1:{listener.port}/keys"},
            {"x5u": f"http://127.0.0.1:{listener.port}/chain"},
            {"x5c": ["MIIB"]},
            {"kid": "../../../../../../dev/null"},
            {"kid": "' OR 1=1 --"},
            {"kid": ["a", "b"]},
            {"crit": ["b64"], "b64": False},
            {"typ": "JWT"},
        ):
            header, _, _ = parts(good)
            _, payload, signature = good.split(".")
            head = packed({**header, **more})
            assert status(premises, f"{head}.{payload}.{signature}") == 401, more
            key = signing_key(premises.resources.config).key
            forged = _es256(key, head, payload)
            assert status(premises, forged) == 401, more
        assert listener.visits == []
    assert status(premises, resigned({})) == 200


def test_30_a_token_has_its_time(premises: Premises, resigned: Callable[..., str]) -> None:
    moment = int(now().timestamp())
    for changed in (
        {"exp": moment - 1},
        {"exp": None},
        {"exp": str(moment + 300)},
        {"exp": "1e400"},
        {"exp": moment + 300.5},
        {"exp": True},
        {"nbf": moment + 300},
        {"nbf": None},
        {"iat": None},
        {"iat": moment + 300},
    ):
        assert status(premises, resigned(changed)) == 401, changed


def test_31_a_token_is_for_us_and_for_programs(
    premises: Premises, good: str, resigned: Callable[..., str]
) -> None:
    base = premises.settings["base_url"]
    for changed in (
        {"aud": "https://elsewhere.example"},
        {"aud": [f"{base}/api/v1", "https://elsewhere.example"]},
        {"aud": None},
        {"iss": base[:-1]},
        {"iss": base + ".evil.example"},
        {"iss": None},
        {"sub": None},
        {"sub": "999999"},
        {"scope": "everything"},
        {"jti": "made-up"},
        {"extra": "1"},
    ):
        assert status(premises, resigned(changed)) == 401, changed
    visitor = premises.visitor("vera")
    assert status(premises, visitor.cookie) == 401
    by_cookie = visitor.get(f"/api/v1{SCANS}")
    assert by_cookie.status_code == 401
    page = Visitor(premises.server).get("/account", authorization=f"Bearer {good}")
    assert page.status_code == 303


def test_32_a_revoked_token_is_dead_within_a_second(premises: Premises) -> None:
    program = premises.program("vera@example.org")
    assert program.get(SCANS).status_code == 200
    began = time.monotonic()
    assert program.post("/token/revoke", {"token": program.token}).status_code == 204
    assert program.get(SCANS).status_code == 401
    assert time.monotonic() - began < 10  # of two requests; nothing is kept that could go on
    alice, (secret, page) = premises.visitor("alice"), _made_token(premises, "scan:write")
    assert secret in page
    pipeline = Program(premises.server, secret)
    assert pipeline.get(SCANS).status_code == 200
    listed = alice.get(f"/projects/{SLUG}/tokens").text
    assert secret not in listed
    assert secret[:12] in listed
    (number,) = _numbers_of(listed, secret[:12])
    path = f"/projects/{SLUG}/tokens/{number}"
    told = premises.program("alice@example.org").get(path)
    assert told.json()["prefix"] == secret[:12]
    assert told.json()["last_used_at"] is not None
    assert alice.post(f"/projects/{SLUG}/tokens/{number}/revoke").status_code == 303
    assert pipeline.get(SCANS).status_code == 401


def test_33_a_pipelines_token_stays_in_its_project(premises: Premises) -> None:
    secret, _ = _made_token(premises, "project:read")
    pipeline = Program(premises.server, secret)
    foreign = premises.world.places[FOREIGN]["slug"]
    assert pipeline.get(SCANS).status_code == 200
    assert pipeline.get(f"/projects/{foreign}/scans").status_code == 404
    sarif = {"files": ("a.sarif", b"{}", "application/json")}
    assert pipeline.send("POST", SCANS, files=sarif).status_code == 403
    browser = Visitor(premises.server)
    bearer = {"authorization": f"Bearer {secret}"}
    for page in ("/admin/users", f"/projects/{SLUG}/tokens", "/account"):
        assert browser.get(page, **bearer).status_code == 303, page
    made = browser.post(f"/projects/{SLUG}/tokens", {"name": "x", "scopes": "gate:read"}, **bearer)
    assert made.status_code == 401
    assert pipeline.post("/token/revoke", {"token": secret}).status_code == 403


def test_34_a_token_in_an_address_is_refused_and_kept_nowhere(premises: Premises) -> None:
    secret, _ = _made_token(premises, "project:read")
    nobody = Program(premises.server)
    for name in ("access_token", "token", "api_key", "refresh_token", "authorization"):
        answer = nobody.get(f"{SCANS}?{name}={secret}")
        assert answer.status_code == 401, name
        assert secret not in answer.text
    assert Program(premises.server, secret).get(f"{SCANS}?token={secret}").status_code == 401
    assert secret not in premises.server.told


def _hmac(key: bytes, text: str) -> str:
    return packed(hmac.new(key, text.encode(), hashlib.sha256).digest())


def _es256(key: Any, head: str, payload: str) -> str:
    """Sign whatever header, which libraries refuse to do."""
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415 - of this forgery alone
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.utils import (  # noqa: PLC0415
        decode_dss_signature,
    )

    der = key.private_key.sign(f"{head}.{payload}".encode(), ec.ECDSA(hashes.SHA256()))
    raw = b"".join(number.to_bytes(32, "big") for number in decode_dss_signature(der))
    return f"{head}.{payload}.{packed(raw)}"


def _made_token(premises: Premises, scope: str) -> tuple[str, str]:
    """Make a token for pipelines as its owner does; return its secret and the page with it."""
    fields = {
        "name": "Nightly",
        "scopes": scope,
        "expires_on": (today() + timedelta(days=9)).isoformat(),
    }
    page = premises.visitor("alice").post(f"/projects/{SLUG}/tokens", fields)
    found = re.search(r"chk_[\w-]{20,}", page.text)
    assert found, page.text
    return found[0], page.text


def _numbers_of(page: str, prefix: str) -> list[str]:
    """Return the number of the token with this prefix, whose row ends with its button."""
    row = page.split(prefix)[1]
    return re.findall(r"/tokens/(\d+)/revoke", row)[:1]
