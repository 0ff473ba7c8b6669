"""Somebody at the other end of a connection: a browser without a screen, or a program."""

from __future__ import annotations

import itertools
import re
from html import unescape
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import requests
from requests import Response

from tests import chance
from tests.blackbox.processes import Asked, Server
from tests.cast import PASSWORD

SECONDS = 60
DENIALS = frozenset({401, 403, 404, 429})
_TOKEN = re.compile(r'name="csrf_token"[^>]* value="([^"]+)"')
_places = itertools.count(1)


class Visitor:
    """A browser that follows nothing and keeps its cookies.

    Each comes from a place of its own, so that no test uses up the tries of another.
    """

    def __init__(self, server: Server, place: str = "") -> None:
        self.server = server
        self.http = requests.Session()
        self.http.trust_env = False
        number = next(_places)
        self.place = place or f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        self.http.headers["X-Forwarded-For"] = self.place
        self._form_token = ""

    def send(self, method: str, path: str, **more: Any) -> Response:
        """Send a request and follow nothing."""
        more.setdefault("timeout", SECONDS)
        answer = self.http.request(
            method, self.server.address + path, allow_redirects=False, **more
        )
        if answer.status_code in DENIALS:
            asked = unquote(urlsplit(answer.request.path_url).path)
            self.server.refused.append(Asked(self.place, method, asked, answer.status_code))
        if self.cookie:
            self.server.secrets.add(self.cookie)
        return answer

    def get(self, path: str, **headers: str) -> Response:
        return self.send("GET", path, headers=named(headers))

    def post(
        self,
        path: str,
        fields: Any = None,
        *,
        files: Any = None,
        **headers: str,
    ) -> Response:
        """Send a form as a page of ours does, with its token."""
        pairs = list(fields.items()) if isinstance(fields, dict) else list(fields or [])
        pairs.append(("csrf_token", self.form_token()))
        return self.send("POST", path, data=pairs, files=files, headers=named(headers))

    def form_token(self) -> str:
        """Return the token that the forms of this browser's pages hold."""
        if not self._form_token:
            page = self.get("/verify")
            found = _TOKEN.search(page.text)
            assert found, page.text
            self._form_token = unescape(found[1])
        return self._form_token

    def sign_in(self, email: str, password: str = PASSWORD, **more: str) -> Response:
        """Sign in with a password; what comes of it is in the answer."""
        self.server.secrets.add(password)
        answer = self.post("/sign-in", {"email": email, "password": password, **more})
        self._form_token = ""
        return answer

    @property
    def cookie(self) -> str:
        """The value of the one cookie that we set."""
        return self.http.cookies.get("checklist") or ""

    def is_in(self) -> bool:
        """Whether this browser is signed in; pages redirect others, and scripts hear 401."""
        page = self.get("/account")
        status = self.get("/account", x_requested_with="fragment").status_code
        if page.status_code == 200:
            assert status == 200
            return True
        assert page.status_code == 303
        assert page.headers["Location"].startswith("/sign-in")
        assert status == 401
        return False


class Program:
    """A program that sends a token and keeps no cookie."""

    def __init__(self, server: Server, token: str = "") -> None:
        self.visitor = Visitor(server)
        self.token = token
        if token:
            server.secrets.add(token)

    def send(self, method: str, path: str, **more: Any) -> Response:
        """Send a request to an operation, with the token unless other headers say otherwise."""
        headers = dict(more.pop("headers", {}))
        if self.token:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        self.visitor.http.cookies.clear()
        return self.visitor.send(method, f"/api/v1{path}", headers=headers, **more)

    def get(self, path: str, **more: Any) -> Response:
        return self.send("GET", path, **more)

    def post(self, path: str, body: Any = None, **more: Any) -> Response:
        return self.send("POST", path, json=body, **more)


def named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


def set_cookies(answer: Response) -> SimpleCookie:
    """Return the cookies that an answer sets, with their attributes."""
    return SimpleCookie(answer.headers.get("Set-Cookie", ""))


def without_chance(answer: Response, address: str) -> tuple[int, str, str]:
    """Return what a reader could tell apart, without tokens, request ids and the address itself."""
    told = answer.text.replace(quote(address, safe=""), "ADDRESS").replace(address, "ADDRESS")
    return answer.status_code, answer.headers.get("Content-Type", ""), chance.without_chance(told)
