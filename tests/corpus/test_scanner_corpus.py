"""Real reports of real tools, measured against an independent count of what they hold."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import FindingState, ParsedScan
from checklist_app.scanners.confined import parse_confined
from checklist_app.scanners.table import PARSERS, parse_report

pytestmark = pytest.mark.corpus

ROOT = Path(__file__).parents[2]
SCANS = Path(os.environ.get("CHECKLIST_TEST_CORPUS", ROOT.parent / "shared")) / "scans"
ORACLE = SCANS / "ORACLE.csv"
FORMATS = {"sarif": "sarif", "zap_xml": "zap", "zap_json": "zap"}
"""Folder of the corpus -> format that must be recognised."""

NOT_CLEAN = {
    "sarif/appendix_k.sarif": "its tool reports an error of its own and went on",
    "sarif/comprehensive.json": "its tool reports an error of its own and went on",
    "sarif/no_runs.sarif": "it holds no run, so nothing was scanned",
    "sarif/tool-names.sarif": "five runs, none with a list of results",
}
"""Reports that prove the absence of nothing, and why."""

MERGED = {
    "sarif/gitleaks_7.5.0.sarif": 4,  # the same secret on the same line, once for each commit
    "sarif/bash-report.sarif": 15,  # the tool writes results on one line several times over
    "zap_json/webgoat.json": 2,  # three alerts equal in everything on one site
}
"""Results equal in everything to another one; they are counted, not shown again."""


def rows() -> list[dict[str, str]]:
    if not ORACLE.exists():
        return []
    with ORACLE.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["format"] in FORMATS]


def refused(row: dict[str, str]) -> bool:
    return row["expected_findings"] == "ERROR"


def cases(*, to_refuse: bool = False) -> list[object]:
    if rows():
        chosen = [row for row in rows() if refused(row) is to_refuse]
        return [pytest.param(row, id=row["file"]) for row in chosen]
    skip = pytest.mark.skip(reason=f"no reference corpus at {SCANS}; set CHECKLIST_TEST_CORPUS")
    return [pytest.param({}, marks=skip, id="corpus")]


def parsed(row: dict[str, str]) -> ParsedScan:
    return parse_report(SCANS / row["file"])


@pytest.mark.parametrize("row", cases(to_refuse=True))
def test_what_must_be_refused_is_refused(row: dict[str, str]) -> None:
    with pytest.raises(UnreadableReport) as caught:
        parsed(row)
    assert "should be" in str(caught.value)


@pytest.mark.parametrize("row", cases())
def test_the_format_is_recognised(row: dict[str, str]) -> None:
    assert parsed(row).format == FORMATS[row["format"]]


@pytest.mark.parametrize("row", cases())
def test_every_result_is_counted(row: dict[str, str]) -> None:
    scan = parsed(row)
    assert scan.account.adds_up
    assert scan.results_read == int(row["raw_count"])
    assert scan.account.skipped == 0
    assert scan.account.merged == MERGED.get(row["file"], 0)
    assert len(scan.results) + scan.account.merged == scan.results_read


@pytest.mark.parametrize("row", cases())
def test_states_are_those_of_the_report(row: dict[str, str]) -> None:
    scan = parsed(row)
    status = json.loads(row["raw_status"] or "{}")
    account = scan.account
    if "instances" in status:
        assert sum(found.occurrences for found in scan.results) == status["instances"]
        assert len(scan.target.split(", ")) == status["sites"]
        return
    # The count calls suppressed results "fail" too, because that is their kind.
    assert account.suppressed == status.get("suppressed(any)", 0)
    if scan.format == "sarif":
        assert account.findings + account.suppressed == status.get("fail", 0)
        assert account.passes == status.get("pass", 0)


@pytest.mark.parametrize("row", cases())
def test_every_cwe_is_found_and_none_is_made_up(row: dict[str, str]) -> None:
    expected = {int(number) for number in row["raw_cwes"].split(";") if number} if row else set()
    assert {cwe for found in parsed(row).results for cwe in found.cwes} == expected


@pytest.mark.parametrize("row", cases())
def test_reports_that_prove_nothing_say_so(row: dict[str, str]) -> None:
    assert bool(parsed(row).problems) == (row["file"] in NOT_CLEAN)


@pytest.mark.parametrize("row", cases())
def test_fingerprints_are_unique_and_the_same_again(row: dict[str, str]) -> None:
    once = parsed(row)
    marks = [found.fingerprint for found in once.results]
    assert len(set(marks)) == len(marks)
    assert [found.fingerprint for found in parsed(row).results] == marks


@pytest.mark.parametrize("row", cases())
def test_the_child_process_reads_the_same(row: dict[str, str]) -> None:
    assert parse_confined(SCANS / row["file"]) == parsed(row)


@pytest.mark.skipif(not rows(), reason=f"no reference corpus at {SCANS}; set CHECKLIST_TEST_CORPUS")
def test_no_report_of_another_tool_is_taken_for_one_of_ours() -> None:
    """Every other format of the corpus is refused today; none is read as something it is not."""
    known = {parser.format for parser in PARSERS}
    assert known == set(FORMATS.values())
    folders = [path for path in SCANS.iterdir() if path.is_dir() and path.name not in FORMATS]
    taken = {}
    for path in (file for folder in folders for file in folder.rglob("*") if file.is_file()):
        try:
            scan = parse_report(path)
        except UnreadableReport:
            continue
        taken[str(path.relative_to(SCANS))] = scan.format
    assert {name: found for name, found in taken.items() if found != "sarif"} == {}


def test_open_results_are_the_findings() -> None:
    scan = parse_report(ROOT / "tests" / "scanners" / "samples" / "mobile-banking-api.sarif")
    assert {found.state for found in scan.findings} == {FindingState.OPEN}
