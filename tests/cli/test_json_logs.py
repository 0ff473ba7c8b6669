"""Log lines are JSON without secrets."""

from __future__ import annotations

import json
import logging
import sys

import pytest

from checklist_app.json_logs import JsonFormatter


def line(message: str, **extra: object) -> dict[str, object]:
    record = logging.makeLogRecord({"msg": message, "name": "x", "levelname": "INFO", **extra})
    found: dict[str, object] = json.loads(JsonFormatter().format(record))
    return found


def test_extra_fields_come_along() -> None:
    assert line("done", job=7)["job"] == 7


def test_passwords_in_addresses_and_one_time_links_are_masked() -> None:
    shown = line("mysql+pymysql://me:hush@db/x and /set-password/abc_DEF-1")["message"]

    assert shown == "mysql+pymysql://me:***@db/x and /set-password/***"


def test_a_traceback_stays_on_the_line() -> None:
    try:
        int("broken")
    except ValueError:
        found = line("fault", exc_info=sys.exc_info())

    assert "ValueError: invalid literal" in str(found["traceback"])


@pytest.mark.parametrize(
    "odd", ["\x9b31m", "\x7f", "\u2028", "\u202e", "\ud800", "\x1b[2J", "\n", "\x85"]
)
def test_no_character_ends_the_line_or_moves_a_terminal(odd: str) -> None:
    record = logging.makeLogRecord({"msg": "x", "name": "x", "levelname": "INFO", "path": odd})
    written = JsonFormatter().format(record)

    assert written.isprintable()
    assert json.loads(written)["path"] == odd
