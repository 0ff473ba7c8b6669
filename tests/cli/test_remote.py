"""The commands on a server, over real connections."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from threading import Thread

import jsonschema_rs
import pytest
from defusedxml import ElementTree
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from checklist_app.cli import client
from checklist_app.config import Config
from checklist_app.domain.gate import GatePolicy
from checklist_app.domain.scopes import PIPELINE_SCOPES, Scope
from checklist_app.factory import create_app
from checklist_app.models import ScanImport
from checklist_app.queries.access import open_project
from checklist_app.services.gate import set_gate_policy
from checklist_app.services.resources import Resources
from tests.cast import Cast
from tests.cli.conftest import Checklist
from tests.cli.serving import serving
from tests.jobs.scan_files import sarif
from tests.web.api.program import pipeline_token
from tests.web.stage import set_stage

SARIF_SCHEMA = Path(__file__).parents[3] / "shared/reference/schemas/sarif/sarif-schema-2.1.0.json"


@pytest.fixture
def app(config: Config) -> Iterator[Flask]:
    made = create_app(config)
    yield made
    made.extensions["checklist_resources"].close()


@pytest.fixture
def on_server(
    app: Flask,
    resources: Resources,
    cast: Cast,
    checklist: Checklist,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Checklist]:
    """The command with a token for everything that a pipeline may do."""
    token = pipeline_token(app, cast.alice, "banca", *PIPELINE_SCOPES)[1]
    with serving(app, resources) as address:
        monkeypatch.setenv(client.URL, address)
        monkeypatch.setenv(client.TOKEN, token)
        yield checklist


@pytest.fixture
def stage(session: Session, resources: Resources, cast: Cast) -> None:
    set_stage(session, resources, cast)
    session.commit()


def test_reports_are_imported_one_by_one_and_a_broken_one_does_not_hide_the_others(
    on_server: Checklist, tmp_path: Path
) -> None:
    good, broken = tmp_path / "good.sarif", tmp_path / "broken.sarif"
    good.write_bytes(sarif(4))
    broken.write_bytes(sarif(4)[:-40])
    ran = on_server(
        "scan", "import", "banca", broken, good, "--environment", "main", "--json"
    )  # fmt: skip
    refused, taken = [json.loads(line) for line in ran.out.splitlines()]
    assert ran.code == 1
    assert "cut off" in refused["error"]
    assert (taken["tool"], taken["account"]["new"]) == ("Trial", 4)


def test_a_pipeline_need_not_wait(on_server: Checklist, tmp_path: Path) -> None:
    path = tmp_path / "good.sarif"
    path.write_bytes(sarif(1))
    ran = on_server("scan", "import", "banca", path, "--no-wait", "--json")
    assert ran.code == 0
    assert "account" not in ran.facts
    assert ran.facts["job_id"]


def test_the_gate_says_the_same_from_a_server_as_from_the_database(
    on_server: Checklist,
    stage: None,
    config: Config,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    files = ("--sarif", tmp_path / "gate.sarif", "--junit", tmp_path / "gate.xml")
    asked = ("gate", "banca", "--severity", "high", "--no-unassessed")
    far = on_server(*asked, *files, "--json")
    assert far.code == 1
    log = json.loads((tmp_path / "gate.sarif").read_text("utf-8"))
    assert [one["ruleId"] for one in log["runs"][0]["results"]] == [
        one["rule"] for one in far.facts["obstacles"]
    ]
    root = ElementTree.parse(tmp_path / "gate.xml").getroot()
    assert root is not None
    suite = root[0]
    assert suite.get("failures") == str(sum(far.facts["counts"].values()))

    monkeypatch.delenv(client.URL)
    monkeypatch.setenv("CHECKLIST_DATA_DIR", str(config.data_dir))
    monkeypatch.setenv("CHECKLIST_DATABASE_URL", config.sqlalchemy_url)
    monkeypatch.setenv("CHECKLIST_SECRET_KEY", config.secret_key)
    monkeypatch.setenv("CHECKLIST_BASE_URL", config.base_url)
    here = on_server(*asked, "--user", "alice@example.org", "--json")
    assert here.code == 1
    moments = {"judged_at": None}
    assert here.facts | moments == far.facts | moments

    told = on_server(*asked, "--user", "alice@example.org")
    assert "IN-01 Bound queries" in told.out
    assert "Repair it" in told.out


def test_sarif_of_the_gate_is_valid(on_server: Checklist, stage: None, tmp_path: Path) -> None:
    if not SARIF_SCHEMA.is_file():
        pytest.skip("the published schema of SARIF is not at hand")
    out = tmp_path / "gate.sarif"
    on_server("gate", "banca", "--severity", "info", "--no-unassessed", "--sarif", out)
    schema = json.loads(SARIF_SCHEMA.read_text("utf-8"))
    log = json.loads(out.read_text("utf-8"))
    assert len(log["runs"][0]["results"]) > 3
    jsonschema_rs.validator_for(schema).validate(log)


def test_a_gate_that_nothing_closes_ends_with_0(
    on_server: Checklist, stage: None, app: Flask, cast: Cast
) -> None:
    assert on_server("gate", "banca", "--checklist", "1").code == 1
    with app.extensions["checklist_resources"].sessions.begin() as session:
        access = open_project(session, cast.alice, "banca")
        set_gate_policy(session, access, GatePolicy(no_open_fail=False))
    ran = on_server("gate", "banca")
    assert (ran.code, ran.out) == (0, "The gate of banca is open: 5 requirements looked at.\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ("gate", "ajeno"),
        ("gate", "banca", "--checklist", "9"),
        ("gate", "banca", "--level", "99"),
        ("gate", "banca", "--url", "https://127.0.0.1:1/x?y=1"),
        ("gate", "banca", "--url", "http://example.org"),
        ("gate",),
    ],
)
def test_what_could_not_be_judged_ends_with_2(
    on_server: Checklist, stage: None, arguments: tuple[str, ...]
) -> None:
    ran = on_server(*arguments, "--json")
    assert ran.code == 2
    assert ran.facts["error"]


def test_a_token_that_may_not_ask_or_is_over_ends_with_2(
    on_server: Checklist,
    stage: None,
    app: Flask,
    cast: Cast,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(client.TOKEN)
    without = on_server("gate", "banca")
    assert without.code == 2
    assert "There is no token" in without.err
    file = tmp_path / "token"
    monkeypatch.setenv(client.TOKEN_FILE, str(file))
    for secret in (
        pipeline_token(app, cast.alice, "banca", Scope.EVIDENCE_WRITE)[1],
        "chk_nobody-ever-made-this-one",
    ):
        file.write_text(secret + "\n")
        ran = on_server("gate", "banca")
        assert ran.code == 2
        assert ran.err
        assert secret not in ran.out + ran.err


def test_a_report_is_ordered_fetched_and_verified(
    on_server: Checklist, stage: None, tmp_path: Path
) -> None:
    out = tmp_path / "report.pdf"
    ran = on_server(
        "report", "banca", "--checklist", "1", "--language", "en", "--out", out, "--json"
    )  # fmt: skip
    assert ran.code == 0, ran
    assert out.read_bytes().startswith(b"%PDF")
    checked = on_server("verify", out, "--json")
    assert (checked.code, checked.facts["project"]) == (0, "Banca")
    out.write_bytes(out.read_bytes() + b" ")
    assert on_server("verify", out).code == 1


@dataclass
class Odd:
    """A server that answers what it was told to, and remembers what it was asked."""

    answers: list[Response] = field(default_factory=list)
    requests: list[tuple[str, str, str]] = field(default_factory=list)
    address: str = ""

    def __call__(self, request: Request) -> Response:
        key = request.headers.get(client.KEY_HEADER, "")
        request.get_data()
        self.requests.append((request.method, request.headers.get("Authorization", ""), key))
        return self.answers.pop(0) if self.answers else Response("{}", 503)


@pytest.fixture
def odd(checklist: Checklist, monkeypatch: pytest.MonkeyPatch) -> Iterator[Odd]:
    made = Odd()
    server = make_server("127.0.0.1", 0, Request.application(made))
    made.address = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setenv(client.URL, made.address)
    monkeypatch.setenv(client.TOKEN, "chk_secret")
    monkeypatch.setattr(client, "FIRST_WAIT", 0.01)
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


def as_json(body: object, status: int = 200) -> Response:
    return Response(json.dumps(body), status, mimetype="application/json")


def test_a_busy_server_is_asked_again_and_an_upload_counts_once(
    odd: Odd, checklist: Checklist, tmp_path: Path
) -> None:
    path = tmp_path / "a.sarif"
    path.write_bytes(sarif(1))
    accepted = {"scans": [{"id": 1, "file_name": "a.sarif", "job_id": 7}]}
    busy = Response("", HTTPStatus.TOO_MANY_REQUESTS, headers={"Retry-After": "0"})
    odd.answers = [Response("", 503), busy, as_json(accepted, 202)]
    ran = checklist("scan", "import", "banca", path, "--no-wait", "--json")
    assert (ran.code, ran.facts["job_id"]) == (0, 7)
    keys = {key for _, _, key in odd.requests}
    assert len(odd.requests) == 3
    assert len(keys) == 1
    assert keys != {""}


def test_it_gives_up_in_the_end(odd: Odd, checklist: Checklist) -> None:
    ran = checklist("gate", "banca")
    assert (ran.code, len(odd.requests)) == (2, client.MOST_TRIES)
    assert "503" in ran.err


def test_no_redirect_is_followed_with_the_token(odd: Odd, checklist: Checklist) -> None:
    odd.answers = [Response("", 307, headers={"Location": "http://127.0.0.1:9/"})]
    ran = checklist("gate", "banca")
    assert ran.code == 2
    assert "sends elsewhere" in ran.err
    assert len(odd.requests) == 1


def test_a_netrc_does_not_take_the_place_of_the_token(
    odd: Odd, checklist: Checklist, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    odd.answers = [as_json([])]
    checklist("gate", "banca")
    assert odd.requests[0][1] == "Bearer chk_secret"


def test_another_kind_of_server_is_told_apart(odd: Odd, checklist: Checklist) -> None:
    odd.answers = [Response("<h1>Hello</h1>", 404, mimetype="text/html")]
    ran = checklist("gate", "banca")
    assert ran.code == 2
    assert "not as a server of ours does" in ran.err


def test_nobody_listening_is_said(checklist: Checklist, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    monkeypatch.setattr(client, "FIRST_WAIT", 0.01)
    monkeypatch.setenv(client.TOKEN, "chk_secret")
    ran = checklist("gate", "banca", "--url", f"http://127.0.0.1:{port}")
    assert ran.code == 2
    assert "cannot be reached" in ran.err
    assert "chk_secret" not in ran.err


def test_settings_of_the_client_are_no_fault_of_the_machine(
    on_database: Checklist, monkeypatch: pytest.MonkeyPatch, session: Session
) -> None:
    monkeypatch.setenv(client.URL, "https://checklist.example.org")
    assert on_database("standards", "list").code == 0
    assert session.query(ScanImport).count() == 0
