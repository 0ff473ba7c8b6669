"""The page of the gate: tried before it is saved, changed by owners, true for pipelines."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from checklist_app.models import Event, ProjectGate
from checklist_app.services.resources import Resources
from tests.cast import Cast
from tests.web.api.program import Program, tokens_of
from tests.web.conftest import Visit
from tests.web.stage import set_stage

PAGE = "/projects/banca/gate"
EMPTY = {"severity": "", "evidence_days": "", "waiver_days": "", "level": ""}


@pytest.fixture
def _stage(session: Session, resources: Resources, cast: Cast) -> None:
    set_stage(session, resources, cast)
    session.commit()


@pytest.mark.usefixtures("_stage")
def test_a_project_without_a_policy_closes_on_what_fails(visit: Visit) -> None:
    page = visit("vera").get(PAGE + "?lang=en").text
    assert "bi-lock" in page
    assert "/projects/banca/checklists/1/items/IN-01" in page
    assert "disabled" in page
    assert visit("vera").post(PAGE, EMPTY).status_code == 403
    assert visit("charlie").get(PAGE).status_code == 404


@pytest.mark.usefixtures("_stage")
def test_a_policy_is_tried_and_then_saved_for_every_pipeline(
    visit: Visit, session: Session, cast: Cast
) -> None:
    alice = visit("alice")
    tried = alice.post(PAGE, {**EMPTY, "try": "1"})
    assert tried.status_code == 200
    assert "bi-unlock" in tried.text
    assert session.query(ProjectGate).count() == 0
    session.rollback()
    wanted = {**EMPTY, "severity": "high", "waiver_days": "31"}
    assert alice.post(PAGE, wanted).status_code == 303
    row = session.query(ProjectGate).one()
    assert (row.no_open_fail, row.severity, row.waiver_days) == (False, "high", 31)
    assert session.query(Event).filter_by(name="project:gate:policy").count() == 1
    session.rollback()
    told = Program(alice.app, tokens_of(alice.app, cast.bob).access_token).get(
        "projects/banca/gate"
    )
    assert told.json is not None
    assert (told.json["counts"]["open-finding"], told.json["counts"]["waiver-ends"]) == (2, 1)
    shown = alice.get(PAGE).text
    assert 'value="31"' in shown
    assert '<option selected value="high">' in shown


@pytest.mark.usefixtures("_stage")
@pytest.mark.parametrize(
    ("field", "value"),
    [("level", "10"), ("level", "x"), ("evidence_days", "0"), ("severity", "awful")],
)
def test_what_makes_no_sense_is_said_beside_the_field(
    visit: Visit, session: Session, field: str, value: str
) -> None:
    answer = visit("alice").post(PAGE, {**EMPTY, field: value})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert session.query(ProjectGate).count() == 0


def test_without_a_checklist_there_is_nothing_to_judge(visit: Visit) -> None:
    page = visit("alice").get(PAGE)
    assert page.status_code == 200
    assert "bi-clipboard" in page.text
