"""What every parser shares: the report, its first bytes, the limits, and stable fingerprints."""

from __future__ import annotations

import hashlib
import html
import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Self

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import ParsedFinding, ParsedScan
from checklist_app.domain.text import text

MAX_REPORT_BYTES = 100 * 1024 * 1024
MAX_RESULTS = 250_000
HEAD_BYTES = 64 * 1024

Progress = Callable[[int, int], None]
Take = Callable[[ParsedFinding], None]
"""Who gets the results of a report one by one, before they are settled."""


class Kind(StrEnum):
    """What a file is made of, by its first bytes."""

    JSON = "json"
    XML = "xml"
    HTML = "html"
    ARCHIVE = "archive"
    EMPTY = "empty"
    OTHER = "other"


_ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"Rar!")
_PROLOG = re.compile(r"<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>|\s+", re.DOTALL)
_ROOT = re.compile(r"<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)")


@dataclass(frozen=True, slots=True)
class Head:
    """The beginning of a report, by which its format is recognised.

    Attributes:
        text: the first 64 KiB, decoded as well as can be.
        root: local name of the first XML element; empty for anything else.
    """

    kind: Kind
    text: str
    root: str = ""

    @classmethod
    def of(cls, head: bytes) -> Self:
        """Look at the first bytes of a file."""
        if head.startswith(_ARCHIVES):
            return cls(Kind.ARCHIVE, "")
        found = _decode(head).lstrip("\ufeff \t\r\n")
        if not found:
            return cls(Kind.EMPTY, "")
        if found[0] in "{[":
            return cls(Kind.JSON, found)
        if found[0] != "<":
            return cls(Kind.OTHER, found)
        root = _root(found)
        kind = Kind.HTML if root.lower() == "html" else Kind.XML
        return cls(kind, found, root)

    def has_key(self, *names: str) -> bool:
        """Whether each of these stands in the beginning as a JSON key."""
        return all(re.search(rf'"{re.escape(name)}"\s*:', self.text) for name in names)


def _decode(head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", "replace")
    if head[:2] in (b"{\0", b"[\0", b"<\0"):
        return head.decode("utf-16-le", "replace")
    if head[:2] in (b"\0{", b"\0[", b"\0<"):
        return head.decode("utf-16-be", "replace")
    return head.decode("utf-8", "replace")


def _root(found: str) -> str:
    position = 0
    while match := _PROLOG.match(found, position):
        position = match.end()
    root = _ROOT.match(found, position)
    return root[1] if root else ""


@dataclass(frozen=True, slots=True)
class Report:
    """A file to parse, and where to tell how far one has come.

    ``is_named`` tells that a person vouched for its format.
    """

    path: Path
    progress: Progress = lambda _done, _total: None
    is_named: bool = False

    def head(self) -> Head:
        """Return its beginning."""
        with self.path.open("rb") as file:
            return Head.of(file.read(HEAD_BYTES))

    def check_size(self) -> int:
        """Return its size in bytes.

        Raises:
            UnreadableReport: it is larger than any report may be.
        """
        size = self.path.stat().st_size
        if size > MAX_REPORT_BYTES:
            raise UnreadableReport(
                text(
                    "This report has %(size)s MB; at most %(limit)s MB can be read. "
                    "Split the scan into smaller ones.",
                    size=size // 1024 // 1024,
                    limit=MAX_REPORT_BYTES // 1024 // 1024,
                )
            )
        return size

    def read(self) -> bytes:
        """Return all its bytes, if they are not too many."""
        self.check_size()
        return self.path.read_bytes()


@dataclass(frozen=True, slots=True)
class About:
    """What the documentation says of a format; each in a sentence or two of English.

    Attributes:
        versions: which versions and shapes are read.
        source: where the format is described: its documentation or the source of its tool.
        command: how a user gets such a report.
        result: what one result is.
        keys: what leads from it to requirements: CWE, tags, which name the rule has.
        severity: how the tool's words or numbers become ours.
        clean: what counts as a pass, and what as "ran and found nothing".
        differs: where the count differs from what other importers give, and why; empty if nowhere.
    """

    versions: str
    source: str
    command: str
    result: str
    keys: str
    severity: str
    clean: str
    differs: str = ""


@dataclass(frozen=True, slots=True)
class Parser:
    """One format: how to know it, how to read it.

    Attributes:
        format: key, stored with every import.
        title: how people call it.
        recognises: by content, never by file name.
        parse: raises UnreadableReport; a report that could not be read is never an empty one.
        about: what the documentation says of it.
        stream: where results need not all be in memory: hands each to whoever takes them, and
            returns the scan without results. What ``parse`` gives is the same, settled.
        unsigned: whole files, without white space, that a run without results may write and that
            name no tool: they are read only where a person says which format they are.
    """

    format: str
    title: str
    recognises: Callable[[Head], bool]
    parse: Callable[[Report], ParsedScan]
    about: About
    stream: Callable[[Report, Take], ParsedScan] | None = None
    unsigned: tuple[str, ...] = ()


def wrong_type(field: str, expected: str) -> UnreadableReport:
    """Return the error for a field of the wrong type, such as ``runs[0].results``."""
    return UnreadableReport(
        text(
            "The field %(field)s should be %(expected)s. "
            "The file does not follow its own format; export it again with the original tool.",
            field=field,
            expected=expected,
        )
    )


def check_count(count: int) -> None:
    """Raise UnreadableReport if a report holds more results than can be handled."""
    if count > MAX_RESULTS:
        raise UnreadableReport(
            text(
                "This report holds %(count)s results; at most %(limit)s can be read. "
                "Split the scan into smaller ones.",
                count=count,
                limit=MAX_RESULTS,
            )
        )


def fingerprint(*parts: object) -> str:
    """Return the SHA-256 of what identifies a weakness in its place."""
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()


def settle(results: Iterable[ParsedFinding]) -> tuple[ParsedFinding, ...]:
    """Give every result a fingerprint of its own, whatever their order in the report.

    Results that are equal in everything are merged into one. Others of one fingerprint (the same
    line twice in a file) are numbered by their place: the first keeps the fingerprint, so that a
    file in which everything moved three lines down gives the same fingerprints again.
    """
    merged: dict[ParsedFinding, ParsedFinding] = {}
    for result in results:
        known = merged.get(result)
        if known is None:
            merged[result] = result
        else:
            merged[result] = replace(
                known,
                results=known.results + result.results,
                occurrences=known.occurrences + result.occurrences,
            )
    groups: defaultdict[str, list[ParsedFinding]] = defaultdict(list)
    for result in merged.values():
        groups[result.fingerprint].append(result)
    numbers: dict[int, int] = {}
    for group in groups.values():
        group.sort(key=place_of)
        numbers.update((id(result), number) for number, result in enumerate(group) if number)
    return tuple(
        replace(result, fingerprint=fingerprint(result.fingerprint, numbers[id(result)]))
        if id(result) in numbers
        else result
        for result in merged.values()
    )


def place_of(result: ParsedFinding) -> tuple[object, ...]:
    """Return what orders the results of one fingerprint, whatever their order in the report."""
    places = tuple(sorted(place.sort_key for place in result.locations))
    return (places, result.title, result.description, result.state)


_BREAKS = re.compile(r"</?(?:p|br|li|ul|ol|div|pre|h[1-6]|tr)\b[^<>]{0,200}>", re.IGNORECASE)
_INLINE = re.compile(r"</?(?:a|b|i|em|strong|code|span|tt|font)\b[^<>]{0,500}>", re.IGNORECASE)
_EMPTY_LINES = re.compile(r"[ \t]*\n\s*\n\s*")


def plain_text(markup: str) -> str:
    """Return a report's HTML as plain text.

    Only layout tags are taken out. What else looks like a tag is what the tool found, and stays.
    """
    if "<" in markup:
        markup = _INLINE.sub("", _BREAKS.sub("\n", markup))
    return _EMPTY_LINES.sub("\n\n", html.unescape(markup)).strip()
