"""The signed self-assessment, asked for on the command line."""

from __future__ import annotations

from pathlib import Path

from checklist_app.cli.prepare import ADMINISTRATOR
from tests.cli.conftest import Checklist, owner_of_link


def test_it_writes_a_pdf_that_verifies(checklist: Checklist, tmp_path: Path) -> None:
    out = tmp_path / "own.pdf"
    link = checklist("init", "--json").facts["set_up_link"]

    ran = checklist("report", "self", "--out", out, "--language", "es", "--json")

    assert ran.code == 0, ran
    assert (ran.facts["project"], ran.facts["language"]) == ("owasp-checklist", "es")
    good = checklist("verify", out, "--json")
    assert (good.code, good.facts["verdict"]) == (0, "valid")
    assert owner_of_link(link) == ADMINISTRATOR


def test_a_place_that_cannot_be_written_is_told_before_anything_is_made(
    checklist: Checklist, tmp_path: Path
) -> None:
    ran = checklist("report", "self", "--output", tmp_path / "nowhere" / "own.pdf")

    assert ran.code == 1
    assert "give a file name in a folder that exists" in ran.err
    assert not (tmp_path / "var").exists()


def test_a_project_may_still_be_named_at_once(checklist: Checklist, tmp_path: Path) -> None:
    short = checklist("report", "Bank", "--out", tmp_path / "missing" / "a.pdf")
    long = checklist("report", "project", "Bank", "--out", tmp_path / "missing" / "a.pdf")

    assert short.code == long.code == 1
    assert short.err == long.err
