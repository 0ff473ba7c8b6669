"""Changes in a report of XML: attributes, texts and elements dropped, doubled and misplaced."""

from __future__ import annotations

import copy
import re
from functools import cache
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from hypothesis import strategies as st

from tests.scanners.odd_values import ANY_TEXT, MOST_CHANGES, Draw

MOST_ELEMENTS = 5000
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@cache
def root_of(whole: bytes) -> Element | None:
    """Return the root of a report, or None if it is no XML."""
    try:
        return ElementTree.fromstring(whole)  # noqa: S314 - an honest report
    except ElementTree.ParseError:
        return None


def xml_changed(draw: Draw, honest: Element) -> bytes:
    """Return the report with one to four changes."""
    root = copy.deepcopy(honest)
    for _ in range(draw(st.integers(1, MOST_CHANGES))):
        elements = list(root.iter())
        one = draw(st.sampled_from(elements))
        kind = draw(st.integers(0, 5))
        if kind <= 1 and one.attrib:
            _change_attribute(draw, one)
        elif kind <= 3 and len(one):
            _change_children(draw, one)
        elif kind == 4:
            _misplace(draw, one, elements)
        else:
            one.text = _text(draw)
    data: bytes = ElementTree.tostring(root, encoding="utf-8")
    return data


def _change_attribute(draw: Draw, one: Element) -> None:
    name = draw(st.sampled_from(sorted(one.attrib)))
    if draw(st.booleans()):
        del one.attrib[name]
    else:
        one.attrib[name] = _text(draw)


def _change_children(draw: Draw, one: Element) -> None:
    child = draw(st.sampled_from(list(one)))
    match draw(st.integers(0, 2)):
        case 0:
            one.remove(child)
        case 1:
            one.insert(draw(st.integers(0, len(one))), copy.deepcopy(child))
        case _:
            one[:] = list(reversed(one))


def _misplace(draw: Draw, one: Element, elements: list[Element]) -> None:
    """Put something of this report where it does not belong, or name it like something else."""
    other = draw(st.sampled_from(elements))
    if draw(st.booleans()):
        one.tag = other.tag
    elif len(list(other.iter())) + len(elements) < MOST_ELEMENTS:
        one.append(copy.deepcopy(other))


def _text(draw: Draw) -> str:
    return _NOT_IN_XML.sub("", draw(ANY_TEXT))
