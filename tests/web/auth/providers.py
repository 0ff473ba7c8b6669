"""Two providers of single sign-on: a real one in a process of its own, and one that lies."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from tests.ports import free_port

CLIENT = "checklist"
CLIENT_SECRET = "only between the two of us"
EMAIL = "alice@example.org"
PATIENCE = 30.0

Claims = dict[str, Any]


@contextmanager
def real_provider(*people: Claims) -> Iterator[str]:
    """Start a provider of its own; yield its issuer. ``people`` are claims with a ``sub``."""
    port = free_port()
    told = [part for one in people for part in ("--user-claims", json.dumps(one))]
    process = subprocess.Popen(
        [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), *told],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={name: value for name, value in os.environ.items() if "PROXY" not in name.upper()},
    )
    try:
        _wait_for(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(PATIENCE)


def authorise(address: str, sub: str) -> str:
    """Sign in at the real provider as its page does; return where it sends the browser."""
    answer = requests.post(address, data={"sub": sub}, allow_redirects=False, timeout=PATIENCE)
    assert answer.status_code == 302, answer.text
    back = urlsplit(answer.headers["Location"])
    return f"{back.path}?{back.query}"


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    end, pause = time.monotonic() + PATIENCE, Event()
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            pause.wait(0.05)
        else:
            return
    raise AssertionError("the provider did not start")


Forge = Callable[["Liar", Claims], str]


@dataclass
class Liar:
    """A provider that does everything right until it is told what to lie about.

    Attributes:
        change: what becomes of the claims before they are signed.
        forge: how the token is made of them; honestly by default.
        discovery: what the discovery document says differently.
        redirect: where the token endpoint sends the client instead of answering.
        user_info: what is told of the person apart from the token; None for a provider that
            tells nothing.
        breaks_off_at: the path whose answer ends before it is whole.
    """

    issuer: str = ""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    shown_keys: list[RSAKey] | None = None
    change: Callable[[Claims], Claims] = lambda claims: claims
    forge: Forge | None = None
    discovery: dict[str, Any] = field(default_factory=dict)
    redirect: str = ""
    user_info: Claims | None = None
    breaks_off_at: str = ""
    asked: dict[str, str] = field(default_factory=dict)
    exchanged: dict[str, str] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)

    def serve(self, request: Request) -> Response:
        self.requests.append(request.path)
        answer = self._told(request)
        if request.path == self.breaks_off_at:
            told = {"Content-Length": "900", "Content-Type": "application/json"}
            return Response([answer.get_data()[:10]], headers=told)
        return answer

    def _told(self, request: Request) -> Response:
        if request.path == "/.well-known/openid-configuration":
            return _json(self._configuration())
        if request.path == "/keys":
            keys = self.shown_keys if self.shown_keys is not None else [self.key]
            return _json({"keys": [key.as_dict(private=False) for key in keys]})
        if request.path == "/token":
            return self._answer(request)
        if request.path == "/me" and request.authorization and request.authorization.token == "x":
            return _json(self.user_info)
        return Response(status=404)

    def _configuration(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
            **({} if self.user_info is None else {"userinfo_endpoint": f"{self.issuer}/me"}),
            **self.discovery,
        }

    def _answer(self, request: Request) -> Response:
        if self.redirect:
            return Response(status=307, headers={"Location": self.redirect})
        self.exchanged = {name: str(value) for name, value in request.form.items()}
        digest = hashlib.sha256(self.exchanged["code_verifier"].encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != self.asked["code_challenge"]:
            return _json({"error": "invalid_grant"}, 400)
        moment = int(time.time())
        claims = self.change(
            {
                "iss": self.issuer,
                "aud": CLIENT,
                "sub": "0001",
                "iat": moment,
                "exp": moment + 300,
                "nonce": self.asked["nonce"],
                "email": EMAIL,
                "email_verified": True,
                "name": "Alice",
            }
        )
        token = self.forge(self, claims) if self.forge else self.sign(claims)
        return _json({"access_token": "x", "token_type": "Bearer", "id_token": token})

    def sign(self, claims: Claims, key: RSAKey | None = None, **header: Any) -> str:
        signing = key or self.key
        return jwt.encode({"alg": "RS256", "kid": signing.kid, **header}, claims, signing)

    def come_back(self, address: str) -> str:
        """Take note of what the browser was sent with; return where it is sent back."""
        self.asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        return f"/sign-in/sso/callback?code=c&state={self.asked['state']}"


@contextmanager
def lying_provider() -> Iterator[Liar]:
    liar = Liar()
    server = make_server("127.0.0.1", 0, Request.application(liar.serve), threaded=True)
    liar.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield liar
    finally:
        server.shutdown()
        thread.join(PATIENCE)
        server.server_close()


def unsigned(_: Liar, claims: Claims) -> str:
    return f"{_part({'alg': 'none'})}.{_part(claims)}."


def without_signature(liar: Liar, claims: Claims) -> str:
    return liar.sign(claims).rpartition(".")[0] + "."


def signed_with_the_public_key(liar: Liar, claims: Claims) -> str:
    """Confuse a key that everybody may see with a secret (HS256); by hand, as libraries refuse."""
    said = f"{_part({'alg': 'HS256', 'kid': 'one'})}.{_part(claims)}"
    digest = hmac.digest(liar.key.as_pem(private=False), said.encode(), "sha256")
    return f"{said}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


def signed_by_somebody_else(liar: Liar, claims: Claims) -> str:
    return liar.sign(claims, RSAKey.generate_key(2048, {"kid": "one"}))


def bringing_its_own_key(liar: Liar, claims: Claims) -> str:
    own = RSAKey.generate_key(2048, {"kid": "mine"})
    return liar.sign(claims, own, jwk=own.as_dict(private=False))


def changed_afterwards(liar: Liar, claims: Claims) -> str:
    head, _, signature = liar.sign(claims).split(".")
    return f"{head}.{_part({**claims, 'sub': '0002'})}.{signature}"


def no_token_at_all(_: Liar, __: Claims) -> str:
    return "not.a.token"


def _part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def _json(value: object, status: int = 200) -> Response:
    return Response(json.dumps(value), status=status, mimetype="application/json")
