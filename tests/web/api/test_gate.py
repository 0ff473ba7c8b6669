"""The gate asked by a pipeline: what closes it is named, and people open it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from checklist_app.domain.scopes import Scope
from checklist_app.models import Event
from tests.cast import Cast, make_checklist
from tests.statements import counted
from tests.web.api.conftest import AsProgram
from tests.web.api.program import Program, pipeline_token
from tests.web.stage import Stage

GATE = "projects/banca/gate"
Pipeline = Callable[[], Program]


@pytest.fixture
def pipeline(app: Flask, cast: Cast) -> Program:
    return Program(app, pipeline_token(app, cast.alice, "banca", Scope.GATE_READ)[1])


def test_it_names_the_requirement_the_reason_and_the_way_out(
    pipeline: Program, stage: Stage
) -> None:
    answer = pipeline.get(GATE, Accept_Language="en")
    assert answer.status_code == 200
    found = answer.json
    assert found is not None
    assert (found["passed"], found["rules"]) == (False, ["open-fail"])
    (one,) = found["obstacles"]
    assert (one["identifier"], one["title"]) == ("IN-01", "Bound queries")
    assert "no waiver" in one["why"]
    assert "Repair it" in one["advice"]
    assert one["url"] == "http://localhost/projects/banca/checklists/1/items/IN-01"


def test_more_can_be_asked_for(pipeline: Program, stage: Stage) -> None:
    asked = "severity=high&no_unassessed=true&waiver_days=60&evidence_days=1&no_unreviewed=true"
    found = pipeline.get(f"{GATE}?{asked}").json
    assert found is not None
    assert found["counts"] == {
        "open-fail": 1,
        "open-finding": 2,
        "old-evidence": 0,
        "not-assessed": 3,
        "not-reviewed": 0,
        "waiver-ends": 1,
    }
    led, unrouted = [one for one in found["obstacles"] if one["rule"] == "open-finding"]
    assert (led["identifier"], led["finding_id"]) == ("IN-01", stage.finding_id)
    assert (unrouted["identifier"], unrouted["title"]) == ("", "Found by unknown")


def test_the_owner_says_what_holds_and_a_pipeline_cannot_loosen_it(
    program: AsProgram, pipeline: Program, stage: Stage, session: Session
) -> None:
    alice = program("alice")
    assert program("martha").send("PUT", f"{GATE}/policy", {}).status_code == 403
    tag = alice.get(f"{GATE}/policy").headers["ETag"]
    sent = alice.send("PUT", f"{GATE}/policy", {"no_unassessed": True}, headers={"If-Match": tag})
    assert sent.status_code == 200
    found = pipeline.get(f"{GATE}?no_unassessed=false").json
    assert found is not None
    assert found["counts"]["not-assessed"] == 3
    late = alice.send("PUT", f"{GATE}/policy", {}, headers={"If-Match": tag})
    assert late.status_code == 412
    (event,) = session.query(Event).filter_by(name="project:gate:policy").all()
    assert event.details["no_unassessed"] is True


def test_a_project_without_a_checklist_cannot_be_judged(program: AsProgram) -> None:
    answer = program("vera").get(GATE)
    assert answer.status_code == 404


def test_what_cannot_be_meant_is_refused(pipeline: Program, stage: Stage) -> None:
    for wrong in ("severity=dreadful", "level=0", "evidence_days=x", "nonsense=1"):
        assert pipeline.get(f"{GATE}?{wrong}").status_code == 400


def test_the_number_of_queries_does_not_grow(
    program: AsProgram, stage: Stage, session: Session, cast: Cast, app: Flask
) -> None:
    vera = program("vera")
    vera.get(GATE)
    with counted(app.extensions["checklist_resources"].engine) as few:
        vera.get(f"{GATE}?severity=info")
    make_checklist(session, cast.access("alice"), "Ronda 2")
    session.commit()
    with counted(app.extensions["checklist_resources"].engine) as more:
        vera.get(f"{GATE}?severity=info")
    assert len(more) == len(few)
