"""What *vulners* and *vulners_enterprise* list: what is known of a version, row by row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from checklist_app.domain.findings import MAX_DESCRIPTION, MAX_SHORT, clean

KNOWN = ("vulners", "vulners_enterprise")
"""Scripts that list what is known of a version, each as a row of a table named as the version."""
_CPE = re.compile(r"\s{0,8}(cpe:\S{3,200}?):?\s{0,4}")
_ROW = re.compile(
    r"\s{1,12}([\w:.-]{3,80})\t+(?:cvss[\d.]{1,4}: )?(\d{1,2}(?:\.\d{1,2})?)\t+"
    r"https://vulners\.com/(\w{1,40})/\S{1,200}(\t+\*EXPLOIT\*)?\s{0,4}"
)
_LONGEST_LIST = 1_000_000


@dataclass(frozen=True, slots=True)
class Row:
    """What *vulners* knows of a version: a weakness, or an exploit for one."""

    identifier: str
    component: str
    kind: str
    score: str
    is_exploit: bool
    epss: str = ""


def rows_of(tables: list[Element], output: str | None) -> list[Row]:
    """Return the rows in tables, or in the text where there are none."""
    return list(_rows(tables)) or list(_rows_of_text(output))


def _rows(tables: list[Element]) -> Iterator[Row]:
    """Yield the lines of *vulners*: a table for each version, in it one for each weakness.

    What is no table of its own tells of the group, such as that its name is no CPE.
    """
    for table in tables:
        for row in table.iterfind("table"):
            kind = clean(elem(row, "type"), 40)
            yield Row(
                identifier=clean(elem(row, "id"), MAX_SHORT),
                component=clean(table.get("key"), MAX_SHORT),
                kind=kind,
                score=elem(row, "cvss"),
                # The newest versions say of a weakness too that there is an exploit for it.
                is_exploit=elem(row, "is_exploit").lower() == "true" and kind != "cve",
                epss=elem(row, "epss"),
            )


def _rows_of_text(output: str | None) -> Iterator[Row]:
    """Yield the same from the text, which is all that *vulners* wrote before its version 1.3."""
    component = ""
    for line in clean(output, _LONGEST_LIST).splitlines():
        named = _CPE.fullmatch(line)
        found = _ROW.fullmatch(line)
        if named:
            component = clean(named[1], MAX_SHORT)
        elif found:
            identifier, score, kind, exploit = found.groups()
            yield Row(identifier, component, kind, score, bool(exploit))


def elem(table: Element, key: str) -> str:
    """Return the text of a part of a table; empty if there is none."""
    found = child(table, key)
    return clean(found.text, MAX_DESCRIPTION) if found is not None else ""


def child(table: Element, key: str) -> Element | None:
    """Return a part of a table."""
    return next((child for child in table if child.get("key") == key), None)
