"""Reports whose beginning does not tell their format are known by what stands at their root."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.scanners import outlines
from checklist_app.scanners.table import parse_report
from tests.scanners.reports import read, result, sarif

MUCH = ["x" * 1_000] * 100


def gitlab(**more: Any) -> dict[str, Any]:
    """Return a report of GitLab without results, as somebody sorted it."""
    scanner = {"id": "gemnasium", "name": "Gemnasium"}
    scan = {"analyzer": scanner, "scanner": scanner, "status": "success", "type": "sast"}
    return {"about": MUCH, **more, "scan": scan, "version": "15.0.0", "vulnerabilities": []}


def test_names_behind_the_beginning_tell_the_format() -> None:
    scan = read(gitlab())
    assert (scan.format, scan.problems) == ("gitlab-sast", ())
    whole = {"about": MUCH, **sarif(result())}
    assert read(whole).format == "sarif"


def test_names_in_the_middle_tell_it_too() -> None:
    assert read(gitlab() | {"zone": MUCH}).format == "gitlab-sast"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_in_any_encoding(encoding: str) -> None:
    assert read(json.dumps(gitlab()).encode(encoding)).format == "gitlab-sast"


def test_a_person_may_name_the_format_of_such_a_file(tmp_path: Path) -> None:
    path = tmp_path / "report"
    path.write_text(json.dumps(gitlab()))
    assert parse_report(path, named="gitlab-sast").format == "gitlab-sast"
    with pytest.raises(UnreadableReport, match="does not fit the format"):
        parse_report(path, named="bandit")


def test_what_is_no_report_or_is_cut_off_is_refused_as_before() -> None:
    with pytest.raises(UnreadableReport, match="not a scanner report"):
        read({"about": MUCH, "name": "a package", "version": "1"})
    with pytest.raises(UnreadableReport, match="cut off"):
        read(json.dumps(gitlab())[:-9])


def test_a_long_list_is_walked_with_one_entry_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "report"
    path.write_text(json.dumps({"about": [{"number": number} for number in range(30_000)]}))
    tracemalloc.start()
    with pytest.raises(UnreadableReport, match="not a scanner report"):
        parse_report(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5_000_000  # as Python's objects the list takes nine million bytes


def test_a_document_with_more_entries_than_any_report_is_left_in_the_middle(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outlines, "_MOST_ENTRIES", 50)
    with pytest.raises(UnreadableReport, match="not a scanner report"):
        read(json.dumps({"about": MUCH, "name": "a package"})[:-9])
