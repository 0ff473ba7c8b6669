"""OSCAL catalogs: groups and controls, with the prose of a control's statement put together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from checklist_app.catalog.official.cyclonedx import key_of
from checklist_app.catalog.official.model import Entry, OfficialStandard, Told, checked
from checklist_app.domain.errors import InvalidInput
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import Language
from checklist_app.untrusted.json_text import as_list, as_object, as_text

_PARAMETER = re.compile(r"\{\{\s*insert:\s*param,\s*([^}\s]+)\s*\}\}")


def is_catalog(document: object) -> bool:
    """Whether this is an OSCAL catalog."""
    return "metadata" in as_object(as_object(document).get("catalog"))


def read(document: object, told: Told, file_format: str) -> OfficialStandard:
    """Read a catalog with all its groups and controls; withdrawn controls are left out."""
    catalog = as_object(as_object(document).get("catalog"))
    metadata = as_object(catalog.get("metadata"))
    title = as_text(metadata.get("title")).strip()
    version = told.version or as_text(metadata.get("version")).strip()
    if not title or not version:
        raise InvalidInput(text("The standard in this file has no name or no version."))
    return OfficialStandard(
        key=key_of(title),
        version=version[:20],
        name=title[:120],
        language=told.language or Language.EN,
        edition=f"{title} {version}"[:120],
        licence="",
        source_url="",
        file_format=file_format,
        entries=checked(_below(catalog, "", {})),
    )


def _below(holder: Mapping[str, Any], parent: str, known: dict[str, str]) -> Iterator[Entry]:
    parameters = known | _parameters(holder)
    for one in as_list(holder.get("groups")):
        group = as_object(one)
        name = as_text(group.get("id")) or _made_up(as_text(group.get("title")))
        yield Entry(name, parent, as_text(group.get("title")), "")
        yield from _below(group, name, parameters)
    for one in as_list(holder.get("controls")):
        control = as_object(one)
        if _is_withdrawn(control):
            continue
        name = as_text(control.get("id"))
        words = parameters | _parameters(control)
        yield Entry(name, parent, as_text(control.get("title")), _statement(control, words))
        # An enhancement is assessed beside its control, not instead of it.
        yield from _below(control, parent, words)


def _made_up(title: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", title).strip("-")[:40].strip("-")


def _is_withdrawn(control: Mapping[str, Any]) -> bool:
    return any(
        as_object(one).get("name") == "status" and as_object(one).get("value") == "withdrawn"
        for one in as_list(control.get("props"))
    )


def _parameters(holder: Mapping[str, Any]) -> dict[str, str]:
    found = {}
    for one in as_list(holder.get("params")):
        parameter = as_object(one)
        found[as_text(parameter.get("id"))] = as_text(parameter.get("label")) or "…"
    return found


def _statement(control: Mapping[str, Any], parameters: Mapping[str, str]) -> str:
    lines = [
        line
        for part in as_list(control.get("parts"))
        if as_object(part).get("name") == "statement"
        for line in _lines(as_object(part), 0)
    ]
    told = "\n".join(lines) or as_text(control.get("title"))
    return _PARAMETER.sub(lambda found: f"[{parameters.get(found[1], '…')}]", told)


def _lines(part: Mapping[str, Any], depth: int) -> Iterator[str]:
    prose = as_text(part.get("prose")).strip()
    if prose:
        yield f"{'  ' * max(0, depth - 1)}{'- ' if depth else ''}{prose}"
    for below in as_list(part.get("parts")):
        yield from _lines(as_object(below), depth + 1)
