"""What a custom list is made of, whichever file it was written in."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from checklist_app.domain.standards import (
    CweMapping,
    Feature,
    LocalizedLines,
    LocalizedText,
    Requirement,
    ScannerKind,
    Section,
    Standard,
    Surface,
)
from checklist_app.domain.text import Text, text
from checklist_app.domain.vocabulary import Language

RESERVED = ("owasp-", "nist-")
"""Beginnings of names that official lists use."""
MOST_REQUIREMENTS = 2000
LONGEST_TITLE = 120
LONGEST_TEXT = 20_000
KEY = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.-]*")
IDENTIFIER = re.compile(r"[A-Z][A-Z0-9]*([.:-][A-Z0-9]+)*")

Words = dict[Language, str]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong.

    Attributes:
        where: sheet, row and column, or the path in a YAML file.
        message: what is wrong with it.
        detail: what was found there.
    """

    where: str
    message: Text
    detail: str = ""


@dataclass(slots=True)
class Row:
    """One requirement as it was written, with the place it stands in."""

    where: str
    section: str
    identifier: str
    level: str = ""
    title: Words = field(default_factory=dict)
    statement: Words = field(default_factory=dict)
    why: Words = field(default_factory=dict)
    fix: Words = field(default_factory=dict)
    verification: dict[Language, list[str]] = field(default_factory=dict)
    evidence: dict[Language, list[str]] = field(default_factory=dict)
    cwe: list[str] = field(default_factory=list)
    applies_to: list[str] = field(default_factory=list)
    when: list[str] = field(default_factory=list)
    scanners: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Draft:
    """A custom list as it was written, before anything is believed."""

    key: str
    version: str
    name: Words
    summary: Words
    licence: str
    languages: tuple[Language, ...]
    sections: dict[str, Words]
    rows: list[Row]
    head: str
    """The place of the head, for faults in it."""


def faults_of(draft: Draft) -> list[Fault]:
    """Return everything that is wrong with a draft, in the order of the file."""
    found = list(_head_faults(draft))
    seen: dict[str, str] = {}
    for row in draft.rows:
        found.extend(_row_faults(row, draft, seen))
    if not draft.rows:
        found.append(Fault(draft.head, text("the list has no requirement")))
    if len(draft.rows) > MOST_REQUIREMENTS:
        found.append(
            Fault(draft.head, text("the list has too many requirements"), str(len(draft.rows)))
        )
    return found


def as_standard(draft: Draft) -> Standard:
    """Return a faultless draft as a standard; a language that is missing repeats another."""
    by_section: dict[str, list[Requirement]] = {name: [] for name in draft.sections}
    for row in draft.rows:
        by_section.setdefault(row.section, []).append(_requirement(row, draft))
    return Standard(
        key=draft.key,
        version=draft.version,
        name=_text(draft.name, draft),
        summary=_text(draft.summary, draft),
        licence=draft.licence,
        attribution=_text(draft.name, draft),
        provenance=LocalizedText("", ""),
        source_url="",
        sections=tuple(
            Section(
                name,
                _text(draft.sections.get(name, {}), draft, name),
                LocalizedText("", ""),
                tuple(requirements),
            )
            for name, requirements in by_section.items()
            if requirements
        ),
    )


def _head_faults(draft: Draft) -> Iterable[Fault]:
    if not KEY.fullmatch(draft.key) or len(draft.key) > 60:
        yield Fault(
            f"{draft.head} id",
            text("must be lower-case letters, digits and single hyphens"),
            draft.key,
        )
    elif draft.key.startswith(RESERVED):
        yield Fault(f"{draft.head} id", text("begins like the name of an official list"), draft.key)
    if not VERSION.fullmatch(draft.version) or len(draft.version) > 20:
        yield Fault(
            f"{draft.head} version",
            text("must be letters, digits, dots and hyphens"),
            draft.version,
        )
    if not draft.languages:
        yield Fault(f"{draft.head} languages", text("must be es, en or both"))
    for language in draft.languages:
        if not draft.name.get(language):
            yield Fault(f"{draft.head} name.{language.value}", text("is empty"))


def _row_faults(row: Row, draft: Draft, seen: dict[str, str]) -> Iterable[Fault]:
    name = row.identifier
    if not IDENTIFIER.fullmatch(name) or len(name) > 40:
        yield Fault(
            f"{row.where} identifier",
            text("must be capitals and digits, joined by dots, colons or hyphens"),
            name,
        )
    elif name in seen:
        yield Fault(f"{row.where} identifier", text("is used twice; first in"), seen[name])
    seen.setdefault(name, row.where)
    if not IDENTIFIER.fullmatch(row.section):
        yield Fault(
            f"{row.where} section",
            text("must be capitals and digits, joined by dots, colons or hyphens"),
            row.section,
        )
    elif row.section in seen or any(other.identifier == row.section for other in draft.rows):
        yield Fault(
            f"{row.where} section", text("is also the identifier of a requirement"), row.section
        )
    if row.level not in ("", "1", "2", "3"):
        yield Fault(f"{row.where} level", text("must be 1, 2, 3 or empty"), row.level)
    yield from _word_faults(row, draft)
    yield from _list_faults(row)


def _word_faults(row: Row, draft: Draft) -> Iterable[Fault]:
    for language in draft.languages:
        title, statement = row.title.get(language, ""), row.statement.get(language, "")
        if not title:
            yield Fault(f"{row.where} title.{language.value}", text("is empty"))
        elif len(title) > LONGEST_TITLE:
            yield Fault(
                f"{row.where} title.{language.value}", text("is longer than 120 characters")
            )
        if not statement:
            yield Fault(f"{row.where} statement.{language.value}", text("is empty"))
    for field_name in ("statement", "why", "fix"):
        for language, words in getattr(row, field_name).items():
            if len(words) > LONGEST_TEXT:
                yield Fault(
                    f"{row.where} {field_name}.{language.value}",
                    text("is longer than 20,000 characters"),
                )


def _list_faults(row: Row) -> Iterable[Fault]:
    for number in row.cwe:
        if not number.isdigit() or not 0 < int(number) < 10_000:
            yield Fault(f"{row.where} cwe", text("is no CWE number"), number)
    for field_name, vocabulary in (
        ("applies_to", Surface),
        ("when", Feature),
        ("scanners", ScannerKind),
    ):
        allowed = {word.value for word in vocabulary}
        for word in getattr(row, field_name):
            if word not in allowed:
                yield Fault(f"{row.where} {field_name}", text("is none of the known words"), word)


def _requirement(row: Row, draft: Draft) -> Requirement:
    return Requirement(
        identifier=row.identifier,
        level=int(row.level) if row.level else None,
        title=_text(row.title, draft),
        statement=_text(row.statement, draft),
        why=_text(row.why, draft),
        verification=_lines(row.verification, draft),
        evidence=_lines(row.evidence, draft),
        fix=_text(row.fix, draft),
        applies_to=tuple(Surface(word) for word in row.applies_to),
        cwe_mappings=tuple(CweMapping(number) for number in sorted({int(n) for n in row.cwe})),
        references=(),
        scanners=tuple(ScannerKind(word) for word in row.scanners),
        tags=(),
        features=tuple(Feature(word) for word in row.when),
    )


def _text(words: Words, draft: Draft, otherwise: str = "") -> LocalizedText:
    first = next((words[one] for one in draft.languages if words.get(one)), otherwise)
    return LocalizedText(words.get(Language.ES) or first, words.get(Language.EN) or first)


def _lines(lines: dict[Language, list[str]], draft: Draft) -> LocalizedLines:
    first = next((lines[one] for one in draft.languages if lines.get(one)), [])
    return LocalizedLines(
        tuple(lines.get(Language.ES) or first), tuple(lines.get(Language.EN) or first)
    )
