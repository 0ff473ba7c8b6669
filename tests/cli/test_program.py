"""Errors are advice, in the reader's language, and never a stack trace."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from checklist_app.cli import program
from checklist_app.cli.console import language
from checklist_app.cli.program import COMMANDS
from checklist_app.domain.vocabulary import Language
from tests.cli.conftest import Checklist

LEAVES = {
    "standards": ("load", "list"),
    "users": ("create", "link", "reset-factors", "role"),
    "scan": ("check",),
    "report": ("project", "self"),
    "tokens": ("rotate",),
    "audit": ("verify",),
    "blobs": ("check", "copy"),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself_and_speaks_json(checklist: Checklist, name: str) -> None:
    for leaf in LEAVES.get(name, ("",)):
        ran = checklist(*filter(None, (name, leaf)), "--help")
        assert ran.code == 0
        assert "--json" in ran.out


def test_all_problems_with_the_settings_are_told_at_once(
    checklist: Checklist, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHECKLIST_NO_SUCH_THING", "1")
    monkeypatch.setenv("CHECKLIST_WEB_THREADS", "many")

    ran = checklist("init")
    assert ran.code == 1
    assert "CHECKLIST_NO_SUCH_THING" in ran.err
    assert "CHECKLIST_WEB_THREADS" in ran.err

    assert len(checklist("init", "--json").facts["problems"]) == 2


def test_an_unexpected_fault_shows_no_stack_trace(
    checklist: Checklist, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object, **__: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(program.program, "main", breaks)

    ran = checklist("settings")
    assert ran.code == 1
    assert "ZeroDivisionError" in ran.err
    assert "Traceback" not in ran.err
    assert "secret detail" not in ran.err


def test_a_command_without_tables_says_what_to_do(checklist: Checklist) -> None:
    ran = checklist("standards", "list")

    assert ran.code == 1
    assert "checklist init" in ran.err


def test_a_wrong_argument_is_told_to_programs_as_well(checklist: Checklist, tmp_path: Path) -> None:
    ran = checklist("verify", tmp_path / "none.pdf", "--json")

    assert ran.code == 2
    assert "none.pdf" in ran.facts["error"]


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, Language.ES),
        ({"LANG": "en_US.UTF-8"}, Language.EN),
        ({"LANG": "de_DE.UTF-8"}, Language.ES),
        ({"LC_ALL": "es_MX.UTF-8", "LANG": "en_US.UTF-8"}, Language.ES),
        ({"CHECKLIST_DEFAULT_LANGUAGE": "en", "LANG": "es_ES"}, Language.EN),
    ],
)
def test_the_language_is_the_configured_or_the_terminals(
    environment: dict[str, str], expected: Language
) -> None:
    assert language(environment) is expected


def test_settings_are_documented_without_their_values(
    checklist: Checklist, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHECKLIST_SECRET_KEY", "never to be seen anywhere at all 123")

    table = checklist("settings", "--markdown").out
    assert "| `CHECKLIST_DATA_DIR` | path | `./var` |" in table
    assert "CHECKLIST_SECRET_KEY_FILE" in table
    assert "never to be seen" not in table
    names = [row["name"] for row in json.loads(checklist("settings", "--json").out)["settings"]]
    assert all(f"`{name}`" in table for name in names)
