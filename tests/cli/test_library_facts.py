"""What leads to which requirement, told on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.catalog.rules import ToolRule
from checklist_app.cli import routes
from checklist_app.cli.routes import load_routes
from checklist_app.domain.corrections import FORMAT
from checklist_app.domain.findings import ParsedScan
from checklist_app.domain.vocabulary import MappingKind
from checklist_app.models import Standard
from checklist_app.services.general_corrections import GeneralRoute, correct_for_everybody
from checklist_app.services.mappings import map_rules
from tests.cast import Cast
from tests.cli.conftest import Checklist
from tests.web.stage import finding, scan


def test_the_very_cwe_is_a_strong_route(on_database: Checklist) -> None:
    (route,) = on_database("standards", "route", "--cwe", "89", "--json").rows

    assert route == {
        "standard": "owasp-test",
        "version": "1.0",
        "standard_name": "Test list",
        "identifier": "IN-01",
        "title": "Bound queries",
        "source": "content",
        "tier": "curated",
        "confidence": "strong",
        "via": "CWE-89",
        "depth": 0,
        "reason": "",
    }


def test_an_ancestor_is_a_weak_route_with_its_distance(on_database: Checklist) -> None:
    (route,) = on_database("standards", "route", "--cwe", "564", "--json").rows

    assert (route["identifier"], route["via"], route["depth"]) == ("IN-01", "CWE-89", 1)
    assert route["confidence"] == "weak"


def test_rules_and_tags_lead_too(on_database: Checklist, session: Session) -> None:
    map_rules(session, [ToolRule("sniffer:odd", "odd", "owasp-test", "1.0", "IN-03")])
    session.commit()

    ran = on_database("standards", "route", "--rule", "sniffer:odd", "--tag", "owasp-test:AC-02")

    assert "IN-03" in ran.out
    assert "AC-02" in ran.out
    both = on_database("standards", "route", "--cwe", "89", "--rule", "sniffer:odd", "--json")
    assert [route["identifier"] for route in both.rows] == ["IN-01", "IN-03"]


def test_what_administrators_corrected_counts(
    on_database: Checklist, session: Session, cast: Cast
) -> None:
    map_rules(session, [ToolRule("sniffer:odd", "odd", "owasp-test", "1.0", "IN-03")])
    edition = session.query(Standard).one().id
    for identifier, leads in (("IN-03", False), ("AC-01", True)):
        correction = GeneralRoute("Sniffer", "odd", edition, identifier, leads=leads)
        correct_for_everybody(session, cast.ada, correction)
    session.commit()

    (route,) = on_database("standards", "route", "--rule", "sniffer:odd", "--json").rows

    assert (route["identifier"], route["source"]) == ("AC-01", "correction")


def test_what_leads_nowhere_is_said(on_database: Checklist) -> None:
    assert "no requirement" in on_database("standards", "route", "--cwe", "4242").out
    assert on_database("standards", "route", "--cwe", "4242", "--json").rows == []
    assert on_database("standards", "route").code == 2


def test_coverage_counts_what_reaches_a_list(on_database: Checklist) -> None:
    (found,) = on_database("standards", "coverage", "--json").rows

    assert (found["requirements"], found["by_cwe"], found["by_key"]) == (5, 4, 5)
    assert (found["scanned"], found["person_only"]) == (4, 1)
    assert (found["cwes"], found["all_cwes"]) == (4, 939)
    assert found["cwes_with_ancestors"] > 4
    assert found["by_ancestor"] >= 2
    assert "owasp-test 1.0: 5 requirements." in on_database("standards", "coverage").out


def report() -> ParsedScan:
    return scan(finding("hibernate", 564), finding("unknown", 4242))


def test_a_report_is_led_by_the_library_in_the_database(
    on_database: Checklist, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "_from_content", lambda: pytest.fail("reads every file"))

    assert load_routes().of(report()) == {"owasp-test 1.0": ["IN-01"]}


def test_what_administrators_corrected_outranks_the_library(
    on_database: Checklist, session: Session, cast: Cast
) -> None:
    edition = session.scalars(select(Standard.id).where(Standard.key == "owasp-test")).one()
    for rule, identifier, leads in (("hibernate", "IN-01", False), ("unknown", "AC-02", True)):
        route = GeneralRoute("Sniffer", rule, edition, identifier, leads)
        correct_for_everybody(session, cast.ada, route)
    session.commit()

    assert load_routes().of(report()) == {"owasp-test 1.0": ["AC-02"]}


def test_a_file_of_corrections_counts_in_place_of_those_of_the_database(
    on_database: Checklist, tmp_path: Path
) -> None:
    away = {
        "tool": "Sniffer",
        "rule": "hibernate",
        "standard": "owasp-test",
        "version": "1.0",
        "requirement": "IN-01",
        "leads": False,
    }
    path = tmp_path / "corrections.json"
    path.write_text(json.dumps({"format": FORMAT, "corrections": [away]}))

    assert load_routes(path).of(report()) == {}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        '{"format": "other"}',
        '{"format": "checklist-corrections-1", "corrections": {}}',
        '{"format": "checklist-corrections-1", "corrections": [{"tool": "x", "leads": true}]}',
        "[" * 100_000,
    ],
)
def test_what_is_no_file_of_corrections_is_refused(
    on_database: Checklist, tmp_path: Path, content: str
) -> None:
    path, scanned = tmp_path / "wrong.json", tmp_path / "scan.json"
    path.write_text(content)
    scanned.write_text("{}")

    ran = on_database("scan", "check", str(scanned), "--corrections", str(path))

    assert ran.code == 1
    assert "no file of corrections" in ran.err


def test_without_a_database_the_content_files_lead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CHECKLIST_DATABASE_URL", raising=False)
    monkeypatch.setenv("CHECKLIST_DATA_DIR", str(tmp_path / "none"))

    found = load_routes()

    assert "INJ-01" in found.of(report())["owasp-base 1.0"]
    rule = (MappingKind.RULE, "checkov:CKV_K8S_20")
    assert found.reached["owasp-base 1.0"][rule] == ["K8S-01"]
    assert not (tmp_path / "none").exists()
