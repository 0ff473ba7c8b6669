"""What is put into the transaction of a call before it, so that a guard within a project shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from sqlalchemy.orm import Session

from checklist_app.domain.scopes import Scope
from checklist_app.domain.vocabulary import FindingMark, JobKind, ProofPurpose, ReviewStage
from checklist_app.domain.webhooks import MOST_WAITING_OF_HOOK, DeliveryState, HookEvent
from checklist_app.models import (
    ChecklistItem,
    Evidence,
    EvidenceLink,
    Finding,
    FindingSighting,
    Job,
    PendingProof,
    Project,
    Remediation,
    ScanImport,
    ScanScope,
    TokenFamily,
    Verdict,
    VerdictReview,
    WebhookDelivery,
)
from checklist_app.queries.access import ItemAccess, ProjectAccess
from checklist_app.queries.round_plans import Former
from checklist_app.services import access_tokens, external_people
from checklist_app.services.clock import now, today
from checklist_app.services.evidence import link_evidence
from checklist_app.services.finding_rows import row_of
from checklist_app.services.identity_tokens import Claims
from checklist_app.services.jobs import MOST_OF_PROJECT
from checklist_app.services.sessions import Origin
from tests.house.caller import Caller
from tests.web.stage import finding


def with_four_eyes(caller: Caller) -> ProjectAccess:
    """Return a project where a second person has accepted every verdict."""
    caller.project.four_eyes = True
    for item in caller.session.query(ChecklistItem).filter_by(checklist_id=caller.checklist.id):
        item.review_stage = ReviewStage.ACCEPTED
    caller.session.flush()
    return caller.access


def with_only_ones_own_eyes(caller: Caller) -> ProjectAccess:
    """Return a project where whoever is about to sign has accepted everything themselves."""
    for verdict in caller.session.query(Verdict).filter_by(item_id=caller.item.id):
        review = VerdictReview(
            verdict_id=verdict.id,
            decision=ReviewStage.ACCEPTED,
            reviewer_id=caller.user.id,
            reviewed_at=now(),
        )
        caller.session.add(review)
    return with_four_eyes(caller)


def scan_evidence(caller: Caller) -> Evidence:
    return caller.session.get_one(Evidence, caller.scan_import.evidence_id)


def linked_elsewhere(caller: Caller) -> ItemAccess:
    """Let another item rest on the scan; return the one that everything is about."""
    link_evidence(caller.session, caller.open_item("IN-02"), caller.scan_import.evidence_id)
    return caller.opened


def seen_elsewhere(caller: Caller) -> ItemAccess:
    """Let another scan have seen another finding; return an item without any evidence."""
    scope = another_scope(caller)
    again = imported_again(caller, evidence_id=caller.own["evidence_id"])
    again.scope_id, again.finished_at = scope.id, now()
    other = caller.own["other_finding_id"]
    caller.session.add(FindingSighting(scope_id=scope.id, finding_id=other, is_present=True))
    caller.session.flush()
    return caller.open_item("AC-01")


def without_a_plan(caller: Caller) -> ProjectAccess:
    """Let the item that everything is about be a gap that nobody plans to close."""
    caller.session.query(Remediation).filter_by(item_id=caller.item.id).delete()
    return caller.access


def next_items(caller: Caller) -> dict[str, int]:
    return {"AC-01": caller.open_item("AC-01").item.id}


def next_plan(caller: Caller) -> Any:
    """Return the plan of a round in which an item continues the one that everything is about."""
    former = Former(caller.item.id, "IN-01", caller.item.outcome, 1)
    return SimpleNamespace(sources=lambda _: [(former, None)], carried=lambda _: former)


def links_of(caller: Caller, identifier: str) -> int:
    item = caller.open_item(identifier).item
    return caller.session.query(EvidenceLink).filter_by(item_id=item.id).count()


def what_the_neighbour_found(_: Caller) -> list[dict[str, Any]]:
    found = replace(finding("new"), fingerprint=64 * "c")
    return [row_of(found, is_routed=True)]


def another_scope(caller: Caller) -> ScanScope:
    scope = ScanScope(
        project_id=caller.project.id, digest=64 * "e", tool="x", target="x", environment="x"
    )
    caller.session.add(scope)
    caller.session.flush()
    return scope


def imported_again(caller: Caller, **otherwise: Any) -> ScanImport:
    """Return an import that has not been read yet, of the same file unless it says otherwise."""
    before = caller.scan_import
    told = {
        name: getattr(before, name)
        for name in ("project_id", "evidence_id", "environment", "named_format", "imported_by_id")
    }
    again = ScanImport(**{**told, **otherwise}, account={}, created_at=now())
    caller.session.add(again)
    caller.session.flush()
    return again


def waiting_messages(caller: Caller, hook_id: int) -> int:
    """Let as many messages of a webhook wait as may; return the key of another webhook."""
    caller.session.add_all(
        WebhookDelivery(
            webhook_id=hook_id,
            public_id=f"waits-{number}",
            event=HookEvent.PING,
            data={},
            state=DeliveryState.WAITING,
            created_at=now(),
        )
        for number in range(MOST_WAITING_OF_HOOK)
    )
    caller.session.flush()
    return int(caller.own["hook_id"])


def told_by(caller: Caller, hook_id: int) -> Any:
    """Let another webhook know of every waiver already; return one's own."""
    caller.session.add_all(
        WebhookDelivery(
            webhook_id=hook_id,
            public_id=f"told-{number}",
            event=HookEvent.WAIVER_EXPIRY,
            subject=f"waiver-{number}",
            data={},
            state=DeliveryState.FAILED,
            created_at=now(),
        )
        for number in range(9)
    )
    caller.session.flush()
    return caller.hook


def waiting_jobs(caller: Caller, project_id: int | None, user_id: int | None) -> Any:
    """Let as many jobs wait as a project, and a person, may have; return who asks for another."""
    caller.session.add_all(
        Job(
            kind=JobKind.IMPORT_SCAN,
            project_id=project_id,
            created_by_id=user_id,
            payload={},
            run_after=now(),
            created_at=now(),
        )
        for _ in range(MOST_OF_PROJECT)
    )
    caller.session.flush()
    return caller.actor


def anothers_proof(caller: Caller) -> PendingProof:
    return PendingProof(
        purpose=ProofPurpose.ENROL_PASSKEY,
        user_id=caller.person("charlie").user_id,
        token_sha256=64 * "0",
        challenge="AA",
        created_at=now(),
        expires_at=now(),
    )


def anothers_token(caller: Caller) -> str:
    """Return a token of one's own whose sign-in is of somebody else by now."""
    issued = access_tokens.open_family(
        caller.session, caller.config, caller.user, [Scope.PROJECT_READ], Origin("", "")
    )
    family = caller.session.query(TokenFamily).order_by(TokenFamily.id.desc()).first()
    assert family is not None
    family.user_id = caller.person("charlie").user_id
    caller.session.flush()
    caller.session.expire(family)
    return issued.access_token


def anothers_identity(caller: Caller) -> Claims:
    claims = Claims("https://sso.example.org", "c", "c@example.org", True, "C", frozenset(), False)
    theirs = caller.person("charlie").user_id
    external_people._add(caller.session, theirs, claims)
    return claims


def nobody_signs_in(caller: Caller) -> Any:
    """Return somebody without a password, a passkey or a provider."""
    bob = caller.session.get_one(type(caller.user), caller.person("bob").user_id)
    bob.password_hash = None
    return bob


def ended_acceptances(caller: Caller) -> Session:
    """Let the acceptance of a finding of each project have ended; return the transaction."""
    for project in caller.session.query(Project):
        found = caller.session.query(Finding).filter_by(project_id=project.id).first()
        assert found is not None
        found.mark, found.marked_until = FindingMark.ACCEPTED, today() - timedelta(days=2)
    caller.session.flush()
    return caller.session
