"""A person takes what tools suggest as their own verdict, with the scans as evidence."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.domain.errors import Conflict
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import Language
from checklist_app.models import (
    EvidenceLink,
    Finding,
    FindingSighting,
    ScanImport,
    Suggestion,
    SuggestionFinding,
    Verdict,
)
from checklist_app.queries.access import ItemAccess
from checklist_app.queries.marks import counts
from checklist_app.queries.support import newest_scans
from checklist_app.services.clock import today
from checklist_app.services.evidence import link_evidence
from checklist_app.services.routing import batches
from checklist_app.services.verdicts import record_verdict
from checklist_app.translation import translator

MOST_NAMED = 10
INTRODUCTION = text("Accepted from what tools report:")
MORE = text("and %(count)s more findings.")


def accept_suggestion(session: Session, opened: ItemAccess, *, row_version: int) -> Verdict:
    """Record the outcome that tools suggest, naming the findings, with their scans as evidence.

    The rationale is written in the language of the project's reports.

    Raises:
        Conflict: tools suggest nothing here any more, or the checklist is signed off.
        StaleWrite: somebody saved first.
    """
    suggestion = session.scalar(select(Suggestion).where(Suggestion.item_id == opened.item.id))
    findings = _findings(session, suggestion) if suggestion else []
    if suggestion is None or not findings:
        raise Conflict(text("The tools suggest nothing here any more. Load the page again."))
    verdict = record_verdict(
        session,
        opened,
        outcome=suggestion.outcome,
        rationale=_rationale(findings, Language(opened.project.project.language)),
        row_version=row_version,
    )
    for evidence_id in _scans_behind(session, opened, findings):
        link_evidence(session, opened, evidence_id)
    return verdict


def _findings(session: Session, suggestion: Suggestion) -> list[Finding]:
    return list(
        session.scalars(
            select(Finding)
            .join(SuggestionFinding, SuggestionFinding.finding_id == Finding.id)
            .where(
                SuggestionFinding.suggestion_id == suggestion.id,
                counts(today()),
            )
            .order_by(Finding.severity_rank, Finding.id)
        )
    )


def _rationale(findings: list[Finding], language: Language) -> str:
    say = translator(language)
    lines = [say(INTRODUCTION), ""]
    lines += [
        f"- {_plain(finding.title)} ({_plain(finding.tool)}): `{_code(finding.location)}`"
        for finding in findings[:MOST_NAMED]
    ]
    if len(findings) > MOST_NAMED:
        more = text(MORE.msgid, count=len(findings) - MOST_NAMED)
        lines.append(f"- {say(more)}")
    return "\n".join(lines)


def _plain(words: str) -> str:
    """Return a tool's words without what Markdown would read as layout."""
    return "".join(f"\\{sign}" if sign in r"\`*_[]<>#|!" else sign for sign in words[:200])


def _code(words: str) -> str:
    return words[:200].replace("`", "'").replace("\n", " ") or "–"


def _scans_behind(session: Session, opened: ItemAccess, findings: list[Finding]) -> list[int]:
    """Return the evidence of the scans behind these findings, not yet linked.

    Those that first reported them, and the newest of each scope that still does: a verdict that was
    taken from a scan does not rest on older evidence than that scan.
    """
    ids = [finding.id for finding in findings]
    scopes = {
        scope_id
        for batch in batches(ids)
        for scope_id in session.scalars(
            select(FindingSighting.scope_id).where(
                FindingSighting.finding_id.in_(batch), FindingSighting.is_present
            )
        )
    }
    newest = newest_scans(session, opened.project.project)
    imports = {finding.first_import_id for finding in findings}
    imports |= {scan.id for scan in newest if scan.scope_id in scopes}
    linked = select(EvidenceLink.evidence_id).where(EvidenceLink.item_id == opened.item.id)
    return list(
        session.scalars(
            select(ScanImport.evidence_id)
            .where(ScanImport.id.in_(imports), ScanImport.evidence_id.not_in(linked))
            .distinct()
            .order_by(ScanImport.evidence_id)
        )
    )
