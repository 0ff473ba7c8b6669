"""What a team decides from programs: second looks, marks on findings, groups, tokens, archiving."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from checklist_app.models import Event, PipelineToken, Project
from checklist_app.services.clock import today
from tests.cast import Cast
from tests.web.api.conftest import AsProgram
from tests.web.api.program import Program
from tests.web.stage import Stage

BANCA = "projects/banca"
ITEM = f"{BANCA}/checklists/1/items/IN-01"
ACTIONS = f"{BANCA}/findings/actions"
NOW = {"If-Match": "*"}


def taken(program: Program, method: str, path: str, body: Any = None, **named: str) -> Any:
    """Send what has to succeed; return what came back."""
    answer = program.send(method, path, body, headers={**NOW, **named})
    assert answer.status_code < 300, answer.text
    return answer.json


def test_a_second_person_accepts_a_verdict_or_sends_it_back(
    program: AsProgram, stage: Stage
) -> None:
    alice, bob = program("alice"), program("bob")
    assert taken(alice, "PATCH", BANCA, {"four_eyes": True})["four_eyes"] is True
    verdict = {"outcome": "fail", "rationale": "Seen again."}
    number = taken(alice, "POST", f"{ITEM}/verdicts", verdict)["verdict"]["number"]
    review = {"verdict_number": number, "decision": "accepted"}
    own = alice.post(f"{ITEM}/reviews", review, If_Match="*")
    assert own.status_code == 403
    assert bob.post(f"{ITEM}/reviews", review).status_code == 428
    back = {"verdict_number": number, "decision": "sent_back"}
    empty = bob.post(f"{ITEM}/reviews", back, If_Match="*")
    assert empty.status_code == 422
    found = taken(bob, "POST", f"{ITEM}/reviews", back | {"comment": "Which host?"})
    assert found["review_stage"] == "sent_back"
    assert found["verdict"]["review"]["comment"] == "Which host?"
    assert bob.post(f"{ITEM}/reviews", review, If_Match="*").status_code == 409


def test_findings_are_marked_as_previewed_and_given_back(program: AsProgram, stage: Stage) -> None:
    bob = program("bob")
    wanted = {"kind": "false_positive", "findings": [stage.finding_id]}
    seen = taken(bob, "POST", f"{ACTIONS}/preview", wanted)
    assert seen["changed"] == [stage.finding_id]
    assert [one["identifier"] for one in seen["effects"]] == ["IN-01"]
    act = wanted | {"previewed": seen["digest"], "reason": "A test file"}
    done = bob.post(ACTIONS, act, Idempotency_Key="mark-1")
    assert done.status_code == 201
    assert done.json is not None
    assert bob.post(ACTIONS, act, Idempotency_Key="mark-1").json == done.json
    assert bob.get(f"{BANCA}/findings/{stage.finding_id}").json["mark"] == "false_positive"  # type: ignore[index]
    assert bob.post(ACTIONS, act).status_code == 409
    shown = bob.get(done.headers["Location"])
    assert shown.json == done.json
    undo = f"{ACTIONS}/{done.json['id']}/undo"
    undone = bob.post(undo, If_Match=shown.headers["ETag"])
    assert undone.status_code == 200
    assert undone.json is not None
    assert [one["is_restored"] for one in undone.json["findings"]] == [True]
    assert bob.post(undo, If_Match=shown.headers["ETag"]).status_code == 412
    listed = bob.get(f"{ACTIONS}?limit=1").json
    assert listed is not None
    assert [one["id"] for one in listed["items"]] == [done.json["id"]]
    assert listed["next"] is not None
    assert program("carla").post(f"{ACTIONS}/preview", wanted).status_code == 403


def test_many_are_selected_by_filters_and_only_managers_accept_risks(
    program: AsProgram, stage: Stage
) -> None:
    wanted = {"kind": "accept", "filters": {"severity": "high"}}
    assert program("bob").post(f"{ACTIONS}/preview", wanted).status_code == 403
    martha = program("martha")
    seen = taken(martha, "POST", f"{ACTIONS}/preview", wanted)
    assert len(seen["changed"]) == 2
    act = {**wanted, "previewed": seen["digest"], "reason": "Behind the gateway"}
    late = martha.post(ACTIONS, act | {"expires_on": "2001-01-01"})
    assert late.status_code == 422
    day = (today() + timedelta(days=9)).isoformat()
    assert taken(martha, "POST", ACTIONS, act | {"expires_on": day})["count"] == 2


def test_administrators_keep_groups_and_owners_let_them_in(
    program: AsProgram, cast: Cast, session: Session
) -> None:
    ada, alice = program("ada"), program("alice")
    made = ada.post("groups", {"name": "Red team"})
    assert made.status_code == 201
    assert made.json is not None
    where = f"groups/{made.json['id']}"
    assert ada.post("groups", {"name": "Red team"}).status_code == 409
    joined = ada.post(f"{where}/people", {"email": "charlie@example.org"})
    assert joined.status_code == 201
    assert ada.get(joined.headers["Location"]).json == joined.json
    assert [person["name"] for person in ada.get(where).json["people"]] == ["Charlie"]  # type: ignore[index]
    grant = {"group_id": made.json["id"], "role": "viewer"}
    taken(alice, "POST", f"{BANCA}/groups", grant)
    charlie = program("charlie")
    assert charlie.get(BANCA).status_code == 200
    role = f"{BANCA}/groups/{made.json['id']}/role"
    assert taken(alice, "PUT", role, {"role": "reviewer"})["role"] == "reviewer"
    taken(alice, "DELETE", f"{BANCA}/groups/{made.json['id']}")
    assert charlie.get(BANCA).status_code == 404
    taken(ada, "DELETE", f"{where}/people/{cast.charlie.user_id}")
    assert ada.get(joined.headers["Location"]).status_code == 404
    assert ada.get(where).json["people"] == []  # type: ignore[index]
    assert ada.send("DELETE", where).status_code == 428
    taken(ada, "DELETE", where)
    assert ada.get(where).status_code == 404
    assert alice.get("groups").status_code == 403


def test_a_token_for_a_pipeline_is_told_once_and_ended_at_once(
    app: Flask, program: AsProgram, session: Session
) -> None:
    alice = program("alice")
    wanted = {
        "name": "Nightly",
        "scopes": ["gate:read", "project:read"],
        "expires_on": (today() + timedelta(days=30)).isoformat(),
    }
    assert alice.post(f"{BANCA}/tokens", wanted | {"scopes": ["full"]}).status_code == 422
    made = alice.post(f"{BANCA}/tokens", wanted)
    assert made.status_code == 201
    assert made.json is not None
    pipeline = Program(app, made.json["secret"])
    assert pipeline.get(BANCA).status_code == 200
    assert pipeline.get(f"{BANCA}/tokens").status_code == 403
    shown = alice.get(made.headers["Location"])
    assert made.json["secret"] not in shown.text
    assert shown.json is not None
    assert made.json["secret"].startswith(shown.json["prefix"])
    taken(alice, "DELETE", f"{BANCA}/tokens/{made.json['id']}")
    assert pipeline.get(BANCA).status_code == 401
    assert alice.get(made.headers["Location"]).json["is_over"] is True  # type: ignore[index]
    assert session.query(PipelineToken).one().revoked_at is not None


def test_a_project_is_archived_and_restored(program: AsProgram, session: Session) -> None:
    alice = program("alice")
    assert alice.post(f"{BANCA}/archive").status_code == 428
    assert taken(alice, "POST", f"{BANCA}/archive")["archived_at"] is not None
    assert alice.send("PATCH", BANCA, {"name": "X"}, headers=NOW).status_code == 409
    assert program("martha").post(f"{BANCA}/restore", If_Match="*").status_code == 403
    assert taken(alice, "POST", f"{BANCA}/restore")["archived_at"] is None
    assert session.query(Project).filter_by(slug="banca").one().archived_at is None


def test_evidence_is_linked_to_the_item_that_was_read(program: AsProgram, stage: Stage) -> None:
    carla = program("carla")
    item = f"{BANCA}/checklists/1/items/IN-02"
    where = f"{item}/evidence/{stage.evidence_id}"
    assert carla.send("PUT", where).status_code == 428
    tag = carla.get(item).headers["ETag"]
    linked = carla.send("PUT", where, headers={"If-Match": tag})
    assert linked.status_code == 200
    assert carla.send("DELETE", where, headers={"If-Match": tag}).status_code == 412
    gone = carla.send("DELETE", where, headers={"If-Match": linked.headers["ETag"]})
    assert gone.status_code == 204
    for condition in ({}, {"If-Match": '"past"'}):
        missing = carla.send("PUT", f"{item}/evidence/999999", headers=condition)
        assert missing.status_code == 404


def test_events_are_found_by_what_when_and_whose(
    program: AsProgram, stage: Stage, cast: Cast, session: Session
) -> None:
    alice = program("alice")
    day = today()

    def found(query: str) -> list[Any]:
        answer = alice.get(f"{BANCA}/events?limit=200&{query}")
        assert answer.status_code == 200, answer.text
        assert answer.json is not None
        return list(answer.json["items"])

    everything = found("")
    assert len(everything) == session.query(Event).filter_by(project_id=cast.project.id).count()
    assert found(f"since={day}&until={day}") == everything
    hers = [one for one in everything if one["actor"] == "Alice"]
    assert found(f"actor_id={cast.alice.user_id}") == hers
    assert found(f"actor_id={cast.bob.user_id}") == []
    assert found(f"since={day + timedelta(days=1)}") == []
    assert found(f"until={day - timedelta(days=1)}") == []
    assert found("until=9999-12-31") == everything
    verdicts = found("name=project:verdict:record&target=1/IN-01")
    assert [one["target"] for one in verdicts] == ["1/IN-01"]
    for wrong in ("since=1", "since=2026-1-1", "since=2026-02-30", "actor_id=0", "until="):
        assert alice.get(f"{BANCA}/events?{wrong}").status_code == 400
