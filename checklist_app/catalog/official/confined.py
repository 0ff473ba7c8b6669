"""Official files come from outside too: they are read in a child process that can harm nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from checklist_app.catalog.official.model import NOTHING, Entry, OfficialStandard, Told
from checklist_app.catalog.official.table import read_official
from checklist_app.domain.vocabulary import Language
from checklist_app.sandbox import Limits, run_confined

LIMITS = Limits(memory_mb=768, cpu_seconds=30, wall_seconds=60, output_mb=64)


def read_confined(path: Path, told: Told = NOTHING) -> OfficialStandard:
    """Read an official file with limits on memory and time, without network.

    Raises:
        InvalidInput: what is wrong with the file and where.
        LimitExceeded: reading it needs more memory or time than allowed.
        JobFailed: the reader broke on it.
    """
    order = {
        "path": str(path.resolve()),
        "version": told.version,
        "language": told.language.value if told.language else "",
    }
    answer = run_confined(
        f"{__name__}:read_in_child",
        json.dumps(order).encode(),
        limits=LIMITS,
        readable=(path,),
    )
    return _rebuilt(answer)


def read_in_child(payload: bytes, _scratch: Path, _progress: Callable[[int, int], None]) -> bytes:
    """Read the file that the payload names; runs in the child."""
    order = json.loads(payload)
    language = Language(order["language"]) if order["language"] else None
    found = read_official(Path(order["path"]).read_bytes(), Told(order["version"], language))
    return json.dumps(asdict(found), ensure_ascii=False).encode()


def _rebuilt(answer: bytes) -> OfficialStandard:
    told = json.loads(answer)
    entries = tuple(
        Entry(**(entry | {"cwes": tuple(entry["cwes"])})) for entry in told.pop("entries")
    )
    return OfficialStandard(**(told | {"language": Language(told["language"]), "entries": entries}))
