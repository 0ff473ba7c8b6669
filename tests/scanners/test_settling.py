"""Settling to a file gives what settling a list gives, and keeps the report's order."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from checklist_app.domain.findings import FindingState, Location, ParsedFinding
from checklist_app.scanners.base import Report, settle
from checklist_app.scanners.settling import Settling, read_result
from checklist_app.scanners.table import parse_report, read_into
from tests.scanners.reports import ALL_SAMPLES, result, sarif
from tests.web.stage import finding

MARKS = tuple(f"{number:064x}" for number in range(4))


def alike(seed: int) -> Iterator[ParsedFinding]:
    """Results of which many share a fingerprint, and some are equal in everything."""
    chance = random.Random(seed)  # noqa: S311 - the same in every run
    for _ in range(60):
        yield replace(
            finding("rule", 89),
            fingerprint=chance.choice(MARKS),
            title=chance.choice(("One", "Two")),
            locations=(Location("a.py", chance.randrange(1, 4)),),
            state=chance.choice((FindingState.OPEN, FindingState.PASSED)),
            occurrences=chance.randrange(1, 3),
        )


@pytest.mark.parametrize("seed", range(5))
def test_a_file_is_settled_as_a_list_is(seed: int, tmp_path: Path) -> None:
    results = list(alike(seed))
    with Settling(tmp_path) as settling:
        for one in results:
            settling.take(one)
        settling.write_to(tmp_path / "results")

    settled = settle(results)

    with (tmp_path / "results").open("rb") as lines:
        assert tuple(map(read_result, lines)) == settled
    assert len(settled) < len(results)
    assert settling.merged == len(results) - len(settled)
    assert settling.states.total() == len(results)


@pytest.mark.parametrize("sample", ALL_SAMPLES, ids=lambda path: path.name)
def test_what_is_written_is_what_is_read(sample: Path, tmp_path: Path) -> None:
    about, states, merged = read_into(tmp_path / "results", Report(sample))

    whole = parse_report(sample)

    assert about == replace(whole, results=())
    assert about.account_of(states, merged) == whole.account
    with (tmp_path / "results").open("rb") as lines:
        assert tuple(map(read_result, lines)) == whole.results


def test_results_may_stand_before_the_rules_that_they_name(tmp_path: Path) -> None:
    log = sarif(result(named="R1"))
    run = log["runs"][0]
    rules = [{"id": "R1", "properties": {"tags": ["external/cwe/cwe-089"]}}]
    tool = {"driver": {"name": "Tool", "rules": rules}}
    for order in (
        {"results": run["results"], "tool": tool},
        {"tool": tool, "results": run["results"]},
    ):
        path = tmp_path / "report"
        path.write_text(json.dumps({"version": "2.1.0", "runs": [order]}), encoding="utf-8")
        (found,) = parse_report(path).results
        assert found.cwes == (89,)
