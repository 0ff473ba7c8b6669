"""The checklist of the OWASP Web Security Testing Guide: categories with tests.

Identifiers mean nothing without the version: ``WSTG-APIT-01`` is another test in each edition.
Version 4.2 numbers two tests WSTG-INPV-13; the second one is kept as ``WSTG-INPV-13-2``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from checklist_app.catalog.official.model import (
    Entry,
    OfficialStandard,
    Told,
    checked,
    without_empty_headings,
)
from checklist_app.domain.vocabulary import Language
from checklist_app.untrusted.json_text import as_list, as_object, as_text

SOURCE = "https://owasp.org/www-project-web-security-testing-guide/"
STABLE = "4.2"
LATEST = "latest"


def is_checklist(document: object) -> bool:
    """Whether this is the checklist of the guide."""
    categories = as_object(document).get("categories")
    first = next(iter(as_object(categories).values()), None)
    return "tests" in as_object(first)


def read(document: object, told: Told, file_format: str) -> OfficialStandard:
    """Read the checklist; ``stable`` in its links is 4.2, anything else the latest."""
    version = told.version or _version(document)
    return OfficialStandard(
        key="owasp-wstg",
        version=version,
        name="OWASP WSTG",
        language=told.language or Language.EN,
        edition=f"OWASP Web Security Testing Guide {version}",
        licence="CC-BY-SA-4.0",
        source_url=SOURCE,
        file_format=file_format,
        entries=without_empty_headings(checked(_entries(document))),
    )


def _version(document: object) -> str:
    for category in as_object(as_object(document).get("categories")).values():
        for test in as_list(as_object(category).get("tests")):
            link = re.search(
                r"/(stable|latest|v[0-9.]+)/", as_text(as_object(test).get("reference"))
            )
            if link:
                return {"stable": STABLE, "latest": LATEST}.get(link[1], link[1].removeprefix("v"))
    return LATEST


def _entries(document: object) -> Iterator[Entry]:
    given: dict[str, int] = {}
    for title, one in as_object(as_object(document).get("categories")).items():
        category = as_object(one)
        heading = as_text(category.get("id"))
        yield Entry(heading, "", title, "")
        for other in as_list(category.get("tests")):
            test = as_object(other)
            identifier = as_text(test.get("id"))
            given[identifier] = given.get(identifier, 0) + 1
            goals = [as_text(goal) for goal in as_list(test.get("objectives"))]
            yield Entry(
                identifier if given[identifier] == 1 else f"{identifier}-{given[identifier]}",
                heading,
                as_text(test.get("name")),
                "\n".join(f"- {goal}" for goal in goals if goal) or as_text(test.get("name")),
            )
