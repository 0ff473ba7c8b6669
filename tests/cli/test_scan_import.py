"""Reports imported from the command line, as a pipeline does."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Checklist
from tests.jobs.scan_files import sarif


def imported(checklist: Checklist, *files: Path, code: int = 0) -> list[dict[str, object]]:
    ran = checklist("scan", "import", "bank", *files, "--environment", "main", "--json")
    assert ran.code == code, ran
    return [json.loads(line) for line in ran.out.splitlines()]


def test_each_file_gets_its_account_and_the_next_one_tells_what_is_gone(
    checklist: Checklist, tmp_path: Path
) -> None:
    first, second, out = tmp_path / "1.sarif", tmp_path / "2.sarif", tmp_path / "x.pdf"
    first.write_bytes(sarif(4))
    second.write_bytes(sarif(3))
    broken = tmp_path / "broken.json"
    broken.write_bytes(sarif(4)[:-40])
    assert checklist("report", "bank", "--out", out).code == 0  # makes library, person, project

    before = imported(checklist, first)[0]["account"]
    after = imported(checklist, second)[0]["account"]
    refused, again = imported(checklist, broken, first, code=1)

    assert isinstance(before, dict)
    assert isinstance(after, dict)
    assert isinstance(again["account"], dict)
    assert (before["new"], before["gone"]) == (4, 0)
    assert (after["new"], after["seen"], after["gone"]) == (0, 3, 1)
    assert "cut off" in str(refused["error"])
    assert (again["account"]["reopened"], again["account"]["new"]) == (1, 0)


def test_a_project_that_is_not_there_is_told(checklist: Checklist, tmp_path: Path) -> None:
    path = tmp_path / "1.sarif"
    path.write_bytes(sarif(1))
    assert checklist("report", "bank", "--out", tmp_path / "x.pdf").code == 0

    ran = checklist("scan", "import", "no-such", path)

    assert ran.code == 1


def test_a_report_that_names_no_tool_needs_its_format(checklist: Checklist, tmp_path: Path) -> None:
    path = tmp_path / "leaks.json"
    path.write_text("[]", "utf-8")
    assert checklist("report", "bank", "--out", tmp_path / "x.pdf").code == 0

    assert checklist("scan", "check", path).code == 1
    told = checklist("scan", "check", path, "--format", "gitleaks", "--json")
    assert json.loads(told.out)["tool"] == "Gitleaks"
    wrong = checklist("scan", "import", "bank", path, "--format", "nessie", "--json")
    assert wrong.code == 1
    assert "gitleaks" in json.loads(wrong.out)["error"]
    taken = checklist("scan", "import", "bank", path, "--format", "gitleaks", "--json")
    assert (taken.code, json.loads(taken.out)["account"]["problems"]) == (0, [])
