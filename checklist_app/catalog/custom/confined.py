"""Custom lists are read in a child process that can harm nothing, like everything from outside."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from checklist_app.catalog.custom import model, workbook, yaml_list
from checklist_app.catalog.custom.model import Draft, Fault, Row
from checklist_app.catalog.official.shapes import MOST_BYTES
from checklist_app.domain.errors import InvalidInput
from checklist_app.domain.standards import Standard
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import Language
from checklist_app.sandbox import Limits, run_confined

LIMITS = Limits(memory_mb=768, cpu_seconds=30, wall_seconds=60, output_mb=64)


class FaultyList(InvalidInput):
    """A custom list that cannot be taken in; ``faults`` tells every reason."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(
            text("The list cannot be taken in; it has %(count)s faults.", count=len(faults))
        )


def is_custom(data: bytes) -> bool:
    """Whether a file looks like a custom list rather than like an official one."""
    if workbook.is_workbook(data):
        return True
    lines = data.removeprefix(b"\xef\xbb\xbf").splitlines()
    return any(line.startswith(b"id:") for line in lines) and any(
        line.startswith(b"requirements:") for line in lines
    )


def read_confined(path: Path) -> tuple[Standard, tuple[Language, ...]]:
    """Return the list in a file, and the languages it is written in.

    Raises:
        FaultyList: with everything that is wrong, each with its place.
        InvalidInput: the file cannot be read at all.
        LimitExceeded: reading it needs more memory or time than allowed.
    """
    answer = run_confined(
        f"{__name__}:read_in_child",
        json.dumps({"path": str(path.resolve())}).encode(),
        limits=LIMITS,
        readable=(path,),
    )
    draft = _rebuilt(json.loads(answer))
    faults = model.faults_of(draft)
    if faults:
        raise FaultyList(faults)
    return model.as_standard(draft), draft.languages


def read_draft(data: bytes) -> Draft:
    """Read a file, whichever of the two kinds it is."""
    if len(data) > MOST_BYTES:
        raise InvalidInput(
            text("The file is larger than %(limit)s MB.", limit=MOST_BYTES // 1024 // 1024)
        )
    return workbook.read(data) if workbook.is_workbook(data) else yaml_list.read(data)


def read_in_child(payload: bytes, _scratch: Path, _progress: Callable[[int, int], None]) -> bytes:
    """Read the file that the payload names; runs in the child."""
    draft = read_draft(Path(json.loads(payload)["path"]).read_bytes())
    return json.dumps(_plain(draft), ensure_ascii=False).encode("utf-8", "replace")


def _plain(draft: Draft) -> dict[str, Any]:
    plain = {name: getattr(draft, name) for name in Draft.__slots__}
    plain["rows"] = [{name: getattr(row, name) for name in Row.__slots__} for row in draft.rows]
    return plain


def _rebuilt(plain: dict[str, Any]) -> Draft:
    rows = [
        Row(**{name: _by_language(name, value) for name, value in row.items()})
        for row in plain.pop("rows")
    ]
    plain["languages"] = tuple(Language(one) for one in plain["languages"])
    plain["sections"] = {
        name: _by_language("title", words) for name, words in plain["sections"].items()
    }
    for name in ("name", "summary"):
        plain[name] = _by_language(name, plain[name])
    return Draft(**plain, rows=rows)


def _by_language(_name: str, value: Any) -> Any:
    if isinstance(value, dict):
        return {Language(key): words for key, words in value.items()}
    return value
