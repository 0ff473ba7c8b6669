"""The whole way from scanner files to a signed PDF, and the check of that PDF."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from checklist_app.cli.prepare import ADMINISTRATOR
from tests.cli.conftest import Checklist, owner_of_link
from tests.jobs.scan_files import sarif


@pytest.fixture
def scan_file(tmp_path: Path) -> Path:
    path = tmp_path / "trial.sarif"
    path.write_bytes(sarif(4))
    return path


def test_a_new_project_gets_a_signed_report_that_verifies(
    checklist: Checklist, scan_file: Path, tmp_path: Path
) -> None:
    out = tmp_path / "audit.pdf"
    second = tmp_path / "other.sarif"
    second.write_bytes(sarif(2, cwe=79))

    ran = checklist(
        "report", "Mobile bank", "--scan", scan_file, second, "--out", out, "--json",
        "--standard", "owasp-top10", "--language", "en",
    )  # fmt: skip

    assert ran.code == 0, ran
    facts = ran.facts
    assert (facts["project"], facts["report"], facts["checklist"]) == ("mobile-bank", 1, 1)
    assert (facts["items"], facts["assessed"], facts["not_assessed"]) == (72, 0, 72)
    assert [entry["account"]["new"] for entry in facts["imports"]] == [4, 2]
    assert out.read_bytes().startswith(b"%PDF")

    good = checklist("verify", out, "--json")
    assert (good.code, good.facts["verdict"], good.facts["report"]) == (0, "valid", 1)

    data = bytearray(out.read_bytes())
    data[4000] ^= 1
    out.write_bytes(data)
    bad = checklist("verify", out)
    assert bad.code == 1
    assert "NOT valid" in bad.out

    again = checklist(
        "report", "mobile-bank", "--scan", scan_file, "--out", out, "--json",
        "--standard", "owasp-top10",
    )  # fmt: skip
    assert (again.facts["report"], again.facts["checklist"]) == (2, 2)
    assert again.facts["imports"][0]["account"]["new"] == 0


def test_a_file_that_cannot_be_read_stops_before_anything_is_signed(
    checklist: Checklist, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.sarif"
    bad.write_bytes(sarif(3)[:-40])
    out = tmp_path / "audit.pdf"

    ran = checklist("report", "Bank", "--scan", bad, "--out", out)

    assert ran.code == 1
    assert "bad.sarif was not imported" in ran.err
    assert "cut off" in ran.err
    assert not out.exists()


def test_the_link_that_was_shown_to_the_administrator_stays_good(
    checklist: Checklist, tmp_path: Path
) -> None:
    link = checklist("init", "--json").facts["set_up_link"]
    bad = tmp_path / "bad.sarif"
    bad.write_bytes(b"{")

    assert checklist("report", "Bank", "--scan", bad, "--out", tmp_path / "audit.pdf").code == 1

    assert owner_of_link(link) == ADMINISTRATOR


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        (("--user", "nobody@example.org"), "checklist users create"),
        (("--standard", "iso"), "It holds: owasp-base-1.0"),
        (("--scan", "/nowhere/x.sarif"), "There is no file /nowhere/x.sarif"),
    ],
)
def test_what_is_missing_is_named(
    checklist: Checklist, tmp_path: Path, arguments: tuple[str, ...], advice: str
) -> None:
    ran = checklist("report", "Bank", "--out", tmp_path / "a.pdf", *arguments)

    assert ran.code == 1
    assert advice in ran.err


def test_scan_check_tells_what_is_in_files_without_a_database(
    checklist: Checklist, scan_file: Path, tmp_path: Path
) -> None:
    nothing = tmp_path / "notes.txt"
    nothing.write_text("hello")

    ran = checklist("scan", "check", "--json", scan_file, nothing)

    assert ran.code == 1
    good, bad = map(json.loads, ran.out.splitlines())
    assert (good["format"], good["tool"], good["findings"]) == ("sarif", "Trial", 4)
    assert good["by_cwe"] == {"89": 4}
    assert good["account"]["read"] == 4
    assert "INJ-01" in good["routes"]["owasp-base 1.0"]
    assert "not a scanner report" in bad["error"]
    assert not (tmp_path / "var").exists()
    assert checklist("scan", "check", scan_file).code == 0
