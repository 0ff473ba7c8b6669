"""Several workers import reports at the same time: real processes' work, one account each."""

from __future__ import annotations

import json
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.config import Config
from checklist_app.domain.vocabulary import FindingStatus, JobState
from checklist_app.jobs.transactions import reading
from checklist_app.jobs.worker import work_until_over
from checklist_app.models import Event, Finding, FindingSighting, Job, ScanImport
from checklist_app.services.resources import Resources
from checklist_app.services.scans import import_report, take_reports
from tests.cast import Cast, make_checklist
from tests.jobs.scan_files import sarif

RESULTS = 40


def report(numbers: Iterable[int], tool: str = "Trial") -> bytes:
    """Return a report with some of the results that a whole one has."""
    document = json.loads(sarif(RESULTS))
    run = document["runs"][0]
    run["tool"]["driver"]["name"] = tool
    run["results"] = [run["results"][number] for number in numbers]
    return json.dumps(document).encode()


def queue(resources: Resources, session: Session, cast: Cast, data: bytes) -> int:
    (taken,) = take_reports(resources.store, resources.config, "trial.sarif", BytesIO(data))
    _, job = import_report(
        session, cast.access("carla"), resources.config, taken, environment="main"
    )
    session.commit()
    return job.id


@pytest.fixture
def config(config: Config) -> Config:
    """A lease that a slow machine cannot miss: nothing here is about losing it."""
    return replace(config, job_lease_seconds=60)


def work_at_once(resources: Resources, job_ids: list[int]) -> None:
    """Let a worker for each job, with connections of its own, begin in the same moment."""
    ready = Barrier(len(job_ids))

    def work(job_id: int) -> None:
        own = Resources.open(resources.config)
        try:
            ready.wait()
            work_until_over(own, job_id)
        finally:
            own.close()

    with ThreadPoolExecutor(len(job_ids)) as pool:
        list(pool.map(work, job_ids))


def accounts(resources: Resources, job_ids: list[int]) -> list[dict[str, Any]]:
    """Return the account of each import; every one went through at its first attempt."""
    with reading(resources) as session:
        for job_id in job_ids:
            job = session.get_one(Job, job_id)
            assert (job.state, job.attempts) == (JobState.DONE, 1), job.message
        rows = session.scalars(select(ScanImport).where(ScanImport.job_id.in_(job_ids)))
        return [row.account for row in rows]


def test_two_imports_of_one_scope_take_effect_one_after_another(
    resources: Resources, session: Session, cast: Cast
) -> None:
    make_checklist(session, cast.access("bob"))
    session.commit()
    first, second = range(30), range(10, RESULTS)

    jobs = [queue(resources, session, cast, report(numbers)) for numbers in (first, second)]
    work_at_once(resources, jobs)

    one, other = sorted(accounts(resources, jobs), key=lambda account: account["seen"])
    assert (one["new"], one["seen"], one["gone"]) == (30, 0, 0)
    assert (other["new"], other["seen"], other["gone"]) == (10, 20, 10)
    with reading(resources) as fresh:
        found = fresh.execute(select(Finding.fingerprint, Finding.status)).all()
        present = fresh.scalars(
            select(FindingSighting.finding_id).where(FindingSighting.is_present)
        ).all()
        events = fresh.scalars(select(Event).where(Event.name == "project:scan:import")).all()
    assert len(found) == len({row[0] for row in found}) == RESULTS
    assert sum(row[1] is FindingStatus.GONE for row in found) == 10
    assert len(present) == 30
    assert len(events) == 2


@pytest.mark.parametrize("environments", [("main", "main"), ("main", "release")])
def test_many_imports_at_once_never_double_a_finding(
    resources: Resources, session: Session, cast: Cast, environments: tuple[str, str]
) -> None:
    make_checklist(session, cast.access("bob"))
    session.commit()
    for _round in range(3):
        jobs = []
        for number in range(4):
            tool = f"Trial {environments[number % 2]}"
            shown = range(number // 2, RESULTS)
            jobs.append(queue(resources, session, cast, report(shown, tool)))
        work_at_once(resources, jobs)

        told = accounts(resources, jobs)
        assert all(
            account["read"] == account["new"] + account["seen"] + account["reopened"]
            for account in told
        )
    with reading(resources) as fresh:
        found = fresh.scalars(select(Finding.fingerprint)).all()
    assert len(found) == len(set(found)) == RESULTS * len(set(environments))
