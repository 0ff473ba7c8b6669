"""From an empty machine to a system that can start."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from sqlalchemy import select

from checklist_app.cli.running import load_config, opened
from checklist_app.domain.alerts import AlertRule
from checklist_app.models import Alert
from tests.cli.conftest import Checklist


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_init_makes_everything_once(checklist: Checklist, tmp_path: Path) -> None:
    first = checklist("init", "--json")

    assert first.code == 0
    assert first.facts["migrated"] is True
    assert "owasp-base 1.0" in first.facts["loaded"]
    assert "/set-password/" in first.facts["set_up_link"]
    var = tmp_path / "var"
    assert mode(var) == 0o700
    private = ("secret_key", "checklist.sqlite3", "signing/authority.key", "signing/signer.pem")
    assert {mode(var / name) for name in private} == {0o600}

    again = checklist("init", "--json")

    assert (again.facts["migrated"], again.facts["loaded"]) == (False, [])
    assert again.facts["administrator"] == first.facts["administrator"]
    assert again.facts["set_up_link"] != first.facts["set_up_link"]


def alerts() -> list[tuple[AlertRule, str]]:
    with opened(load_config(quiet=True)) as resources, resources.sessions() as session:
        return [(found.rule, found.subject) for found in session.scalars(select(Alert))]


def test_the_first_administrator_alarms_nobody_and_the_next_one_does(checklist: Checklist) -> None:
    checklist("init")
    assert alerts() == []

    checklist("users", "create", "new@example.org", "--administrator")
    assert alerts() == [(AlertRule.NEW_ADMINISTRATOR, "new@example.org")]


def test_a_database_that_was_emptied_is_filled_again(checklist: Checklist, tmp_path: Path) -> None:
    checklist("migrate")
    (tmp_path / "var" / "checklist.sqlite3").unlink()

    ran = checklist("migrate", "--json")

    assert ran.facts["migrated"] is True
    assert "owasp-base 1.0" in ran.facts["loaded"]


def test_an_account_and_its_link(on_database: Checklist) -> None:
    made = on_database("users", "create", "New@Example.org", "--json")
    assert made.facts["email"] == "new@example.org"
    renewed = on_database("users", "link", "new@example.org", "--json")
    assert renewed.facts["link"] != made.facts["link"]

    assert "already an account" in on_database("users", "create", "new@example.org").err
    unknown = on_database("users", "link", "nobody@example.org")
    assert unknown.code == 1
    assert "checklist users create nobody@example.org" in unknown.err


def test_the_machine_itself_takes_the_second_factor_of_whoever_lost_theirs(
    on_database: Checklist,
) -> None:
    on_database("users", "create", "new@example.org")
    assert on_database("users", "reset-factors", "NEW@example.org", "--json").facts == {
        "email": "new@example.org"
    }
    assert on_database("users", "reset-factors", "nobody@example.org").code == 1


def test_content_with_faults_names_them_all(on_database: Checklist, tmp_path: Path) -> None:
    folder = tmp_path / "broken" / "thing-1.0"
    folder.mkdir(parents=True)
    (folder / "standard.yaml").write_text("id: 7\n")

    ran = on_database("standards", "load", folder.parent)

    assert ran.code == 1
    assert ran.err.count("thing-1.0/standard.yaml") > 1


def test_the_library_is_listed(on_database: Checklist) -> None:
    (edition,) = on_database("standards", "list", "--json").rows

    assert (edition["id"], edition["version"], edition["requirements"]) == ("owasp-test", "1.0", 5)
    assert (edition["by_level"], edition["entries"]) == ({}, 5)
    assert edition["languages"] == ["es", "en"]
    assert "owasp-test 1.0" in on_database("standards", "list").out


def test_a_role_is_told_in_the_readers_words(
    on_database: Checklist, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_database("users", "create", "eva@example.org")
    monkeypatch.setenv("LANG", "es_ES.UTF-8")
    told = on_database("users", "role", "eva@example.org", "administrator").out
    assert told == "eva@example.org tiene ahora el rol «Administrador».\n"


def test_what_a_person_is_can_be_said_and_changed(on_database: Checklist) -> None:
    assert on_database("users", "create", "eva@example.org", "--role", "auditor").code == 0
    told = on_database("users", "role", "eva@example.org", "administrator", "--json")
    assert told.facts == {"email": "eva@example.org", "role": "administrator"}
    last = on_database("users", "role", "eva@example.org", "member")
    assert last.code == 1
    assert "administrator" in last.err
    assert on_database("users", "role", "nobody@example.org", "member").code == 1
    assert on_database("users", "role", "eva@example.org", "king").code == 2
