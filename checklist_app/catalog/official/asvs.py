"""OWASP ASVS in every shape that OWASP publishes: flat and nested JSON, CSV, XML; 4.0.3 and 5.0.0.

Rows come in four shapes: ``L`` (5.0.0), ``level1``..``level3`` with a tick or a remark such as
"30 days" (legacy and 4.0.3 English, two of them), and ``Section, Name, Item, Description`` with
``L1``..``L3`` and an X (4.0.3 Spanish, flat JSON).
Rows whose text begins with ``[DELETED`` are placeholders without a level and are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from checklist_app.catalog.official.model import (
    Entry,
    OfficialStandard,
    Told,
    checked,
    without_empty_headings,
)
from checklist_app.domain.errors import InvalidInput
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import Language
from checklist_app.untrusted.json_text import as_list, as_object, as_text

KEY = "owasp-asvs"
NAME = "OWASP ASVS"
LICENCE = "CC-BY-SA-4.0"
SOURCE = "https://owasp.org/www-project-application-security-verification-standard/"
DELETED = ("[DELETED", "[ELIMINADO", "[ELIMINADA")
NOT_ASKED = frozenset({"", "false", "0"})

EDITIONS: Mapping[str, tuple[str, Language]] = {
    "Encoding and Sanitization": ("5.0.0", Language.EN),
    "Architecture, Design and Threat Modeling": ("4.0.3", Language.EN),
    "Arquitectura, Diseño y Modelado de Amenazas": ("4.0.3", Language.ES),
}
"""The name of chapter V1 tells edition and language, which flat files do not say."""


def is_rows(document: object) -> bool:
    """Whether this is a flat list of requirements."""
    rows = as_list(as_object(document).get("requirements"))
    first = as_object(rows[0]) if rows else {}
    return bool({"req_id", "Item"} & first.keys())


def read_rows(rows: Iterable[object], told: Told, file_format: str) -> OfficialStandard:
    """Read a flat file: one object for each requirement."""
    entries: dict[str, Entry] = {}
    leaves = 0
    chapter_one = ""
    for number, row in enumerate(rows, start=1):
        fields = as_object(row)
        identifier = as_text(fields.get("req_id") or fields.get("Item")).strip()
        if not identifier:
            if any(as_text(value).strip() for value in fields.values()):
                raise InvalidInput(text("Row %(row)s has no identifier.", row=number))
            continue  # every ASVS CSV ends with an empty row
        chapter, section = _headings(fields, identifier)
        chapter_one = chapter_one or chapter.title
        for heading in (chapter, section):
            known = entries.setdefault(heading.identifier, heading)
            if not known.title and heading.title:
                entries[heading.identifier] = heading
        leaf = _leaf(fields, identifier, section.identifier)
        if leaf is None:
            continue
        leaves += 1
        if identifier in entries:
            raise InvalidInput(
                text("The identifier %(identifier)s is used twice.", identifier=identifier[:60])
            )
        entries[identifier] = leaf
    return _standard(entries.values(), chapter_one, told, file_format)


def is_nested(document: object) -> bool:
    """Whether this is the nested form: chapters with items with items."""
    found = as_object(document)
    return "Requirements" in found and "Version" in found


def read_nested(document: object, told: Told, file_format: str) -> OfficialStandard:
    """Read the nested form of JSON, or of XML turned into the same objects."""
    found = as_object(document)
    entries = list(_walk(as_list(found.get("Requirements")), ""))
    first = next((entry.title for entry in entries), "")
    version = told.version or as_text(found.get("Version")).strip()
    return _standard(entries, first, Told(version, told.language), file_format)


def _walk(items: list[Any], parent: str) -> Iterator[Entry]:
    for item in items:
        fields = as_object(item)
        identifier = as_text(fields.get("Shortcode")).strip()
        below = as_list(fields.get("Items"))
        if "Items" in fields and not below:
            continue  # a section whose requirements were all deleted, in 4.0.3
        if not identifier:
            raise InvalidInput(
                text("An item under %(parent)s has no identifier.", parent=parent or "–")
            )
        if below:
            yield Entry(identifier, parent, as_text(fields.get("Name")), "")
            yield from _walk(below, identifier)
            continue
        description = as_text(fields.get("Description"))
        if not description.startswith(DELETED):
            yield Entry(
                identifier,
                parent,
                "",
                description,
                level=_nested_level(fields, identifier),
                cwes=_cwes(fields.get("CWE")),
            )


def _nested_level(fields: Mapping[str, Any], identifier: str) -> int | None:
    """Read ``L`` (``"1"``) or ``L1``..``L3`` with ``Required``."""
    if "L" in fields:
        return _level_number(fields["L"], identifier)
    for level in (1, 2, 3):
        mark = fields.get(f"L{level}")
        required = as_object(mark).get("Required")
        if required is True or as_text(required).casefold() == "true":
            return level
    return None


def _headings(fields: Mapping[str, Any], identifier: str) -> tuple[Entry, Entry]:
    """Return the chapter and the section of a row; the Spanish flat file names chapters alone."""
    section_id = as_text(fields.get("section_id")) or identifier.rpartition(".")[0]
    chapter_id = (
        as_text(fields.get("chapter_id"))
        or as_text(fields.get("Section"))
        or section_id.rpartition(".")[0]
    )
    chapter_name = as_text(fields.get("chapter_name")) or as_text(fields.get("Name"))
    section_name = as_text(fields.get("section_name")) or section_id
    return (
        Entry(chapter_id, "", chapter_name or chapter_id, ""),
        Entry(section_id, chapter_id, section_name, ""),
    )


def _leaf(fields: Mapping[str, Any], identifier: str, section: str) -> Entry | None:
    described = as_text(fields.get("req_description") or fields.get("Description"))
    if described.startswith(DELETED):
        return None
    return Entry(
        identifier,
        section,
        "",
        described,
        level=_row_level(fields, identifier),
        cwes=_cwes(fields.get("cwe") or fields.get("CWE")),
    )


def _row_level(fields: Mapping[str, Any], identifier: str) -> int | None:
    if "L" in fields:
        return _level_number(fields["L"], identifier)
    for level in (1, 2, 3):
        mark = as_text(fields.get(f"level{level}") or fields.get(f"L{level}"))
        if mark.strip().casefold() not in NOT_ASKED:
            return level
    return None


def _level_number(value: object, identifier: str) -> int | None:
    written = str(value).strip() if isinstance(value, str | int) else ""
    if not written:
        return None
    if written not in ("1", "2", "3"):
        raise InvalidInput(
            text("%(identifier)s has a level that is not 1, 2 or 3.", identifier=identifier[:60])
        )
    return int(written)


def _cwes(value: object) -> tuple[int, ...]:
    parts = value if isinstance(value, list) else [value]
    found: set[int] = set()
    for part in parts:
        written = str(part).strip() if isinstance(part, str | int) else ""
        found.update(int(one) for one in written.replace(",", " ").split() if one.isdigit())
    return tuple(sorted(number for number in found if 0 < number < 10_000))


def _standard(
    entries: Iterable[Entry], chapter_one: str, told: Told, file_format: str
) -> OfficialStandard:
    known = EDITIONS.get(chapter_one.strip())
    version = told.version or (known[0] if known else "")
    if not version:
        raise InvalidInput(
            text("The file does not say which version it is. Give the version with it.")
        )
    return OfficialStandard(
        key=KEY,
        version=version,
        name=NAME,
        language=told.language or (known[1] if known else Language.EN),
        edition=f"{NAME} {version}",
        licence=LICENCE,
        source_url=SOURCE,
        file_format=file_format,
        entries=without_empty_headings(checked(entries)),
    )
