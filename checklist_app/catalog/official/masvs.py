"""OWASP MASVS as OWASP writes it: YAML with groups and controls, without its own version."""

from __future__ import annotations

from collections.abc import Iterator

from checklist_app.catalog.official.model import Entry, OfficialStandard, Told, checked
from checklist_app.domain.errors import InvalidInput
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import Language
from checklist_app.untrusted.json_text import as_list, as_object, as_text

UNKNOWN = "vx.x.x"
SOURCE = "https://mas.owasp.org/MASVS/"


def is_masvs(document: object) -> bool:
    """Whether this is the MASVS YAML."""
    groups = as_list(as_object(document).get("groups"))
    return bool(groups) and "controls" in as_object(groups[0])


def read(document: object, told: Told, file_format: str) -> OfficialStandard:
    """Read groups and controls; the version comes from the operator where the file says vx.x.x."""
    metadata = as_object(as_object(document).get("metadata"))
    written = as_text(metadata.get("version")).strip()
    version = told.version or ("" if written == UNKNOWN else written.removeprefix("v"))
    if not version:
        raise InvalidInput(
            text("The file does not say which version it is. Give the version with it.")
        )
    return OfficialStandard(
        key="owasp-masvs",
        version=version,
        name="OWASP MASVS",
        language=told.language or Language.EN,
        edition=f"OWASP MASVS {version}",
        licence="CC-BY-SA-4.0",
        source_url=SOURCE,
        file_format=file_format,
        entries=checked(_entries(document)),
    )


def _entries(document: object) -> Iterator[Entry]:
    for one in as_list(as_object(document).get("groups")):
        group = as_object(one)
        name = as_text(group.get("id"))
        yield Entry(name, "", as_text(group.get("title")), as_text(group.get("description")))
        for other in as_list(group.get("controls")):
            control = as_object(other)
            yield Entry(
                as_text(control.get("id")),
                name,
                as_text(control.get("statement")),
                as_text(control.get("description")),
            )
