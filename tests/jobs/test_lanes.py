"""What waits for others never stands before our own work, and nobody's jobs before all others'."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from threading import Event

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from checklist_app.config import AllowedHost, Config
from checklist_app.domain.errors import Conflict
from checklist_app.domain.lanes import KINDS, Lane, lane_of
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import JobKind, JobState, Outcome
from checklist_app.domain.webhooks import MOST_WAITING_OF_HOOK, DeliveryState, HookEvent
from checklist_app.jobs.transactions import in_transaction
from checklist_app.models import Finding, Job, Webhook, WebhookDelivery
from checklist_app.queries.access import ProjectAccess, open_project
from checklist_app.queries.operation import operation_state
from checklist_app.services import jobs, webhook_events, webhooks
from checklist_app.services.clock import now
from checklist_app.services.resources import Resources
from checklist_app.services.scans import import_report, take_reports
from checklist_app.services.verdicts import record_verdict
from checklist_app.services.webhooks import HookTerms
from tests.cast import Cast, item, make_checklist
from tests.jobs.scan_files import sarif
from tests.jobs.test_kill import running_worker, stored
from tests.listener import Listener, listening
from tests.waiting import wait_until

LEASE = timedelta(seconds=30)
MANY = 15_000


def silent(_connection: object, closing: Event) -> None:
    closing.wait()


@pytest.fixture
def receiver() -> Iterator[Listener]:
    with listening() as made:
        yield made


@pytest.fixture
def config(config: Config, receiver: Listener) -> Config:
    allowed = frozenset({AllowedHost("http", "localhost", receiver.port)})
    return replace(config, outbound_allowed_hosts=allowed)


def add_hook(
    session: Session, config: Config, access: ProjectAccess, receiver: Listener
) -> Webhook:
    terms = HookTerms(f"http://localhost:{receiver.port}/hook", ["verdict"])
    hook, _ = webhooks.add_webhook(session, config, webhooks.of_project(access), terms)
    return hook


def add_import(
    session: Session, resources: Resources, access: ProjectAccess, results: int = 3
) -> Job:
    data = sarif(results)
    (taken,) = take_reports(resources.store, resources.config, "trial.sarif", BytesIO(data))
    return import_report(session, access, resources.config, taken)[1]


def charlies(session: Session, cast: Cast) -> ProjectAccess:
    return open_project(session, cast.charlie, "ajeno")


def claimed(resources: Resources, *lanes: Lane) -> jobs.Claim | None:
    return in_transaction(resources, lambda session: jobs.claim(session, LEASE, lanes or Lane))


def test_every_kind_of_job_waits_in_one_lane() -> None:
    assert sorted(kind for kinds in KINDS.values() for kind in kinds) == sorted(JobKind)
    assert all(kind in KINDS[lane_of(kind)] for kind in JobKind)


def test_a_host_that_is_silent_holds_up_no_import_of_anybody(
    resources: Resources, session: Session, cast: Cast, config: Config, receiver: Listener
) -> None:
    """Three webhooks to a silent host, four verdicts: twelve messages, 15 seconds each."""
    receiver.script = silent
    alice = cast.access("alice")
    for _ in range(3):
        add_hook(session, config, alice, receiver)
    checklist = make_checklist(session, alice)
    for version in range(1, 5):
        opened = item(session, alice, checklist, "IN-01")
        record_verdict(session, opened, outcome=Outcome.FAIL, rationale="Seen", row_version=version)
        session.flush()
    session.commit()

    with running_worker(config):
        wait_until("the silent host is called", lambda: receiver.connections > 0)
        job = add_import(session, resources, charlies(session, cast))
        session.commit()
        wait_until("the import is done", lambda: stored(resources, job).state.is_over)

        session.expire_all()
        states = select(Job.state).where(Job.kind == JobKind.SEND_WEBHOOK)
        held = session.scalars(states).all()
        session.rollback()
    assert stored(resources, job).state is JobState.DONE
    assert len(held) == 12
    assert JobState.RUNNING in held
    assert JobState.DONE not in held


def test_a_long_import_holds_up_no_message(
    resources: Resources, session: Session, cast: Cast, config: Config, receiver: Listener
) -> None:
    hook = add_hook(session, config, charlies(session, cast), receiver)
    job = add_import(session, resources, cast.access("carla"), MANY)
    webhooks.ping(session, webhooks.of_project(charlies(session, cast)), hook.id)
    session.commit()

    with running_worker(config):
        wait_until("the message is there", lambda: bool(receiver.requests))
        assert not stored(resources, job).state.is_over
    assert session.scalar(select(func.count()).select_from(Finding)) == 0


def test_projects_take_turns(resources: Resources, session: Session, cast: Cast) -> None:
    first = [add_import(session, resources, cast.access("carla"), 3 + n).id for n in range(3)]
    session.commit()
    second = add_import(session, resources, charlies(session, cast)).id
    session.commit()

    order = []
    while (claim := claimed(resources, Lane.WORK)) is not None:
        order.append(claim.job_id)
        held = claim
        in_transaction(resources, lambda s: jobs.finish(s, held, text("Done.")))  # noqa: B023

    assert order == [first[0], second, *first[1:]]


def test_a_second_worker_serves_who_has_nothing_running(
    resources: Resources, session: Session, cast: Cast
) -> None:
    for n in range(3):
        add_import(session, resources, cast.access("carla"), 3 + n)
    other = add_import(session, resources, charlies(session, cast))
    session.commit()

    both = [claimed(resources, Lane.WORK), claimed(resources, Lane.WORK)]

    assert other.id in [claim.job_id for claim in both if claim]


def test_one_webhook_is_called_once_at_a_time_and_another_meanwhile(
    resources: Resources, session: Session, cast: Cast, config: Config, receiver: Listener
) -> None:
    alice = cast.access("alice")
    slow, other = (add_hook(session, config, alice, receiver) for _ in range(2))
    for hook in (slow, slow, other):
        webhook_events.queue(session, hook, HookEvent.PING, {})
    session.commit()

    held = [claimed(resources, Lane.DELIVERIES) for _ in range(3)]
    assert claimed(resources, Lane.WORK, Lane.MAIL) is None

    called = [session.get_one(Job, claim.job_id).webhook_id for claim in held if claim]
    assert sorted(called, key=str) == sorted([slow.id, other.id], key=str)
    assert held[2] is None


def test_the_message_of_another_project_does_not_wait_for_those_of_the_first(
    resources: Resources, session: Session, cast: Cast, config: Config, receiver: Listener
) -> None:
    for _ in range(4):
        hook = add_hook(session, config, cast.access("alice"), receiver)
        webhook_events.queue(session, hook, HookEvent.PING, {})
    session.commit()
    theirs = add_hook(session, config, charlies(session, cast), receiver)
    webhook_events.queue(session, theirs, HookEvent.PING, {})
    session.commit()

    held = [claimed(resources, Lane.DELIVERIES) for _ in range(2)]

    assert theirs.id in [session.get_one(Job, claim.job_id).webhook_id for claim in held if claim]


def test_what_comes_when_too_many_wait_is_noted_as_not_sent(
    resources: Resources, session: Session, cast: Cast, config: Config, receiver: Listener
) -> None:
    alice = cast.access("alice")
    full, other = (add_hook(session, config, alice, receiver) for _ in range(2))
    for _ in range(MOST_WAITING_OF_HOOK):
        webhook_events.queue(session, full, HookEvent.PING, {})
    refused = webhook_events.queue(session, full, HookEvent.PING, {})
    taken = webhook_events.queue(session, other, HookEvent.PING, {})

    assert (refused.state, taken.state) == (DeliveryState.FAILED, DeliveryState.WAITING)
    assert refused.trouble is not None
    waiting = select(func.count()).where(Job.webhook_id == full.id)
    assert session.scalar(waiting) == MOST_WAITING_OF_HOOK
    with pytest.raises(Conflict):
        webhooks.redeliver(session, webhooks.of_project(alice), full.id, refused.public_id)
    session.query(WebhookDelivery).filter_by(webhook_id=full.id).update(
        {"state": DeliveryState.DELIVERED}
    )
    webhooks.redeliver(session, webhooks.of_project(alice), full.id, refused.public_id)


def test_a_call_whose_worker_died_is_made_again(
    resources: Resources, session: Session, cast: Cast, config: Config, receiver: Listener
) -> None:
    hook = add_hook(session, config, cast.access("alice"), receiver)
    webhook_events.queue(session, hook, HookEvent.PING, {})
    session.commit()
    first = claimed(resources, Lane.DELIVERIES)
    assert first is not None

    def lapse(other: Session) -> None:
        other.get_one(Job, first.job_id).lease_until = now() - timedelta(seconds=1)

    in_transaction(resources, lapse)
    again = claimed(resources, Lane.DELIVERIES)

    assert again is not None
    assert again.job_id == first.job_id


def test_an_operator_is_not_alarmed_by_the_silence_of_others(
    resources: Resources, session: Session, cast: Cast, config: Config, receiver: Listener
) -> None:
    hook = add_hook(session, config, cast.access("alice"), receiver)
    webhook_events.queue(session, hook, HookEvent.PING, {})
    session.flush()
    later = now() + timedelta(hours=1)
    assert operation_state(session, later, LEASE).oldest_due == 0

    add_import(session, resources, cast.access("carla"))
    session.flush()

    assert operation_state(session, later, LEASE).oldest_due > 3000
