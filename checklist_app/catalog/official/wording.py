"""An official standard as a standard of the library, for editions that we do not word ourselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from checklist_app.catalog.official.model import Entry, OfficialStandard
from checklist_app.domain.standards import (
    CweMapping,
    LocalizedLines,
    LocalizedText,
    Requirement,
    Section,
    Standard,
    Surface,
)
from checklist_app.domain.vocabulary import MappingTier

LONGEST_TITLE = 120
WHOLE = "ALL"
"""Identifier of the section that is made where requirements stand under no heading."""


def as_standard(official: OfficialStandard) -> Standard:
    """Return a standard whose words, in its one language, stand for every language.

    Official files have no reasons, steps, evidence or fixes, so these stay empty.
    """
    below: dict[str, list[Entry]] = defaultdict(list)
    for entry in official.entries:
        below[entry.parent].append(entry)
    loose = [entry for entry in below[""] if entry.is_leaf]
    sections = [_section(entry, below, official) for entry in below[""] if not entry.is_leaf]
    if loose:
        whole = Section(
            WHOLE, _same(official.name), _same(official.edition), _leaves(loose, official)
        )
        sections.insert(0, whole)
    about = f"{official.edition}, {official.licence}" if official.licence else official.edition
    return Standard(
        key=official.key,
        version=official.version,
        name=_same(official.name),
        summary=_same(official.edition),
        licence=official.licence[:60],
        attribution=_same(about),
        provenance=_same(official.file_format),
        source_url=official.source_url,
        sections=tuple(sections),
    )


def title_of(entry: Entry) -> str:
    """Return the entry's title, or the beginning of its text, fit for a line."""
    told = entry.title or " ".join(entry.text.split())
    if len(told) <= LONGEST_TITLE:
        return told
    return told[: LONGEST_TITLE - 1].rsplit(" ", 1)[0].rstrip(" ,;:.") + "…"


def statement_of(entry: Entry) -> str:
    """Return what the entry asks for."""
    return entry.text or entry.title


def _section(entry: Entry, below: dict[str, list[Entry]], official: OfficialStandard) -> Section:
    inside = below[entry.identifier]
    return Section(
        entry.identifier,
        _same(title_of(entry)),
        _same(entry.text),
        _leaves((one for one in inside if one.is_leaf), official),
        tuple(_section(one, below, official) for one in inside if not one.is_leaf),
    )


def _leaves(entries: Iterable[Entry], official: OfficialStandard) -> tuple[Requirement, ...]:
    return tuple(
        Requirement(
            identifier=entry.identifier,
            level=entry.level,
            title=_same(title_of(entry)),
            statement=_same(statement_of(entry)),
            why=_same(""),
            verification=LocalizedLines((), ()),
            evidence=LocalizedLines((), ()),
            fix=_same(""),
            applies_to=tuple(Surface),
            cwe_mappings=tuple(
                CweMapping(cwe, MappingTier.OFFICIAL, official.edition[:60]) for cwe in entry.cwes
            ),
            references=(),
            scanners=(),
            tags=(),
        )
        for entry in entries
    )


def _same(words: str) -> LocalizedText:
    return LocalizedText(words, words)
