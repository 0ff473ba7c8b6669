"""Importing scanner reports from a program: the same as from a page, once for each key."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from threading import Event as Stop
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from checklist_app.domain.scopes import Scope
from checklist_app.jobs.worker import work_until_over
from checklist_app.models import Event, ScanImport
from checklist_app.services.resources import Resources
from tests.cast import Cast
from tests.web.api.conftest import AsProgram
from tests.web.api.program import Program, pipeline_token, tokens_of

SCANS = "projects/banca/scans"
SARIF = b"""{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "Sniffer"}}, "results": [
  {"ruleId": "r1", "level": "error", "message": {"text": "Found."}, "locations": [
    {"physicalLocation": {"artifactLocation": {"uri": "a.py"}, "region": {"startLine": 1}}}]}]}]}"""


def sent(program: Program, *names: str, body: bytes = SARIF, key: str = "", **fields: str) -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    files = {"files": [(BytesIO(body), name) for name in names], **fields}
    return program.send("POST", SCANS, headers=headers, data=files)


def test_reports_are_taken_in_and_the_account_tells_what_became_of_them(
    program: AsProgram, resources: Resources
) -> None:
    carla = program("carla")
    answer = sent(carla, "one.sarif", environment="main")
    assert answer.status_code == 202
    (accepted,) = answer.json["scans"]
    work_until_over(resources, accepted["job_id"])
    job = carla.get(f"projects/banca/jobs/{accepted['job_id']}").json
    assert job is not None
    assert (job["state"], job["scan_import_id"]) == ("done", accepted["id"])
    scan = carla.get(answer.headers["Location"]).json
    assert scan is not None
    assert (scan["tool"], scan["account"]["read"], scan["account"]["new"]) == ("Sniffer", 1, 1)
    listed = carla.get(SCANS).json
    assert listed == {"items": [scan], "next": None}


def test_several_files_make_several_scans(program: AsProgram) -> None:
    answer = sent(program("carla"), "one.sarif", "two.sarif")
    assert [one["file_name"] for one in answer.json["scans"]] == ["one.sarif", "two.sarif"]


def test_another_format_than_the_one_that_was_said_is_not_imported(
    program: AsProgram, resources: Resources, session: Session
) -> None:
    carla = program("carla")
    answer = sent(carla, "one.sarif", format="zap")
    (accepted,) = answer.json["scans"]
    work_until_over(resources, accepted["job_id"])
    job = carla.get(f"projects/banca/jobs/{accepted['job_id']}").json
    assert job is not None
    assert job["state"] == "failed"
    assert "SARIF" in job["message"]
    assert sent(carla, "one.sarif", format="no-such").status_code == 422


def test_the_same_request_with_the_same_key_counts_once(
    program: AsProgram, session: Session
) -> None:
    carla = program("carla")
    first = sent(carla, "one.sarif", key="build-7")
    again = sent(carla, "one.sarif", key="build-7")
    assert (first.status_code, again.status_code) == (202, 202)
    assert again.json == first.json
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["Idempotent-Replayed"] == "true"
    assert session.query(ScanImport).count() == 1
    assert session.query(Event).filter_by(name="project:scan:upload").count() == 1


def test_another_request_with_the_same_key_is_refused(program: AsProgram, session: Session) -> None:
    carla = program("carla")
    sent(carla, "one.sarif", key="build-7")
    for other in (
        sent(carla, "one.sarif", key="build-7", body=b"else"),
        sent(carla, "two.sarif", key="build-7"),
        sent(carla, "one.sarif", key="build-7", environment="main"),
    ):
        assert other.status_code == 422
    assert session.query(ScanImport).count() == 1


def test_keys_belong_to_their_person(program: AsProgram, session: Session) -> None:
    assert sent(program("carla"), "one.sarif", key="k").status_code == 202
    assert sent(program("bob"), "one.sarif", key="k").status_code == 202
    assert session.query(ScanImport).count() == 2


def test_keys_belong_to_their_token(app: Flask, cast: Cast, session: Session) -> None:
    for _ in range(2):  # two pipelines of one person, each with its build number 7
        _, secret = pipeline_token(app, cast.martha, "banca", Scope.SCAN_WRITE)
        pipeline = Program(app, secret)
        assert sent(pipeline, "one.sarif", key="build-7").status_code == 202
        again = sent(pipeline, "one.sarif", key="build-7")
        assert again.headers["Idempotent-Replayed"] == "true"
    assert session.query(ScanImport).count() == 2


def test_a_list_goes_on_where_it_was_whatever_came_meanwhile(program: AsProgram) -> None:
    carla = program("carla")
    first, second = (sent(carla, name).json["scans"][0]["id"] for name in ("a.sarif", "b.sarif"))
    part = carla.get(f"{SCANS}?limit=1").json
    assert part is not None
    assert [scan["id"] for scan in part["items"]] == [second]
    sent(carla, "c.sarif")
    rest = carla.get(f"{SCANS}?limit=1&cursor={part['next']}").json
    assert rest is not None
    assert [scan["id"] for scan in rest["items"]] == [first]
    assert rest["next"] is None


def test_a_refused_request_does_not_use_its_key_up(program: AsProgram) -> None:
    carla = program("carla")
    assert sent(carla, "one.sarif", key="k", format="no-such").status_code == 422
    assert sent(carla, "one.sarif", key="k").status_code == 202


def test_fifty_at_once_with_one_key_have_one_effect(
    app: Flask, cast: Cast, session: Session
) -> None:
    token = tokens_of(app, cast.carla).access_token
    start = Stop()

    def one(_number: int) -> tuple[int, str]:
        start.wait()
        answer = sent(Program(app, token), "one.sarif", key="all-at-once")
        return answer.status_code, answer.text

    with ThreadPoolExecutor(50) as pool:
        running = [pool.submit(one, number) for number in range(50)]
        start.set()
        answers = {future.result() for future in running}
    assert len(answers) == 1
    assert {status for status, _ in answers} == {202}
    assert session.query(ScanImport).count() == 1


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"files": (BytesIO(b""), "empty.sarif")},
        {"file": (BytesIO(b"x"), "x.sarif")},
        {"files": [(BytesIO(b"x"), f"{number}.sarif") for number in range(21)]},
        {"files": (BytesIO(b"x"), "x.sarif"), "unknown": "x"},
        {"files": (BytesIO(b"x"), "x.sarif"), "environment": ["a", "b"]},
        {"files": (BytesIO(b"x"), "x.sarif"), "environment": "x" * 201},
    ],
)
def test_what_breaks_a_rule_is_told_and_nothing_is_stored(
    program: AsProgram, session: Session, data: dict[str, Any]
) -> None:
    answer = program("carla").send("POST", SCANS, data=data, content_type="multipart/form-data")
    assert answer.status_code in (400, 422)
    assert answer.mimetype == "application/problem+json"
    assert session.query(ScanImport).count() == 0


def test_a_body_of_another_type_is_refused(program: AsProgram) -> None:
    answer = program("carla").post(SCANS, {"files": []})
    assert answer.status_code == 415
    assert answer.json is not None
    assert answer.json["accepted"] == ["multipart/form-data"]


def test_a_stranger_finds_nothing(program: AsProgram) -> None:
    for name, status in (("nobody", 401), ("charlie", 404), ("vera", 403)):
        assert sent(program(name), "one.sarif").status_code == status


def test_jobs_are_changed_in_the_state_that_was_read(
    program: AsProgram, resources: Resources
) -> None:
    carla = program("carla")
    (accepted,) = sent(carla, "one.sarif").json["scans"]
    address = f"projects/banca/jobs/{accepted['job_id']}"
    read = carla.get(address)
    assert carla.post(f"{address}/cancel").status_code == 428
    stale = carla.post(f"{address}/cancel", if_match='"0123"')
    assert stale.status_code == 412
    assert stale.json is not None
    assert stale.json["current"]["state"] == "queued"
    done = carla.post(f"{address}/cancel", if_match=read.headers["ETag"])
    assert (done.status_code, done.json and done.json["state"]) == (200, "cancelled")
    assert carla.post(f"{address}/cancel", if_match=read.headers["ETag"]).status_code == 412
    again = carla.post(f"{address}/retry", if_match=done.headers["ETag"])
    assert (again.status_code, again.json and again.json["state"]) == (200, "queued")


def test_a_known_state_is_not_sent_again(program: AsProgram) -> None:
    carla = program("carla")
    (accepted,) = sent(carla, "one.sarif").json["scans"]
    address = f"projects/banca/jobs/{accepted['job_id']}"
    read = carla.get(address)
    assert carla.get(address, if_none_match=read.headers["ETag"]).status_code == 304
