"""Read JSON strictly: what one program may read so and another otherwise is refused."""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.text import text
from checklist_app.untrusted.faults import MAX_DEPTH, cut_off

# The end of the file ends a string too, so that the pattern never fails and never goes back.
_STRING = re.compile(rb'"[^"\\]*+(?:\\.?[^"\\]*+)*+(?:"|\Z)', re.DOTALL)
_BRACKETS_ONLY = bytes.maketrans(b"{}", b"[]")
_NOT_A_BRACKET = bytes(set(range(256)) - set(b"[]{}"))


def load_json(data: bytes) -> Any:
    """Return what a JSON file holds; UTF-8 or UTF-16, with or without a byte order mark.

    Raises:
        UnreadableReport: empty, cut off, not JSON, nested deeper than 64, with NaN, Infinity or a
            number beyond all measure, or with one key twice in one object.
    """
    if not data.strip(b" \t\r\n\0"):
        raise UnreadableReport(text("The file is empty. Export the report again."))
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
            raise UnreadableReport(
                text(
                    "The file holds several JSON documents; the second begins in line %(line)s. "
                    "Only reports of one document can be read.",
                    line=error.lineno,
                )
            ) from error
        raise UnreadableReport(
            text(
                "This is not valid JSON: line %(line)s, column %(column)s cannot be read. "
                "Export the report again with the original tool.",
                line=error.lineno,
                column=error.colno,
            )
        ) from error
    except ValueError as error:  # more digits than Python turns into a number
        raise _odd_number("1000…") from error
    except RecursionError as error:
        raise _too_deep() from error


def _decode(data: bytes) -> str:
    encoding = json.detect_encoding(data)
    try:
        # Half of a surrogate pair in UTF-8 is wrong but harmless: texts are cleaned later.
        return data.decode(encoding, "surrogatepass")
    except UnicodeDecodeError as error:
        if "end of data" in error.reason or "truncated" in error.reason:
            raise cut_off(len(data)) from error
        raise UnreadableReport(
            text(
                "Byte %(byte)s is not text in %(encoding)s. Save the report as UTF-8.",
                byte=error.start,
                encoding=encoding.upper(),
            )
        ) from error


def _check_depth(found: str, size: int) -> None:
    """Refuse deep nesting and cut-off files before anything recurses.

    Strings go, then everything but brackets; each pass removes the innermost pairs, so the number
    of passes is the depth. All of it happens in C: 100 MB take a few seconds.
    """
    without_strings = _STRING.sub(b"", found.encode("utf-8", "surrogatepass"))
    brackets = without_strings.translate(_BRACKETS_ONLY, _NOT_A_BRACKET)
    for _ in range(MAX_DEPTH):
        shorter = brackets.replace(b"[]", b"")
        if len(shorter) == len(brackets):
            break
        brackets = shorter
    never_closed = brackets.count(b"[")
    if b"[]" in brackets or never_closed > MAX_DEPTH:
        raise _too_deep()
    if never_closed and not brackets.startswith(b"]"):
        raise cut_off(size)


def _too_deep() -> UnreadableReport:
    return UnreadableReport(
        text(
            "The file is nested deeper than %(limit)s levels. No scanner writes such a report.",
            limit=MAX_DEPTH,
        )
    )


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise UnreadableReport(
            text(
                "The key %(key)s stands twice in one object, so nobody can tell which one counts. "
                "Export the report again with the original tool.",
                key=twice[:80],
            )
        )
    return found


def _odd_number(value: str) -> UnreadableReport:
    return UnreadableReport(
        text(
            "The file holds %(value)s where JSON wants an ordinary number. "
            "Export the report again with the original tool.",
            value=value[:40],
        )
    )


def _refuse_constant(value: str) -> NoReturn:
    raise _odd_number(value)


def _float(value: str) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise _odd_number(value)
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
