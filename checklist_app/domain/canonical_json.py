"""Frozen dataclasses to canonical JSON bytes and back, exactly.

Canonical means: keys sorted, no spaces, UTF-8 without escapes, times in UTC ending in ``Z``. Equal
values give equal bytes on every machine, so the bytes can be hashed and compared years later.
"""

from __future__ import annotations

import json
import types
import typing
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any, TypeVar

from checklist_app.domain.errors import InvalidInput
from checklist_app.domain.text import text

T = TypeVar("T")


def dump(value: object) -> bytes:
    """Return ``value`` (a dataclass of plain data) as canonical JSON.

    Raises:
        TypeError: it holds something that is not plain data.
        ValueError: a time without a time zone, or a number that JSON does not know.
    """
    plain = _plain(value)
    return json.dumps(
        plain,
        sort_keys=True,
        ensure_ascii=False,
        separators=(",", ":"),
        allow_nan=False,
    ).encode("utf-8", "surrogatepass")


def load(kind: type[T], data: bytes) -> T:
    """Rebuild a ``kind`` from bytes that :func:`dump` wrote.

    Raises:
        InvalidInput: the bytes are not JSON, or a field is missing, unknown or of the wrong type.
    """
    try:
        built: T = _build(kind, json.loads(data.decode("utf-8", "surrogatepass")), kind.__name__)
    except (ValueError, TypeError, RecursionError) as error:
        raise InvalidInput(
            text("This stored record cannot be read: %(reason)s", reason=str(error)[:300])
        ) from error
    return built


def _plain(value: object) -> Any:
    match value:
        case Enum():
            return value.value
        case None | bool() | int() | str():
            return value
        case date():
            return _date_text(value)
        case tuple() | list():
            return [_plain(part) for part in value]
    if is_dataclass(value):
        return {
            field.name: _plain(getattr(value, field.name))
            for field in fields(value)
            if not (_came_later(field) and getattr(value, field.name) == field.default)
        }
    raise TypeError(f"{type(value).__name__} is not plain data")


def _date_text(value: date) -> str:
    if not isinstance(value, datetime):
        return value.isoformat()
    if value.tzinfo is None:
        raise ValueError("a time without a time zone")
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _build(kind: Any, value: Any, where: str) -> Any:
    origin = typing.get_origin(kind)
    if origin in (types.UnionType, typing.Union):
        return _build_optional(kind, value, where)
    if origin is tuple:
        return _build_tuple(kind, value, where)
    if is_dataclass(kind):
        return _build_dataclass(kind, value, where)
    return _build_scalar(kind, value, where)


def _build_optional(kind: Any, value: Any, where: str) -> Any:
    if value is None:
        return None
    (inner,) = (arg for arg in typing.get_args(kind) if arg is not types.NoneType)
    return _build(inner, value, where)


def _build_tuple(kind: Any, value: Any, where: str) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise TypeError(f"{where} is not a list")
    inner = typing.get_args(kind)[0]
    return tuple(_build(inner, part, f"{where}[{index}]") for index, part in enumerate(value))


def _build_dataclass(kind: Any, value: Any, where: str) -> Any:
    hints = typing.get_type_hints(kind)
    names = {field.name for field in fields(kind)}
    needed = {field.name for field in fields(kind) if not _came_later(field)}
    if not isinstance(value, dict) or not needed <= set(value) <= names:
        raise ValueError(f"{where} does not have the fields of a {kind.__name__}")
    return kind(
        **{name: _build(hints[name], part, f"{where}.{name}") for name, part in value.items()}
    )


def _came_later(field: Field[Any]) -> bool:
    """Whether records from before the field existed are around; only such fields have defaults."""
    return field.default is not MISSING


def _build_scalar(kind: Any, value: Any, where: str) -> Any:
    if kind in (int, bool):
        if type(value) is not kind:
            raise TypeError(f"{where} is not {kind.__name__}")
        return value
    if not isinstance(value, str):
        raise TypeError(f"{where} is not a text")
    if kind in (datetime, date):
        return kind.fromisoformat(value)
    return kind(value)
