"""Changes in a report of JSON, or of lines of JSON: other types, missing and misplaced parts."""

from __future__ import annotations

import copy
import json
import re
from functools import cache
from typing import Any

from hypothesis import strategies as st

from tests.scanners.json_ways import Way, value_at, ways_in
from tests.scanners.odd_values import ANY_TEXT, MOST_CHANGES, ODD_VALUES, SCALARS, Draw

_NUMBER = re.compile(rb"(?<=[:\[,])\s*-?\d+(?:\.\d+)?(?=\s*[,}\]])")
_MEMBER = re.compile(rb'"[^"\\]{1,60}"\s*:\s*(?:"[^"\\]*"|-?\d+|true|false|null)')
_ODD_NUMBERS = (b"NaN", b"-Infinity", b"1e999", b"1" * 5000, b"-0", b"1E-9")


@cache
def documents_in(whole: bytes) -> tuple[Any, ...] | None:
    """Return the one document of a JSON report, or those of its lines; None if it is no JSON."""
    try:
        return (json.loads(whole),)
    except ValueError:
        pass
    try:
        return tuple(json.loads(line) for line in whole.splitlines() if line.strip())
    except ValueError:
        return None


def json_changed(draw: Draw, documents: tuple[Any, ...]) -> bytes:
    """Return the report with one to four of its values changed."""
    found: Any = copy.deepcopy(list(documents))
    anything = _anything(found)
    for _ in range(draw(st.integers(1, MOST_CHANGES))):
        ways = [way for way in ways_in(found) if way]
        if ways:
            _change(draw, found, draw(st.sampled_from(ways)), ways, anything)
    data = "\n".join(json.dumps(document) for document in found).encode()
    return data if draw(st.integers(0, 19)) else _raw(draw, data)


def _anything(found: Any) -> st.SearchStrategy[Any]:
    """Make up values; under names of this report, so that they are seldom out of place."""
    known = sorted({key for way in ways_in(found) for key in way if isinstance(key, str)})
    names = st.sampled_from(known or ["x"]) | ANY_TEXT
    return st.recursive(
        SCALARS,
        lambda parts: st.lists(parts, max_size=3) | st.dictionaries(names, parts, max_size=4),
        max_leaves=8,
    )


def _change(
    draw: Draw, found: Any, way: Way, ways: list[Way], anything: st.SearchStrategy[Any]
) -> None:
    holder, last = value_at(found, way[:-1]), way[-1]
    match draw(st.integers(0, 6)):
        case 0:
            holder[last] = copy.deepcopy(draw(st.sampled_from(ODD_VALUES)))
        case 1:
            holder[last] = draw(ANY_TEXT)
        case 2:
            holder[last] = copy.deepcopy(draw(anything))
        case 3:
            del holder[last]
        case 4:  # something of this report where it does not belong
            holder[last] = copy.deepcopy(value_at(found, draw(st.sampled_from(ways))))
        case 5:
            holder[last] = [holder[last]]
        case _:
            _change_around(draw, holder, last, anything)


def _change_around(
    draw: Draw, holder: Any, last: str | int, anything: st.SearchStrategy[Any]
) -> None:
    """Double or turn round the members of a list; add one to an object."""
    if not isinstance(holder, list):
        holder[draw(ANY_TEXT)] = copy.deepcopy(draw(anything))
    elif draw(st.booleans()):
        holder.reverse()
    else:
        holder.append(copy.deepcopy(holder[int(last)]))


def _raw(draw: Draw, data: bytes) -> bytes:
    """Return JSON that the standard module would not write: an odd number, or a key twice."""
    numbers = list(_NUMBER.finditer(data))[:50]
    members = list(_MEMBER.finditer(data))[:50]
    put: bytes
    if numbers and draw(st.booleans()):
        one = draw(st.sampled_from(numbers))
        start, put = one.start(), draw(st.sampled_from(_ODD_NUMBERS))
    elif members:
        one = draw(st.sampled_from(members))
        start, put = one.end(), b", " + one[0]
    else:
        return data
    return data[:start] + put + data[one.end() :]
