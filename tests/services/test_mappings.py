"""Rules of tools and links between lists: brought in line, and written once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from checklist_app.catalog.crosswalk import shared_nodes
from checklist_app.catalog.rules import ToolRule
from checklist_app.domain.standards import Reference, Section, Standard
from checklist_app.domain.vocabulary import EvidenceKind, MappingKind, Relation, StandardOrigin
from checklist_app.models import (
    Evidence,
    Finding,
    Mapping,
    Requirement,
    RequirementLink,
    ScanImport,
    SuggestionFinding,
)
from checklist_app.services import library_links
from checklist_app.services.clock import now
from checklist_app.services.evidence import add_evidence
from checklist_app.services.mappings import map_rules, route_again
from checklist_app.services.resources import Resources
from checklist_app.services.scan_merging import apply_scan
from checklist_app.services.standards import load_standard
from tests.cast import Cast, make_checklist
from tests.library import both, requirement, standard
from tests.web.stage import finding, scan

RULE = ToolRule("sniffer:odd-rule", "odd", "owasp-test", "1.0", "IN-03")


@pytest.fixture
def writes(resources: Resources) -> Iterator[list[str]]:
    """The writing statements so far."""
    seen: list[str] = []

    def note(_c: object, _k: object, statement: str, *_rest: object) -> None:
        if not statement.lstrip().upper().startswith(("SELECT", "SAVEPOINT", "RELEASE")):
            seen.append(statement)

    event.listen(resources.engine, "before_cursor_execute", note)
    yield seen
    event.remove(resources.engine, "before_cursor_execute", note)


def rule_keys(session: Session) -> list[str]:
    query = select(Mapping.key).where(Mapping.kind == MappingKind.RULE).order_by(Mapping.key)
    return list(session.scalars(query))


def small(key: str, identifier: str, *references: Reference, version: str = "1.0") -> Standard:
    """A list of one requirement."""
    one = replace(requirement(identifier, "Otra", "Other"), references=references)
    section = Section(f"{identifier}-S", both("Otras", "Others"), both("Otras.", "Others."), (one,))
    return replace(standard(version), key=key, sections=(section,))


def found_by(session: Session, cast: Cast, rule: str) -> Finding:
    """One finding without a CWE that leads anywhere."""
    alice = cast.access("alice")
    report = Evidence(kind=EvidenceKind.SCAN, title="x", file_name="x", media_type="text/plain")
    evidence = add_evidence(session, alice, None, report)
    scan_import = ScanImport(
        project_id=alice.project.id,
        evidence_id=evidence.id,
        account={},
        imported_by_id=alice.actor.user_id,
        created_at=now(),
    )
    session.add(scan_import)
    session.flush()
    apply_scan(session, scan_import, scan(finding(rule, 4242)))
    return session.query(Finding).filter_by(rule_id=rule).one()


def is_routed(session: Session, found: Finding) -> bool:
    return bool(session.scalar(select(Finding.is_routed).where(Finding.id == found.id)))


def test_rules_are_written_once(session: Session, writes: list[str]) -> None:
    elsewhere = replace(RULE, standard="owasp-later")
    assert map_rules(session, [RULE, elsewhere])
    assert rule_keys(session) == ["sniffer:odd-rule"]
    session.flush()
    writes.clear()
    assert not map_rules(session, [RULE, elsewhere])
    assert writes == []


def test_a_rule_that_is_no_longer_in_the_table_goes(session: Session) -> None:
    map_rules(session, [RULE, replace(RULE, key="sniffer:other")])
    assert map_rules(session, [replace(RULE, topic="new")])
    assert rule_keys(session) == ["sniffer:odd-rule"]
    assert session.scalar(select(Mapping.source).where(Mapping.kind == MappingKind.RULE)) == (
        "rules:new"
    )


def test_what_was_found_before_is_led_to_where_it_leads_now(session: Session, cast: Cast) -> None:
    alice = cast.access("alice")
    make_checklist(session, alice)
    found = found_by(session, cast, "odd-rule")
    assert not is_routed(session, found)
    map_rules(session, [RULE])

    route_again(session)
    route_again(session)

    assert is_routed(session, found)
    (behind,) = session.scalars(select(SuggestionFinding))
    assert (behind.via, behind.depth) == ("sniffer:odd-rule", 0)


def test_links_are_written_once_and_the_statement_that_says_more_wins(
    session: Session, writes: list[str]
) -> None:
    load_standard(session, small("p", "P-1", Reference("q", "1.0", "Q-1")))
    load_standard(session, small("q", "Q-1", Reference("p", "1.0", "P-1", Relation.NARROWER)))
    assert library_links.relink(session) == 1
    (link,) = session.scalars(select(RequirementLink))
    assert (link.relation, link.source) == (Relation.NARROWER, "content")
    session.flush()
    writes.clear()
    assert library_links.relink(session) == 1
    assert writes == []


def test_a_reference_to_an_edition_that_is_not_there_waits(session: Session) -> None:
    load_standard(session, small("p", "P-1", Reference("q", "1.0", "Q-1", Relation.SAME)))
    assert library_links.relink(session) == 0
    load_standard(session, small("q", "Q-1"))
    assert library_links.relink(session) == 1


def test_a_shared_node_links_where_nobody_said_more(session: Session) -> None:
    node = next(node for node in shared_nodes() if node.one[2] == "V7.2.4")
    load_standard(session, small("owasp-asvs", "V7.2.4", version="5.0.0"))
    load_standard(session, small("owasp-wstg", node.other[2], version=node.other[1]))
    library_links.relink(session)
    (link,) = session.scalars(select(RequirementLink))
    assert (link.relation, link.source) == (Relation.RELATED, node.source)


def test_a_custom_list_that_names_a_section_is_linked_to_each_of_its_items(
    session: Session,
) -> None:
    load_standard(session, standard("2.0"))
    own = small("ours", "O-1", Reference("owasp-test", "2.0", "IN", Relation.SAME))
    load_standard(session, own, origin=StandardOrigin.CUSTOM)

    assert library_links.relink(session) == 3
    links = session.execute(
        select(Requirement.identifier, RequirementLink.relation).join(
            RequirementLink, RequirementLink.to_id == Requirement.id
        )
    ).all()
    assert sorted(links) == [(f"IN-0{n}", Relation.BROADER) for n in (1, 2, 3)]
    assert library_links.relink(session) == 3
