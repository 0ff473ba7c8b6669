"""A parameter that sqlmap could inject, as the log and the JSON of sqlmap tell of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from checklist_app.domain.findings import (
    MAX_DESCRIPTION,
    MAX_SHORT,
    MAX_SNIPPET,
    MAX_TITLE,
    FindingState,
    Location,
    ParsedFinding,
    clean,
)
from checklist_app.domain.vocabulary import Severity
from checklist_app.scanners.base import fingerprint
from checklist_app.untrusted.json_text import as_list, as_object

TOOL = "sqlmap"
TECHNIQUES = (
    "boolean-based blind",
    "error-based",
    "inline query",
    "stacked queries",
    "time-based blind",
    "UNION query",
)
"""In the order of sqlmap's numbers, from 1 on."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """What is injected: its name, the rule, and its weakness."""

    name: str
    rule: str
    cwe: int


_SQL = _Kind("SQL injection", "sql-injection", 89)
_OTHERS = {
    "nosql": _Kind("NoSQL injection", "nosql-injection", 943),
    "xpath": _Kind("XPath injection", "xpath-injection", 643),
    "ldap": _Kind("LDAP injection", "ldap-injection", 90),
    "hql": _Kind("HQL injection", "hql-injection", 564),
    "odata": _Kind("OData injection", "odata-injection", 943),
    "sparql": _Kind("SPARQL injection", "sparql-injection", 943),
    "graphql": _Kind("GraphQL injection", "graphql-injection", 943),
    "ssti": _Kind("Template injection", "template-injection", 1336),
    "xxe": _Kind("XML external entity injection", "xxe", 611),
    "xslt": _Kind("XSLT injection", "xslt-injection", 91),
}
"""By the first word of a type: what sqlmap finds from 1.10 on with options like ``--nosql``."""
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_BLOCK = re.compile(r"Parameter: (.{1,1000}) \(((?:\(custom\) )?[^()\n]{1,80})\)\s*")
_REFUTED = "false positive"
_QUERY = re.compile(r"[?#].*", re.DOTALL)


@dataclass(slots=True)
class Injection:
    """A parameter that can be injected.

    Attributes:
        place: where it is, such as ``GET``, ``Cookie`` or ``(custom) POST``.
        note: what sqlmap remarks, such as that it is a false positive.
    """

    url: str
    place: str
    parameter: str
    techniques: list[str] = field(default_factory=list)
    payloads: list[str] = field(default_factory=list)
    database: str = ""
    note: str = ""

    def _kind(self) -> _Kind:
        words = (technique.partition(" ")[0].lower() for technique in self.techniques)
        return next((_OTHERS[word] for word in words if word in _OTHERS), _SQL)

    def finding(self) -> ParsedFinding:
        """Return it as a finding."""
        refuted = _REFUTED in self.note.lower()
        kind = self._kind()
        by = ", ".join(dict.fromkeys(filter(None, self.techniques)))
        parts = (by and f"Techniques: {by}", self.database, self.note)
        known_by = [_QUERY.sub("", self.url), self.place, self.parameter]
        if kind is not _SQL:
            known_by.append(kind.rule)
        return ParsedFinding(
            tool=TOOL,
            rule_id=kind.rule,
            title=clean(f"{kind.name} in {self.place} parameter {self.parameter}", MAX_TITLE),
            description=clean("\n\n".join(filter(None, parts)), MAX_DESCRIPTION),
            severity=Severity.HIGH,
            cwes=(kind.cwe,),
            tags=(),
            locations=(self._location(),),
            fingerprint=fingerprint("sqlmap", *known_by),
            state=FindingState.SUPPRESSED if refuted else FindingState.OPEN,
            reason=self.note if refuted else "",
            snippet=clean("\n\n".join(filter(None, self.payloads)), MAX_SNIPPET),
        )

    def _location(self) -> Location:
        if self.place in _METHODS:
            return Location(self.url, method=self.place, parameter=self.parameter)
        return Location(self.url, parameter=clean(f"{self.place}: {self.parameter}", MAX_SHORT))


def injections_in_log(log: str) -> Iterator[Injection]:
    """Yield the blocks ``Parameter: …`` of a log; each run adds its own."""
    found: Injection | None = None
    for line in log.splitlines():
        match = _BLOCK.fullmatch(line)
        if match:
            if found:
                yield found
            found = Injection("", clean(match[2], 40), clean(match[1], MAX_SHORT))
        elif found:
            _read_line(found, line.strip())
    if found:
        yield found


def _read_line(found: Injection, line: str) -> None:
    name, _, value = line.partition(": ")
    if name == "Type":
        found.techniques.append(clean(value, 80))
    elif name in ("Title", "Payload"):
        found.payloads.append(clean(line, 2000))
    elif name == "back-end DBMS":
        found.database = clean(line, MAX_SHORT)


def read_injection(value: object, url: str) -> Injection:
    """Return what one element of the value of type TECHNIQUES says."""
    injection = as_object(value)
    details = injection.get("data")
    # The older API writes {"1": {…}}, the newer [{"technique": …}].
    numbered = details.items() if isinstance(details, dict) else enumerate(as_list(details))
    found = Injection(
        url=url,
        place=clean(injection.get("place"), 40),
        parameter=clean(injection.get("parameter"), MAX_SHORT),
        database=clean(injection.get("dbms"), 80),
        note="; ".join(clean(note, 80) for note in as_list(injection.get("notes"))[:3]),
    )
    names = {str(number): name for number, name in enumerate(TECHNIQUES, start=1)}
    for number, detail in numbered:
        of = as_object(detail)
        found.techniques.append(clean(of.get("technique") or names.get(str(number)), 80))
        found.payloads.extend((clean(of.get("title"), MAX_SHORT), clean(of.get("payload"), 2000)))
    return found
