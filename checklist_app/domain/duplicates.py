"""When findings of different tools are the same weakness in the same place.

They are shown together and never merged: each keeps its row, and what is said of one holds for
that one alone.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from checklist_app.domain.cwe_tree import CweTree
from checklist_app.domain.findings import Location, ParsedFinding

LINES_APART = 3
"""Tools name the beginning of a statement, or its middle, or its end."""
MOST_READ = 20_000
_ADVISORY = re.compile(
    r"\b(?:CVE-\d{4}-\d{4,7}|GHSA(?:-[0-9a-z]{4}){3}|PYSEC-\d{4}-\d{1,6}|RUSTSEC-\d{4}-\d{4}"
    r"|GO-\d{4}-\d{4,6})\b",
    re.IGNORECASE,
)
_LINK = re.compile(r"https?://[^\s<>\"')\]]{3,300}")
_PACKAGE = re.compile(r"(@?[^\s@]{1,150})[@ ]v?([0-9][^\s@]{0,80})")
_PURL = re.compile(r"pkg:[a-z0-9.+-]{1,30}/([^@?#\s]{1,200})(?:@([^?#\s]{1,80}))?")
_TAIL = 2
"""Names at the end of a path that tools agree on, whatever folder they were started in."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A finding as far as duplicates are concerned.

    Attributes:
        uri: path or URL of its first location.
        line: of the first location; None where the tool names none.
        advisories: names of the advisory, aliases among them; upper case.
        leads_to: keys of the requirements that it speaks to.
    """

    id: int
    tool: str
    uri: str
    line: int | None
    cwes: tuple[int, ...]
    advisories: frozenset[str]
    leads_to: frozenset[int] = frozenset()


def advisories_in(rule_id: str, title: str, description: str) -> frozenset[str]:
    """Return the advisories that a finding is about.

    In a description only addresses count: its prose may speak of other advisories.
    """
    links = " ".join(_LINK.findall(description[:MOST_READ]))
    found = _ADVISORY.findall(f"{rule_id} {title} {links}")
    return frozenset(name.upper() for name in found)


def place_of(finding: ParsedFinding) -> str:
    """Return the digest of a place that all tools share; empty where none is named.

    A dependency is its package and version, wherever it is listed; a page is host, path and
    parameter; a file is the end of its path.
    """
    first = finding.locations[0] if finding.locations else Location("")
    uri, parameter = first.uri, first.parameter
    parts: tuple[str, ...] = ()
    if _ADVISORY.search(f"{finding.rule_id} {finding.title}"):
        parts = _package(uri, parameter)
    elif uri.startswith(("http://", "https://")):
        parts = _page(uri, parameter)
    elif uri and not first.method:
        parts = ("file", *_segments(uri)[-_TAIL:])
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest() if any(parts) else ""


def _package(uri: str, parameter: str) -> tuple[str, ...]:
    for found in (_PACKAGE.fullmatch(parameter.strip()), _PURL.match(uri), _PURL.match(parameter)):
        if found and found[2]:
            name = found[1].lower().replace("%40", "@").replace("_", "-")
            return ("package", name, found[2].lower())
    return ()


def _page(uri: str, parameter: str) -> tuple[str, ...]:
    try:
        address = urlsplit(uri)
        host, port = address.hostname or "", address.port
    except ValueError:
        return ()
    usual = {"http": 80, "https": 443}[address.scheme]
    shown = host if port in (None, usual) else f"{host}:{port}"
    return ("page", shown, address.path.rstrip("/") or "/", parameter)


def _segments(path: str) -> list[str]:
    return [part for part in path.replace("\\", "/").split("/") if part not in ("", ".")]


def is_same(one: Spot, other: Spot, tree: CweTree) -> bool:
    """Whether two findings of one place say the same; both must come from different tools."""
    if one.tool == other.tool:
        return False
    if one.advisories or other.advisories:
        return bool(one.advisories & other.advisories)
    if not _close(one, other):
        return False
    return bool(one.leads_to & other.leads_to) or _akin(one.cwes, other.cwes, tree)


def _close(one: Spot, other: Spot) -> bool:
    if one.uri.startswith(("http://", "https://")):
        return True
    mine, theirs = _segments(one.uri), _segments(other.uri)
    shorter = min(len(mine), len(theirs))
    if mine[-shorter:] != theirs[-shorter:]:
        return False
    if one.line is None or other.line is None:
        return one.line is other.line
    return abs(one.line - other.line) <= LINES_APART


def _akin(mine: Iterable[int], theirs: Iterable[int], tree: CweTree) -> bool:
    mine, theirs = set(mine), set(theirs)
    return bool(mine & theirs) or any(
        _is_under(low, high, tree) for low, high in _pairs(mine, theirs)
    )


def _pairs(mine: set[int], theirs: set[int]) -> Iterable[tuple[int, int]]:
    for one in mine:
        for other in theirs:
            yield one, other
            yield other, one


def _is_under(low: int, high: int, tree: CweTree) -> bool:
    """Whether a weakness is a kind of another one that is not too broad to say anything."""
    above = tree.get(high)
    if above is None or above.is_broad:
        return False
    return any(ancestor.via == high for ancestor in tree.ancestors(low))
