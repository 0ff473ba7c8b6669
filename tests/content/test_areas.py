"""Every area of the base list has an automated source, and what no scanner can prove is said."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.cli.paths import CONTENT
from checklist_app.cli.prepare import load_content
from checklist_app.domain.standards import ScannerKind
from checklist_app.domain.vocabulary import Language
from checklist_app.models import Standard
from checklist_app.queries.areas import Area, chapters, tools_of
from checklist_app.services.resources import Resources

NINE = ["AUTH", "COMM", "INJ", "INPUT", "SESS", "ERR", "K8S", "API", "LOG"]


@pytest.fixture
def nine(session: Session, resources: Resources) -> list[Area]:
    load_content(resources, CONTENT)
    edition = session.scalars(
        select(Standard.id).where(Standard.key == "owasp-base", Standard.version == "1.0")
    ).one()
    return [area for one in chapters(session, edition, Language.EN) for area in one.areas]


def test_each_area_has_tools_that_see_it_and_a_way_for_their_findings(nine: list[Area]) -> None:
    assert [area.identifier for area in nine] == NINE
    for area in nine:
        assert area.seen, area.identifier
        assert all(area.tools.values())
        for requirement in area.seen:
            keyed = requirement.cwes or requirement.tags or requirement.rules
            assert keyed, requirement.identifier


def test_what_no_scanner_can_prove_is_named(nine: list[Area]) -> None:
    by_hand = {one.identifier for area in nine for one in area.by_hand}
    accused = {one.identifier for area in nine for one in area.accused}

    assert by_hand == {"AUTH-06", "API-07", "LOG-02", "LOG-07", "LOG-08", "LOG-09"}
    assert accused == {"LOG-05"}
    assert sum(area.total for area in nine) == 80
    (logging,) = (area for area in nine if area.identifier == "LOG")
    assert "kube-bench" in logging.accusers["LOG-05"]


@pytest.mark.parametrize("kind", ScannerKind)
def test_reports_of_every_kind_of_tool_are_read(kind: ScannerKind) -> None:
    assert tools_of(kind)


def test_tools_are_named_as_people_call_them() -> None:
    assert {"Semgrep", "CodeQL", "Bandit"} <= set(tools_of(ScannerKind.SAST))
    assert "Gitleaks" in tools_of(ScannerKind.SECRETS)


def test_sections_of_a_chapter_stand_together(session: Session, resources: Resources) -> None:
    load_content(resources, CONTENT)
    edition = session.scalars(select(Standard.id).where(Standard.key == "owasp-asvs")).one()

    found = chapters(session, edition, Language.EN)

    assert [one.identifier for one in found] == [f"V{number}" for number in range(1, 18)]
    assert [area.identifier for area in found[0].areas][:2] == ["V1.1", "V1.2"]
    assert sum(one.total for one in found) == 345
    assert all(one.seen <= one.total for one in found)
