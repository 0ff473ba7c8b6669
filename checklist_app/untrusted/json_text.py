"""Read JSON strictly: what one program may read so and another otherwise is refused."""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

from checklist_app.untrusted.faults import (
    MAX_DEPTH,
    cut_off,
    empty_file,
    not_text,
    not_valid,
    odd_number,
    several_documents,
    too_deep,
    twice,
)

# The end of the file ends a string too, so that the pattern never fails and never goes back.
_STRING = re.compile(rb'"[^"\\]*+(?:\\.?[^"\\]*+)*+(?:"|\Z)', re.DOTALL)
_BRACKETS_ONLY = bytes.maketrans(b"{}", b"[]")
_NOT_A_BRACKET = bytes(set(range(256)) - set(b"[]{}"))
MANY_DIGITS = "1000…"


def load_json(data: bytes) -> Any:
    """Return what a JSON file holds; UTF-8 or UTF-16, with or without a byte order mark.

    Raises:
        UnreadableReport: empty, cut off, not JSON, nested deeper than 64, with NaN, Infinity or a
            number beyond all measure, or with one key twice in one object.
    """
    if is_blank(data):
        raise empty_file()
    found = _decode(data)
    _check_depth(found, len(data))
    try:
        return json.loads(
            found,
            object_pairs_hook=_object,
            parse_constant=_refuse_constant,
            parse_float=_float,
        )
    except json.JSONDecodeError as error:
        if error.msg == "Extra data":
            raise several_documents(error.lineno) from error
        raise not_valid(error.lineno, error.colno) from error
    except ValueError as error:  # more digits than Python turns into a number
        raise odd_number(MANY_DIGITS) from error
    except RecursionError as error:
        raise too_deep() from error


def strict_decoder() -> json.JSONDecoder:
    """Return a decoder of single values that refuses what :func:`load_json` refuses in them."""
    return json.JSONDecoder(
        object_pairs_hook=_object, parse_constant=_refuse_constant, parse_float=_float
    )


def is_blank(data: bytes) -> bool:
    """Whether nothing is in there but space."""
    return not data.strip(b" \t\r\n\0")


def _decode(data: bytes) -> str:
    encoding = json.detect_encoding(data)
    try:
        # Half of a surrogate pair in UTF-8 is wrong but harmless: texts are cleaned later.
        return data.decode(encoding, "surrogatepass")
    except UnicodeDecodeError as error:
        raise not_text(error, encoding, error.start, len(data)) from error


def _check_depth(found: str, size: int) -> None:
    """Refuse deep nesting and cut-off files before anything recurses."""
    brackets = _innermost_removed(found, MAX_DEPTH)
    never_closed = brackets.count(b"[")
    if b"[]" in brackets or never_closed > MAX_DEPTH:
        raise too_deep()
    if never_closed and not brackets.startswith(b"]"):
        raise cut_off(size)


def _innermost_removed(found: str, passes: int) -> bytes:
    """Return the brackets of a JSON text without those of its innermost ``passes`` levels.

    Strings go, then everything but brackets; each pass removes the innermost pairs, so the number
    of passes is the depth. All of it happens in C: 100 MB take a few seconds.
    """
    without_strings = _STRING.sub(b"", found.encode("utf-8", "surrogatepass"))
    brackets = without_strings.translate(_BRACKETS_ONLY, _NOT_A_BRACKET)
    for _ in range(passes):
        shorter = brackets.replace(b"[]", b"")
        if len(shorter) == len(brackets):
            break
        brackets = shorter
    return brackets


def is_deeper(value: str, levels: int) -> bool:
    """Whether a whole JSON value is nested deeper than so many levels."""
    if value.count("[") + value.count("{") <= levels:
        return False
    return bool(_innermost_removed(value, levels))


def ends_inside(rest: str, depth: int) -> bool:
    """Whether a file that ends with ``rest``, ``depth`` levels deep, ends before all are closed."""
    brackets = _innermost_removed(rest, MAX_DEPTH)
    closed, opened = brackets.count(b"]"), brackets.count(b"[")
    return closed <= depth and depth - closed + opened > 0


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        raise twice(next(key for key, _ in pairs if key in seen or seen.add(key)))  # type: ignore[func-returns-value]
    return found


def _refuse_constant(value: str) -> NoReturn:
    raise odd_number(value)


def _float(value: str) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise odd_number(value)
    return number


def as_object(value: object) -> dict[str, Any]:
    """Return ``value`` if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def as_list(value: object) -> list[Any]:
    """Return ``value`` if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def as_text(value: object) -> str:
    """Return ``value`` if it is a text, else an empty one."""
    return value if isinstance(value, str) else ""


def as_index(value: object) -> int | None:
    """Return ``value`` if it is a whole number from 0 on (which -1, for none, is not)."""
    return value if type(value) is int and value >= 0 else None


def at_index(values: object, index: object) -> dict[str, Any]:
    """Return the object at ``index`` of a list, an empty one if there is none."""
    place, found = as_index(index), as_list(values)
    return as_object(found[place]) if place is not None and place < len(found) else {}
