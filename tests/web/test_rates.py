"""One client that asks too much is told to wait, everywhere; the others are served."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
import time_machine
from flask import Flask
from sqlalchemy.orm import Session

from checklist_app.config import Config
from checklist_app.domain.errors import TooManyAttempts
from checklist_app.domain.vocabulary import JobKind
from checklist_app.factory import create_app
from checklist_app.services import jobs
from checklist_app.services.clock import now
from checklist_app.web.extensions import ASSETS
from tests.cast import Cast
from tests.limits import forget_requests
from tests.web.visitor import Visitor

FEW = 10


@pytest.fixture
def strict(config: Config) -> Iterator[Flask]:
    """An app that lets ten requests a minute through."""
    made = create_app(replace(config, requests_per_minute=FEW))
    forget_requests()
    yield made
    forget_requests()
    made.extensions["checklist_resources"].close()


def test_a_person_is_told_to_wait_and_others_are_served(strict: Flask, cast: Cast) -> None:
    alice, bob = Visitor(strict, cast.alice), Visitor(strict, cast.bob)
    assert {alice.get("/").status_code for _ in range(FEW)} == {200}
    answer = alice.get("/", accept_language="en")
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert "Too many" in answer.text
    assert bob.get("/").status_code == 200


def test_a_burst_has_a_bound_of_its_own(config: Config, cast: Cast) -> None:
    """Within the minute there is room left; within the second there is none."""
    made = create_app(replace(config, requests_per_second=FEW))
    forget_requests()
    alice, bob = Visitor(made, cast.alice), Visitor(made, cast.bob)
    with time_machine.travel(now(), tick=False):  # all of it within one second
        assert {alice.get("/verify").status_code for _ in range(FEW)} == {200}
        answer = alice.get("/verify", accept_language="en")
        assert answer.status_code == 429
        assert answer.headers["Retry-After"] == "1"
        assert "Wait a moment" in answer.text
        assert bob.get("/verify").status_code == 200
    forget_requests()
    made.extensions["checklist_resources"].close()


def test_whoever_has_no_account_counts_by_address(strict: Flask, cast: Cast) -> None:
    visitor = Visitor(strict)
    assert {visitor.get("/verify").status_code for _ in range(FEW)} == {200}
    assert visitor.get("/verify").status_code == 429
    elsewhere = visitor.client.get("/verify", environ_base={"REMOTE_ADDR": "198.51.100.7"})
    assert elsewhere.status_code == 200


def test_a_program_gets_a_problem(strict: Flask, cast: Cast) -> None:
    client = strict.test_client()
    for _ in range(FEW):
        client.get("/api/v1/projects", headers={"Authorization": "Bearer made-up"})
    answer = client.get("/api/v1/projects", headers={"Authorization": "Bearer made-up"})
    assert answer.status_code == 429
    assert answer.mimetype == "application/problem+json"
    assert int(answer.headers["Retry-After"]) >= 1


def test_every_route_counts_but_assets_and_health(strict: Flask, cast: Cast) -> None:
    alice = Visitor(strict, cast.alice)
    for _ in range(FEW + 1):
        alice.get("/")
    free = set()
    for rule in strict.url_map.iter_rules():
        values = dict.fromkeys(rule.arguments, 1)
        with strict.test_request_context():
            path = rule.build(values, append_unknown=False)
        method = min(rule.methods or ())
        assert path is not None
        if alice.client.open(path[1], method=method).status_code != 429:
            free.add(rule.endpoint)
    assert free == {*ASSETS, "health.healthz", "health.readyz"}


def test_addresses_that_lead_nowhere_are_not_free(strict: Flask, cast: Cast) -> None:
    client = strict.test_client()
    assert {client.get("/no/such/page").status_code for _ in range(FEW)} == {404}
    assert client.get("/no/other/page").status_code == 429


def test_the_work_of_a_project_has_a_bound(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "MOST_OF_PROJECT", 3)
    for _ in range(3):
        jobs.enqueue(session, cast.alice, cast.project.id, JobKind.BUILD_REPORT, {})
    with pytest.raises(TooManyAttempts) as refused:
        jobs.enqueue(session, cast.bob, cast.project.id, JobKind.BUILD_REPORT, {})
    assert "3 jobs of this project" in str(refused.value)
    jobs.enqueue(session, cast.bob, cast.project.id, JobKind.FOLLOW_ROUTE, {})


def test_the_work_of_a_person_has_a_bound(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "MOST_OF_PERSON", 2)
    for _ in range(2):
        jobs.enqueue(session, cast.bob, cast.project.id, JobKind.BUILD_REPORT, {})
    with pytest.raises(TooManyAttempts):
        jobs.enqueue(session, cast.bob, cast.project.id, JobKind.IMPORT_SCAN, {})
    jobs.enqueue(session, cast.alice, cast.project.id, JobKind.IMPORT_SCAN, {})
