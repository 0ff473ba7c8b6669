"""What a scanner report says, in our words: results, where they are, and an account of them all.

Every text in here came from a report. It is data, never markup; it is cleaned of what databases
and encoders refuse, and cut to a length that a screen can show.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from operator import attrgetter
from typing import Any, Self

from checklist_app.domain.scan_account import Account, Skipped
from checklist_app.domain.text import Text
from checklist_app.domain.vocabulary import MappingKind, Severity

MAX_TITLE = 500
MAX_DESCRIPTION = 20_000
MAX_RULE_ID = 255
MAX_TOOL = 120
MAX_COMMAND = 1000
MAX_VERSION = 60
MAX_URI = 2_000
MAX_SHORT = 255
MAX_SNIPPET = 4_000
MAX_LOCATIONS = 200
"""Locations kept of one finding; ``occurrences`` still counts them all."""
MAX_OCCURRENCES = 2**31 - 1
"""The largest count that a column holds; a report may claim any number."""
MAX_LINE = 2**31 - 1
"""The largest number of a line; a report may claim any, and zero or less means none."""

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x85\u2028\u2029\ufeff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_NOT_A_WORD = re.compile(r"[^a-z0-9]+")


def clean(value: object, limit: int) -> str:
    """Return a report's text without what cannot be stored, at most ``limit`` characters.

    NUL and control characters go, lone surrogates become U+FFFD, line ends become ``\\n``.
    Anything that is no text or number gives an empty string.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    # Cut before the work, with room for what cleaning removes; cut again after.
    found = str(value)[: limit * 2]
    if not (found.isascii() and found.isprintable()):  # most texts are, and need no look
        found = _CONTROL.sub("", found.replace("\r\n", "\n").replace("\r", "\n"))
        found = _SURROGATE.sub("\ufffd", found)
    found = found.strip()
    return found if len(found) <= limit else found[: limit - 1].rstrip() + "…"


class FindingState(StrEnum):
    """What the report itself says of a result."""

    OPEN = "open"
    SUPPRESSED = "suppressed"
    PASSED = "passed"
    NOT_APPLICABLE = "not_applicable"
    NEEDS_REVIEW = "needs_review"
    OBSERVATION = "observation"


@dataclass(frozen=True, slots=True)
class Location:
    """Where a result is: a line of a file, or a parameter of a request.

    Attributes:
        uri: path relative to the sources, or URL.
        line: first line, counted from 1; None if the report names none.
        method: of the request, such as ``POST``; empty for files.
        parameter: of the request; or the function or resource in a file.
    """

    uri: str
    line: int | None = None
    method: str = ""
    parameter: str = ""

    def __post_init__(self) -> None:
        """Forget a line that no file has, whatever a report claims."""
        if self.line is not None and not 0 < self.line <= MAX_LINE:
            object.__setattr__(self, "line", None)

    def __str__(self) -> str:
        """Return it in one line, such as ``POST https://a.example/login [user]``."""
        place = f"{self.uri}:{self.line}" if self.line else self.uri
        return " ".join(
            filter(None, (self.method, place, self.parameter and f"[{self.parameter}]"))
        )

    @property
    def sort_key(self) -> tuple[str, int, str, str]:
        """Orders locations by place, whatever their order in the report."""
        return (self.uri, self.line or 0, self.method, self.parameter)


@dataclass(frozen=True, slots=True)
class ParsedFinding:
    """One result of a report, or several that say the same of the same place.

    Attributes:
        tool: display name of the tool, such as ``CodeQL``.
        rule_id: the tool's name for the rule, such as ``py/sql-injection``.
        cwes: ascending, as the report names them, categories included.
        tags: normalised, sorted, such as ``owasp-top10-2021:A03``.
        fingerprint: SHA-256 in hex; the same in every run that sees this weakness in this place.
        reason: why the report suppresses it or asks for review; empty otherwise.
        results: how many results of the file it stands for.
        occurrences: in how many places it was seen.
        references: URLs.
        cvss: CVSS base score, 0 to 10; None where the report gives none.
        epss: probability that it is exploited within 30 days, 0 to 1; None where not given.
        snippet: the code, or the request and answer, that show it.
    """

    tool: str
    rule_id: str
    title: str
    description: str
    severity: Severity
    cwes: tuple[int, ...]
    tags: tuple[str, ...]
    locations: tuple[Location, ...]
    fingerprint: str
    state: FindingState = FindingState.OPEN
    reason: str = ""
    results: int = 1
    occurrences: int = 1
    solution: str = ""
    references: tuple[str, ...] = ()
    cvss: float | None = None
    epss: float | None = None
    snippet: str = ""

    def __post_init__(self) -> None:
        """Keep the count within what can be stored, and give a name to what the report gives none.

        A finding without a title could not be clicked, nor read aloud.
        """
        if not self.title:
            object.__setattr__(self, "title", self.rule_id or self.tool)
        if self.occurrences > MAX_OCCURRENCES:
            object.__setattr__(self, "occurrences", MAX_OCCURRENCES)

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        data = dict(zip(_PARTS, _parts(self), strict=True))
        data["locations"] = [
            [place.uri, place.line, place.method, place.parameter] for place in self.locations
        ]
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Rebuild it from what :meth:`to_json` gave."""
        values = dict(data)
        values["severity"] = Severity(data["severity"])
        values["state"] = FindingState(data["state"])
        values["locations"] = tuple(Location(*place) for place in data["locations"])
        for name in ("cwes", "tags", "references"):
            values[name] = tuple(data[name])
        return cls(**values)


_PARTS = tuple(field.name for field in fields(ParsedFinding))
_parts = attrgetter(*_PARTS)


@dataclass(frozen=True, slots=True)
class ParsedScan:
    """One report, read to its end.

    Attributes:
        format: key of the parser, such as ``sarif``.
        tool: display name; several are joined by commas.
        target: what was scanned, as far as the report says.
        started_at: aware, in UTC; None if the report does not say.
        command_line: how the tool was called, as far as the report says.
        results: in the order of the report, passes and suppressed ones included.
        results_read: how many results the file holds by the format's own definition.
        problems: why this scan does not prove the absence of anything: it failed, was aborted,
            or left something out. A scan with problems is never clean.
    """

    format: str
    tool: str
    tool_version: str
    target: str
    started_at: datetime | None
    results: tuple[ParsedFinding, ...]
    results_read: int
    skipped: tuple[Skipped, ...] = ()
    problems: tuple[Text, ...] = ()
    command_line: str = ""

    @property
    def findings(self) -> tuple[ParsedFinding, ...]:
        """The results that are open or need review."""
        wanted = (FindingState.OPEN, FindingState.NEEDS_REVIEW)
        return tuple(result for result in self.results if result.state in wanted)

    @property
    def account(self) -> Account:
        """The account of all results."""
        counts = Counter[FindingState]()
        for result in self.results:
            counts[result.state] += result.results
        return self.account_of(counts, sum(result.results - 1 for result in self.results))

    def account_of(self, counts: Mapping[FindingState, int], merged: int) -> Account:
        """Return the account of a report with so many results of each state.

        Args:
            counts: results by state, merged ones included; a state may be missing.
            merged: how many were merged into another one.
        """
        count = Counter(counts)
        return Account(
            read=self.results_read,
            findings=count[FindingState.OPEN] + count[FindingState.NEEDS_REVIEW],
            passes=count[FindingState.PASSED],
            suppressed=count[FindingState.SUPPRESSED],
            observations=count[FindingState.OBSERVATION] + count[FindingState.NOT_APPLICABLE],
            skipped=sum(part.count for part in self.skipped),
            merged=merged,
        )

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        data = {field.name: getattr(self, field.name) for field in fields(self)}
        data["started_at"] = self.started_at and self.started_at.isoformat()
        data["results"] = [result.to_json() for result in self.results]
        data["skipped"] = [[part.count, part.reason.to_json()] for part in self.skipped]
        data["problems"] = [problem.to_json() for problem in self.problems]
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Rebuild it from what :meth:`to_json` gave."""
        values = dict(data)
        if data["started_at"]:
            values["started_at"] = datetime.fromisoformat(data["started_at"])
        values["results"] = tuple(ParsedFinding.from_json(part) for part in data["results"])
        values["skipped"] = tuple(
            Skipped(count, Text.from_json(reason)) for count, reason in data["skipped"]
        )
        values["problems"] = tuple(Text.from_json(part) for part in data["problems"])
        return cls(**values)


@lru_cache(maxsize=1000)
def tool_key(tool: str) -> str:
    """Return a tool's name as it stands in rule keys: lower case, words joined by hyphens."""
    return _NOT_A_WORD.sub("-", tool.lower()).strip("-")


def routing_keys(finding: ParsedFinding) -> tuple[tuple[MappingKind, str], ...]:
    """Return every key by which a finding may reach a requirement.

    Such as ``(CWE, "89")``, ``(TAG, "wstg:WSTG-INPV-05")`` and ``(RULE, "zap:40018")``. Every tag
    is a key twice: as the name of a requirement, and as that of a whole category.
    """
    return keys_of(finding.tool, finding.rule_id, finding.cwes, finding.tags)


def keys_of(
    tool: str, rule_id: str, cwes: Iterable[int], tags: Iterable[str]
) -> tuple[tuple[MappingKind, str], ...]:
    """Return the keys of :func:`routing_keys` for a finding that is known by these facts."""
    return _keys(tool, rule_id, tuple(cwes), tuple(tags))


@lru_cache(maxsize=2000)
def _keys(
    tool: str, rule_id: str, cwes: tuple[int, ...], tags: tuple[str, ...]
) -> tuple[tuple[MappingKind, str], ...]:
    """Do that once for all findings of one kind, of which a report may have thousands."""
    by_cwe = tuple((MappingKind.CWE, str(cwe)) for cwe in cwes)
    by_tag = tuple((MappingKind.TAG, tag) for tag in tags)
    by_category = tuple((MappingKind.CATEGORY, tag) for tag in tags)
    by_rule = ((MappingKind.RULE, f"{tool_key(tool)}:{rule_id}"),)
    return by_cwe + by_tag + (by_rule if rule_id else ()) + by_category
