"""Folders of ``content/owasp`` turned into standards, or into the list of their faults."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from checklist_app.catalog import schema
from checklist_app.catalog.errors import ContentError, Problem
from checklist_app.catalog.yaml_files import read_yaml
from checklist_app.domain.standards import (
    LocalizedLines,
    LocalizedText,
    Reference,
    Requirement,
    ScannerKind,
    Section,
    Standard,
    Surface,
)

Model = TypeVar("Model", bound=BaseModel)

__all__ = ["ContentError", "Problem", "digest", "load_folder", "load_library"]


def load_library(root: Path) -> list[Standard]:
    """Load every standard below ``root``, sorted by folder name.

    Args:
        root: a folder with one folder per edition, such as ``content/owasp``.

    Raises:
        ContentError: with the problems of all folders, when any of them has one.
    """
    problems: list[Problem] = []
    standards: list[Standard] = []
    first_folder: dict[tuple[str, str], str] = {}
    folders = sorted(path for path in root.iterdir() if path.is_dir()) if root.is_dir() else []
    if not folders:
        problems.append(Problem(root.as_posix(), "", "", "there is no standard in this folder"))
    for folder in folders:
        try:
            standard = load_folder(folder)
        except ContentError as error:
            problems.extend(error.problems)
            continue
        standards.append(standard)
        twin = first_folder.setdefault((standard.key, standard.version), folder.name)
        if twin != folder.name:
            message = f"{standard.key} {standard.version} is already in the folder {twin}"
            problems.append(Problem(f"{folder.name}/standard.yaml", "", "version", message))
    if problems:
        raise ContentError(problems)
    return standards


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

    sections: list[Section] = []
    homes: dict[str, str] = {}
    for entry in head.sections:
        requirements = _load_requirements(path, entry.file, homes, problems)
        sections.append(
            Section(entry.identifier, _text(entry.title), _text(entry.intro), requirements)
        )
    problems.extend(_repeated(shown_as, "sections", (entry.identifier for entry in head.sections)))
    problems.extend(_repeated(shown_as, "file", (entry.file for entry in head.sections)))
    problems.extend(_unnamed_files(path, {entry.file for entry in head.sections}))
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
        sections=tuple(sections),
    )


def digest(standard: Standard) -> str:
    """Return the SHA-256 of all content of a standard, 64 hexadecimal digits.

    It depends on what the files say, not on how they are laid out: comments, key order and line
    folding do not count, every word and the order of every list do.
    """
    canonical = json.dumps(
        {"format": 1, "standard": asdict(standard)},
        ensure_ascii=False,
        separators=(",", ":"),
        sort_keys=True,
    )
    return hashlib.sha256(canonical.encode()).hexdigest()


def _load_requirements(
    folder: Path, file: str, homes: dict[str, str], problems: list[Problem]
) -> tuple[Requirement, ...]:
    """Load one file; ``homes`` remembers which file each identifier was first seen in."""
    shown_as = f"{folder.name}/{file}"
    raw = read_yaml(folder / file, shown_as, problems)
    if raw is None:
        return ()
    if not isinstance(raw, list) or not raw:
        problems.append(Problem(shown_as, "", "", "must be a list of requirements"))
        return ()
    requirements: list[Requirement] = []
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
            requirements.append(_requirement(checked))
    return tuple(requirements)


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


def _requirement(entry: schema.RequirementFile) -> Requirement:
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
        cwe=tuple(sorted(entry.cwe)),
        references=tuple(
            Reference(other.standard, other.version, other.identifier) for other in entry.references
        ),
        scanners=tuple(ScannerKind(name) for name in entry.scanners),
        tags=tuple(entry.tags),
    )


def _text(entry: schema.LocalizedTextFile | schema.LocalizedTitleFile) -> LocalizedText:
    return LocalizedText(es=entry.es, en=entry.en)


def _lines(entry: schema.LocalizedLinesFile) -> LocalizedLines:
    return LocalizedLines(es=tuple(entry.es), en=tuple(entry.en))
