"""A person may say which format a file is; nothing is guessed, and what does not fit is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from checklist_app.domain.errors import InvalidInput, UnreadableReport
from checklist_app.scanners.confined import parse_confined
from checklist_app.scanners.table import PARSERS, parse_report

UNSIGNED = [(parser.format, whole) for parser in PARSERS for whole in parser.unsigned]


def write(folder: Path, words: str) -> Path:
    path = folder / "report.json"
    path.write_text(words, "utf-8")
    return path


@pytest.mark.parametrize(("named", "whole"), UNSIGNED)
def test_an_empty_report_is_read_only_when_somebody_says_whose_it_is(
    tmp_path: Path, named: str, whole: str
) -> None:
    path = write(tmp_path, f"{whole}\n")

    with pytest.raises(UnreadableReport):
        parse_report(path)
    scan = parse_report(path, named=named)

    assert (scan.format, scan.results, scan.results_read) == (named, (), 0)


def test_the_tools_that_write_such_files_are_known() -> None:
    assert {name for name, _ in UNSIGNED} == {
        "gitleaks", "hadolint", "osv-scanner", "pip-audit", "prowler", "trivy",
    }  # fmt: skip


def test_an_empty_list_of_gitleaks_is_clean_once_named(tmp_path: Path) -> None:
    assert parse_report(write(tmp_path, "[]"), named="gitleaks").problems == ()


def test_white_space_in_an_empty_report_does_not_count(tmp_path: Path) -> None:
    path = write(tmp_path, '{\n  "results": [\n  ]\n}\n')
    assert parse_report(path, named="osv-scanner").problems == ()
    with pytest.raises(UnreadableReport):
        parse_report(write(tmp_path, '{"results": [1]}'), named="osv-scanner")


@pytest.mark.parametrize("named", ["pip-audit", "prowler", "trivy"])
def test_a_name_does_not_make_a_run_that_looked_at_nothing_clean(
    tmp_path: Path, named: str
) -> None:
    assert parse_report(write(tmp_path, "[]"), named=named).problems


@pytest.mark.parametrize("words", ['{"hello": 1}', "[1]", "null and more", "MZ"])
def test_content_that_does_not_fit_is_refused(tmp_path: Path, words: str) -> None:
    with pytest.raises(UnreadableReport) as refused:
        parse_report(write(tmp_path, words), named="gitleaks")

    assert "does not fit the format" in refused.value.text.msgid


def test_a_report_of_another_tool_is_named_by_the_refusal(tmp_path: Path) -> None:
    words = '{"version": "2.1.0", "runs": []}'

    with pytest.raises(UnreadableReport) as refused:
        parse_report(write(tmp_path, words), named="gitleaks")

    assert str(refused.value.text.params["found"]).startswith("SARIF")


def test_a_format_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput):
        parse_report(write(tmp_path, "[]"), named="../gitleaks")


def test_the_name_reaches_the_child_process(tmp_path: Path) -> None:
    scan = parse_confined(write(tmp_path, "null"), named="gitleaks")

    assert (scan.format, scan.tool, scan.problems) == ("gitleaks", "Gitleaks", ())
