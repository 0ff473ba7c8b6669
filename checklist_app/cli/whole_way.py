"""What ``checklist report`` does, step by step; every step is what the browser does as well."""

from __future__ import annotations

import secrets
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from checklist_app.cli.console import Refused
from checklist_app.cli.order import Order
from checklist_app.domain.actor import Actor
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import ChecklistStatus, FindingStatus, Language
from checklist_app.jobs.errands import ImportedFile, JobNotDone, import_file, issue_report
from checklist_app.jobs.transactions import in_transaction, reading
from checklist_app.models import (
    Checklist,
    ChecklistItem,
    Finding,
    Project,
    Report,
    Requirement,
)
from checklist_app.queries.access import ProjectAccess, is_visible, open_project
from checklist_app.queries.people import actor_of, find_user, first_user
from checklist_app.queries.standards import StandardCard, standard_cards
from checklist_app.services.checklists import sign_off, start_checklist
from checklist_app.services.clock import today
from checklist_app.services.projects import create_project
from checklist_app.services.resources import Resources
from checklist_app.translation import translator

STATEMENT = text(
    "I sign this checklist as it stands. Findings were imported from scanner reports; what nobody "
    "assessed is listed as not assessed."
)
LEFT = text("Nobody had assessed it when the report was asked for on the command line.")


def make_report(resources: Resources, order: Order) -> dict[str, Any]:
    """Import, sign off, build, write; return the facts of the report.

    Raises:
        Refused: with the step that could not be done, and why.
    """
    with resources.sessions.begin() as session:
        actor = signer(session, order.user)
        standard = _standard(session, order)
        access = _project(session, actor, order, Language(resources.config.default_language))
        slug = access.project.slug
        language = Language(order.language or access.project.language)
    imported = [one for path in order.scans for one in _import(resources, actor, slug, path)]

    def close(session: Session) -> int:
        return _sign_off(session, open_project(session, actor, slug), standard, language)

    number = in_transaction(resources, close)
    try:
        report = issue_report(resources, actor, slug, number, language)
    except JobNotDone as error:
        raise Refused(error.text) from error
    write_report(resources, report, order.out)
    return _facts(resources, report, order, imported)


def signer(session: Session, email: str) -> Actor:
    """Return who acts: the person with this address, or the first one there is.

    Raises:
        Refused: nobody with an open account has that address.
    """
    user = find_user(session, email) if email else first_user(session)
    if user is None or not user.is_active:
        raise Refused(
            text(
                "Nobody with the address %(email)s has an open account. Create one with: "
                "checklist users create %(email)s",
                email=email,
            )
        )
    return actor_of(user)


def _standard(session: Session, order: Order) -> StandardCard:
    cards = standard_cards(session, Language.EN)
    for card in cards:  # the newest edition first
        if order.standard in (card.key, f"{card.key}-{card.version}"):
            return card
    raise Refused(
        text(
            "There is no standard %(name)s in the library. It holds: %(known)s.",
            name=order.standard,
            known=", ".join(f"{card.key}-{card.version}" for card in cards),
        )
    )


def _project(session: Session, actor: Actor, order: Order, language: Language) -> ProjectAccess:
    """Open the signer's project of that slug or name, or make it."""
    slug = session.scalar(
        select(Project.slug)
        .where(
            is_visible(actor),
            (Project.slug == order.project) | (Project.name == order.project),
        )
        .order_by(Project.id)
        .limit(1)
    )
    if slug is not None:
        return open_project(session, actor, slug)
    if session.scalar(select(Project.id).where(Project.slug == order.project)) is not None:
        raise Refused(
            text(
                "%(email)s is not a member of %(project)s. An owner can add them, or name one of "
                "its owners with --user.",
                email=actor.email,
                project=order.project,
            )
        )
    return create_project(
        session, actor, name=order.project, language=Language(order.language or language)
    )


def _import(resources: Resources, actor: Actor, slug: str, path: Path) -> list[ImportedFile]:
    try:
        return import_file(resources, actor, slug, path)
    except JobNotDone as error:
        raise Refused(
            text("%(file)s was not imported.", file=str(path)),
            error.text,
            file=str(path),
        ) from error


def _sign_off(
    session: Session, access: ProjectAccess, standard: StandardCard, language: Language
) -> int:
    """Close the open checklist of the standard, started if there is none; return its number."""
    say = translator(language)
    checklist = session.scalar(
        select(Checklist)
        .where(
            Checklist.project_id == access.project.id,
            Checklist.standard_id == standard.id,
            Checklist.status == ChecklistStatus.OPEN,
        )
        .order_by(Checklist.number.desc())
        .limit(1)
    )
    if checklist is None:
        name = f"{standard.version} · {today().isoformat()}"
        checklist = start_checklist(session, access, standard_id=standard.id, name=name)
    left = session.scalars(
        select(Requirement.identifier)
        .join(ChecklistItem, ChecklistItem.requirement_id == Requirement.id)
        .where(ChecklistItem.checklist_id == checklist.id, ChecklistItem.outcome.is_(None))
    )
    sign_off(
        session,
        access,
        checklist,
        statement=say(STATEMENT),
        left_reasons=dict.fromkeys(left, say(LEFT)),
    )
    return checklist.number


def write_report(resources: Resources, report: Report, out: Path) -> None:
    """Write the PDF beside its place and move it there, so that nobody finds half of it."""
    draft = out.with_name(f".{out.name}.{secrets.token_hex(4)}")
    try:
        draft.write_bytes(resources.store.path(report.pdf_sha256 or "").read_bytes())
        draft.replace(out)
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def _facts(
    resources: Resources, report: Report, order: Order, imported: list[ImportedFile]
) -> dict[str, Any]:
    with reading(resources) as session:
        items, assessed = session.execute(
            select(func.count(), func.count(ChecklistItem.outcome)).where(
                ChecklistItem.checklist_id == report.checklist_id
            )
        ).one()
        findings = session.scalar(
            select(func.count())
            .select_from(Finding)
            .where(Finding.project_id == report.project_id, Finding.status == FindingStatus.OPEN)
        )
        project = session.get_one(Project, report.project_id)
        checklist = session.get_one(Checklist, report.checklist_id)
        return {
            "project": project.slug,
            "checklist": checklist.number,
            "report": report.number,
            "out": str(order.out),
            "sha256": report.pdf_sha256,
            "unsigned_sha256": report.unsigned_sha256,
            "pages": report.pages,
            "language": report.language.value,
            "signer": report.signer,
            "signed_at": report.signed_at.isoformat() if report.signed_at else None,
            "items": items,
            "assessed": assessed,
            "not_assessed": items - assessed,
            "findings": findings,
            "imports": [
                {"file": i.name, "format": i.format, "tool": i.tool, "account": i.account}
                for i in imported
            ],
        }
