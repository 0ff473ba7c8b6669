"""How findings become suggestions: the very number, ancestors, broad numbers, rules."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.domain.findings import ParsedFinding
from checklist_app.domain.standards import Section
from checklist_app.domain.vocabulary import (
    Confidence,
    EvidenceKind,
    MappingKind,
    Outcome,
    Severity,
)
from checklist_app.models import (
    ChecklistItem,
    Evidence,
    Mapping,
    Requirement,
    ScanImport,
    Suggestion,
    SuggestionFinding,
)
from checklist_app.services.clock import now
from checklist_app.services.evidence import add_evidence
from checklist_app.services.scan_merging import apply_scan
from checklist_app.services.standards import load_standard
from checklist_app.services.suggestions import refresh_weak
from tests.cast import Cast, make_checklist
from tests.library import both, requirement, standard
from tests.web.stage import finding, scan

Told = dict[str, tuple[Outcome, str, int, Confidence]]


def apply(session: Session, cast: Cast, *findings: ParsedFinding) -> dict[str, int]:
    alice = cast.access("alice")
    report = Evidence(kind=EvidenceKind.SCAN, title="x", file_name="x", media_type="text/plain")
    scan_import = ScanImport(
        project_id=alice.project.id,
        evidence_id=add_evidence(session, alice, None, report).id,
        account={},
        imported_by_id=alice.actor.user_id,
        created_at=now(),
    )
    session.add(scan_import)
    session.flush()
    return apply_scan(session, scan_import, scan(*findings))


def told(session: Session) -> Told:
    """By item: what is proposed, and the way of the one finding behind it."""
    rows = session.execute(
        select(
            Requirement.identifier,
            Suggestion.outcome,
            SuggestionFinding.via,
            SuggestionFinding.depth,
            SuggestionFinding.confidence,
        )
        .join(ChecklistItem, ChecklistItem.requirement_id == Requirement.id)
        .join(Suggestion, Suggestion.item_id == ChecklistItem.id)
        .join(SuggestionFinding, SuggestionFinding.suggestion_id == Suggestion.id)
    )
    return {row[0]: (row[1], row[2], row[3], row[4]) for row in rows}


def test_the_very_number_proposes_what_the_severity_says(session: Session, cast: Cast) -> None:
    make_checklist(session, cast.access("alice"))
    apply(session, cast, finding("sqli", 89))
    assert told(session) == {"IN-01": (Outcome.FAIL, "CWE-89", 0, Confidence.STRONG)}


@pytest.mark.parametrize(
    ("before", "after", "proposed"),
    [
        (Severity.LOW, Severity.CRITICAL, Outcome.FAIL),
        (Severity.CRITICAL, Severity.LOW, Outcome.PARTIAL),
    ],
)
def test_a_finding_of_another_severity_proposes_something_else(
    session: Session, cast: Cast, before: Severity, after: Severity, proposed: Outcome
) -> None:
    make_checklist(session, cast.access("alice"))
    apply(session, cast, replace(finding("sqli", 89), severity=before))
    assert told(session)["IN-01"][0] is not proposed

    apply(session, cast, replace(finding("sqli", 89), severity=after))

    session.expire_all()
    assert told(session) == {"IN-01": (proposed, "CWE-89", 0, Confidence.STRONG)}


def test_a_milder_finding_beside_a_severe_one_changes_no_proposal(
    session: Session, cast: Cast
) -> None:
    make_checklist(session, cast.access("alice"))
    one, other = finding("sqli", 89), finding("joined", 89, path="app/other.py")
    apply(session, cast, one, other)

    apply(session, cast, one, replace(other, severity=Severity.LOW))

    session.expire_all()
    assert told(session)["IN-01"][0] is Outcome.FAIL


def test_an_ancestor_only_asks_to_look(session: Session, cast: Cast) -> None:
    make_checklist(session, cast.access("alice"))
    account = apply(session, cast, finding("hibernate", 564))
    assert account["unrouted"] == 0
    assert told(session) == {"IN-01": (Outcome.PARTIAL, "CWE-89", 1, Confidence.WEAK)}


def test_a_strong_finding_beside_a_weak_one_proposes_fail(session: Session, cast: Cast) -> None:
    make_checklist(session, cast.access("alice"))
    apply(session, cast, finding("hibernate", 564))
    apply(session, cast, finding("sqli", 89))
    assert {one.outcome for one in session.scalars(select(Suggestion))} == {Outcome.FAIL}


def test_of_several_ways_to_one_item_the_most_certain_is_told(session: Session, cast: Cast) -> None:
    make_checklist(session, cast.access("alice"))
    apply(session, cast, finding("both", 89, 564))
    assert told(session)["IN-01"] == (Outcome.FAIL, "CWE-89", 0, Confidence.STRONG)


def test_broad_and_discouraged_numbers_are_always_weak(session: Session) -> None:
    broad = requirement("X-1", "Ancha", "Broad", cwe=(16, 20, 77, 89, 693))
    section = Section("X", both("X", "X"), both("X.", "X."), (broad,))
    load_standard(session, replace(standard("2.0"), sections=(section,)))
    rows = session.execute(
        select(Mapping.key, Mapping.confidence)
        .join(Requirement, Requirement.id == Mapping.requirement_id)
        .where(Mapping.kind == MappingKind.CWE, Requirement.identifier == "X-1")
    )
    weak = {key for key, confidence in rows if confidence is Confidence.WEAK}
    # 16 is a category, 20 discouraged, 693 a pillar; 77 is allowed with review.
    assert weak == {"16", "20", "693"}


def test_a_new_exact_mapping_replaces_a_weak_way(session: Session, cast: Cast) -> None:
    make_checklist(session, cast.access("alice"))
    apply(session, cast, finding("hibernate", 564))
    target = session.scalar(select(Requirement.id).where(Requirement.identifier == "IN-03"))
    assert target is not None
    session.add(
        Mapping(
            requirement_id=target,
            kind=MappingKind.CWE,
            key="564",
            source="content",
            confidence=Confidence.STRONG,
        )
    )
    session.flush()

    refresh_weak(session, cast.project)

    session.expire_all()
    assert told(session) == {"IN-03": (Outcome.FAIL, "CWE-564", 0, Confidence.STRONG)}
