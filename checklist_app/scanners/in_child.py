"""The child's half of :mod:`checklist_app.scanners.confined`."""

from __future__ import annotations

import gc
import json
from pathlib import Path

from checklist_app.scanners.base import Progress, Report
from checklist_app.scanners.first_formats import read_with, recognised_first

RESULTS = "results"


def read_in_child(payload: bytes, scratch: Path, progress: Progress) -> bytes:
    """Read the report that the payload names; the results go to a file in the scratch folder."""
    gc.freeze()
    gc.set_threshold(5_000, 10, 10)  # results come and go by the thousand, and hold no cycles
    asked = json.loads(payload)
    named = asked["named"]
    report = Report(Path(asked["path"]), progress, is_named=bool(named))
    parser = None if named else recognised_first(report.head())
    if parser is None:
        from checklist_app.scanners.table import parser_of  # noqa: PLC0415 - loads sixty formats

        parser = parser_of(report, named)
    about, states, merged = read_with(parser, scratch / RESULTS, report)
    told = {"about": about.to_json(), "states": states, "merged": merged}
    return json.dumps(told, ensure_ascii=False).encode()
