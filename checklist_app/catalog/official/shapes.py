"""Bytes of an official file turned into plain objects, strictly: JSON, YAML, CSV and XML."""

from __future__ import annotations

import codecs
import csv
import io
from typing import Any
from xml.etree.ElementTree import Element, ParseError

import yaml
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from checklist_app.catalog.yaml_files import load_strictly
from checklist_app.domain.errors import InvalidInput
from checklist_app.domain.text import text
from checklist_app.untrusted.faults import MAX_DEPTH

MOST_BYTES = 20 * 1024 * 1024
MOST_NODES = 200_000
LONGEST_CELL = 100_000
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def decoded(data: bytes) -> str:
    """Return the text of a file in UTF-8, with or without a byte order mark.

    Raises:
        InvalidInput: it is empty, something else, or holds NUL characters.
    """
    body = data.removeprefix(codecs.BOM_UTF8)
    try:
        words = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidInput(
            text("Byte %(byte)s is not UTF-8. Save the file as UTF-8.", byte=error.start)
        ) from error
    if not words.strip():
        raise InvalidInput(text("The file is empty."))
    if "\0" in words:
        raise InvalidInput(text("The file holds NUL characters; it is not a text file."))
    return words


def load_yaml(words: str) -> Any:
    """Return what a YAML file holds; aliases are refused, for they can grow without end."""
    depth = nodes = 0
    try:
        for event in yaml.parse(words, Loader=yaml.SafeLoader):
            nodes += 1
            if isinstance(event, yaml.AliasEvent):
                raise InvalidInput(
                    text("The file uses YAML aliases (*name), which are not accepted here.")
                )
            if isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
                depth += 1
            elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
                depth -= 1
            if depth > MAX_DEPTH or nodes > MOST_NODES:
                raise _too_large()
        return load_strictly(words)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise InvalidInput(
            text(
                "This is not valid YAML: line %(line)s, column %(column)s: %(problem)s.",
                line=mark.line + 1 if mark else 1,
                column=mark.column + 1 if mark else 1,
                problem=str(error.problem)[:120],
            )
        ) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise InvalidInput(text("This is not valid YAML.")) from error


def load_csv(words: str) -> list[dict[str, str]]:
    """Return the rows of a CSV file by column name.

    Raises:
        InvalidInput: a row has more cells than there are columns, a cell is a formula or too long,
            a column is there twice.
    """
    csv.field_size_limit(LONGEST_CELL)
    try:
        lines = list(csv.reader(io.StringIO(words, newline=""), strict=True))
    except csv.Error as error:
        raise InvalidInput(
            text("This is not valid CSV: %(problem)s.", problem=str(error)[:120])
        ) from error
    header = [cell.strip() for cell in lines[0]]
    if len(set(header)) != len(header):
        raise InvalidInput(text("The first line names a column twice."))
    rows = []
    for number, line in enumerate(lines[1:], start=2):
        if len(line) > len(header):
            raise InvalidInput(
                text("Line %(line)s has more cells than there are columns.", line=number)
            )
        for name, cell in zip(header, line, strict=False):
            refuse_formula(cell, f"{name} {number}")
        rows.append(dict(zip(header, line, strict=False)))
    if len(rows) > MOST_NODES:
        raise _too_large()
    return rows


def refuse_formula(cell: str, where: str) -> None:
    """Raise InvalidInput when a spreadsheet would run a cell instead of showing it."""
    if cell.startswith(FORMULA) and len(cell) > 1 and not cell[1:2].isspace():
        raise InvalidInput(
            text(
                "The cell %(where)s begins like a formula (%(sign)s). Formulas are not accepted.",
                where=where[:80],
                sign=cell[:1].strip() or "tab",
            )
        )


def load_xml(data: bytes) -> Element:
    """Return the root of an XML file without DTD, entities and deep nesting."""
    try:
        root: Element = fromstring(data, forbid_dtd=True)
    except ParseError as error:
        line, column = error.position
        raise InvalidInput(
            text(
                "This is not valid XML: line %(line)s, column %(column)s cannot be read.",
                line=line,
                column=column + 1,
            )
        ) from error
    except DefusedXmlException as error:
        raise InvalidInput(
            text("The file declares a document type or entities. No official file needs that.")
        ) from error
    except (LookupError, ValueError) as error:
        raise InvalidInput(text("The file is in an encoding that cannot be read.")) from error
    _check_tree(root)
    return root


def as_objects(element: Element) -> Any:
    """Return XML as the objects that the JSON of the same file would give.

    A child named ``item`` makes a list; an element without children is its text.
    """
    children = list(element)
    if not children:
        return element.text or ""
    if all(child.tag == "item" for child in children):
        return [as_objects(child) for child in children]
    found: dict[str, Any] = {}
    for child in children:
        if child.tag in found:
            raise InvalidInput(
                text("The element %(name)s is there twice in one place.", name=child.tag[:80])
            )
        found[child.tag] = as_objects(child)
    return found


def _check_tree(root: Element) -> None:
    level, depth, nodes = [root], 0, 0
    while level:
        depth += 1
        nodes += len(level)
        if depth > MAX_DEPTH or nodes > MOST_NODES:
            raise _too_large()
        level = [child for element in level for child in element]


def _too_large() -> InvalidInput:
    return InvalidInput(
        text("The file is nested too deep or holds too many parts for a list of requirements.")
    )
