"""Which official file is which, recognised by what it holds and never by its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from checklist_app.catalog.official import asvs, cyclonedx, masvs, oscal, shapes, wstg
from checklist_app.catalog.official.model import NOTHING, OfficialStandard, Told
from checklist_app.domain.errors import InvalidInput, UnreadableReport
from checklist_app.domain.text import text
from checklist_app.untrusted.json_text import as_object, load_json


@dataclass(frozen=True, slots=True)
class Family:
    """One kind of document: how it is recognised among objects, and how it is read."""

    name: str
    recognises: Callable[[object], bool]
    read: Callable[[Any, Told, str], OfficialStandard]


def _read_rows(document: object, told: Told, file_format: str) -> OfficialStandard:
    return asvs.read_rows(as_object(document)["requirements"], told, file_format)


FAMILIES: tuple[Family, ...] = (
    Family("CycloneDX", cyclonedx.is_standards, cyclonedx.read),
    Family("ASVS flat", asvs.is_rows, _read_rows),
    Family("ASVS nested", asvs.is_nested, asvs.read_nested),
    Family("OSCAL catalog", oscal.is_catalog, oscal.read),
    Family("WSTG checklist", wstg.is_checklist, wstg.read),
    Family("MASVS", masvs.is_masvs, masvs.read),
)


def read_official(data: bytes, told: Told = NOTHING) -> OfficialStandard:
    """Read an official file.

    Args:
        data: the file as it was published.
        told: version and language, where the file does not say them.

    Raises:
        InvalidInput: what is wrong with it and where.
    """
    if len(data) > shapes.MOST_BYTES:
        raise InvalidInput(
            text("The file is larger than %(limit)s MB.", limit=shapes.MOST_BYTES // 1024 // 1024)
        )
    kind, document = _opened(data)
    for family in FAMILIES:
        if family.recognises(document):
            return family.read(document, told, f"{family.name} {kind}"[:40])
    raise InvalidInput(
        text(
            "This is %(kind)s, but none of the official files that can be read: ASVS, MASVS, WSTG, "
            "CycloneDX standards or an OSCAL catalog.",
            kind=kind,
        )
    )


def _opened(data: bytes) -> tuple[str, object]:
    """Return what kind of file it is and what it holds."""
    head = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if head == b"<":
        return "XML", shapes.as_objects(shapes.load_xml(data.lstrip(b"\xef\xbb\xbf \t\r\n")))
    if head in (b"{", b"["):
        try:
            return "JSON", load_json(data)
        except UnreadableReport as error:
            raise InvalidInput(error.text) from error
    words = shapes.decoded(data)
    first_line = words.split("\n", 1)[0]
    if first_line.startswith(("chapter_id,", "Section,")):
        return "CSV", {"requirements": shapes.load_csv(words)}
    return "YAML", shapes.load_yaml(words)
