"""The picture of a checklist that a report is made of, taken in a fixed number of queries."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from checklist_app.config import Config
from checklist_app.domain.snapshot import FORMAT, ReportSnapshot
from checklist_app.domain.snapshot_facts import (
    Assessor,
    ChecklistFacts,
    EvidenceFacts,
    ProjectFacts,
    SectionFacts,
    Signer,
    StandardFacts,
    VerdictChange,
)
from checklist_app.domain.standards import Feature
from checklist_app.domain.tailoring import FEATURE_NAMES
from checklist_app.domain.vocabulary import Language, Outcome, Role
from checklist_app.models import (
    Blob,
    Checklist,
    ChecklistItem,
    Evidence,
    EvidenceLink,
    Requirement,
    SignOff,
    Standard,
    User,
    Verdict,
)
from checklist_app.queries.access import ProjectAccess
from checklist_app.queries.gaps import checklist_gaps_over_time
from checklist_app.queries.members import roles_by_person
from checklist_app.queries.snapshot_findings import SetAside, marks_in_force, scan_imports
from checklist_app.queries.snapshot_items import snapshot_sections
from checklist_app.translation import translator


@dataclass(frozen=True, slots=True)
class Edition:
    """What tells one report from all others: number, public id, language and moment."""

    number: int
    public_id: str
    language: Language
    generated_at: datetime


def build_snapshot(
    session: Session,
    access: ProjectAccess,
    config: Config,
    checklist: Checklist,
    edition: Edition,
    set_aside: SetAside,
) -> ReportSnapshot:
    """Return everything that a report on ``checklist`` says; 17 queries whatever its size.

    Args:
        session: read from only.
        access: the project of the checklist.
        config: names the issuing organisation and the address of the verify page.
        checklist: open (the report is a draft) or signed off.
        edition: which report this is.
        set_aside: findings that people set aside, by the items to which they would speak.
    """
    language = edition.language
    say = translator(language)
    roles = roles_by_person(session, access)
    act = _sign_off(session, checklist, roles)
    changes, assessors = _verdict_history(session, checklist, roles)
    today = edition.generated_at.date()
    sections = snapshot_sections(session, checklist, language, say, set_aside, today)
    return ReportSnapshot(
        format=FORMAT,
        language=language,
        generated_at=edition.generated_at,
        organisation=config.organisation,
        number=edition.number,
        public_id=edition.public_id,
        verify_url=f"{config.base_url}/verify",
        project=_project(access),
        checklist=_checklist(session, checklist, edition, act[1] if act else None),
        assessors=assessors,
        signer=act[0] if act else None,
        sections=sections,
        evidence=_evidence(session, checklist, sections),
        scan_imports=scan_imports(session, access),
        verdict_changes=changes,
        gaps_over_time=checklist_gaps_over_time(session, checklist.id, edition.generated_at),
        marks=marks_in_force(session, access, today),
    )


def _project(access: ProjectAccess) -> ProjectFacts:
    project = access.project
    return ProjectFacts(
        slug=project.slug,
        name=project.name,
        description=project.description,
        scope=project.scope,
    )


def _checklist(
    session: Session, checklist: Checklist, edition: Edition, signed_off_at: datetime | None
) -> ChecklistFacts:
    standard = session.get_one(Standard, checklist.standard_id)
    words: Mapping[str, str] = standard.texts[edition.language.value]
    say = translator(edition.language)
    return ChecklistFacts(
        number=checklist.number,
        name=checklist.name,
        standard=StandardFacts(
            name=words["name"],
            version=standard.version,
            licence=standard.licence,
            attribution=words["attribution"],
            provenance=words["provenance"],
            source_url=standard.source_url,
        ),
        level=checklist.level,
        started_at=checklist.created_at,
        signed_off_at=signed_off_at,
        profile=None
        if checklist.features is None
        else tuple(say(FEATURE_NAMES[Feature(name)]) for name in checklist.features),
        above_level=_above_level(session, checklist),
    )


def _above_level(session: Session, checklist: Checklist) -> int:
    if checklist.level is None:
        return 0
    counted = session.scalar(
        select(func.count())
        .select_from(Requirement)
        .where(
            Requirement.standard_id == checklist.standard_id,
            Requirement.is_leaf,
            Requirement.level > checklist.level,
        )
    )
    return counted or 0


def _sign_off(
    session: Session, checklist: Checklist, roles: Mapping[int, Role]
) -> tuple[Signer, datetime] | None:
    row = session.execute(
        select(SignOff, User)
        .join(User, User.id == SignOff.signer_id)
        .where(SignOff.checklist_id == checklist.id)
    ).one_or_none()
    if row is None:
        return None
    act, person = row
    signer = Signer(
        name=person.name,
        email=person.email,
        role=roles.get(person.id),
        statement=act.statement,
    )
    return signer, act.signed_at


def _verdict_history(
    session: Session, checklist: Checklist, roles: Mapping[int, Role]
) -> tuple[tuple[VerdictChange, ...], tuple[Assessor, ...]]:
    """Return every verdict, oldest first, and whose verdicts count today."""
    latest: dict[str, Outcome] = {}
    current: Counter[tuple[int, str, str]] = Counter()
    changes = []
    for row in session.execute(
        select(
            Verdict.outcome,
            Verdict.number,
            Verdict.recorded_at,
            ChecklistItem.verdict_number,
            Requirement.identifier,
            User.id.label("author_id"),
            User.name.label("author"),
            User.email,
        )
        .join(ChecklistItem, ChecklistItem.id == Verdict.item_id)
        .join(Requirement, Requirement.id == ChecklistItem.requirement_id)
        .join(User, User.id == Verdict.author_id)
        .where(ChecklistItem.checklist_id == checklist.id)
        .order_by(Verdict.recorded_at, Verdict.id)
    ):
        before = latest.get(row.identifier)
        latest[row.identifier] = row.outcome
        changes.append(
            VerdictChange(row.recorded_at, row.author, row.identifier, before, row.outcome)
        )
        if row.number == row.verdict_number:
            current[row.author_id, row.author, row.email] += 1
    assessors = sorted(current.items(), key=lambda entry: (-entry[1], entry[0][1:]))
    return tuple(changes), tuple(
        Assessor(name=name, email=email, role=roles.get(user_id), verdicts=count)
        for (user_id, name, email), count in assessors
    )


def _evidence(
    session: Session, checklist: Checklist, sections: tuple[SectionFacts, ...]
) -> tuple[EvidenceFacts, ...]:
    identifiers: dict[int, list[str]] = defaultdict(list)
    for item in (item for section in sections for item in section.items):
        for evidence_id in item.evidence:
            identifiers[evidence_id].append(item.identifier)
    ids = (
        select(EvidenceLink.evidence_id)
        .join(ChecklistItem, ChecklistItem.id == EvidenceLink.item_id)
        .where(ChecklistItem.checklist_id == checklist.id)
    )
    rows = session.execute(
        select(Evidence, Blob.size, User.name)
        .join(User, User.id == Evidence.author_id)
        .outerjoin(Blob, Blob.sha256 == Evidence.blob_sha256)
        .where(Evidence.id.in_(ids))
        .order_by(Evidence.id)
    )
    return tuple(
        EvidenceFacts(
            id=evidence.id,
            kind=evidence.kind,
            title=evidence.title,
            file_name=evidence.file_name,
            media_type=evidence.media_type,
            size=size or 0,
            sha256=evidence.blob_sha256 or "",
            collected_at=evidence.collected_at,
            author=author,
            items=tuple(identifiers[evidence.id]),
            preview=evidence.preview_sha256,
            url=evidence.url,
            note=evidence.note,
        )
        for evidence, size, author in rows
    )
