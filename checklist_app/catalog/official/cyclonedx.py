"""CycloneDX 1.6 and 1.7 files that carry ``standards``.

The specification puts them under ``definitions``; OWASP's own file of ASVS 5.0.0 has them under
``declarations``. Both are read. Levels may be cumulative (ASVS 4.0.3) or not (5.0.0): the lowest
level that lists a requirement is the one that asks for it, which is right for both.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
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

ASVS = "owasp-asvs"
KEYS: tuple[tuple[str, str], ...] = (
    (r"\(ASVS\)", "owasp-asvs"),
    (r"\(MASVS\)", "owasp-masvs"),
    (r"\(SCVS\)", "owasp-scvs"),
    (r"\(SAMM\)", "owasp-samm"),
    (r"Secure Software Development Framework", "nist-ssdf"),
)
SHORT_NAMES = {
    "owasp-asvs": "OWASP ASVS",
    "owasp-masvs": "OWASP MASVS",
    "owasp-scvs": "OWASP SCVS",
    "owasp-samm": "OWASP SAMM",
    "nist-ssdf": "NIST SSDF",
}
_LEVEL = re.compile(r"(?:level[ _-]*)?([1-3])", re.IGNORECASE)


def is_standards(document: object) -> bool:
    """Whether this is a CycloneDX file; whether it holds a standard is said when it is read."""
    return as_object(document).get("bomFormat") == "CycloneDX"


def read(document: object, told: Told, file_format: str) -> OfficialStandard:
    """Read the one standard of a CycloneDX file."""
    found = as_object(document)
    standards = as_list(as_object(found.get("definitions")).get("standards")) or as_list(
        as_object(found.get("declarations")).get("standards")
    )
    if len(standards) != 1:
        raise InvalidInput(
            text(
                "This CycloneDX file holds %(count)s standards; it must hold exactly one.",
                count=len(standards),
            )
        )
    standard = as_object(standards[0])
    name = as_text(standard.get("name"))
    version = told.version or as_text(standard.get("version")).strip().removeprefix("v")
    if not name or not version:
        raise InvalidInput(text("The standard in this file has no name or no version."))
    key = key_of(name)
    return OfficialStandard(
        key=key,
        version=version,
        name=SHORT_NAMES.get(key, name),
        language=told.language or Language.EN,
        edition=f"{name} {version}"[:120],
        licence=_licence(standard) or _licence(as_object(found.get("metadata"))),
        source_url=_website(standard),
        file_format=file_format,
        entries=_entries(standard, key),
    )


def key_of(name: str) -> str:
    """Return the key of a list: ours where we know its name, otherwise made from the name."""
    for pattern, key in KEYS:
        if re.search(pattern, name):
            return key
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60].strip("-") or "standard"


def _entries(standard: Mapping[str, Any], key: str) -> tuple[Entry, ...]:
    requirements = [as_object(one) for one in as_list(standard.get("requirements"))]
    names = {
        as_text(one.get("bom-ref")): as_text(one.get("identifier")).replace(" ", "-")
        for one in requirements
    }
    levels = _levels(standard)
    raw = []
    for number, one in enumerate(requirements, start=1):
        parent = as_text(one.get("parent"))
        if parent and parent not in names:
            raise InvalidInput(
                text(
                    "%(identifier)s stands under %(parent)s, which is not in the file.",
                    identifier=as_text(one.get("identifier"))[:60] or f"#{number}",
                    parent=parent[:60],
                )
            )
        words = as_text(one.get("text"))
        if words.startswith("[DELETED"):
            continue
        raw.append(
            Entry(
                as_text(one.get("identifier")).replace(" ", "-"),
                names.get(parent, ""),
                as_text(one.get("title")),
                words,
                level=levels.get(as_text(one.get("bom-ref"))),
            )
        )
    return without_empty_headings(checked(raw)) if key == ASVS else checked(raw)


def _levels(standard: Mapping[str, Any]) -> dict[str, int]:
    """Return the lowest level that lists each requirement, by bom-ref."""
    found: dict[str, int] = {}
    for one in as_list(standard.get("levels")):
        level = as_object(one)
        match = _LEVEL.fullmatch(as_text(level.get("identifier")).strip())
        if match is None:
            continue
        for reference in as_list(level.get("requirements")):
            if isinstance(reference, str):
                found[reference] = min(int(match[1]), found.get(reference, 3))
    return found


def _licence(holder: Mapping[str, Any]) -> str:
    for one in as_list(holder.get("licenses")):
        licence = as_object(as_object(one).get("license"))
        name = as_text(licence.get("id")) or as_text(licence.get("name"))
        if name:
            return name[:120]
    return ""


def _website(standard: Mapping[str, Any]) -> str:
    for one in as_list(standard.get("externalReferences")):
        reference = as_object(one)
        url = as_text(reference.get("url"))
        if reference.get("type") == "website" and url.startswith("https://"):
            return url[:500]
    return ""
