"""What readers of web scanners share: requests and answers as evidence, without their secrets.

A scanner writes down whole requests: with the session of the person who scanned, with passwords,
with tokens. Evidence needs the request, not what would open the door again.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable

from checklist_app.domain.findings import MAX_SNIPPET, MAX_URI, clean

MASK = "***"
_MAX_PART = MAX_SNIPPET // 2
_MAX_REFERENCES = 20
_MASKED_HEADERS = (
    "authorization", "cookie", "token", "api-key", "apikey", "secret", "password", "session",
    "x-auth", "credential", "jwt",
)  # fmt: skip
_HARMLESS = ("access-control-", "content-security-")
_HEADER = re.compile(
    r"^([ \t]{0,80}([A-Za-z][\w-]{0,60})[ \t]{0,3}:[ \t]{0,3})(\S[^\r\n]*)", re.MULTILINE
)
_COOKIE = re.compile(r"([^=;\s]{1,200}=)([^;\r\n]{1,8000})")
_LONG_NAME = (
    r"(?<![\w.-])[\w.-]{0,30}"
    r"(?:passw|passphrase|secret|token|api[_-]?key|sess(?:ion)?_?id|credential)[\w-]{0,20}"
)
_SHORT_NAME = r"(?<![\w.-])(?:pass|pwd|pw|sid|auth|jwt|otp)"
_VALUE = r"([^\s&;,\"'<>\\]{1,4000})"
_IN_FORM = re.compile(rf"((?:{_LONG_NAME}|{_SHORT_NAME})=)(?!=){_VALUE}", re.IGNORECASE)
_QUOTED = re.compile(
    rf"((?:{_LONG_NAME}|{_SHORT_NAME})\\?[\"']\s{{0,3}}[:=]\s{{0,3}}\\?[\"'])([^\"'\\]{{1,4000}})",
    re.IGNORECASE,
)
_JWT = re.compile(r"\beyJ[\w-]{8,8000}\.[\w-]{4,8000}(?:\.[\w-]{0,8000})?")
_BEARER = re.compile(r"\b(Bearer[ \t]{1,3})[\w.~+/=-]{16,8000}", re.IGNORECASE)
_USER = re.compile(r"(://[^\s/:@\"'<>]{1,200}:)[^\s/@\"'<>]{1,200}(?=@)")
_LINK = re.compile(r"https?://[^\s<>\"'\]]{3,2000}")
_QUERY = re.compile(r"[?#].*", re.DOTALL)
_BASE64_READ = 16_000


def masked(value: str) -> str:
    """Return a text without passwords, tokens and values of cookies."""
    value = _HEADER.sub(_header, value)
    value = _BEARER.sub(rf"\1{MASK}", _JWT.sub(MASK, value))
    value = _QUOTED.sub(rf"\1{MASK}", _IN_FORM.sub(rf"\1{MASK}", value))
    return _USER.sub(rf"\1{MASK}", value)


def _header(found: re.Match[str]) -> str:
    before, name, value = found[1], found[2].lower(), found[3]
    if name.startswith(_HARMLESS) or not any(part in name for part in _MASKED_HEADERS):
        return found[0]
    if name.startswith("set-cookie"):  # its attributes are what many findings are about
        return before + _COOKIE.sub(rf"\1{MASK}", value, count=1)
    if name == "cookie":
        return before + _COOKIE.sub(rf"\1{MASK}", value)
    return before + MASK


def masked_url(value: object) -> str:
    """Return an address without passwords and tokens in it."""
    return clean(masked(clean(value, MAX_URI)), MAX_URI)


def without_query(url: str) -> str:
    """Return an address without what a scanner put into it: it differs from run to run."""
    return _QUERY.sub("", url)


def exchange(*parts: object) -> str:
    """Return a request and its answer as a snippet: masked, and each cut to its share."""
    found = (masked(_readable(clean(part, _MAX_PART * 2))) for part in parts)
    shown = "\n\n".join(clean(part, _MAX_PART - 2) for part in found if part)
    return clean(shown, MAX_SNIPPET)


def _readable(part: str) -> str:
    """Return a request or answer; a body that is no text is left out."""
    head, blank, body = part.partition("\n\n")
    return head if blank and body.count("\ufffd") > len(body) // 20 else part


def from_base64(value: str) -> str:
    """Return what a text in base64 stands for, its beginning at least; the text if it is none."""
    beginning = "".join(value[: _BASE64_READ * 2].split())[:_BASE64_READ]
    try:
        data = base64.b64decode(beginning, validate=True)
    except ValueError:
        return value
    return data.decode("utf-8", "replace")


def links_in(*values: object) -> tuple[str, ...]:
    """Return the web addresses in texts, each once, in their order."""
    found: Iterable[str] = (
        link.rstrip(".,;)") for value in values for link in _LINK.findall(clean(value, 20_000))
    )
    return tuple(dict.fromkeys(found))[:_MAX_REFERENCES]
