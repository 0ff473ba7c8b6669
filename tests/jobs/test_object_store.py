"""Jobs while the object store is away: put back and told, then done when it answers again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
import time_machine
from sqlalchemy.orm import Session

from checklist_app.config import Config
from checklist_app.domain.vocabulary import JobState
from checklist_app.jobs import house
from checklist_app.jobs.transactions import reading
from checklist_app.jobs.worker import Worker
from checklist_app.models import Job
from checklist_app.services.clock import now
from checklist_app.services.resources import Resources
from checklist_app.services.scans import import_report, take_reports
from tests.cast import Cast
from tests.jobs.scan_files import sarif
from tests.object_store import TestBucket


@pytest.fixture
def config(config: Config, bucket: TestBucket) -> Config:
    """Settings of a system whose reports lie in the bucket."""
    return bucket.added_to(config)


@pytest.fixture
def cut_off(config: Config) -> Resources:
    """What a worker works with that has no copies and cannot reach the store."""
    away = replace(config, s3_endpoint="https://127.0.0.1:1")
    return Resources.open(replace(away, s3_cache_dir=config.data_dir / "of-another-machine"))


def job_of(resources: Resources, job_id: int) -> Job:
    with reading(resources) as session:
        return session.get_one(Job, job_id)


def test_an_import_waits_for_the_store_and_is_then_done(
    resources: Resources, cut_off: Resources, session: Session, cast: Cast
) -> None:
    (taken,) = take_reports(resources.store, resources.config, "a.sarif", BytesIO(sarif(4)))
    _, job = import_report(session, cast.access("carla"), resources.config, taken)
    session.commit()
    assert Worker(cut_off).work_once()
    waiting = job_of(cut_off, job.id)
    assert waiting.state is JobState.QUEUED
    cut_off.close()
    with time_machine.travel(now() + timedelta(minutes=5), tick=True):
        assert Worker(resources).work_once()
    assert job_of(resources, job.id).state is JobState.DONE


def test_housekeeping_goes_on_without_the_store(
    cut_off: Resources, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[str] = []
    monkeypatch.setattr(house, "watch_events", lambda _: kept.append("events"))
    house.keep_house(cut_off)
    cut_off.close()
    assert kept == ["events"]
