"""A pipeline's day: its scan closes the gate, people repair and decide, the report goes out.

Everything is real: the system as it is started, the command in a process of its own, a browser, and
somebody else's server that is told when the gate moves.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from tests.browser.system import PASSWORD, LiveSystem, started
from tests.jobs.scan_files import sarif
from tests.listener import Listener, listening

pytestmark = [pytest.mark.browser]

EMAIL = "admin@localhost.localdomain"
PROJECT = "night-train"
ITEM = "INJ-01"


@dataclass
class Person:
    """The owner, over the interface for programs."""

    address: str
    token: str

    def send(self, method: str, path: str, body: Any = None, tag: str = "") -> Any:
        answer = requests.request(
            method,
            f"{self.address}/api/v1/{path}",
            json=body,
            headers={"Authorization": f"Bearer {self.token}", **({"If-Match": tag} if tag else {})},
            timeout=30,
        )
        assert answer.ok, answer.text
        return answer.json()

    def verdict(self, outcome: str, rationale: str) -> None:
        path = f"projects/{PROJECT}/checklists/1/items/{ITEM}/verdicts"
        self.send("POST", path, {"outcome": outcome, "rationale": rationale}, tag="*")


@pytest.fixture(scope="module")
def receiver() -> Iterator[Listener]:
    with listening() as made:
        yield made


@pytest.fixture(scope="module")
def live(
    prepared_database: str, receiver: Listener, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveSystem]:
    settings = {"CHECKLIST_OUTBOUND_ALLOWED_HOSTS": f"http://localhost:{receiver.port}"}
    folder = tmp_path_factory.mktemp("live")
    with started(folder, prepared_database, settings=settings) as system:
        yield system


@pytest.fixture
def page(live: LiveSystem, chromium: Browser) -> Iterator[Page]:
    """The owner's browser, signed in, in English."""
    window = chromium.new_context(locale="en-GB", base_url=live.address)
    window.set_default_timeout(20_000)
    opened = window.new_page()
    opened.goto(live.set_up_link)
    opened.fill("#password", PASSWORD)
    opened.fill("#repeat", PASSWORD)
    opened.click("form button.btn-primary")
    expect(opened.locator("a[href='/projects/new']").first).to_be_attached()
    yield opened
    window.close()


@pytest.fixture
def owner(live: LiveSystem, page: Page) -> Person:
    signed_in = requests.post(
        f"{live.address}/api/v1/token", json={"email": EMAIL, "password": PASSWORD}, timeout=30
    )
    return Person(live.address, signed_in.json()["access_token"])


def test_from_a_closed_gate_to_a_verified_report(
    live: LiveSystem, page: Page, owner: Person, receiver: Listener, tmp_path: Path
) -> None:
    begin(owner)
    page.goto(f"/projects/{PROJECT}/webhooks")
    page.fill("#url", f"http://localhost:{receiver.port}/hook")
    page.click("form:has(#url) button.btn-primary")
    expect(page.locator("#new-secret")).to_be_visible()
    run = Pipeline(live.address, token_from(page), tmp_path)

    (tmp_path / "bad.sarif").write_bytes(sarif(1))
    (tmp_path / "good.sarif").write_bytes(sarif(0))
    assert run("scan", "import", PROJECT, "bad.sarif", "--environment", "main")[0] == 0
    code, said = run("gate", PROJECT, "--severity", "high", "--json")
    assert (code, said["counts"]["open-finding"]) == (1, 1)
    assert said["obstacles"][0]["identifier"]

    owner.verdict("fail", "The query is joined from input.")
    code, said = run("gate", PROJECT, "--json")
    assert (code, said["obstacles"][0]["identifier"]) == (1, ITEM)

    assert run("scan", "import", PROJECT, "good.sarif", "--environment", "main")[0] == 0
    note = f"projects/{PROJECT}/checklists/1/items/{ITEM}/evidence/notes"
    owner.send("POST", note, {"note": "Parameters are bound now.", "title": "Review"})
    owner.verdict("pass", "Repaired and scanned again.")
    code, said = run("gate", PROJECT, "--severity", "high", "--json")
    assert (code, said["passed"]) == (0, True)

    assert run("report", PROJECT, "--checklist", "1", "--out", "report.pdf")[0] == 0
    code, said = run("verify", "report.pdf", "--json")
    assert (code, said["verdict"]) == (0, "valid")

    page.goto(f"/projects/{PROJECT}/webhooks/1")
    expect(page.locator("ul.lines")).to_contain_text("a signed report is issued")
    gate = [one["data"]["open"] for one in told(receiver) if one["event"] == "gate"]
    assert gate[-1] is True
    assert False in gate


def begin(owner: Person) -> None:
    """Make the project and start its checklist."""
    owner.send("POST", "projects", {"name": "Night train", "language": "en"})
    listed = owner.send("GET", "standards")["items"]
    (standard,) = [one for one in listed if one["key"] == "owasp-base"]
    wanted = {"standard_id": standard["id"], "name": "First round"}
    owner.send("POST", f"projects/{PROJECT}/checklists", wanted)


def token_from(page: Page) -> str:
    """Make a token for the pipeline as an owner does."""
    page.goto(f"/projects/{PROJECT}/tokens")
    page.fill("#name", "Nightly")
    for scope in ("scan:write", "gate:read", "report:write"):
        page.check(f"input[name=scopes][value='{scope}']")
    page.click("form:has(#expires_on) button.btn-primary")
    return page.input_value("#new-token")


@dataclass
class Pipeline:
    """The real command, in a folder of its own, with nothing but address and token."""

    address: str
    token: str
    folder: Path

    def __call__(self, *arguments: str) -> tuple[int, dict[str, Any]]:
        done = subprocess.run(
            [str(Path(sys.executable).with_name("checklist")), *arguments],
            cwd=self.folder,
            env={
                "PATH": os.environ["PATH"],
                "LANG": "en_GB.UTF-8",
                "CHECKLIST_URL": self.address,
                "CHECKLIST_TOKEN": self.token,
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert self.token not in done.stdout + done.stderr
        return done.returncode, json.loads(done.stdout) if "--json" in arguments else {}


def told(receiver: Listener) -> list[dict[str, Any]]:
    return [json.loads(one.partition(b"\r\n\r\n")[2]) for one in receiver.requests]
