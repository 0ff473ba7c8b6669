"""Folders of ``content/owasp`` turned into standards, or into the list of their faults."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from checklist_app.catalog import schema
from checklist_app.catalog.errors import ContentError, Problem
from checklist_app.catalog.yaml_files import read_yaml
from checklist_app.domain.standards import (
    CweMapping,
    Feature,
    LocalizedLines,
    LocalizedText,
    Reference,
    Requirement,
    ScannerKind,
    Section,
    Standard,
    Surface,
)
from checklist_app.domain.vocabulary import MappingTier, Relation

Model = TypeVar("Model", bound=BaseModel)

__all__ = [
    "ContentError",
    "Problem",
    "folders",
    "load_folder",
    "load_folders",
    "load_library",
]


def load_library(root: Path) -> list[Standard]:
    """Load every standard below ``root``, sorted by folder name.

    Args:
        root: a folder with one folder per edition, such as ``content/owasp``.

    Raises:
        ContentError: with the problems of all folders, when any of them has one.
    """
    found = folders(root)
    if not found:
        message = "there is no standard in this folder"
        raise ContentError([Problem(root.as_posix(), "", "", message)])
    return load_folders(found)


def load_folders(paths: Iterable[Path]) -> list[Standard]:
    """Load the standards of these folders, in this order.

    Raises:
        ContentError: with the problems of all folders, when any of them has one.
    """
    problems: list[Problem] = []
    standards: list[Standard] = []
    first_folder: dict[tuple[str, str], str] = {}
    for path in paths:
        try:
            standard = load_folder(path)
        except ContentError as error:
            problems.extend(error.problems)
            continue
        standards.append(standard)
        twin = first_folder.setdefault((standard.key, standard.version), path.name)
        if twin != path.name:
            message = f"{standard.key} {standard.version} is already in the folder {twin}"
            problems.append(Problem(f"{path.name}/standard.yaml", "", "version", message))
    if problems:
        raise ContentError(problems)
    return standards


def folders(root: Path) -> list[Path]:
    """Return the folders of editions below ``root``, sorted by name."""
    return sorted(path for path in root.iterdir() if path.is_dir()) if root.is_dir() else []


def load_folder(path: Path) -> Standard:
    """Load one edition of one standard.

    Args:
        path: a folder with ``standard.yaml`` and ``requirements/NN-name.yaml``.

    Raises:
        ContentError: with every problem of the folder; problems name files as ``folder/file``.
    """
    problems: list[Problem] = []
    shown_as = f"{path.name}/standard.yaml"
    raw = read_yaml(path / "standard.yaml", shown_as, problems)
    head = None if raw is None else _checked(schema.StandardFile, raw, shown_as, "", problems)
    if head is None:
        raise ContentError(problems)

    reading = _Reading(path, head, {}, problems)
    sections = tuple(reading.section(entry) for entry in head.sections)
    entries = list(_entries(head.sections))
    files = [entry.file for entry in entries if entry.file is not None]
    problems.extend(_repeated(shown_as, "sections", (entry.identifier for entry in entries)))
    problems.extend(_repeated(shown_as, "file", files))
    problems.extend(_unnamed_files(path, set(files)))
    if problems:
        raise ContentError(problems)
    return Standard(
        key=head.id,
        version=head.version,
        name=_text(head.name),
        summary=_text(head.summary),
        licence=head.licence,
        attribution=_text(head.attribution),
        provenance=_text(head.provenance),
        source_url=head.source_url,
        sections=sections,
        is_elaborated=head.elaborated,
    )


def _entries(sections: Iterable[schema.SectionFile]) -> Iterator[schema.SectionFile]:
    for section in sections:
        yield section
        yield from _entries(section.sections)


@dataclass(frozen=True, slots=True)
class _Reading:
    """One folder being read; ``homes`` remembers where each identifier was first seen."""

    folder: Path
    head: schema.StandardFile
    homes: dict[str, str]
    problems: list[Problem]

    def section(self, entry: schema.SectionFile) -> Section:
        """Return a section with all that is below it."""
        requirements: tuple[Requirement, ...] = ()
        if entry.file is not None:
            found = _load_requirements(self.folder, entry.file, self.homes, self.problems)
            requirements = tuple(_requirement(one, self.head) for one in found)
        return Section(
            entry.identifier,
            _text(entry.title),
            _text(entry.intro),
            requirements,
            tuple(self.section(below) for below in entry.sections),
            tuple(entry.tags),
        )


def _load_requirements(
    folder: Path, file: str, homes: dict[str, str], problems: list[Problem]
) -> list[schema.RequirementFile]:
    """Load one file; ``homes`` remembers which file each identifier was first seen in."""
    shown_as = f"{folder.name}/{file}"
    raw = read_yaml(folder / file, shown_as, problems)
    if raw is None:
        return []
    if not isinstance(raw, list) or not raw:
        problems.append(Problem(shown_as, "", "", "must be a list of requirements"))
        return []
    requirements: list[schema.RequirementFile] = []
    for position, entry in enumerate(raw, start=1):
        identifier = entry.get("identifier") if isinstance(entry, dict) else None
        who = identifier if isinstance(identifier, str) and identifier else f"#{position}"
        if who == identifier and who in homes:
            message = f"{who} is already used in {homes[who]}"
            problems.append(Problem(shown_as, who, "identifier", message))
        elif who == identifier:
            homes[who] = shown_as
        checked = _checked(schema.RequirementFile, entry, shown_as, who, problems)
        if checked is not None:
            requirements.append(checked)
    return requirements


def _checked(
    model: type[Model], raw: Any, file: str, who: str, problems: list[Problem]
) -> Model | None:
    """Return the validated entry, or ``None`` after noting each of its faults."""
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        for fault in error.errors(include_url=False, include_context=False, include_input=False):
            field = ".".join(str(part) for part in fault["loc"])
            message = fault["msg"].removeprefix("Value error, ")
            problems.append(Problem(file, who, field, message))
        return None


def _repeated(file: str, field: str, values: Iterable[str]) -> list[Problem]:
    seen: set[str] = set()
    twice: set[str] = set()
    for value in values:
        (twice if value in seen else seen).add(value)
    return [Problem(file, value, field, f"{value} is used twice") for value in sorted(twice)]


def _unnamed_files(folder: Path, named: set[str]) -> list[Problem]:
    """Find requirement files that no section names: they would be lost without a word."""
    found = {f"requirements/{path.name}" for path in (folder / "requirements").glob("*.y*ml")}
    message = "no section of standard.yaml names this file"
    return [Problem(f"{folder.name}/{file}", "", "", message) for file in sorted(found - named)]


def _requirement(entry: schema.RequirementFile, head: schema.StandardFile) -> Requirement:
    return Requirement(
        identifier=entry.identifier,
        level=entry.level,
        title=_text(entry.title),
        statement=_text(entry.statement),
        why=_text(entry.why),
        verification=_lines(entry.verification),
        evidence=_lines(entry.evidence),
        fix=_text(entry.fix),
        applies_to=tuple(Surface(name) for name in entry.applies_to),
        cwe_mappings=_cwe_mappings(entry, head),
        references=tuple(
            Reference(other.standard, other.version, other.identifier, Relation(other.relation))
            for other in entry.references
        ),
        scanners=tuple(ScannerKind(name) for name in entry.scanners),
        tags=tuple(entry.tags),
        features=tuple(Feature(name) for name in entry.when),
        no_cwe=None if entry.no_cwe is None else _text(entry.no_cwe),
    )


def _cwe_mappings(
    entry: schema.RequirementFile, head: schema.StandardFile
) -> tuple[CweMapping, ...]:
    mappings = []
    for one in entry.cwe:
        tier = one.tier or head.plain_cwe_tier
        mappings.append(
            CweMapping(
                cwe=one.id,
                tier=MappingTier(tier),
                source=head.cwe_sources.get(tier, "content"),
                reason=None if one.reason is None else _text(one.reason),
            )
        )
    return tuple(sorted(mappings, key=lambda mapping: mapping.cwe))


def _text(entry: schema.LocalizedTextFile | schema.LocalizedTitleFile) -> LocalizedText:
    return LocalizedText(es=entry.es, en=entry.en)


def _lines(entry: schema.LocalizedLinesFile) -> LocalizedLines:
    return LocalizedLines(es=tuple(entry.es), en=tuple(entry.en))
