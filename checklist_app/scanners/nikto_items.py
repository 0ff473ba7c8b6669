"""One item of a Nikto report to one finding, whichever of its reports it stands in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from checklist_app.domain.findings import (
    MAX_DESCRIPTION,
    MAX_RULE_ID,
    MAX_SHORT,
    MAX_TITLE,
    MAX_URI,
    FindingState,
    Location,
    ParsedFinding,
    clean,
)
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import Severity
from checklist_app.domain.weakness_tags import cwes_in, tags_in
from checklist_app.scanners.base import fingerprint
from checklist_app.scanners.links import links_in
from checklist_app.scanners.reading import Gathering
from checklist_app.scanners.web_evidence import MASK, masked, masked_url

TOOL = "Nikto"

_OBSERVED = {
    "999100",  # uncommon header
    "999976",  # firewall in use
    "999104",  # Clacks Overhead
    "999945",  # where CSP violations are reported
    "999967",  # odd methods are answered, so other items may be wrong
    "700500",  # the credentials that the user gave work
    "000287", "000427", "000430", "000432", "011799",  # what the site is made with
}  # fmt: skip
"""Tests that say what is there and not that it is wrong."""
_BY_MESSAGE = (
    ("created without the httponly flag", "000029"),
    ("suggesting the host is vulnerable to XST", "999971:trace"),
    ("header is set with max-age=0", "999971:hsts"),
)
"""Tests whose id is another in other versions, or once was that of another test."""
_WITHOUT_ID = (
    ("anti-clickjacking X-Frame-Options header is not present", "999957"),
    ("X-Content-Type-Options header is not set", "999103"),
    ("Strict-Transport-Security HTTP header is not defined", "999970"),
    ("created without the secure flag", "999961"),
    ("Server may leak inodes via ETags", "999984"),
    ("vulnerable to the BREACH attack", "999966"),
    ("Uncommon header '", "999100"),
    ("Allowed HTTP Methods:", "999990"),
    ("Public HTTP Methods:", "999985"),
    ("which should be manually viewed", "999996"),
    ("does not match certificate's names", "999993"),
)
"""What messages of reports in CSV say, which have no ids, and the id of the test that writes it."""
_MISSING_HEADER = re.compile(r"Suggested security header missing: ([\w-]{1,60})", re.IGNORECASE)
_OF_HEADER = ("999100", "999957", "999103", "999970", "999971", "013587", "999986")
"""Tests that read the first answer they get: at which address that was says nothing."""
_VALUE = re.compile(r",? with (?:contents|multiple values): .*|(?<=header): .*", re.DOTALL)
_CDATA = re.compile(r"^CDATA\[")
_PASSWORD = re.compile(r"(\bPW ')[^']{0,200}")
_OSVDB = re.compile(r"OSVDB-[1-9]\d{0,6}")
_SCHEME = re.compile(r"(https?)://", re.IGNORECASE)
_HTTPS_PORTS = ("443", "8443")


@dataclass(frozen=True, slots=True)
class Host:
    """A host that was scanned."""

    name: str = ""
    ip: str = ""
    port: str = ""
    site: str = ""

    @classmethod
    def of_xml(cls, attributes: Mapping[str, str]) -> Self:
        """Return the host of an element ``scandetails``."""
        names = ("targethostname", "targetip", "targetport")
        name, ip, port = (clean(attributes.get(key), MAX_SHORT) for key in names)
        return cls(name, ip, port, clean(attributes.get("sitename"), MAX_URI))

    @classmethod
    def of_json(cls, fields: Mapping[str, Any]) -> Self:
        """Return the host of an object of the JSON report."""
        name, ip, port = (clean(fields.get(key), MAX_SHORT) for key in ("host", "ip", "port"))
        return cls(name, ip, port)

    @property
    def shown(self) -> str:
        """Its address; reports in JSON and CSV do not tell whether it speaks TLS."""
        if _SCHEME.match(self.site):
            return self.site.rstrip("/")
        scheme = "https" if self.port in _HTTPS_PORTS else "http"
        name = self.name or self.ip or "?"
        return f"{scheme}://{name}:{self.port}" if self.port else f"{scheme}://{name}"


def read_item(gathering: Gathering, host: Host, item: object) -> None:
    """Add an item in the words of the XML or the JSON report."""
    fields = item if isinstance(item, dict) else {}
    message = _CDATA.sub("", clean(fields.get("msg") or fields.get("description"), MAX_DESCRIPTION))
    if not message:
        gathering.skip(text("The item has no message, so nothing can be read from it."))
        return
    message = masked(_PASSWORD.sub(rf"\1{MASK}", message.replace('\\"', '"')))
    uri = clean(fields.get("url") or fields.get("uri"), MAX_URI)
    references = clean(fields.get("references"), MAX_URI)
    rule_id = _rule(clean(fields.get("id"), MAX_RULE_ID), message, references)
    # What a header holds, and where it was seen first, differs from run to run.
    of_header = rule_id.startswith(_OF_HEADER)
    said = ("", _VALUE.sub("", _tail(uri, message))) if of_header else (uri, message)
    by_hand = "manually" in message
    gathering.add(
        ParsedFinding(
            tool=TOOL,
            rule_id=rule_id,
            title=clean(message, MAX_TITLE),
            description=clean("\n\n".join(filter(None, (message, references))), MAX_DESCRIPTION),
            severity=Severity.LOW,
            cwes=cwes_in([*references.split(), *references.split(",")]),
            tags=tags_in([references]),
            locations=(_place(host, uri, clean(fields.get("method"), 20)),),
            fingerprint=fingerprint("nikto", rule_id, host.name or host.ip, host.port, *said),
            state=_state(rule_id, by_hand=by_hand),
            reason=clean(message, MAX_SHORT) if by_hand else "",
            references=links_in(references, message),
        )
    )


def _state(rule_id: str, *, by_hand: bool) -> FindingState:
    if by_hand:
        return FindingState.NEEDS_REVIEW
    return FindingState.OBSERVATION if rule_id in _OBSERVED else FindingState.OPEN


def _rule(given: str, message: str, references: str) -> str:
    """Return the id of a test, with six digits as Nikto shows it, and the header it misses."""
    header = _MISSING_HEADER.search(message)
    if header:
        return f"013587:{header[1].lower()}"
    told = _told(_BY_MESSAGE, message)
    if told or not given.strip("0"):
        osvdb = _OSVDB.match(references)
        return told or _told(_WITHOUT_ID, message) or (osvdb[0] if osvdb else "")
    return given.zfill(6) if given.isdecimal() else given


def _told(table: tuple[tuple[str, str], ...], message: str) -> str:
    return next((test for part, test in table if part in message), "")


def _tail(uri: str, message: str) -> str:
    """Return a message without the address before it."""
    return message.removeprefix(f"{uri}:").strip()


def _place(host: Host, uri: str, method: str) -> Location:
    whole = uri if _SCHEME.match(uri) else host.shown + (uri if uri.startswith("/") else f"/{uri}")
    return Location(uri=masked_url(whole), method=method)
