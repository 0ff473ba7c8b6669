"""What the browser's script and the operator's probes are told."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import JobKind, JobState
from checklist_app.jobs.transactions import in_transaction
from checklist_app.models import Job
from checklist_app.services import jobs
from checklist_app.services.clock import now
from checklist_app.services.resources import Resources
from tests.cast import Cast
from tests.web.conftest import Visit


def queue(session: Session, cast: Cast) -> int:
    job = jobs.enqueue(session, cast.carla, cast.project.id, JobKind.IMPORT_SCAN, {})
    session.commit()
    return job.id


def test_a_job_is_told_as_json_and_again_only_when_it_moved(
    visit: Visit, session: Session, resources: Resources, cast: Cast
) -> None:
    address, vera = f"/projects/banca/jobs/{queue(session, cast)}", visit("vera")
    first = vera.get(address, Accept="application/json")
    assert first.json == {
        "state": "queued",
        "progress": None,
        "message": "",
        "done": False,
        "url": None,
    }
    tag = first.headers["ETag"]
    same = vera.get(address, Accept="application/json", If_None_Match=tag)
    assert (same.status_code, same.data) == (304, b"")
    claimed = in_transaction(resources, lambda s: jobs.claim(s, timedelta(minutes=1)))
    assert claimed is not None
    in_transaction(resources, lambda s: jobs.report_progress(s, claimed, 1, 4))
    moved = vera.get(address, Accept="application/json", If_None_Match=tag)
    assert (moved.status_code, moved.json["progress"]) == (200, 25)  # type: ignore[index]
    in_transaction(
        resources,
        lambda s: jobs.give_up(s, claimed, JobState.FAILED, text("The file is empty.")),
    )
    ended = vera.get(address, Accept="application/json", Accept_Language="es").json
    assert ended is not None
    assert (ended["done"], ended["message"]) == (True, "El archivo está vacío.")
    assert "<html" in vera.get(address, Accept="text/html").text


def test_a_waiting_job_is_cancelled_and_tried_again(
    visit: Visit, session: Session, cast: Cast
) -> None:
    job_id, carla = queue(session, cast), visit("carla")
    address = f"/projects/banca/jobs/{job_id}"
    assert carla.post(f"{address}/retry").status_code == 409
    assert carla.post(f"{address}/cancel").status_code == 303
    assert carla.post(f"{address}/cancel").status_code == 409
    assert carla.post(f"{address}/retry").status_code == 303
    session.expire_all()
    assert session.get_one(Job, job_id).state is JobState.QUEUED


def test_contributors_stop_what_they_began_and_reviewers_what_anybody_began(
    visit: Visit, session: Session, cast: Cast
) -> None:
    bobs = jobs.enqueue(session, cast.bob, cast.project.id, JobKind.IMPORT_SCAN, {})
    session.commit()
    carlas = f"/projects/banca/jobs/{queue(session, cast)}"
    address, carla, bob = f"/projects/banca/jobs/{bobs.id}", visit("carla"), visit("bob")
    assert f'action="{address}/cancel"' not in carla.get(address, Accept="text/html").text
    assert f'action="{carlas}/cancel"' in carla.get(carlas, Accept="text/html").text
    assert f'action="{carlas}/cancel"' in bob.get(carlas, Accept="text/html").text
    assert carla.post(f"{address}/cancel").status_code == 403
    assert bob.post(f"{carlas}/cancel").status_code == 303
    assert bob.post(f"{address}/cancel").status_code == 303
    assert carla.post(f"{address}/retry").status_code == 403
    assert carla.post(f"{carlas}/retry").status_code == 303


def test_it_is_ready_with_a_worker_and_not_without(visit: Visit, resources: Resources) -> None:
    nobody = visit("nobody")
    assert nobody.get("/healthz").json == {"status": "ok"}
    alone = nobody.get("/readyz")
    assert alone.status_code == 503
    assert alone.json is not None
    assert alone.json["checks"] == {
        "database": "ok",
        "migrations": "ok",
        "storage": "ok",
        "worker": "failed",
    }
    in_transaction(resources, lambda s: jobs.beat(s, "w"))
    assert nobody.get("/readyz").status_code == 200
    with time_machine.travel(now() + timedelta(minutes=2)):
        assert nobody.get("/readyz").status_code == 503
        assert nobody.get("/healthz").status_code == 200


def test_a_database_that_goes_away_while_it_is_asked_makes_it_not_ready(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise OperationalError("SELECT", {}, Exception("Lost connection to server"))

    monkeypatch.setattr("checklist_app.services.readiness.MigrationContext.configure", away)
    answer = visit("nobody").get("/readyz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["checks"]["migrations"] == "failed"


def test_readers_are_warned_when_nobody_works(visit: Visit, resources: Resources) -> None:
    alice = visit("alice")
    alice.post("/language", {"language": "en"})
    missing = alice.get("/projects/banca").text
    in_transaction(resources, lambda s: jobs.beat(s, "w"))
    there = alice.get("/projects/banca").text
    assert "No worker" in missing or "worker" in missing.lower()
    assert missing.lower().count("worker") > there.lower().count("worker")
