"""What the neighbour has besides: a row in every table that says whose it is.

Written as rows and not by the services, for they are only there to be read by mistake.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from checklist_app.domain.actor import Actor
from checklist_app.domain.alerts import AlertRule, AlertState, SecurityKind
from checklist_app.domain.vocabulary import (
    Change,
    FindingMark,
    JobKind,
    Language,
    Outcome,
    ProofPurpose,
    ReviewStage,
    Role,
    TokenPurpose,
)
from checklist_app.domain.webhooks import DeliveryState, HookEvent
from checklist_app.models import (
    AccessToken,
    Alert,
    Checklist,
    ChecklistItem,
    CodeGenerator,
    Finding,
    Group,
    GroupGrant,
    GroupPerson,
    ItemOrigin,
    Job,
    OfficialDocument,
    OneTimeLink,
    PendingProof,
    Requirement,
    SecurityEvent,
    SignOff,
    Suggestion,
    SuggestionFinding,
    TriageAction,
    Verdict,
    VerdictReview,
    Webhook,
    WebhookDelivery,
)
from checklist_app.services.clock import now
from checklist_app.services.secret_tokens import token_sha256
from checklist_app.services.webhooks import MOST_HOOKS

ONLY_THEIRS = "Propietarios"
"""A group that owns the neighbour's project; where there is no neighbour it is empty."""


def plenty(session: Session, owner: Actor, at: dict[str, Any]) -> dict[str, Any]:
    """Add what only the neighbour has, of their account and in their project."""
    moment = now()
    session.add_all(_of_the_person(owner, at, moment))
    session.add_all(_of_the_project(owner, at, moment))
    session.flush()
    _on_the_checklist(session, owner, at, moment)
    _in_a_group(session, owner, at)
    delivery = WebhookDelivery(
        webhook_id=at["hook_id"],
        public_id="a-message-of-the-neighbour",
        event=HookEvent.PING,
        data={},
        state=DeliveryState.FAILED,
        created_at=moment,
    )
    session.add(delivery)
    session.flush()
    return {"public_id": delivery.public_id}


def _of_the_person(owner: Actor, at: dict[str, Any], moment: datetime) -> list[Any]:
    later = moment + timedelta(hours=1)
    person: dict[str, Any] = {"user_id": owner.user_id}
    return [
        CodeGenerator(**person, sealed_secret="x", last_step=0, created_at=moment),
        OneTimeLink(
            **person,
            purpose=TokenPurpose.SET_PASSWORD,
            token_sha256=token_sha256("link"),
            created_at=moment,
            expires_at=later,
        ),
        PendingProof(
            **person,
            purpose=ProofPurpose.SECOND_FACTOR,
            token_sha256=token_sha256("step"),
            challenge="",
            created_at=moment,
            expires_at=later,
        ),
        AccessToken(family_id=at["family_id"], jti="jti", expires_at=later),
        Job(
            kind=JobKind.SEND_MAIL,
            payload={"to": "x"},
            run_after=moment,
            created_by_id=owner.user_id,
            created_at=moment,
        ),
        *(
            SecurityEvent(**person, kind=kind, happened_at=moment, details={})
            for kind in (SecurityKind.DOWNLOAD, SecurityKind.ROLE_RAISED)
        ),
        Alert(
            rule=AlertRule.ACCOUNT_ATTACKED,
            subject="x",
            window_at=moment,
            raised_at=moment,
            count=1,
            state=AlertState.ACKNOWLEDGED,
            acknowledged_by_id=owner.user_id,
        ),
    ]


def _of_the_project(owner: Actor, at: dict[str, Any], moment: datetime) -> list[Any]:
    hooks = [
        Webhook(
            project_id=at["project_id"],
            url="https://hooks.example.org/",
            events=["gate"],
            secret="",
            created_by_id=owner.user_id,
            created_at=moment,
        )
        for _ in range(MOST_HOOKS - 1)
    ]
    watch = Job(
        kind=JobKind.WATCH_GATE,
        project_id=at["project_id"],
        payload={},
        run_after=moment,
        created_at=moment,
    )
    return [*hooks, watch]


def _on_the_checklist(session: Session, owner: Actor, at: dict[str, Any], moment: datetime) -> None:
    """Judge, propose, assign, mark and sign on items of the neighbour's checklist."""
    checklist = session.get_one(Checklist, at["checklist_id"])
    of_list = session.query(ChecklistItem).filter_by(checklist_id=checklist.id)
    first, second, third, *_ = of_list.order_by(ChecklistItem.position)
    third.assignee_id, third.missing_features = owner.user_id, ["web"]
    finding = session.get_one(Finding, at["finding_id"])
    (link,) = session.query(SuggestionFinding).filter_by(finding_id=finding.id).limit(1)
    finding.mark = FindingMark.FALSE_POSITIVE
    suggestion = session.get_one(Suggestion, link.suggestion_id)
    suggestion.outcome = Outcome.FAIL
    session.get_one(ChecklistItem, suggestion.item_id).outcome = Outcome.PASS
    session.get_one(TriageAction, at["action_id"]).undone_by_id = owner.user_id
    verdict = session.query(Verdict).filter_by(item_id=first.id).one()
    requirement = session.query(Requirement).filter_by(is_leaf=True).first()
    assert requirement is not None
    session.add_all(
        [
            VerdictReview(
                verdict_id=verdict.id,
                decision=ReviewStage.ACCEPTED,
                reviewer_id=owner.user_id,
                reviewed_at=moment,
            ),
            SignOff(
                checklist_id=checklist.id,
                signer_id=owner.user_id,
                statement="x",
                signed_at=moment,
            ),
            ItemOrigin(item_id=second.id, from_item_id=first.id, change=Change.MOVED),
            OfficialDocument(
                standard_id=requirement.standard_id,
                language=Language.ES,
                edition="x",
                licence="x",
                file_name="x",
                file_format="x",
                sha256=64 * "0",
                imported_by_id=owner.user_id,
                imported_at=moment,
            ),
        ]
    )


def _in_a_group(session: Session, owner: Actor, at: dict[str, Any]) -> None:
    group = session.query(Group).filter_by(name=ONLY_THEIRS).one()
    session.add(GroupPerson(group_id=group.id, user_id=owner.user_id))
    session.add(GroupGrant(group_id=group.id, project_id=at["project_id"], role=Role.OWNER))
