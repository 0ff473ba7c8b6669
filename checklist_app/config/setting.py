"""How one setting is declared: its default, its parser, and the sentence that documents it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, field
from typing import Any


def setting(
    parse: Callable[[str], Any],
    doc: str,
    *,
    default: Any = MISSING,
    secret: bool = False,
) -> Any:
    """Return the field of a setting; a secret one may also come from a file (``X_FILE``)."""
    metadata = {"parse": parse, "doc": doc, "secret": secret}
    return field(default=default, metadata=metadata)
