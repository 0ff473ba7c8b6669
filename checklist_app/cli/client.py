"""A server of ours reached from a pipeline: its address, the token, and how calls are repeated.

This connects to the one address that whoever runs the command named, and follows no redirect, so
that the token goes nowhere else. Proxies and certificates are those of the machine it runs on.
"""

from __future__ import annotations

import ipaddress
import json
import os
import random
import time
import uuid
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase

from checklist_app.cli.console import Refused, language
from checklist_app.domain.text import Text, text

URL = "CHECKLIST_URL"
TOKEN = "CHECKLIST_TOKEN"  # noqa: S105 - the name of a variable  # nosec B105
TOKEN_FILE = "CHECKLIST_TOKEN_FILE"  # noqa: S105 # nosec B105
API = "/api/v1"
TIMEOUT = (10, 60)
"""Seconds to connect, and to wait for each part of an answer."""
MOST_TRIES = 5
FIRST_WAIT = 1.0
LONGEST_WAIT = 30.0
LARGEST_JSON = 32 * 1024 * 1024
CHUNK = 64 * 1024
PASSING = frozenset({429, 502, 503, 504})
"""Answers that may be another one a little later."""
KEY_HEADER = "Idempotency-Key"


class Unreachable(Refused):
    """The server did not answer, or not as one of ours does."""


class _Bearer(AuthBase):
    """Sends the token, also where a ``.netrc`` knows of another way in."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class Client:
    """Calls operations of the interface for programs."""

    def __init__(self, address: str, token: str) -> None:
        self._base = address + API
        self._session = requests.Session()
        self._session.auth = _Bearer(token)
        self._session.headers["Accept"] = "application/json"
        self._session.headers["Accept-Language"] = language().value

    def get(self, path: str, **parameters: Any) -> dict[str, Any]:
        """Return the JSON that an address holds, tried again when the server is busy."""
        with self._called("GET", path, params=parameters) as answer:
            return _read(answer)

    def post(
        self,
        path: str,
        *,
        body: Any = None,
        fields: Mapping[str, str] | None = None,
        file: Path | None = None,
    ) -> dict[str, Any]:
        """Send JSON, or a file with texts beside it; whatever is tried again counts once.

        Raises:
            Refused: the server says no; its own words are the message.
            Unreachable: it does not answer.
            OSError: the file cannot be read.
        """
        sending: dict[str, Any] = {"headers": {KEY_HEADER: uuid.uuid4().hex}}
        if file is None:
            sending["json"] = body
        else:
            sending["data"] = dict(fields or {})
            sending["files"] = [("files", (file.name, file.read_bytes()))]
        with self._called("POST", path, **sending) as answer:
            return _read(answer)

    def download(self, path: str, to: Path) -> None:
        """Write the file that an address holds, whole or not at all."""
        draft = to.with_name(f".{to.name}.{uuid.uuid4().hex[:8]}")
        try:
            with self._called("GET", path) as answer, draft.open("xb") as out:
                for part in answer.iter_content(CHUNK):
                    out.write(part)
            draft.replace(to)
        except requests.RequestException as error:
            raise Unreachable(_no_answer(self._base, error)) from error
        finally:
            draft.unlink(missing_ok=True)

    def _called(self, method: str, path: str, **sending: Any) -> requests.Response:
        wait = FIRST_WAIT
        for attempt in range(1, MOST_TRIES + 1):
            is_last = attempt == MOST_TRIES
            try:
                answer = self._session.request(
                    method,
                    self._base + path,
                    timeout=TIMEOUT,
                    allow_redirects=False,
                    stream=True,
                    **sending,
                )
            except (requests.exceptions.SSLError, requests.exceptions.ProxyError) as error:
                raise Unreachable(_no_answer(self._base, error)) from error
            except requests.RequestException as error:
                if is_last:
                    raise Unreachable(_no_answer(self._base, error)) from error
                time.sleep(_spread(wait))
            else:
                if answer.status_code not in PASSING or is_last:
                    return _checked(answer, self._base)
                answer.close()
                time.sleep(_asked_wait(answer, wait))
            wait = min(wait * 2, LONGEST_WAIT)
        raise AssertionError("unreachable")


def server(named: str, *, needs_token: bool = True) -> Client | None:
    """Return the server that a command should work on; None for the database of this machine.

    Args:
        named: the address from the command line; else that of ``CHECKLIST_URL``.
        needs_token: whether the call is for members only.

    Raises:
        Refused: the address could give the token away, or there is no token.
    """
    address = (named or os.environ.get(URL, "")).rstrip("/")
    if not address:
        return None
    parts = urlsplit(address)
    if parts.username or parts.password or parts.query or parts.fragment or not parts.hostname:
        raise Refused(
            text("The address of the server looks like this: https://checklist.example.org")
        )
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_here(parts.hostname)):
        raise Refused(
            text(
                "The address of the server has to begin with https://, so that nobody reads the "
                "token on its way."
            )
        )
    return Client(address, _token(needed=needs_token))


def _token(*, needed: bool) -> str:
    given, file = os.environ.get(TOKEN, ""), os.environ.get(TOKEN_FILE, "")
    if given and file:
        raise Refused(
            text("%(one)s and %(other)s are both set; keep one.", one=TOKEN, other=TOKEN_FILE)
        )
    if file:
        try:
            given = Path(file).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise Refused(
                text("%(name)s names a file that cannot be read.", name=TOKEN_FILE)
            ) from error
    found = given.strip()
    if needed and not found:
        raise Refused(
            text(
                "There is no token. Make one on the page “Tokens for pipelines” of the project and "
                "give it in %(name)s, or its file in %(file)s; never as an argument.",
                name=TOKEN,
                file=TOKEN_FILE,
            )
        )
    if not found.isascii() or not found.isprintable() or " " in found:
        raise Refused(text("What %(name)s holds is no token.", name=TOKEN))
    return found


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _spread(seconds: float) -> float:
    """Return a wait a little off, so that many pipelines do not come back at once."""
    return seconds * random.uniform(0.75, 1.25)  # noqa: S311 - no secret  # nosec B311


def _asked_wait(answer: requests.Response, otherwise: float) -> float:
    asked = answer.headers.get("Retry-After", "")
    return min(float(asked), LONGEST_WAIT) if asked.isdecimal() else _spread(otherwise)


def _checked(answer: requests.Response, base: str) -> requests.Response:
    """Return an answer that is a success, or raise its refusal in the server's own words."""
    if answer.status_code < HTTPStatus.MULTIPLE_CHOICES:
        return answer
    if answer.is_redirect:
        raise Unreachable(
            text("%(address)s sends elsewhere. Give the address where it really is.", address=base)
        )
    with answer:
        told = _problem(answer)
    if told is None:
        raise Unreachable(
            text(
                "%(address)s answered %(status)s, and not as a server of ours does.",
                address=base,
                status=answer.status_code,
            )
        )
    lines = [str(told.get("detail", ""))]
    lines += [f"{one.get('place')}: {one.get('message')}" for one in told.get("errors", [])]
    raise Refused(*map(_plain, lines), status=answer.status_code)


def _problem(answer: requests.Response) -> dict[str, Any] | None:
    if not answer.headers.get("Content-Type", "").startswith("application/problem+json"):
        return None
    try:
        return _read(answer)
    except Unreachable:
        return None


def _read(answer: requests.Response) -> dict[str, Any]:
    raw = bytearray()
    try:
        for part in answer.iter_content(CHUNK):
            raw += part
            if len(raw) > LARGEST_JSON:
                break
        found = json.loads(bytes(raw)) if len(raw) <= LARGEST_JSON else None
    except (requests.RequestException, ValueError) as error:
        raise Unreachable(_no_answer(answer.url, error)) from error
    if not isinstance(found, dict):
        raise Unreachable(
            text("%(address)s did not answer as a server of ours does.", address=answer.url)
        )
    return found


def _no_answer(address: str, error: Exception) -> Text:
    if isinstance(error, requests.exceptions.SSLError):
        return text(
            "The certificate of %(address)s cannot be verified. If your own authority issued it, "
            "name its file in REQUESTS_CA_BUNDLE.",
            address=address,
        )
    if isinstance(error, requests.Timeout):
        return text("%(address)s did not answer in time. Try again later.", address=address)
    return text(
        "%(address)s cannot be reached (%(kind)s). Check the address, the network and the proxy.",
        address=address,
        kind=type(error).__name__,
    )


def _plain(line: str) -> str:
    return "".join(c if c.isprintable() else " " for c in line)
