"""Real reports of real tools, measured against an independent count of what they hold."""

from __future__ import annotations

import csv
import json
import os
from functools import cache
from pathlib import Path

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import FindingState, ParsedScan
from checklist_app.scanners.base import HEAD_BYTES, Head
from checklist_app.scanners.confined import parse_confined
from checklist_app.scanners.table import PARSERS, parse_report
from tests.corpus.scanner_facts import (
    CWE_DIFFERS,
    FORMATS,
    MERGED,
    NOT_CLEAN,
    READ_DIFFERS,
    REFUSED,
)

pytestmark = pytest.mark.corpus

ROOT = Path(__file__).parents[2]
SCANS = Path(os.environ.get("CHECKLIST_TEST_CORPUS", ROOT.parent / "shared")) / "scans"
ORACLE = SCANS / "ORACLE.csv"


def rows() -> list[dict[str, str]]:
    if not ORACLE.exists():
        return []
    with ORACLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def cases(*, to_refuse: bool = False) -> list[object]:
    if rows():
        chosen = [row for row in rows() if (row["file"] in REFUSED) is to_refuse]
        return [pytest.param(row, id=row["file"]) for row in chosen]
    skip = pytest.mark.skip(reason=f"no reference corpus at {SCANS}; set CHECKLIST_TEST_CORPUS")
    return [pytest.param({}, marks=skip, id="corpus")]


@cache
def read(name: str) -> ParsedScan:
    return parse_report(SCANS / name)


def parsed(row: dict[str, str]) -> ParsedScan:
    return read(row["file"])


@pytest.mark.parametrize("row", cases(to_refuse=True))
def test_what_proves_nothing_is_refused_with_a_message(row: dict[str, str]) -> None:
    with pytest.raises(UnreadableReport) as caught:
        parse_report(SCANS / row["file"])
    assert len(str(caught.value)) > 20


@pytest.mark.skipif(not rows(), reason=f"no reference corpus at {SCANS}; set CHECKLIST_TEST_CORPUS")
def test_whatever_the_count_says_must_be_refused_is_refused_or_read_as_another_format() -> None:
    wanted = {row["file"] for row in rows() if row["expected_findings"] == "ERROR"}
    taken = {row["file"]: FORMATS[row["format"]] for row in rows() if row["file"] not in REFUSED}

    assert {name for name in wanted if name in taken and read(name).format == taken[name]} == set()


@pytest.mark.parametrize("row", cases())
def test_the_format_is_recognised_by_one_parser_alone(row: dict[str, str]) -> None:
    with (SCANS / row["file"]).open("rb") as file:
        head = Head.of(file.read(HEAD_BYTES))
    takers = {parser.format for parser in PARSERS if parser.recognises(head)}

    assert len(takers) == 1
    if row["file"] != "govulncheck/issue_15033_sarif.json":  # it is SARIF, whatever its folder
        assert takers == {FORMATS[row["format"]]}


@pytest.mark.parametrize("row", cases())
def test_every_result_is_counted(row: dict[str, str]) -> None:
    scan = parsed(row)
    assert scan.account.adds_up
    assert len(scan.results) + scan.account.merged + scan.account.skipped == scan.results_read
    assert scan.account.merged == MERGED.get(row["file"], 0)
    if row["raw_count"]:
        told = READ_DIFFERS.get(row["file"])
        assert scan.results_read == (told[0] if told else int(row["raw_count"]))


@pytest.mark.parametrize("row", cases())
def test_states_are_those_of_the_report(row: dict[str, str]) -> None:
    scan = parsed(row)
    if scan.format not in ("sarif", "zap"):
        return  # what a format calls its states is held by its own tests
    status = json.loads(row["raw_status"] or "{}")
    account = scan.account
    if "instances" in status:
        assert sum(found.occurrences for found in scan.results) == status["instances"]
        assert len(scan.target.split(", ")) == status["sites"]
        return
    # The count calls suppressed results "fail" too, because that is their kind.
    assert account.suppressed == status.get("suppressed(any)", 0)
    if scan.format == "sarif" and status:
        assert account.findings + account.suppressed == status.get("fail", 0)
        assert account.passes == status.get("pass", 0)


@pytest.mark.parametrize("row", cases())
def test_every_cwe_is_found_and_none_is_made_up(row: dict[str, str]) -> None:
    if not row["raw_count"]:
        return
    expected = {int(number) for number in row["raw_cwes"].split(";") if number}
    found = {cwe for result in parsed(row).results for cwe in result.cwes}
    told = CWE_DIFFERS.get(row["file"])
    assert found ^ expected == (set(told[0]) if told else set())


@pytest.mark.parametrize("row", cases())
def test_reports_that_prove_nothing_say_so(row: dict[str, str]) -> None:
    assert bool(parsed(row).problems) == (row["file"] in NOT_CLEAN)


@pytest.mark.parametrize("row", cases())
def test_fingerprints_are_unique_and_the_same_again(row: dict[str, str]) -> None:
    marks = [found.fingerprint for found in parsed(row).results]
    assert len(set(marks)) == len(marks)
    again = parse_report(SCANS / row["file"])
    assert [found.fingerprint for found in again.results] == marks


@pytest.mark.parametrize("row", cases())
def test_nothing_of_a_result_is_lost_on_the_way_out_of_the_child(row: dict[str, str]) -> None:
    scan = parsed(row)
    assert ParsedScan.from_json(json.loads(json.dumps(scan.to_json()))) == scan


@pytest.mark.parametrize("row", cases()[::12])
def test_the_child_process_reads_the_same(row: dict[str, str]) -> None:
    assert parse_confined(SCANS / row["file"]) == parsed(row)


def test_open_results_are_the_findings() -> None:
    scan = parse_report(ROOT / "tests" / "scanners" / "samples" / "mobile-banking-api.sarif")
    assert {found.state for found in scan.findings} == {FindingState.OPEN}
