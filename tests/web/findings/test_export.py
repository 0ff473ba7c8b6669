"""The findings as a table, and what a program is told of a mark: why, by whom, until when."""

from __future__ import annotations

import csv
from io import StringIO

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.models import Finding
from checklist_app.queries import finding_export
from checklist_app.queries.access import ProjectAccess
from tests.cast import Cast, make_checklist
from tests.services.test_scan_scopes import bring
from tests.services.test_triage import FALSE, MILD, SQL, do, one
from tests.web.api.program import Program, tokens_of
from tests.web.conftest import Visit
from tests.web.stage import finding

TABLE = "/projects/banca/findings/findings.csv"


@pytest.fixture(autouse=True)
def alice(session: Session, cast: Cast) -> ProjectAccess:
    """The owner of a project with three findings, of which two speak to a requirement."""
    make_checklist(session, cast.access("alice"))
    bring(session, cast, SQL, MILD, finding("elsewhere", 4242))
    session.commit()
    return cast.access("alice")


def test_the_table_of_findings_tells_marks_and_runs_no_formula(
    session: Session, alice: ProjectAccess, visit: Visit
) -> None:
    do(session, alice, FALSE, one(session), reason="=HYPERLINK(1)")
    session.commit()

    answer = visit("vera").get(f"{TABLE}?mark=any")

    assert answer.mimetype == "text/csv"
    _, row = csv.reader(StringIO(answer.text))
    assert row[1:5] == ["high", "open", "Sniffer", "sql"]
    assert row[10] == "false_positive"
    assert (row[12], row[14]) == ("Alice", "'=HYPERLINK(1)")


def test_the_table_holds_what_the_filters_let_through(visit: Visit) -> None:
    vera = visit("vera")

    rows = list(csv.reader(StringIO(vera.get(TABLE).text)))
    mild = vera.get(f"{TABLE}?severity=low").text

    assert len(rows) == 4
    assert {row[10] for row in rows[1:]} == {""}
    assert [row[4] for row in csv.reader(StringIO(mild))][1:] == ["mild"]


def test_a_program_reads_why_and_by_whom(
    session: Session, alice: ProjectAccess, app: Flask, cast: Cast
) -> None:
    action = do(session, alice, FALSE, one(session), reason="Built from constants")
    marked, free = (
        session.scalars(select(Finding.id).where(Finding.rule_id == rule)).one()
        for rule in ("sql", "mild")
    )
    session.commit()
    vera = Program(app, tokens_of(app, cast.people["vera"]).access_token)

    said = vera.get(f"projects/banca/findings/{marked}").json
    silent = vera.get(f"projects/banca/findings/{free}").json

    assert said is not None
    assert silent is not None
    assert said["mark"] == "false_positive"
    assert (said["mark_said"]["id"], said["mark_said"]["acted_by"]) == (action.id, "Alice")
    assert said["mark_said"]["reason"] == "Built from constants"
    assert silent["mark_said"] is None


def test_a_table_that_would_be_cut_is_refused(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding_export, "MOST_EXPORTED", 2)
    vera = visit("vera")

    refused = vera.get(TABLE)

    assert refused.status_code == 422
    assert "2 hallazgos" in refused.text
    assert vera.get(f"{TABLE}?severity=low").status_code == 200
