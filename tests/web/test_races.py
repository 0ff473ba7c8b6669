"""Two at once: one wins, the other is told, nothing is lost and nothing happens twice."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.domain.vocabulary import JobKind, JobState
from checklist_app.jobs.transactions import in_transaction
from checklist_app.models import Blob, Checklist, EvidenceLink, Job, Verdict
from checklist_app.services import jobs
from checklist_app.services.resources import Resources
from tests.cast import Cast, make_checklist
from tests.web.conftest import Visit

ITEM = "/projects/banca/checklists/1/items/IN-01"


def at_once(*actions: Callable[[], int]) -> list[int]:
    """Do things in as many threads, all let go at the same moment."""
    gate = Barrier(len(actions))

    def wait_and(action: Callable[[], int]) -> int:
        gate.wait()
        return action()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(wait_and, actions))


@pytest.fixture
def checklist(session: Session, cast: Cast) -> Checklist:
    made = make_checklist(session, cast.access("alice"))
    session.commit()
    return made


@pytest.mark.parametrize("round_number", range(3))
def test_of_two_who_save_one_item_one_is_told_and_keeps_the_text(
    app: Flask, visit: Visit, session: Session, checklist: Checklist, round_number: int
) -> None:
    visitors = {"alice": visit("alice"), "bob": visit("bob")}
    forms = {
        name: {"outcome": "fail", "rationale": f"Seen by {name}", "row_version": "1"}
        for name in visitors
    }
    tokens = {name: visitor.form_token() for name, visitor in visitors.items()}
    texts: dict[str, str] = {}

    def save(name: str) -> int:
        answer = visitors[name].client.post(
            f"{ITEM}/verdict",
            data={**forms[name], "csrf_token": tokens[name]},
            headers={"X-Requested-With": "fragment"},
        )
        texts[name] = answer.text
        return answer.status_code

    statuses = dict(zip(visitors, at_once(lambda: save("alice"), lambda: save("bob")), strict=True))
    assert sorted(statuses.values()) == [200, 409]
    (kept,) = session.scalars(select(Verdict.rationale)).all()
    winner = next(name for name, status in statuses.items() if status == 200)
    loser = next(name for name, status in statuses.items() if status == 409)
    assert kept == f"Seen by {winner}"
    assert kept in texts[loser]
    assert f"Seen by {loser}" in texts[loser]


def test_checklists_started_at_once_get_numbers_of_their_own(
    app: Flask, visit: Visit, session: Session, checklist: Checklist
) -> None:
    visitors = [visit("alice"), visit("bob"), visit("alice"), visit("bob")]
    form = {"standard": str(checklist.standard_id), "level": "", "name": "More"}
    session.commit()
    prepared = [(visitor, {**form, "csrf_token": visitor.form_token()}) for visitor in visitors]

    def start(number: int) -> int:
        visitor, fields = prepared[number]
        return visitor.client.post("/projects/banca/checklists/new", data=fields).status_code

    assert at_once(*(lambda n=n: start(n) for n in range(4))) == [303] * 4
    assert sorted(session.scalars(select(Checklist.number))) == [1, 2, 3, 4, 5]


def test_the_same_file_from_two_people_is_one_blob_and_no_fault(
    app: Flask, visit: Visit, session: Session, checklist: Checklist
) -> None:
    visitors = [visit("alice"), visit("bob"), visit("carla")]
    tokens = [visitor.form_token() for visitor in visitors]

    def upload(number: int) -> int:
        return (
            visitors[number]
            .client.post(
                f"{ITEM}/evidence",
                data={
                    "files": (BytesIO(b"the same words"), "a.txt"),
                    "csrf_token": tokens[number],
                },
            )
            .status_code
        )

    statuses = at_once(*(lambda n=n: upload(n) for n in range(3)))
    assert set(statuses) <= {303, 409}
    assert 303 in statuses
    assert len(session.scalars(select(Blob)).all()) == 1
    assert len(session.scalars(select(EvidenceLink)).all()) == statuses.count(303)


def test_one_job_is_given_to_one_of_many_workers(resources: Resources, cast: Cast) -> None:
    ids = [
        in_transaction(
            resources,
            lambda session: (
                jobs.enqueue(session, cast.alice, cast.project.id, JobKind.IMPORT_SCAN, {}).id
            ),
        )
        for _ in range(2)
    ]
    taken: list[int] = []

    def claim() -> int:
        found = in_transaction(resources, lambda session: jobs.claim(session, timedelta(minutes=1)))
        if found is not None:
            taken.append(found.job_id)
        return int(found is not None)

    given = at_once(*[claim] * 6)
    while len(taken) < len(ids) and claim():
        given.append(1)
    assert sum(given) == 2
    assert sorted(taken) == ids
    with resources.reading_session() as session:
        rows = session.scalars(select(Job)).all()
        assert [(row.state, row.attempts) for row in rows] == [(JobState.RUNNING, 1)] * 2
