"""What every operation keeps to: exact input, states, parts of lists, words, problems."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from checklist_app.models import Project
from tests.cast import Cast
from tests.web.api.conftest import AsProgram
from tests.web.api.program import Program, tokens_of
from tests.web.stage import PNG, Stage

BANCA = "projects/banca"
ITEM = f"{BANCA}/checklists/1/items/IN-01"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"x",
        b'{"name": "a", "name": "b"}',
        b'{"name": "a", "role": "owner"}',
        b'{"name": "a", "id": 1}',
        b'{"name": 1}',
        b'{"name": null}',
        b'{"name": ""}',
        b'{"name": "a\\u0000b"}',
        b'{"name": "\\ud800"}',
        b'{"name": "a", "description": NaN}',
        b'{"name": 1e999}',
        b'{"name": ' + b"9" * 5000 + b"}",
        b'{"name": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'["name"]',
        b'{"name": "a"} {}',
        b"\xff\xfe",
        b'{"language": "fr", "name": "a"}',
    ],
    ids=lambda body: body[:30],
)
def test_a_body_that_is_not_exact_is_refused(
    program: AsProgram, session: Session, body: bytes
) -> None:
    answer = program("alice").send("POST", "projects", data=body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.mimetype == "application/problem+json"
    assert session.query(Project).count() == 2


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
def test_a_body_of_another_type_is_refused(program: AsProgram, kind: str) -> None:
    answer = program("alice").send("POST", "projects", data=b'{"name": "a"}', content_type=kind)
    assert answer.status_code == 415


@pytest.mark.parametrize(
    "query",
    ["unknown=1", "limit=0", "limit=201", "limit=x", "limit=1&limit=2", "sort=x", "role=admin"],
)
def test_a_parameter_that_is_unknown_or_wrong_is_refused(program: AsProgram, query: str) -> None:
    answer = program("alice").get(f"projects?{query}")
    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["errors"][0]["place"].startswith("query/")


def test_problems_speak_the_language_of_the_caller(program: AsProgram) -> None:
    told = {
        language: program("nobody").get(BANCA, Accept_Language=language).json
        for language in ("es", "en")
    }
    assert told["es"] is not None
    assert told["en"] is not None
    assert told["en"]["detail"] == "A valid token is needed in the Authorization header."
    assert told["es"]["detail"] == "Hace falta un token válido en la cabecera Authorization."
    assert len(told["es"]["request_id"]) == 32


def test_what_is_not_there_is_told_to_programs_as_a_problem(program: AsProgram) -> None:
    for answer in (
        program("alice").get("no-such"),
        program("alice").get("projects/ajeno"),
        program("alice").send("PATCH", "projects"),
    ):
        assert answer.status_code in (404, 405)
        assert answer.mimetype == "application/problem+json"


def test_a_change_names_the_state_that_it_is_meant_for(program: AsProgram) -> None:
    alice = program("alice")
    read = alice.get(BANCA)
    tag = read.headers["ETag"]
    change = {"name": "Banca nueva"}
    assert alice.send("PATCH", BANCA, change).status_code == 428
    done = alice.send("PATCH", BANCA, change, headers={"If-Match": tag})
    assert done.status_code == 200
    assert done.json is not None
    assert done.json["name"] == "Banca nueva"
    late = alice.send("PATCH", BANCA, {"name": "Otra"}, headers={"If-Match": tag})
    assert late.status_code == 412
    assert late.json is not None
    assert late.json["current"]["name"] == "Banca nueva"
    assert late.json["submitted"] == {"name": "Otra"}
    again = alice.send("PATCH", BANCA, {"name": "Otra"}, headers={"If-Match": late.json["etag"]})
    assert again.status_code == 200


def test_of_two_changes_of_one_state_one_is_made(app: Flask, cast: Cast) -> None:
    token = tokens_of(app, cast.alice).access_token
    tag = Program(app, token).get(BANCA).headers["ETag"]
    start = Barrier(2)

    def change(name: str) -> int:
        start.wait()
        return (
            Program(app, token)
            .send("PATCH", BANCA, {"name": name}, headers={"If-Match": tag})
            .status_code
        )

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(change, ("A", "B"))) == [200, 412]


@pytest.mark.parametrize("key", ["", "a b", "a\tb", "ñ", "x" * 121])
def test_a_key_for_once_is_what_the_document_says(
    program: AsProgram, session: Session, key: str
) -> None:
    answer = program("alice").post("projects", {"name": "Once"}, Idempotency_Key=key)
    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["errors"][0]["place"] == "header/Idempotency-Key"
    assert session.query(Project).count() == 2


def test_a_verdict_is_recorded_in_any_language_on_the_state_that_was_read(
    program: AsProgram, stage: Stage
) -> None:
    bob = program("bob")
    read = bob.get(ITEM, Accept_Language="en")
    verdict = {"outcome": "partial", "rationale": "Seen."}
    done = bob.post(f"{ITEM}/verdicts", verdict, If_Match=read.headers["ETag"])
    assert done.status_code == 201
    assert done.json is not None
    assert done.json["verdict"]["rationale"] == "Seen."
    stale = bob.post(f"{ITEM}/verdicts", verdict, If_Match=read.headers["ETag"])
    assert stale.status_code == 412
    assert stale.json is not None
    assert stale.json["current"]["outcome"] == "partial"
    spanish = bob.get(ITEM, Accept_Language="es")
    assert spanish.headers["ETag"] != bob.get(ITEM, Accept_Language="en").headers["ETag"]


def test_rules_of_the_domain_are_told_with_their_field(program: AsProgram, stage: Stage) -> None:
    bob = program("bob")
    verdict = {"outcome": "not_applicable", "rationale": " "}
    answer = bob.post(f"{ITEM}/verdicts", verdict, If_Match=bob.get(ITEM).headers["ETag"])
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["errors"][0]["place"] == "body/rationale"


def whole_list(program: Program, address: str) -> list[Any]:
    found, cursor = [], ""
    while True:
        joint = "&" if "?" in address else "?"
        part = program.get(f"{address}{joint}limit=2{cursor}").json
        assert part is not None
        assert len(part["items"]) <= 2
        found += part["items"]
        if part["next"] is None:
            return found
        cursor = f"&cursor={part['next']}"


@pytest.mark.parametrize(
    "address",
    ["events", "evidence", "findings", "members", "checklists", "checklists/1/items", "scans"],
)
def test_a_list_in_parts_is_the_whole_list(program: AsProgram, stage: Stage, address: str) -> None:
    alice = program("alice")
    whole = alice.get(f"{BANCA}/{address}?limit=200").json
    assert whole is not None
    assert whole["next"] is None
    assert whole["items"]
    assert whole_list(alice, f"{BANCA}/{address}") == whole["items"]


def test_a_cursor_is_good_for_its_own_list_alone(program: AsProgram, stage: Stage) -> None:
    alice = program("alice")
    first = alice.get(f"{BANCA}/events?limit=1").json
    assert first is not None
    cursor = first["next"]
    assert alice.get(f"{BANCA}/events?limit=1&cursor={cursor}").status_code == 200
    for other in (
        f"{BANCA}/evidence?limit=1&cursor={cursor}",
        f"{BANCA}/events?limit=1&name=project:create&cursor={cursor}",
        f"{BANCA}/events?limit=1&cursor={cursor[:-1]}",
        f"{BANCA}/events?limit=1&cursor=5",
    ):
        assert alice.get(other).status_code == 422


def test_an_original_is_downloaded_whole_or_in_parts(program: AsProgram, stage: Stage) -> None:
    address = f"{BANCA}/evidence/{stage.evidence_id}/file"
    whole = program("vera").get(address)
    assert whole.data == PNG
    assert whole.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in whole.headers["Content-Security-Policy"]
    part = program("vera").get(address, Range="bytes=0-3")
    assert (part.status_code, part.data) == (206, PNG[:4])


def test_files_become_evidence_of_an_item(program: AsProgram, stage: Stage) -> None:
    answer = program("carla").send(
        "POST", f"{ITEM}/evidence/files", data={"files": (BytesIO(b"seen"), "../p.txt")}
    )
    assert answer.status_code == 201
    assert answer.json is not None
    assert answer.json["evidence"][0]["file_name"] == "p.txt"
    assert program("vera").post(f"{ITEM}/evidence/notes", {"note": "x"}).status_code == 403


def test_no_answer_holds_a_secret(program: AsProgram, stage: Stage) -> None:
    alice = program("alice")
    for address in ("account", f"{BANCA}/members", f"{BANCA}/events"):
        told = alice.get(address).text
        assert "password" not in told
        assert "hash" not in told.replace("sha256", "")


def test_a_program_is_answered_in_the_language_that_it_asks_for(program: AsProgram) -> None:
    carla = program("carla")
    english = {"If-Match": "*"}
    assert carla.send("PATCH", "account", {"language": "en"}, headers=english).status_code == 200
    for asked, told in (("", "nothing here"), ("es", "no hay nada"), ("fr", "nothing here")):
        answer = carla.get("projects/no-such", **({"accept_language": asked} if asked else {}))
        assert answer.json is not None
        assert told in answer.json["detail"], asked


def test_the_document_is_served_and_rendered(program: AsProgram) -> None:
    document = program("nobody").get("openapi.json").json
    assert document is not None
    assert document["openapi"] == "3.1.0"
    page = program("nobody").get("/api/docs")
    assert page.status_code == 200
    for methods in document["paths"].values():
        for operation in methods.values():
            assert f'id="{operation["operationId"]}"' in page.text
            assert {"400", "401", "429"} <= set(operation["responses"])
            assert {"500", "503"} <= set(operation["responses"])
    making = document["paths"]["/projects"]["post"]["responses"]
    assert making["201"]["headers"]["Location"]["required"] is True
    assert "Retry-After" in document["components"]["responses"]["503"]["headers"]
    references = set(json.dumps(document).split('"#/')) - {""}
    assert references
