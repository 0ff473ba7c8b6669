"""A fingerprint means the same weakness in the same place, in every run."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from tests.scanners.reports import ALL_SAMPLES, SARIF, fingerprints, only, read, result, sarif


@pytest.mark.parametrize("sample", ALL_SAMPLES, ids=lambda path: path.name)
def test_the_same_file_twice_gives_the_same_and_each_only_once(sample: Path) -> None:
    once, again = read(sample.read_bytes()), read(sample.read_bytes())
    assert once == again
    assert len(set(fingerprints(once))) == len(once.results)


def test_order_changes_nothing() -> None:
    log = json.loads(SARIF.read_text(encoding="utf-8"))
    shuffled = copy.deepcopy(log)
    results = shuffled["runs"][0]["results"]
    results[:] = [*results[7:], *reversed(results[:7])]
    assert fingerprints(read(log)) == fingerprints(read(shuffled))


def test_moved_lines_change_nothing() -> None:
    log = json.loads(SARIF.read_text(encoding="utf-8"))
    moved = copy.deepcopy(log)
    for found in moved["runs"][0]["results"]:
        region = found["locations"][0]["physicalLocation"].get("region")
        if region:
            region["startLine"] += 37
    assert fingerprints(read(log)) == fingerprints(read(moved))


def test_another_version_of_the_tool_changes_nothing() -> None:
    log = json.loads(SARIF.read_text(encoding="utf-8"))
    newer = copy.deepcopy(log)
    newer["runs"][0]["tool"]["driver"]["semanticVersion"] = "2.0.0"
    assert fingerprints(read(log)) == fingerprints(read(newer))


def test_the_same_line_twice_in_a_file_is_two_findings_in_any_order() -> None:
    pair = [result(line=3, code="eval(x)"), result(line=8, code="eval(x)")]
    there, back = read(sarif(*pair)), read(sarif(*reversed(pair)))
    assert len(set(fingerprints(there))) == 2
    by_line = {found.locations[0].line: found.fingerprint for found in there.results}
    assert by_line == {found.locations[0].line: found.fingerprint for found in back.results}
    alone = only(read(sarif(pair[1])))
    assert alone.fingerprint in fingerprints(there)


def test_results_equal_in_everything_are_merged_and_counted() -> None:
    scan = read(sarif(result(), result(), result(line=2)))
    assert len(scan.results) == 2
    assert scan.results[0].results == scan.results[0].occurrences == 2
    assert (scan.account.read, scan.account.findings, scan.account.merged) == (3, 3, 1)
    assert scan.account.adds_up


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (result(named="R1"), result(named="R2")),
        (result(uri="a.py"), result(uri="b.py")),
        (result(code="eval(x)"), result(code="eval(y)")),
        (result(message={"text": "A is wrong"}), result(message={"text": "B is wrong"})),
    ],
)
def test_different_weaknesses_differ(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert only(read(sarif(one))).fingerprint != only(read(sarif(other))).fingerprint


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (result(code="  eval(x)"), result(code="eval(x)\n")),
        (
            result(message={"text": "declared at line 12"}),
            result(message={"text": "declared at line 15"}),
        ),
        (
            result(partialFingerprints={"primaryLocationLineHash": "0123456789abcdef:1"}, code="a"),
            result(partialFingerprints={"primaryLocationLineHash": "0123456789abcdef:1"}, code="b"),
        ),
        (
            result(fingerprints={"v1": "0123456789abcdef"}),
            result(fingerprints={"v1": "0123456789abcdef", "v2": "fedcba9876543210"}),
        ),
    ],
)
def test_what_does_not_matter_changes_nothing(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert only(read(sarif(one))).fingerprint == only(read(sarif(other))).fingerprint


@pytest.mark.parametrize(
    "values",
    [
        {"matchBasedId/v1": "requires login"},
        {"primaryLocationStartColumnFingerprint": "0000000012"},
        {"scanFileHash": "0123456789abcdef"},
        {"empty": ""},
        {"number": 12345678},
    ],
)
def test_fingerprints_that_identify_nothing_are_not_trusted(values: dict[str, Any]) -> None:
    pair = [result(code=code, fingerprints=values) for code in ("a()", "b()")]
    plain = [result(code="a()"), result(code="b()")]
    assert fingerprints(read(sarif(*pair))) == fingerprints(read(sarif(*plain)))
