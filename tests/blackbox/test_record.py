"""Checks 63 and 64: what is written down, and that it stays."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial
from http import HTTPStatus
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from checklist_app.models import Event
from checklist_app.services.clock import now
from tests.blackbox.premises import FOREIGN, Premises
from tests.blackbox.processes import PROGRAM, Asked, environment
from tests.blackbox.raw import request_line, send_raw
from tests.blackbox.visitors import Program, Visitor
from tests.cast import PASSWORD
from tests.house.world import SLUG


def test_63_each_refusal_is_one_line_without_secrets(premises: Premises, vera: Visitor) -> None:
    """Of all checks that this process made so far, and of a few that are made here."""
    foreign = premises.world.places[FOREIGN]["slug"]
    program = Program(premises.server, "chk_" + "made-up-token-of-a-program")
    nobody = Visitor(premises.server)
    refused = [
        (vera.get(f"/projects/{foreign}"), 404, vera),
        (vera.get("/admin/users"), 403, vera),
        (vera.send("POST", f"/projects/{SLUG}/scans", data={}), 400, vera),
        (program.get(f"/projects/{SLUG}/scans"), 401, program.visitor),
    ]
    answer = nobody.sign_in("bob@example.org", "wrong words 123")
    assert answer.status_code == 422
    forged = request_line(
        "GET",
        "/projects/x%0d%0a%7b%22level%22:%22forged%22%7d",
        f"Cookie: checklist={vera.cookie}",
        "User-Agent: agent\tforged",
    )
    assert send_raw(premises.server, forged).status == 404
    lines = [json.loads(line) for line in premises.server.told.splitlines()]
    assert not [line for line in lines if line["level"] == "forged"]
    ours = [line for line in lines if line["message"] == "refused"]
    _tell_who_what_when_and_from_where(ours)
    for found, status, who in refused:
        assert found.status_code == status, found.text
        seen = (who.place, found.request.method, found.request.path_url, status)
        (line,) = [
            line
            for line in ours
            if (line["address"], line["method"], line["path"], line["status"]) == seen
        ]
        assert (line["user_id"] is not None) is (who is vera)
    told = Counter(
        Asked(line["address"], line["method"], line["path"], line["status"]) for line in ours
    )
    assert not Counter(filter(partial(_is_denial, premises), premises.server.refused)) - told
    event = premises.read(
        lambda session: next(
            event
            for event in session.query(Event).filter_by(name="account:session:refuse")
            if event.details["address"] == nobody.place
        )
    )
    assert event.target == "bob@example.org"
    assert event.details["request_id"]
    assert abs(now() - event.happened_at) < timedelta(minutes=10)
    kept = premises.server.told + (premises.folder / "worker.log").read_text()
    secrets = {PASSWORD, premises.settings["secret_key"], *premises.server.secrets}
    assert len(secrets) > 4
    assert [secret for secret in secrets if secret in kept] == []
    assert "$argon2" not in kept


def _tell_who_what_when_and_from_where(lines: list[dict[str, Any]]) -> None:
    for line in lines:
        assert set(line) >= {"user_id", "address", "method", "path", "status"}
        assert line["request_id"]
        assert line["reason"]
        moment = datetime.fromisoformat(line["time"])
        assert moment.utcoffset() == timedelta(0)
        assert timedelta(0) <= datetime.now(UTC) - moment < timedelta(hours=2)
    assert len({line["request_id"] for line in lines}) == len(lines)


def _is_denial(premises: Premises, asked: Asked) -> bool:
    """Return whether a refusal is more than an address that leads nowhere."""
    if asked.status != HTTPStatus.NOT_FOUND:
        return True
    leads_somewhere = premises.app.url_map.bind("").test(asked.path, asked.method)
    return leads_somewhere and asked.path.startswith(("/projects/", "/api/v1/projects/"))


def _verified(premises: Premises) -> int:
    """Let the program check its chain; return how many events it holds."""
    told = subprocess.run(
        [*PROGRAM, "audit", "verify", "--json"],
        env=environment(premises.settings),
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert told.returncode == 0, told.stdout + told.stderr
    facts = json.loads(told.stdout)
    assert facts["whole"]
    return int(facts["size"])


def test_64_nobody_changes_what_was_written_down(premises: Premises) -> None:
    """The events of what the other checks did, and the chain that seals them."""
    Visitor(premises.server).sign_in("bob@example.org", "wrong words 123")
    before, seals = premises.events(), _verified(premises)
    assert before > 0
    for statement in (
        "UPDATE event SET name = 'nothing:to:see'",
        "UPDATE event SET details = '{}' WHERE id = 1",
        "DELETE FROM event",
        "DELETE FROM event WHERE id = 1",
        "UPDATE verdict SET outcome = 'pass'",
        "DELETE FROM verdict",
        "UPDATE event_seal SET position = position + 1",
        "DELETE FROM event_seal",
        "UPDATE security_event SET kind = 'nothing'",
    ):
        with premises.engine.connect() as connection, pytest.raises(DBAPIError):
            connection.exec_driver_sql(statement)
    premises.visitor("bob")
    assert premises.events() > before
    assert _verified(premises) > seals
    touching = premises.rules(
        lambda rule: (
            "event" in rule.endpoint and bool((rule.methods or set()) - {"GET", "HEAD", "OPTIONS"})
        )
    )
    assert touching == []
