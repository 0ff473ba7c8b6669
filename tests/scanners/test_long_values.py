"""Every text of an honest report may be longer than what we keep; nothing of it breaks a column."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import pytest

from checklist_app.scanners.base import Parser
from checklist_app.scanners.table import PARSERS
from tests.scanners.json_ways import value_at, ways_in, with_value_at
from tests.scanners.mutations_json import documents_in
from tests.scanners.mutations_xml import root_of
from tests.scanners.test_fuzz import seeds, try_parser

LONG = ("9" * 3000, "a " * 1500)
"""One word, and many: what cuts at a blank and what does not."""


def with_long_json(documents: list[Any], long: str) -> Iterator[bytes]:
    """Yield a report for each text, once for those of the same names."""
    ways = {
        tuple(part for part in way if isinstance(part, str)): way
        for way in ways_in(documents)
        if isinstance(value_at(documents, way), str)
    }
    for way in ways.values():
        found = with_value_at(documents, way, long)
        yield "\n".join(map(json.dumps, found)).encode()


def with_long_xml(root: ElementTree.Element, long: str) -> Iterator[bytes]:
    """Yield a report for each attribute and each text, once for those of the same name."""
    shapes = {
        (element.tag, name): number
        for number, element in enumerate(root.iter())
        for name in (*element.attrib, "")
    }
    for (_, name), number in shapes.items():
        found = copy.deepcopy(root)
        element = list(found.iter())[number]
        if name:
            element.set(name, long)
        else:
            element.text = long
        yield ElementTree.tostring(found)


def with_long_texts(whole: bytes) -> Iterator[bytes]:
    documents, root = documents_in(whole), root_of(whole)
    for long in LONG:
        if documents is not None:
            yield from with_long_json(list(documents), long)
        elif root is not None:
            yield from with_long_xml(root, long)


@pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: parser.format)
def test_a_text_of_any_length_is_cut_to_what_is_kept(parser: Parser) -> None:
    tried = [
        try_parser(parser, changed)
        for whole in seeds()[parser.format]
        for changed in with_long_texts(whole)
    ]
    assert any(tried) or not tried
