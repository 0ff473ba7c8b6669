"""How far tools reach into a list, and where a weakness arrives."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from checklist_app.catalog.rules import ToolRule
from checklist_app.domain.vocabulary import Language
from checklist_app.models import Mapping, Requirement, Standard
from checklist_app.queries.coverage import coverage, figures_of
from checklist_app.services.general_corrections import GeneralRoute, correct_for_everybody
from checklist_app.services.mappings import map_rules
from tests.cast import Cast
from tests.web.conftest import Visit


def test_the_coverage_of_a_list_tells_tools_from_persons(visit: Visit) -> None:
    vera = visit("vera")

    everything = vera.get("/standards/owasp-test/1.0/coverage/IN").text
    by_hand = vera.get("/standards/owasp-test/1.0/coverage/IN?only=person").text

    assert "IN-01" in everything
    assert "IN-01" not in by_hand
    assert "IN-03" in by_hand
    assert "AC-01" not in everything


def test_an_area_that_the_list_does_not_have_is_not_found(visit: Visit) -> None:
    assert visit("vera").get("/standards/owasp-test/1.0/coverage/none").status_code == 404


def test_what_is_corrected_for_everybody_is_told(
    session: Session, cast: Cast, visit: Visit
) -> None:
    edition = session.scalars(select(Standard.id).where(Standard.key == "owasp-test")).one()
    for rule, identifier, leads in (("odd", "IN-03", True), ("wrong", "IN-01", False)):
        route = GeneralRoute("Sniffer", rule, edition, identifier, leads)
        correct_for_everybody(session, cast.ada, route)
    session.commit()

    page = visit("vera").get("/standards/owasp-test/1.0/coverage/IN").text

    assert "sniffer: odd" in page
    assert "no llevan aquí:" in page
    assert "sniffer:wrong" in page


def test_what_is_corrected_for_everybody_is_counted(session: Session, cast: Cast) -> None:
    edition = session.scalars(select(Standard.id).where(Standard.key == "owasp-test")).one()
    of_third = select(Requirement.id).where(Requirement.identifier == "IN-03")
    session.execute(delete(Mapping).where(Mapping.requirement_id.in_(of_third)))
    map_rules(session, [ToolRule("sniffer:noise", "noise", "owasp-test", "1.0", "IN-03")])
    session.flush()

    def keyed() -> int:
        (shown,) = (one for one in coverage(session, Language.EN) if one.standard == "owasp-test")
        assert shown.figures == figures_of(session, edition)
        return shown.figures.by_key

    before = keyed()
    noise = GeneralRoute("Sniffer", "noise", edition, "IN-03", leads=False)
    correct_for_everybody(session, cast.ada, noise)
    assert keyed() == before - 1
    correct_for_everybody(session, cast.ada, replace(noise, rule_id="odd", leads=True))
    assert keyed() == before


def test_every_list_has_its_figures(visit: Visit) -> None:
    assert "Lista de prueba 1.0" in visit("vera").get("/standards/coverage").text


def test_the_page_of_a_weakness_names_what_it_reaches(visit: Visit) -> None:
    page = visit("vera").get("/standards/cwe/89").text

    assert "SQL Injection" in page
    assert "IN-01" in page


def test_a_weakness_below_a_named_one_arrives_by_its_ancestor(visit: Visit) -> None:
    page = visit("vera").get("/standards/cwe/564").text  # SQL injection through Hibernate

    assert "IN-01" in page
    assert "CWE-89" in page


def test_a_weakness_is_found_by_number_and_by_words(visit: Visit) -> None:
    vera = visit("vera")

    for wanted in ("89", "CWE-89", "sql injection"):
        assert "/standards/cwe/89" in vera.get(f"/standards/cwe?q={quote(wanted)}").text
    assert "/standards/cwe/8" not in vera.get("/standards/cwe?q=nosuchword").text


def test_a_weakness_that_is_none_is_not_found(visit: Visit) -> None:
    assert visit("vera").get("/standards/cwe/999999").status_code == 404


def test_each_area_says_what_scanners_can_see_and_what_they_cannot_prove(visit: Visit) -> None:
    page = visit("vera").get("/standards/owasp-test/1.0/coverage").text

    assert "Área por área" in page
    assert "los analizadores pueden ver 2 de 3" in page
    assert "Semgrep" in page
    by_hand = page.split("Ningún analizador puede probar:")[1]
    assert "IN-03" in by_hand.split("</li>")[0]
