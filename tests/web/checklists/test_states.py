"""What tools say beside the verdicts, as a reviewer sees it: counted, marked, filtered, told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from checklist_app.domain.vocabulary import Outcome
from checklist_app.services.clock import now, pretend
from checklist_app.services.evidence import attach_note
from checklist_app.services.verdicts import record_verdict
from tests.cast import Cast, item, make_checklist
from tests.services.test_scan_scopes import bring
from tests.web.conftest import Visit
from tests.web.stage import finding

PAGE = "/projects/banca/checklists/1"


@pytest.fixture(autouse=True)
def old_evidence(session: Session, cast: Cast) -> None:
    alice = cast.access("alice")
    checklist = make_checklist(session, alice)
    with pretend(now() - timedelta(days=3)):
        opened = item(session, alice, checklist, "IN-01")
        attach_note(session, alice, opened, note="Visto", title="Acta de la revisión")
    opened = item(session, alice, checklist, "IN-01")
    record_verdict(
        session,
        opened,
        outcome=Outcome.FAIL,
        rationale="Visto",
        row_version=opened.item.row_version,
    )
    bring(session, cast, finding("sql", 89), tool="Semgrep", started_at=now())
    session.commit()


def test_the_list_counts_marks_and_filters(visit: Visit) -> None:
    vera = visit("vera")

    page = vera.get(PAGE).text
    filtered = vera.get(f"{PAGE}?state=conflict").text

    assert "state=conflict" in page
    assert "En conflicto con el veredicto: <b" in page
    assert 'id="row-AC-01"' in page
    assert 'id="row-IN-01"' in filtered
    assert 'id="row-AC-01"' not in filtered
    assert "/standards/owasp-test/1.0/coverage#areas" in page


def test_the_item_says_which_evidence_and_which_scan(visit: Visit) -> None:
    page = visit("vera").get(f"{PAGE}/items/IN-01").text

    told = page.split('id="older-evidence"')[1]
    assert "Acta de la revisión" in told
    assert "Semgrep" in told
    assert "comunica hallazgos aquí" in told


def test_a_state_that_is_not_there_shows_nothing_and_breaks_nothing(visit: Visit) -> None:
    answer = visit("vera").get(f"{PAGE}?state=<script>")

    assert answer.status_code == 200
    assert 'id="row-' not in answer.text
