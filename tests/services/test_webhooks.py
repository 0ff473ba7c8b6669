"""Webhooks: what is sent, to whom, how it is proved, and when it ends; with a real receiver."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.config import AllowedHost, Config
from checklist_app.domain.errors import Conflict, Forbidden, InvalidInput, NotFound
from checklist_app.domain.gate import GatePolicy
from checklist_app.domain.vocabulary import JobState, Outcome
from checklist_app.domain.webhooks import (
    FAILING_DAYS,
    MOST_ATTEMPTS,
    DeliveryState,
    HookEvent,
    delay_after,
    signature,
)
from checklist_app.jobs.worker import Worker
from checklist_app.models import Checklist, Event, Job, Webhook, WebhookDelivery
from checklist_app.services import jobs, remediation, verdicts, webhook_events, webhooks
from checklist_app.services.clock import now, pretend, today
from checklist_app.services.gate import set_gate_policy
from checklist_app.services.resources import Resources
from checklist_app.services.webhooks import HookTerms
from tests.cast import Cast, item, make_checklist
from tests.listener import Listener, listening, says
from tests.locks import on_mariadb

DOCUMENT = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text("utf-8")
REFUSED = b'HTTP/1.1 500 No\r\nContent-Length: 33\r\n\r\n{"password": "hunter2-very-long"}'


@pytest.fixture
def receiver() -> Iterator[Listener]:
    with listening() as made:
        yield made


@pytest.fixture
def config(config: Config, receiver: Listener) -> Config:
    allowed = frozenset({AllowedHost("http", "localhost", receiver.port)})
    return replace(config, outbound_allowed_hosts=allowed)


@pytest.fixture
def worker(resources: Resources) -> Worker:
    return Worker(resources)


def add(
    session: Session, config: Config, cast: Cast, receiver: Listener, *events: str
) -> tuple[Webhook, str]:
    terms = HookTerms(f"http://localhost:{receiver.port}/hook", events or ("verdict",))
    place = webhooks.of_project(cast.access("martha"))
    made = webhooks.add_webhook(session, config, place, terms)
    session.commit()
    return made


def record(session: Session, cast: Cast, outcome: Outcome = Outcome.FAIL) -> None:
    """Start a checklist and give a verdict in it."""
    alice = cast.access("alice")
    opened = item(session, alice, make_checklist(session, alice), "IN-01")
    verdicts.record_verdict(
        session,
        opened,
        outcome=outcome,
        rationale="A secret reason",
        row_version=opened.item.row_version,
    )
    session.commit()


def work(worker: Worker) -> None:
    while worker.work_once():
        pass


def bodies(receiver: Listener) -> list[dict[str, Any]]:
    return [json.loads(one.partition(b"\r\n\r\n")[2]) for one in receiver.requests]


def headers(request: bytes) -> dict[str, str]:
    lines = request.partition(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
    return dict(line.split(": ", 1) for line in lines)


def only(session: Session) -> WebhookDelivery:
    session.expire_all()
    return session.scalars(select(WebhookDelivery)).one()


def test_a_verdict_is_told_with_numbers_and_a_link_and_proved_by_the_secret(
    session: Session, config: Config, cast: Cast, receiver: Listener, worker: Worker
) -> None:
    _, secret = add(session, config, cast, receiver)
    record(session, cast)
    work(worker)
    (sent,) = receiver.requests
    (body,) = bodies(receiver)
    assert body["data"] == {
        "checklist": 1,
        "requirement": "IN-01",
        "outcome": "fail",
        "verdict": 1,
    }
    assert body["url"] == "http://localhost/projects/banca/checklists/1/items/IN-01"
    assert (body["version"], body["event"], body["project"]) == (1, "verdict", "banca")
    assert b"secret reason" not in sent
    told = headers(sent)
    assert told["Checklist-Delivery"] == body["id"]
    signed = told["Checklist-Timestamp"].encode() + b"." + sent.partition(b"\r\n\r\n")[2]
    wanted = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    assert told["Checklist-Signature"] == f"v1={wanted}"
    row = only(session)
    assert (row.state, row.status, row.attempts) == (DeliveryState.DELIVERED, 204, 1)
    assert row.duration_ms is not None


def test_the_documented_check_takes_our_messages_and_no_others() -> None:
    found = re.search(r"<!-- example: verify -->\n```python\n(.*?)```", DOCUMENT, re.DOTALL)
    assert found is not None
    known: dict[str, Any] = {}
    exec(found[1], known)  # noqa: S102 - our own example
    moment, body = int(time.time()), b'{"a": 1}'
    sent = {
        "Checklist-Timestamp": str(moment),
        "Checklist-Signature": signature("whsec_x", moment, body),
    }
    is_ours = known["is_ours"]
    assert is_ours("whsec_x", sent, body)
    assert not is_ours("whsec_y", sent, body)
    assert not is_ours("whsec_x", sent, body + b" ")
    late = {
        "Checklist-Timestamp": str(moment - 600),
        "Checklist-Signature": signature("whsec_x", moment - 600, body),
    }
    assert not is_ours("whsec_x", late, body)


def test_the_secret_is_kept_sealed_and_told_once(
    session: Session, config: Config, cast: Cast, receiver: Listener
) -> None:
    hook, secret = add(session, config, cast, receiver)
    assert secret not in hook.secret
    events = session.scalars(select(Event).where(Event.name == "project:webhook:add")).all()
    assert [secret in json.dumps(event.details) for event in events] == [False]
    place = webhooks.of_project(cast.access("martha"))
    assert webhooks.renew_secret(session, config, place, hook.id) != secret


def test_who_does_not_want_it_is_not_told(
    session: Session, config: Config, cast: Cast, receiver: Listener, worker: Worker
) -> None:
    add(session, config, cast, receiver, "report")
    record(session, cast)
    work(worker)
    assert receiver.connections == 0


def test_the_gate_is_told_when_it_opens_or_closes_and_not_in_between(
    session: Session, config: Config, cast: Cast, receiver: Listener, worker: Worker
) -> None:
    add(session, config, cast, receiver, "gate")
    record(session, cast)
    work(worker)
    alice = cast.access("alice")
    set_gate_policy(session, alice, GatePolicy(no_unassessed=True))
    session.commit()
    work(worker)
    set_gate_policy(session, alice, GatePolicy(no_open_fail=False))
    session.commit()
    work(worker)
    assert [body["data"] for body in bodies(receiver)] == [
        {"open": False, "counts": {"open-fail": 1}},
        {"open": True, "counts": {}},
    ]


def test_a_waiver_that_ends_soon_is_told_once(
    session: Session, config: Config, cast: Cast, receiver: Listener, worker: Worker
) -> None:
    add(session, config, cast, receiver, "waiver_expiry")
    record(session, cast)
    alice = cast.access("alice")
    opened = item(session, alice, verdict_checklist(session), "IN-01")
    last = today() + timedelta(days=5)
    remediation.grant_waiver(session, opened, justification="Behind a wall", expires_on=last)
    for _ in range(2):
        webhook_events.tell_time(session)
        session.commit()
        work(worker)
    (body,) = bodies(receiver)
    assert body["data"]["last_day"] == last.isoformat()


def verdict_checklist(session: Session) -> Checklist:
    return session.scalars(select(Checklist)).one()


def test_what_is_refused_is_tried_again_later_with_the_same_id_and_told_masked(
    session: Session, config: Config, cast: Cast, receiver: Listener, worker: Worker
) -> None:
    add(session, config, cast, receiver)
    receiver.script = says(REFUSED)
    record(session, cast)
    work(worker)
    row = only(session)
    assert (row.state, row.status, row.attempts) == (DeliveryState.WAITING, 500, 1)
    assert "hunter2" not in row.answer
    job = session.scalars(select(Job).where(Job.state == JobState.QUEUED)).one()
    assert timedelta(seconds=20) < job.run_after - now() <= delay_after(1)
    receiver.script = says(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    job.run_after = now()
    session.commit()
    work(worker)
    assert only(session).state is DeliveryState.DELIVERED
    first, second = bodies(receiver)
    assert first == second


def test_it_is_given_up_after_the_last_attempt_and_can_be_sent_again_by_hand(
    session: Session, config: Config, cast: Cast, receiver: Listener, worker: Worker
) -> None:
    hook, _ = add(session, config, cast, receiver)
    receiver.script = says(REFUSED)
    record(session, cast)
    only(session).attempts = MOST_ATTEMPTS - 1
    session.commit()
    work(worker)
    assert only(session).state is DeliveryState.FAILED
    receiver.script = says(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    place = webhooks.of_project(cast.access("martha"))
    webhooks.redeliver(session, place, hook.id, only(session).public_id)
    session.commit()
    work(worker)
    assert only(session).state is DeliveryState.DELIVERED
    assert bodies(receiver)[0] == bodies(receiver)[1]


def test_after_days_without_success_it_is_switched_off_and_that_is_written_down(
    session: Session, config: Config, cast: Cast, receiver: Listener, worker: Worker
) -> None:
    hook, _ = add(session, config, cast, receiver)
    hook.failing_since = now() - timedelta(days=FAILING_DAYS)
    receiver.script = says(REFUSED)
    record(session, cast)
    work(worker)
    session.expire_all()
    assert (hook.is_on, hook.disabled_at is not None) == (False, True)
    assert only(session).state is DeliveryState.FAILED
    names = session.scalars(select(Event.name)).all()
    assert "project:webhook:disable" in names
    with pytest.raises(Conflict):
        webhooks.ping(session, webhooks.of_project(cast.access("martha")), hook.id)
    terms = HookTerms(hook.url, ["verdict"], is_on=True)
    place = webhooks.of_project(cast.access("martha"))
    webhooks.change_webhook(session, config, place, hook.id, terms)
    again = session.get_one(Webhook, hook.id)
    assert (again.failing_since, again.disabled_at) == (None, None)


def test_an_address_that_leads_inside_is_refused_when_it_is_typed_and_when_it_is_called(
    session: Session, config: Config, cast: Cast, receiver: Listener, worker: Worker
) -> None:
    place = webhooks.of_project(cast.access("martha"))
    for url in ("https://169.254.169.254/", "https://0x7f.1/", "http://example.org/"):
        with pytest.raises(InvalidInput):
            webhooks.add_webhook(session, config, place, HookTerms(url, ["verdict"]))
    hook, _ = add(session, config, cast, receiver)
    hook.url = "https://localhost/hook"
    session.commit()
    record(session, cast)
    work(worker)
    row = only(session)
    assert (row.state, row.attempts, row.status) == (DeliveryState.FAILED, 1, None)
    assert row.trouble is not None
    assert receiver.connections == 0


@on_mariadb
def test_the_gate_is_not_looked_at_before_what_may_have_moved_it_is_there(
    session: Session, resources: Resources, cast: Cast
) -> None:
    def taken() -> bool:
        with resources.sessions.begin() as beside:
            return jobs.claim(beside, timedelta(minutes=1)) is not None

    webhook_events.watch_gate(session, cast.project.id)
    session.commit()
    webhook_events.watch_gate(session, cast.project.id)
    assert not taken()
    session.commit()
    assert [taken(), taken()] == [True, False]


def test_managers_manage_them_and_nobody_reaches_those_of_another_project(
    session: Session, config: Config, cast: Cast, receiver: Listener
) -> None:
    hook, _ = add(session, config, cast, receiver)
    with pytest.raises(Forbidden):
        webhooks.of_project(cast.access("bob"))
    with pytest.raises(Forbidden):
        webhooks.of_organisation(cast.alice)
    with pytest.raises(NotFound):
        webhooks.open_webhook(session, webhooks.of_organisation(cast.ada), hook.id)
    place = webhooks.of_organisation(cast.ada)
    with pytest.raises(InvalidInput):
        webhooks.add_webhook(session, config, place, HookTerms(hook.url, ["verdict"]))


def test_messages_of_a_month_ago_are_forgotten_but_not_what_is_told_once(
    session: Session, config: Config, cast: Cast, receiver: Listener
) -> None:
    hook, _ = add(session, config, cast, receiver)
    with pretend(now() - timedelta(days=40)):
        for subject in (None, "waiver-1"):
            row = webhook_events.queue(session, hook, HookEvent.PING, {}, subject=subject)
            row.state = DeliveryState.DELIVERED
    session.commit()
    webhooks.forget_old_deliveries(session)
    assert only(session).subject == "waiver-1"


def test_it_is_tried_for_about_half_a_day() -> None:
    waits = sum((delay_after(n) for n in range(1, MOST_ATTEMPTS)), timedelta())
    assert timedelta(hours=14) < waits < timedelta(hours=15)
