"""What the commands do on a server: import reports, wait, order and fetch a report, check one."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click

from checklist_app.cli.client import Client
from checklist_app.cli.console import Refused, say
from checklist_app.domain.text import text

FIRST_LOOK = 0.5
SELDOM_LOOK = 10.0
USUAL_PATIENCE = 900

url_option = click.option(
    "--url",
    default="",
    metavar="ADDRESS",
    help=say(
        text(
            "Work on this server, with the token in CHECKLIST_TOKEN or CHECKLIST_TOKEN_FILE; "
            "CHECKLIST_URL if not given, else the database of this machine."
        )
    ),
)
patience_option = click.option(
    "--patience",
    default=USUAL_PATIENCE,
    show_default=True,
    type=click.IntRange(1, 86400),
    metavar="SECONDS",
    help=say(text("How long to wait for the work of a server.")),
)


class NotDone(Refused):
    """Work on the server ended without its effect, or takes too long."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Where reports go, and for how many seconds each is waited for; None does not wait."""

    client: Client
    project: str
    patience: int | None


def sent(wait: Wait, path: Path, fields: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Hand a scanner report, or an archive of them, to the server; yield what became of each.

    A file that cannot be imported is told as ``{"file": …, "error": …}``; the others follow.
    """
    client, address = wait.client, _project(wait.project)
    try:
        accepted = client.post(f"{address}/scans", fields=fields, file=path)["scans"]
    except Refused as error:
        yield {"file": str(path), "error": error.message}
        return
    for one in accepted:
        facts = {"file": str(path), "name": one["file_name"], "job_id": one["job_id"]}
        if wait.patience is None:
            yield facts
            continue
        try:
            wait_for_job(client, wait.project, one["job_id"], wait.patience)
        except Refused as error:
            yield {**facts, "error": error.message}
            continue
        scan = client.get(f"{address}/scans/{one['id']}")
        yield {**facts, **{name: scan[name] for name in ("format", "tool", "account")}}


def order_report(client: Client, project: str, checklist: int, language: str) -> dict[str, Any]:
    """Order the signed report of a checklist; the project's language if none is given."""
    body: dict[str, Any] = {"checklist_number": checklist}
    if language:
        body["language"] = language
    return client.post(f"{_project(project)}/reports", body=body)


def fetch_report(
    client: Client, project: str, ordered: dict[str, Any], to: Path, patience: int
) -> dict[str, Any]:
    """Wait for a report, write its PDF and return what is said of it.

    Raises:
        NotDone: it could not be made, or not in time, or what came is not what was signed.
    """
    address = f"{_project(project)}/reports/{ordered['number']}"
    over = time.monotonic() + patience
    pause = FIRST_LOOK
    while not (found := client.get(address))["is_ready"]:
        if found["job_state"] in ("failed", "cancelled"):
            raise NotDone(text("The report could not be made. Its page on the server says why."))
        pause = _pause(over, pause)
    client.download(f"{address}/pdf", to)
    if hashlib.sha256(to.read_bytes()).hexdigest() != found["pdf_sha256"]:
        to.unlink()
        raise NotDone(text("What was downloaded is not what was signed. Try again."))
    return found


def wait_for_job(client: Client, project: str, job_id: int, patience: int) -> None:
    """Wait until a job is done.

    Raises:
        NotDone: it failed, was cancelled, or is not over in time.
    """
    over = time.monotonic() + patience
    pause = FIRST_LOOK
    while (job := client.get(f"{_project(project)}/jobs/{job_id}"))["state"] != "done":
        if job["state"] in ("failed", "cancelled"):
            raise NotDone(str(job["message"]))
        pause = _pause(over, pause)


def judge_gate(client: Client, project: str, asked: dict[str, Any]) -> dict[str, Any]:
    """Return what the gate says; see ``GET /projects/{slug}/gate``."""
    wanted = {
        name: str(value).lower() if isinstance(value, bool) else value
        for name, value in asked.items()
        if value not in (None, False)
    }
    return client.get(f"{_project(project)}/gate", **wanted)


def verify(client: Client, file: Path) -> dict[str, Any]:
    """Let the server check a PDF."""
    return client.post("/verify", file=file)


def _project(slug: str) -> str:
    return f"/projects/{quote(slug, safe='')}"


def _pause(over: float, pause: float) -> float:
    if time.monotonic() >= over:
        raise NotDone(
            text(
                "The work on the server is not over yet; it goes on there. Wait longer with "
                "--patience."
            )
        )
    time.sleep(pause)
    return min(pause * 1.5, SELDOM_LOOK)
