"""The items of a snapshot; each kind of thing said of them is one query over all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, aliased

from checklist_app.domain.snapshot_facts import (
    ItemFacts,
    RemediationFacts,
    SectionFacts,
    WaiverFacts,
)
from checklist_app.domain.snapshot_findings import FindingFacts
from checklist_app.domain.standards import Feature
from checklist_app.domain.tailoring import FEATURE_NAMES
from checklist_app.domain.text import Text, text
from checklist_app.domain.vocabulary import Language, Outcome, ReviewStage, Severity
from checklist_app.models import (
    Checklist,
    ChecklistItem,
    EvidenceLink,
    Remediation,
    Requirement,
    RequirementText,
    User,
    Verdict,
    VerdictReview,
    Waiver,
)
from checklist_app.queries.snapshot_findings import (
    Proposal,
    SetAside,
    proposals,
    set_aside_facts,
)

STANDARD_NAMES: Mapping[str, str] = {
    "owasp-asvs": "OWASP ASVS",
    "owasp-top10": "OWASP Top 10",
    "owasp-masvs": "OWASP MASVS",
    "owasp-api-top10": "OWASP API Security Top 10",
    "owasp-mobile-top10": "OWASP Mobile Top 10",
    "owasp-k8s-top10": "OWASP Kubernetes Top 10",
    "owasp-llm-top10": "OWASP Top 10 for LLM Applications",
    "owasp-proactive-controls": "OWASP Proactive Controls",
    "owasp-wstg": "OWASP WSTG",
    "owasp-base": "OWASP base",
}

PROPOSALS: Mapping[Outcome, Callable[..., Text]] = {
    Outcome.FAIL: lambda **params: text(
        "Scanners propose “fail”: %(count)s findings, the worst one %(severity)s.", **params
    ),
    Outcome.PARTIAL: lambda **params: text(
        "Scanners propose “partial”: %(count)s findings, the worst one %(severity)s.", **params
    ),
}
SEVERITY_WORDS: Mapping[Severity, Text] = {
    Severity.CRITICAL: text("critical"),
    Severity.HIGH: text("high"),
    Severity.MEDIUM: text("medium"),
    Severity.LOW: text("low"),
    Severity.INFO: text("informative"),
}


@dataclass(frozen=True, slots=True)
class _Said:
    """Everything that people and tools said, by item id."""

    verdicts: Mapping[int, tuple[Verdict, str, tuple[str, datetime] | None]]
    evidence: Mapping[int, tuple[int, ...]]
    proposals: Mapping[int, Proposal]
    remediations: Mapping[int, RemediationFacts]
    waivers: Mapping[int, WaiverFacts]
    set_aside: Mapping[int, tuple[FindingFacts, ...]]
    set_aside_count: Mapping[int, int]


def snapshot_sections(
    session: Session,
    checklist: Checklist,
    language: Language,
    say: Callable[[Text], str],
    set_aside: SetAside,
    today: date,
) -> tuple[SectionFacts, ...]:
    """Return the checklist's sections with their items, in the order of the standard.

    Seven queries, however many items there are, and one for a thousand findings set aside.

    Args:
        session: read from only.
        checklist: whose items they are.
        language: of the standard's texts.
        say: translates into ``language``.
        set_aside: what people set aside, by item.
        today: decides which acceptances are over.
    """
    said = _Said(
        verdicts=_verdicts(session, checklist),
        evidence=_evidence(session, checklist),
        proposals=proposals(session, checklist, today),
        remediations=_remediations(session, checklist),
        waivers=_waivers(session, checklist),
        set_aside=set_aside_facts(session, set_aside, today),
        set_aside_count={item_id: len(ids) for item_id, ids in set_aside.items()},
    )
    by_section: dict[int, list[ItemFacts]] = defaultdict(list)
    for item, requirement, words in session.execute(
        select(ChecklistItem, Requirement, RequirementText)
        .join(Requirement, Requirement.id == ChecklistItem.requirement_id)
        .join(RequirementText, RequirementText.requirement_id == Requirement.id)
        .where(ChecklistItem.checklist_id == checklist.id, RequirementText.language == language)
        .order_by(ChecklistItem.position)
    ):
        facts = _item(item, requirement, words, said, say)
        by_section[requirement.parent_id or 0].append(facts)
    sections = session.execute(
        select(Requirement, RequirementText)
        .join(RequirementText, RequirementText.requirement_id == Requirement.id)
        .where(
            Requirement.standard_id == checklist.standard_id,
            ~Requirement.is_leaf,
            RequirementText.language == language,
        )
        .order_by(Requirement.position)
    )
    return tuple(
        SectionFacts(
            identifier=section.identifier,
            title=words.title,
            intro=words.statement,
            items=tuple(by_section[section.id]),
        )
        for section, words in sections
        if section.id in by_section
    )


def _item(
    item: ChecklistItem,
    requirement: Requirement,
    words: RequirementText,
    said: _Said,
    say: Callable[[Text], str],
) -> ItemFacts:
    verdict, author, acceptance = said.verdicts.get(item.id, (None, "", None))
    proposal = said.proposals.get(item.id)
    findings = proposal.findings if proposal else ()
    aside = said.set_aside.get(item.id, ())
    return ItemFacts(
        identifier=requirement.identifier,
        title=words.title,
        statement=words.statement,
        level=requirement.level,
        outcome=item.outcome,
        left_reason=item.left_reason,
        rationale=verdict.rationale if verdict else "",
        assessed_by=author,
        assessed_at=verdict.recorded_at if verdict else None,
        evidence=said.evidence.get(item.id, ()),
        findings=findings,
        findings_left_out=proposal.total - len(findings) if proposal else 0,
        suggestion=_sentence(proposal, say) if proposal else "",
        remediation=said.remediations.get(item.id),
        waiver=said.waivers.get(item.id),
        cwes=tuple(sorted(requirement.cwes)),
        references=tuple(_reference(reference) for reference in requirement.references),
        missing=tuple(say(FEATURE_NAMES[Feature(name)]) for name in item.missing_features or ()),
        is_carried=verdict.is_carried if verdict else False,
        accepted_by=acceptance[0] if acceptance else "",
        accepted_at=acceptance[1] if acceptance else None,
        set_aside=aside,
        set_aside_left_out=said.set_aside_count.get(item.id, 0) - len(aside),
    )


def _sentence(proposal: Proposal, say: Callable[[Text], str]) -> str:
    worst = min((finding.severity for finding in proposal.findings), key=lambda s: s.rank)
    message = PROPOSALS.get(proposal.outcome, PROPOSALS[Outcome.PARTIAL])
    return say(message(count=proposal.total, severity=say(SEVERITY_WORDS[worst])))


def _reference(reference: Mapping[str, Any]) -> str:
    standard = str(reference["standard"])
    name = STANDARD_NAMES.get(standard, standard)
    return f"{name} {reference['version']} {reference['identifier']}"


def _verdicts(
    session: Session, checklist: Checklist
) -> dict[int, tuple[Verdict, str, tuple[str, datetime] | None]]:
    """Return each item's newest verdict, its author, and who accepted it when."""
    reviewer = aliased(User)
    is_acceptance = and_(
        VerdictReview.verdict_id == Verdict.id, VerdictReview.decision == ReviewStage.ACCEPTED
    )
    rows = session.execute(
        select(Verdict, User.name, reviewer.name, VerdictReview.reviewed_at)
        .join(ChecklistItem, ChecklistItem.id == Verdict.item_id)
        .join(User, User.id == Verdict.author_id)
        .outerjoin(VerdictReview, is_acceptance)
        .outerjoin(reviewer, reviewer.id == VerdictReview.reviewer_id)
        .where(
            ChecklistItem.checklist_id == checklist.id,
            Verdict.number == ChecklistItem.verdict_number,
        )
    )
    return {
        verdict.item_id: (verdict, author, (by, at) if by else None)
        for verdict, author, by, at in rows
    }


def _evidence(session: Session, checklist: Checklist) -> dict[int, tuple[int, ...]]:
    found: dict[int, tuple[int, ...]] = {}
    for item_id, evidence_id in session.execute(
        select(EvidenceLink.item_id, EvidenceLink.evidence_id)
        .join(ChecklistItem, ChecklistItem.id == EvidenceLink.item_id)
        .where(ChecklistItem.checklist_id == checklist.id)
        .order_by(EvidenceLink.evidence_id)
    ):
        found[item_id] = (*found.get(item_id, ()), evidence_id)
    return found


def _remediations(session: Session, checklist: Checklist) -> dict[int, RemediationFacts]:
    rows = session.execute(
        select(Remediation, User.name)
        .join(ChecklistItem, ChecklistItem.id == Remediation.item_id)
        .join(User, User.id == Remediation.owner_id)
        .where(ChecklistItem.checklist_id == checklist.id)
    )
    return {
        row.item_id: RemediationFacts(
            plan=row.plan, owner=owner, due_on=row.due_on, status=row.status
        )
        for row, owner in rows
    }


def _waivers(session: Session, checklist: Checklist) -> dict[int, WaiverFacts]:
    """Return the last waiver of each item that was not revoked, in force or not."""
    rows = session.execute(
        select(Waiver, User.name)
        .join(ChecklistItem, ChecklistItem.id == Waiver.item_id)
        .join(User, User.id == Waiver.approved_by_id)
        .where(ChecklistItem.checklist_id == checklist.id, Waiver.revoked_at.is_(None))
        .order_by(Waiver.expires_on, Waiver.id)
    )
    return {
        waiver.item_id: WaiverFacts(
            justification=waiver.justification,
            approved_by=approver,
            granted_at=waiver.created_at,
            expires_on=waiver.expires_on,
        )
        for waiver, approver in rows
    }
