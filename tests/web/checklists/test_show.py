"""The checklist page: progress, filters, search, and how much it asks of the database."""

from __future__ import annotations

import re

import pytest
from sqlalchemy.orm import Session

from checklist_app.models import Standard
from checklist_app.services.checklists import start_checklist
from checklist_app.services.resources import Resources
from checklist_app.services.standards import load_standard
from tests.cast import Cast, make_checklist
from tests.library import standard
from tests.statements import counted
from tests.web.conftest import Visit
from tests.web.stage import set_stage
from tests.web.visitor import Visitor

PAGE = "/projects/banca/checklists/1"
ALL = ["IN-01", "IN-02", "IN-03", "AC-01", "AC-02"]
MOST_STATEMENTS = 12


@pytest.fixture
def alice(visit: Visit, session: Session, resources: Resources, cast: Cast) -> Visitor:
    """Alice before a checklist with a fail, a partial with a waiver, and three open items."""
    set_stage(session, resources, cast)
    session.commit()
    return visit("alice")


def shown(visitor: Visitor, query: str = "") -> list[str]:
    answer = visitor.get(f"{PAGE}?{query}", X_Requested_With="fragment")
    assert answer.status_code == 200
    return re.findall(r'id="row-([^"]+)"', answer.text)


QUERIES: list[tuple[str, list[str]]] = [
    ("", ALL),
    ("outcome=fail", ["IN-01"]),
    ("outcome=partial", ["IN-02"]),
    ("outcome=pass", []),
    ("outcome=not_assessed", ["IN-03", "AC-01", "AC-02"]),
    ("outcome=nonsense", []),
    ("section=AC", ["AC-01", "AC-02"]),
    ("suggestion=1", ["IN-01"]),
    ("no_evidence=1", ["IN-02", "IN-03", "AC-01", "AC-02"]),
    ("section=IN&no_evidence=1&outcome=partial", ["IN-02"]),
    ("q=in-03", ["IN-03"]),
    ("q=parametros", ["IN-01"]),
    ("q=PARÁMETROS", ["IN-01"]),
    ("q=parámetros: debe", ["IN-01"]),
    ("q=parametros: DEBE", ["IN-01"]),
    ("q=debe parametros", ["IN-01"]),
    ("q=debe cumplirse", ALL),
    ("q=%25", []),
    ("q=_", []),
    ("q=%27 OR 1=1 --", []),
    ("q=" + "x" * 5000, []),
]


def test_filters_and_search_show_what_was_asked_for(alice: Visitor) -> None:
    for query, expected in QUERIES:
        assert shown(alice, query) == expected, query


def test_without_scripts_the_filtered_page_is_whole(alice: Visitor) -> None:
    answer = alice.get(f"{PAGE}?outcome=fail")
    assert "<html" in answer.text
    assert re.findall(r'id="row-([^"]+)"', answer.text) == ["IN-01"]


def test_what_nobody_looked_at_is_neither_passed_nor_failed(alice: Visitor) -> None:
    alice.post("/language", {"language": "en"})
    rows = alice.get(PAGE).text.split('id="row-')[1:]
    words = {row.split('"')[0]: row for row in rows}
    assert "Not assessed" in words["IN-03"]
    assert "Fail" not in words["IN-03"].split("</li>")[0]
    assert "Not assessed" not in words["IN-01"].split("</li>")[0]


def test_progress_counts_what_was_assessed(alice: Visitor) -> None:
    alice.post("/language", {"language": "en"})
    text = re.sub(r"<[^>]+>|\s+", " ", alice.get(PAGE).text)
    assert re.search(r"2\s+(of|/)\s+5", text)


def test_the_page_asks_the_same_of_the_database_for_5_and_for_345_items(
    visit: Visit, session: Session, resources: Resources, cast: Cast
) -> None:
    make_checklist(session, cast.access("alice"))
    load_standard(session, standard("2.0", size=340))
    session.flush()
    large = session.query(Standard).filter_by(key="owasp-test", version="2.0").one()
    start_checklist(session, cast.access("alice"), standard_id=large.id, name="Large")
    session.commit()
    alice = visit("alice")
    engine = alice.app.extensions["checklist_resources"].engine
    asked = {}
    for number, size in ((1, 5), (2, 345)):
        address = f"/projects/banca/checklists/{number}"
        alice.get(address)
        with counted(engine) as statements:
            answer = alice.get(address)
        assert answer.text.count('id="row-') == size
        asked[size] = len(statements)
    assert asked[5] == asked[345] <= MOST_STATEMENTS
