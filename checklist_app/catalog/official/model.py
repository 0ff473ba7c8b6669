"""What every official file comes down to: entries with identifiers, in order, under parents."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from checklist_app.domain.errors import InvalidInput
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import Language

MOST_ENTRIES = 5000
LONGEST_TEXT = 20_000
LONGEST_IDENTIFIER = 40
HIGHEST_LEVEL = 3

_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]*")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Entry:
    """One node: a heading (``is_leaf`` false) or something that is assessed.

    Attributes:
        parent: identifier of the node above, empty at the top.
        level: lowest level that asks for it, None where the standard has none.
        cwes: CWE numbers that the file itself gives.
    """

    identifier: str
    parent: str
    title: str
    text: str
    level: int | None = None
    is_leaf: bool = True
    cwes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """What an operator says about a file that does not say it itself; empty where nothing."""

    version: str = ""
    language: Language | None = None


NOTHING = Told()


@dataclass(frozen=True, slots=True)
class OfficialStandard:
    """An official file, read.

    Attributes:
        key: the name of the list across its editions, as in our own content.
        edition: what the file calls itself, for people.
        licence: SPDX identifier or the name that the file gives.
        file_format: which kind of file it was.
    """

    key: str
    version: str
    name: str
    language: Language
    edition: str
    licence: str
    source_url: str
    file_format: str
    entries: tuple[Entry, ...]

    @property
    def leaves(self) -> tuple[Entry, ...]:
        """What is assessed."""
        return tuple(entry for entry in self.entries if entry.is_leaf)


def checked(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return the entries, cleaned, after making sure that they form a tree.

    Headings are the entries that others name as their parent.

    Raises:
        InvalidInput: too many, none, an identifier missing, odd, too long or used twice, a parent
            that is not there or a circle of parents, a text too long, a level out of range.
    """
    found = [_clean(entry) for entry in entries]
    if not found:
        raise InvalidInput(text("The file holds no requirement."))
    if len(found) > MOST_ENTRIES:
        raise InvalidInput(
            text("The file holds more than %(limit)s requirements.", limit=MOST_ENTRIES)
        )
    seen: set[str] = set()
    for entry in found:
        _check(entry, seen)
        seen.add(entry.identifier)
    parents = {entry.identifier: entry.parent for entry in found}
    for entry in found:
        _check_way_up(entry.identifier, parents)
    headings = set(parents.values())
    return tuple(replace(entry, is_leaf=entry.identifier not in headings) for entry in found)


def _clean(entry: Entry) -> Entry:
    return replace(
        entry,
        identifier=entry.identifier.strip(),
        parent=entry.parent.strip(),
        title=" ".join(_plain(entry.title).split()),
        text=_plain(entry.text).strip(),
    )


def _plain(value: str) -> str:
    """Return a text without control characters and halves of surrogate pairs."""
    whole = value.encode("utf-8", "replace").decode("utf-8")
    return _CONTROL.sub("", whole.replace("\r\n", "\n"))


def _check(entry: Entry, seen: set[str]) -> None:
    name = entry.identifier
    if not _IDENTIFIER.fullmatch(name) or len(name) > LONGEST_IDENTIFIER:
        raise InvalidInput(
            text(
                "%(identifier)s is not an identifier: it must begin with a letter or digit, hold "
                "only letters, digits, dots, colons, hyphens and underscores, and have at most "
                "%(limit)s characters.",
                identifier=repr(name[:60]),
                limit=LONGEST_IDENTIFIER,
            )
        )
    if name in seen:
        raise InvalidInput(text("The identifier %(identifier)s is used twice.", identifier=name))
    if not entry.title and not entry.text:
        raise InvalidInput(text("%(identifier)s has neither title nor text.", identifier=name))
    if len(entry.text) > LONGEST_TEXT or len(entry.title) > LONGEST_TEXT:
        raise InvalidInput(
            text(
                "The text of %(identifier)s is longer than %(limit)s characters.",
                identifier=name,
                limit=LONGEST_TEXT,
            )
        )
    if entry.level is not None and not 1 <= entry.level <= HIGHEST_LEVEL:
        raise InvalidInput(
            text("%(identifier)s has a level that is not 1, 2 or 3.", identifier=name)
        )


def _check_way_up(start: str, parents: dict[str, str]) -> None:
    passed = {start}
    above = parents[start]
    while above:
        if above not in parents:
            raise InvalidInput(
                text(
                    "%(identifier)s stands under %(parent)s, which is not in the file.",
                    identifier=start,
                    parent=above[:60],
                )
            )
        if above in passed:
            raise InvalidInput(text("%(identifier)s stands under itself.", identifier=start))
        passed.add(above)
        above = parents[above]


def without_empty_headings(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """Leave out headings under which nothing is left, such as sections that were all deleted.

    Raises:
        InvalidInput: nothing is left at all.
    """
    parents = {entry.identifier: entry.parent for entry in entries}
    needed: set[str] = set()
    for entry in entries:
        name = entry.identifier if entry.is_leaf and entry.text else ""
        while name and name not in needed:
            needed.add(name)
            name = parents[name]
    kept = tuple(entry for entry in entries if entry.identifier in needed)
    if not kept:
        raise InvalidInput(text("The file holds no requirement."))
    return kept
