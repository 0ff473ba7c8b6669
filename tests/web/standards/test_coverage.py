"""How far tools reach into a list, and where a weakness arrives."""

from __future__ import annotations

from urllib.parse import quote

from tests.web.conftest import Visit


def test_the_coverage_of_a_list_tells_tools_from_persons(visit: Visit) -> None:
    vera = visit("vera")

    everything = vera.get("/standards/owasp-test/1.0/coverage").text
    by_hand = vera.get("/standards/owasp-test/1.0/coverage?only=person").text

    assert "IN-01" in everything
    assert "IN-01" not in by_hand
    assert "IN-03" in by_hand


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
