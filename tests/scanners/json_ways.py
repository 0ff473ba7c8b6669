"""The ways through a JSON document: to every value in it, and what lies or is put there."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

Way = tuple[str | int, ...]
"""The names and positions that lead from the whole document to one value; empty for all of it."""


def ways_in(value: Any, before: Way = ()) -> Iterator[Way]:
    """Yield the way to a value and to each one inside it."""
    yield before
    parts: Any = ()
    if isinstance(value, dict):
        parts = value.items()
    elif isinstance(value, list):
        parts = enumerate(value)
    for key, part in parts:
        yield from ways_in(part, (*before, key))


def value_at(document: Any, way: Way) -> Any:
    """Return what lies at the end of a way."""
    for key in way:
        document = document[key]
    return document


def with_value_at(document: Any, way: Way, value: Any) -> Any:
    """Return a copy of a document with another value at the end of a way that is not empty."""
    changed = copy.deepcopy(document)
    value_at(changed, way[:-1])[way[-1]] = value
    return changed
