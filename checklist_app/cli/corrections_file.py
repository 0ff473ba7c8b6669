"""The file of corrections that hold for everybody, as the page of corrected routes gives it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from checklist_app.cli.console import Refused
from checklist_app.cli.system_words import reason_of
from checklist_app.domain.corrections import FORMAT
from checklist_app.domain.findings import tool_key
from checklist_app.domain.text import text

LARGEST = 5_000_000

Correction = tuple[str, str, str, str, bool]
"""Key of a tool, its rule, a list such as ``owasp-base 1.0``, an identifier, whether it leads."""
Corrected = dict[str, dict[tuple[str, str], dict[str, bool]]]
"""For each list, and each tool and rule, the requirements to which it leads (True) or does not."""


def by_list(corrections: Iterable[Correction]) -> Corrected:
    """Return corrections by list and rule."""
    found: Corrected = defaultdict(lambda: defaultdict(dict))
    for tool, rule, name, identifier, leads in corrections:
        found[name][tool, rule][identifier] = leads
    return found


def read_corrections(path: Path) -> list[Correction]:
    """Return the corrections of a file.

    Raises:
        Refused: there is no such file, or it is no file of corrections.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise _no_corrections(path)
        root = json.loads(path.read_bytes())
    except OSError as error:
        raise Refused(
            text("%(path)s cannot be read: %(reason)s", path=str(path), reason=reason_of(error))
        ) from error
    except (ValueError, RecursionError) as error:
        raise _no_corrections(path) from error
    if not isinstance(root, dict) or root.get("format") != FORMAT:
        raise _no_corrections(path)
    entries = root.get("corrections")
    if not isinstance(entries, list):
        raise _no_corrections(path)
    return [_read(path, entry) for entry in entries]


def _read(path: Path, entry: Any) -> Correction:
    names = ("tool", "rule", "standard", "version", "requirement")
    if not isinstance(entry, dict) or not isinstance(entry.get("leads"), bool):
        raise _no_corrections(path)
    values = [entry.get(name) for name in names]
    if not all(isinstance(value, str) and value for value in values):
        raise _no_corrections(path)
    tool, rule, standard, version, identifier = map(str, values)
    return tool_key(tool), rule, f"{standard} {version}", identifier, entry["leads"]


def _no_corrections(path: Path) -> Refused:
    return Refused(
        text(
            "%(path)s is no file of corrections. Download it from the page of corrected routes, "
            "with “As a file”.",
            path=str(path),
        )
    )
