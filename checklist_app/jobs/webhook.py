"""Sending one message to another system, and looking whether there is one about the gate."""

from __future__ import annotations

from collections import Counter

from sqlalchemy.orm import Session

from checklist_app.domain.errors import JobFailed, NotFound, TryLater
from checklist_app.domain.gate import GatePolicy
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import Role
from checklist_app.domain.webhooks import DeliveryState, HookEvent
from checklist_app.jobs.running import RunningJob
from checklist_app.jobs.transactions import in_transaction
from checklist_app.models import Project
from checklist_app.outbound.call import NoAnswer, post
from checklist_app.outbound.destination import Refused
from checklist_app.queries.access import ProjectAccess
from checklist_app.queries.gate import judge, own_policy
from checklist_app.queries.people import actor_of
from checklist_app.services import jobs, webhook_attempts, webhook_events
from checklist_app.services.clock import now
from checklist_app.services.resources import Resources
from checklist_app.services.webhook_attempts import Outcome, Outgoing


def send_webhook(running: RunningJob) -> None:
    """Send a message once; what was not taken is tried again later by the job table."""
    resources, claimed = running.resources, running.claim
    delivery_id = int(claimed.payload["delivery_id"])
    config = resources.config
    outgoing = in_transaction(
        resources, lambda session: webhook_attempts.prepare(session, config, delivery_id)
    )
    if outgoing is None:
        in_transaction(resources, lambda session: _drop(session, running, delivery_id))
        return
    outcome = _attempt(resources, outgoing)

    def end(session: Session) -> DeliveryState | None:
        state = webhook_attempts.note_attempt(session, config, delivery_id, outcome)
        if state in (DeliveryState.DELIVERED, None):
            jobs.finish(session, claimed, text("Done."))
        return state

    state = in_transaction(resources, end)
    if state is DeliveryState.WAITING:
        raise TryLater(text("The message was not taken; it is sent again later."))
    if state is DeliveryState.FAILED:
        raise JobFailed(text("The message was not taken, and is not sent again by itself."))


def watch_gate(running: RunningJob) -> None:
    """Tell who wants to know when the gate of a project opens or closes."""
    claimed = running.claim

    def look(session: Session) -> None:
        project = session.get_one(Project, claimed.project_id)
        hooks = webhook_events.listening(session, project.id)
        asking = next((hook for hook in hooks if HookEvent.GATE in hook.events), None)
        if asking is not None:
            access = ProjectAccess(actor_of(asking.created_by), project, Role.VIEWER)
            _judge(session, access)
        jobs.finish(session, claimed, text("Done."))

    in_transaction(running.resources, look)


def _judge(session: Session, access: ProjectAccess) -> None:
    policy = own_policy(session, access) or GatePolicy()
    try:
        found = judge(session, access, policy, access.project.language, now())
    except NotFound:
        return  # there is no checklist, and so no gate
    counted = Counter(one.rule for one in found.obstacles)
    webhook_events.tell_gate(
        session, access.project, {rule.value: counted[rule] for rule in policy.rules}
    )


def _attempt(resources: Resources, outgoing: Outgoing) -> Outcome:
    try:
        answer = post(resources.config, outgoing.url, outgoing.body, outgoing.headers)
    except Refused as error:
        return Outcome(trouble=error.text, is_final=True)
    except NoAnswer as error:
        return Outcome(trouble=error.text)
    return Outcome(answer.status, answer.body, answer.milliseconds)


def _drop(session: Session, running: RunningJob, delivery_id: int) -> None:
    webhook_attempts.drop(session, delivery_id)
    jobs.finish(session, running.claim, text("Done."))
