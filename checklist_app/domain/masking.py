"""Secrets leave what is kept of a finding; the raw report, which is evidence, stays as it was.

Scanners write down whole requests, with the session of the person who scanned, and quote the very
passwords that they warn of. A finding has to show where the weakness is, not what opens the door.
Every pattern here has bounded repetitions, so that a hostile text takes no longer than its length.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from checklist_app.domain.findings import MAX_SNIPPET, Location, ParsedFinding, clean

MASK = "***"
SECRET_CWES = frozenset((259, 321, 798))
"""Weaknesses whose very evidence is a secret."""
SECRET_TOOLS = frozenset(
    ("gitleaks", "trufflehog", "trufflehog3", "detect-secrets", "whispers", "talisman", "ggshield")
)
"""Tools that report nothing but secrets, in lower case."""

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
_ASSIGNED = re.compile(
    rf"((?:{_LONG_NAME}|{_SHORT_NAME})\s{{0,5}}(?::=|=>|=|:)\s{{0,5}}[rbuf]{{0,2}}([\"'`]))"
    r"([^\"'`\r\n]{1,4000})(?=\2)",
    re.IGNORECASE,
)
_JWT = re.compile(r"\beyJ[\w-]{8,8000}\.[\w-]{4,8000}(?:\.[\w-]{0,8000})?")
_BEARER = re.compile(r"\b(Bearer[ \t]{1,3})[\w.~+/=-]{16,8000}", re.IGNORECASE)
_USER = re.compile(r"(://[^\s/:@\"'<>]{1,200}:)[^\s/@\"'<>]{1,200}(?=@)")
_PRIVATE_KEY = re.compile(
    r"(-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----)"
    r"(?:[^-]|-(?!----)){0,20000}(-----END [A-Z0-9 ]{0,60}-----)?"
)
_KNOWN = re.compile(
    r"\b(?:"
    r"(AKIA|ASIA)[A-Z0-9]{16}"  # cloud access keys
    r"|(gh[pousr]_)[A-Za-z0-9]{30,255}|(github_pat_)\w{30,255}|(glpat-)[\w-]{18,64}"
    r"|(xox[abeoprs]-)[\w-]{10,255}|(xapp-)[\w-]{10,255}"
    r"|([spr]k_(?:live|test)_)[A-Za-z0-9]{10,255}|(whsec_)[A-Za-z0-9]{10,255}"
    r"|(AIza)[\w-]{35}|(ya29\.)[\w-]{20,400}|(npm_)[A-Za-z0-9]{36}|(pypi-)[\w-]{50,400}"
    r"|(SG\.)[\w-]{16,40}\.[\w-]{16,64}|(dop_v1_)[a-f0-9]{64}|(hvs\.)[\w-]{20,200}"
    r"|(sk-)[A-Za-z0-9_-]{20,255}"
    r")"
)
_DONE = re.compile(r".{0,4}\*{3,40}")
"""A value that a reader of its format has masked already: its first letters at most."""
_LITERAL = re.compile(r"([\"'`])([^\"'`\r\n]{4,4000})(?=\1)")
_AFTER_SIGN = re.compile(r"((?:=|:)[ \t]{0,5})([^\s\"'`=:,;(){}\[\]]{4,4000})")
_DENSE = re.compile(
    r"(?<![\w/+.-])(?=[\w/+=.-]{0,200}\d)(?=[\w/+=.-]{0,200}[A-Za-z])[\w/+=.-]{16,4000}"
)

_NAME_HINTS = (
    "pass", "pw", "secret", "token", "api", "sess", "sid", "cred", "auth", "jwt", "otp", "cookie",
    "bearer", "eyj",
)  # fmt: skip
_KEY_HINTS = (
    "bearer", "eyj", "private key", "akia", "asia", "ghp_", "gho_", "ghu_", "ghs_", "ghr_",
    "github_pat_", "glpat-", "xox", "xapp-", "k_live_", "k_test_", "whsec_", "aiza", "ya29.",
    "npm_", "pypi-", "sg.", "dop_v1_", "hvs.", "sk-",
)  # fmt: skip
"""What a text must hold, in lower case, for any of the patterns to fit: most texts hold nothing."""


def masked(value: str) -> str:
    """Return a request, an answer or an address without passwords, tokens and cookies."""
    if _holds(value, _NAME_HINTS):
        value = _HEADER.sub(_header, value)
        value = _BEARER.sub(rf"\1{MASK}", _JWT.sub(MASK, value))
        value = _QUOTED.sub(_literal, _IN_FORM.sub(_literal, value))
    return _without_user(value)


def masked_prose(value: str) -> str:
    """Return what a tool says in words without tokens and keys, which look like nothing else."""
    if _holds(value, _KEY_HINTS):
        value = _BEARER.sub(rf"\1{MASK}", _JWT.sub(MASK, _PRIVATE_KEY.sub(_key, value)))
        value = _KNOWN.sub(_known, value)
    return _without_user(value)


def masked_snippet(value: str) -> str:
    """Return code or an exchange without tokens and keys, and without what is assigned to one."""
    value = masked_prose(masked(value))
    return _ASSIGNED.sub(_assigned, value) if _holds(value, _NAME_HINTS) else value


def masked_code(value: str) -> str:
    """Return lines that hold a secret without any value that may be it."""
    value = _LITERAL.sub(_literal, masked_snippet(value))
    return _DENSE.sub(MASK, _AFTER_SIGN.sub(_literal, value))


def without_secrets(finding: ParsedFinding) -> ParsedFinding:
    """Return a finding as it may be kept. Its fingerprint, rule and weaknesses stay."""
    is_secret = is_about_a_secret(finding.tool, finding.cwes)
    if not is_secret and _is_plain(finding):
        return finding
    prose = _told_secret if is_secret else masked_prose
    changed = {
        "title": prose(finding.title),
        "description": prose(finding.description),
        "solution": masked_prose(finding.solution),
        "snippet": (masked_code if is_secret else masked_snippet)(finding.snippet),
        "locations": tuple(map(_place, finding.locations)),
        "references": tuple(map(_address, finding.references)),
    }
    if all(value == getattr(finding, name) for name, value in changed.items()):
        return finding
    changed["snippet"] = clean(changed["snippet"], MAX_SNIPPET)
    return replace(finding, **changed)  # type: ignore[arg-type]  # each value has its field's type


def _without_user(value: str) -> str:
    """Return a text without the passwords that stand in addresses before their host."""
    return _USER.sub(rf"\1{MASK}", value) if "@" in value and "://" in value else value


def _is_plain(finding: ParsedFinding) -> bool:
    """Whether no pattern can fit anywhere: most findings are told so by one look at all texts."""
    told = "\0".join((finding.title, finding.description, finding.snippet))
    return (
        not _holds(told, _KEY_HINTS)
        and told == _without_user(told)
        and finding.solution == _shared_prose(finding.solution)
        and not (finding.snippet and _holds(finding.snippet, _NAME_HINTS))
        and all(place.uri == _address(place.uri) for place in finding.locations)
        and all(uri == _shared_address(uri) for uri in finding.references)
    )


def _told_secret(value: str) -> str:
    """Return prose about a secret, which may quote it."""
    value = _IN_FORM.sub(_literal, masked_prose(value))
    return _ASSIGNED.sub(_assigned, _QUOTED.sub(_literal, value))


def _place(place: Location) -> Location:
    uri = _address(place.uri)
    return place if uri == place.uri else replace(place, uri=uri)


def _address(uri: str) -> str:
    if "://" not in uri:
        return uri
    uri = masked_prose(uri)
    return _IN_FORM.sub(rf"\1{MASK}", uri) if "=" in uri else uri


@lru_cache(maxsize=1000)
def _shared_address(uri: str) -> str:
    """Do the same for a reference, which all findings of a rule share."""
    return _address(uri)


@lru_cache(maxsize=1000)
def _shared_prose(value: str) -> str:
    """Do what :func:`masked_prose` does to a text that all findings of a rule share."""
    return masked_prose(value)


def is_about_a_secret(tool: str, cwes: Iterable[int]) -> bool:
    """Whether the evidence of a finding is a secret itself."""
    return tool.lower() in SECRET_TOOLS or not SECRET_CWES.isdisjoint(cwes)


def _holds(value: str, hints: tuple[str, ...]) -> bool:
    lower = value.lower()
    for hint in hints:  # noqa: SIM110 - any() takes twice as long, and every text is asked
        if hint in lower:
            return True
    return False


def _header(found: re.Match[str]) -> str:
    before, name, value = found[1], found[2].lower(), found[3]
    is_masked = _DONE.fullmatch(value.rstrip()) is not None
    is_plain = name.startswith(_HARMLESS) or not any(part in name for part in _MASKED_HEADERS)
    if is_masked or is_plain:
        return found[0]
    if name.startswith("set-cookie"):  # its attributes are what many findings are about
        return before + _COOKIE.sub(rf"\1{MASK}", value, count=1)
    if name == "cookie":
        return before + _COOKIE.sub(rf"\1{MASK}", value)
    return before + MASK


def _key(found: re.Match[str]) -> str:
    return f"{found[1]}{MASK}{found[2] or ''}"


def _known(found: re.Match[str]) -> str:
    return next(filter(None, found.groups()), "") + MASK


def _literal(found: re.Match[str]) -> str:
    return found[0] if _DONE.fullmatch(found[2]) else found[1] + MASK


def _assigned(found: re.Match[str]) -> str:
    return found[0] if _DONE.fullmatch(found[3]) else found[1] + MASK
