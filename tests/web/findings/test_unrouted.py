"""Findings that speak to no item are not lost: they stand on a page of their own."""

from __future__ import annotations

from sqlalchemy.orm import Session

from checklist_app.domain.vocabulary import ChecklistStatus, Language
from checklist_app.queries.unrouted import unrouted
from checklist_app.services.general_corrections import GeneralRoute, correct_for_everybody
from checklist_app.services.resources import Resources
from tests.cast import Cast
from tests.web.conftest import Visit
from tests.web.stage import set_stage

PAGE = "/projects/banca/findings/unrouted"


def test_what_reaches_no_item_is_listed_by_rule(
    visit: Visit, cast: Cast, session: Session, resources: Resources
) -> None:
    set_stage(session, resources, cast)
    session.commit()
    vera = visit("vera")

    assert PAGE in vera.get("/projects/banca/findings").text
    page = vera.get(PAGE).text

    assert "Found by unknown" in page
    assert "CWE-4242" in page
    assert "Found by sql-injection" not in page


def test_without_a_checklist_the_page_says_which_list_would_take_a_finding(
    visit: Visit, cast: Cast, session: Session, resources: Resources
) -> None:
    stage = set_stage(session, resources, cast)
    stage.checklist.status = ChecklistStatus.SIGNED_OFF
    session.commit()

    page = visit("vera").get(PAGE).text

    assert "Found by sql-injection" in page
    assert "Lista de prueba 1.0" in page


def test_a_project_without_findings_has_none_to_show(visit: Visit) -> None:
    page = visit("vera").get(PAGE)

    assert page.status_code == 200
    assert "<table" not in page.text


def test_what_administrators_corrected_decides_which_lists_would_take_a_finding(
    visit: Visit, cast: Cast, session: Session, resources: Resources
) -> None:
    stage = set_stage(session, resources, cast)
    stage.checklist.status = ChecklistStatus.SIGNED_OFF
    session.flush()

    def lists() -> dict[str, tuple[str, ...]]:
        found = unrouted(session, cast.access("vera"), Language.EN)
        return {group.rule_id: group.lists for group in found.groups}

    assert lists() == {"sql-injection": ("Test list 1.0",), "unknown": ()}
    edition = stage.checklist.standard_id
    for rule, identifier, leads in (
        ("sql-injection", "IN-01", False),
        ("unknown", "IN-03", True),
    ):
        route = GeneralRoute("Sniffer", rule, edition, identifier, leads)
        correct_for_everybody(session, cast.ada, route)

    assert lists() == {"sql-injection": (), "unknown": ("Test list 1.0",)}
