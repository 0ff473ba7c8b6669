"""The page of corrections that hold for everybody: list, add, undo, and the way from a finding."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.cli.corrections_file import read_corrections
from checklist_app.domain.corrections import FORMAT
from checklist_app.domain.findings import tool_key
from checklist_app.domain.vocabulary import Role
from checklist_app.models import Finding, GeneralCorrection, Membership, Standard
from checklist_app.services.clock import now
from tests.cast import Cast, make_checklist
from tests.services.test_scan_scopes import bring
from tests.web.conftest import Visit
from tests.web.stage import finding

PAGE = "/admin/routes"


@pytest.fixture
def form(session: Session, cast: Cast) -> dict[str, str]:
    make_checklist(session, cast.access("alice"))
    bring(session, cast, finding("sql", 89))
    session.commit()
    edition = session.scalars(select(Standard.id).where(Standard.key == "owasp-test")).one()
    tool = session.scalars(select(Finding.tool)).one()
    session.rollback()
    return {
        "tool": tool,
        "rule": "sql",
        "standard": str(edition),
        "requirement": "IN-01",
        "leads": "no",
    }


def test_it_is_added_listed_and_undone(
    session: Session, visit: Visit, form: dict[str, str]
) -> None:
    ada = visit("ada")

    assert ada.post(PAGE, form).status_code == 303
    shown = ada.get(PAGE).text
    assert "No lleva a IN-01" in shown
    assert "Ada" in shown

    id_ = session.scalars(select(GeneralCorrection.id)).one()
    session.rollback()
    assert ada.post(f"{PAGE}/{id_}/undo", {}).status_code == 303
    shown = ada.get(PAGE).text
    assert "No lleva a IN-01" not in shown
    assert "corrección deshecha" in shown


def test_a_wrong_requirement_is_told_and_what_was_typed_stays(
    visit: Visit, form: dict[str, str]
) -> None:
    answer = visit("ada").post(PAGE, {**form, "requirement": "<b>NO"})

    assert answer.status_code == 422
    assert 'value="&lt;b&gt;NO"' in answer.text
    assert "no tiene el requisito" in answer.text


def test_a_finding_shows_it_and_leads_an_administrator_to_the_form(
    session: Session, cast: Cast, visit: Visit, form: dict[str, str]
) -> None:
    visit("ada").post(PAGE, form)
    id_ = session.scalars(select(Finding.id)).one()
    session.add(
        Membership(
            project_id=cast.project.id,
            user_id=cast.ada.user_id,
            role=Role.VIEWER,
            created_at=now(),
        )
    )
    session.commit()
    page = f"/projects/banca/findings/{id_}"

    assert "para todos" in visit("vera").get(page).text
    assert PAGE not in visit("vera").get(page).text
    shown = visit("ada").get(page).text
    assert f"{PAGE}?tool=" in shown
    assert 'value="sql"' in visit("ada").get(f"{PAGE}?tool=x&rule=sql").text
    filled = visit("ada").get(f"{PAGE}?standard=1&requirement=IN-01&leads=no").text
    assert 'selected value="no"' in filled
    assert visit("ada").get(f"{PAGE}?standard=odd&leads=odd").status_code == 200


def test_they_can_be_had_as_a_file(visit: Visit, form: dict[str, str], tmp_path: Path) -> None:
    ada = visit("ada")
    ada.post(PAGE, form)

    answer = ada.get(f"{PAGE}/corrections.json")

    assert answer.json == {
        "format": FORMAT,
        "corrections": [
            {
                "tool": tool_key(form["tool"]),
                "rule": "sql",
                "standard": "owasp-test",
                "version": "1.0",
                "requirement": "IN-01",
                "leads": False,
            }
        ],
    }
    path = tmp_path / "corrections.json"
    path.write_bytes(answer.data)
    expected = (tool_key(form["tool"]), "sql", "owasp-test 1.0", "IN-01", False)
    assert read_corrections(path) == [expected]


def test_the_way_from_a_finding_fills_in_which_requirement_is_wrong(
    session: Session, visit: Visit, cast: Cast, form: dict[str, str]
) -> None:
    id_ = session.scalars(select(Finding.id)).one()
    session.add(
        Membership(
            project_id=cast.project.id,
            user_id=cast.ada.user_id,
            role=Role.VIEWER,
            created_at=now(),
        )
    )
    session.commit()
    wanted = f"standard={form['standard']}&amp;requirement=IN-01&amp;leads=no"

    assert wanted in visit("ada").get(f"/projects/banca/findings/{id_}").text
    assert wanted not in visit("bob").get(f"/projects/banca/findings/{id_}").text


def test_nobody_else_comes_in(visit: Visit, form: dict[str, str]) -> None:
    for name in ("alice", "charlie", "otto"):
        assert visit(name).get(PAGE).status_code == (200 if name == "otto" else 403)
        assert visit(name).post(PAGE, form).status_code == 403
