"""An administrator brings official files and lists of one's own into the library."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from checklist_app.catalog.custom.workbook import template
from checklist_app.domain.vocabulary import StandardOrigin
from checklist_app.models import Event, OfficialDocument, Standard
from tests.cast import Cast, make_checklist
from tests.catalog import hostile
from tests.web.conftest import Visit
from tests.web.visitor import Visitor


def bring(visitor: Visitor, data: bytes, name: str = "file", **fields: Any) -> TestResponse:
    body = {"file": (BytesIO(data), name), "version": "", "language": ""} | fields
    return visitor.post("/admin/library", body)


def standards(session: Session) -> set[tuple[str, str]]:
    session.rollback()
    found = {(row.key, row.version) for row in session.scalars(select(Standard))}
    session.rollback()
    return found


def save(visitor: Visitor, shown: TestResponse) -> TestResponse:
    """Press the button of a preview."""
    stamp = re.search(r'name="looked_at" value="([^"]+)"', shown.get_data(as_text=True))
    assert stamp
    return visitor.post("/admin/library/save", {"looked_at": stamp[1]})


def test_an_official_file_becomes_a_standard_with_its_record(
    visit: Visit, session: Session
) -> None:
    answer = bring(visit("ada"), hostile.CSV, "asvs.csv")

    assert answer.status_code == 303
    assert ("owasp-asvs", "5.0.0") in standards(session)
    document = session.scalars(select(OfficialDocument)).one()
    assert (document.file_name, document.licence) == ("asvs.csv", "CC-BY-SA-4.0")
    assert "library:official:import" in set(session.scalars(select(Event.name)))
    session.rollback()
    page = visit("ada").get("/admin/library").get_data(as_text=True)
    assert "asvs.csv" in page


def test_the_same_words_twice_are_refused_with_a_reason(visit: Visit, session: Session) -> None:
    bring(visit("ada"), hostile.CSV)

    answer = bring(visit("ada"), hostile.rows(hostile.flat(req_description="It holds.")))

    assert answer.status_code == 422
    assert len(session.scalars(select(OfficialDocument)).all()) == 1
    session.rollback()


def test_other_words_of_the_same_edition_are_refused(visit: Visit, session: Session) -> None:
    bring(visit("ada"), hostile.CSV)

    answer = bring(visit("ada"), hostile.CSV.replace(b"It holds.", b"It never holds."))

    assert answer.status_code == 422
    assert "asvs" in answer.get_data(as_text=True).lower()
    assert len(session.scalars(select(OfficialDocument)).all()) == 1


def test_a_second_language_joins_the_same_edition(visit: Visit, session: Session) -> None:
    bring(visit("ada"), hostile.CSV)

    answer = bring(visit("ada"), hostile.CSV.replace(b"It holds.", b"Se cumple."), language="es")

    assert answer.status_code == 303
    standard = session.scalars(select(Standard).where(Standard.key == "owasp-asvs")).one()
    assert standard.languages == ["en", "es"]


def test_official_words_stand_beside_ours(visit: Visit, cast: Cast, session: Session) -> None:
    make_checklist(session, cast.access("alice"))
    session.commit()
    nodes = [
        hostile.node(name, text=f"Official <b>{name}</b>.")
        for name in ("IN-01", "IN-02", "IN-03", "AC-01", "AC-02")
    ]
    document = hostile.dumped(hostile.cyclonedx(nodes, name="Owasp test", version="1.0"))

    assert bring(visit("ada"), document).status_code == 303

    page = visit("vera").get("/projects/banca/checklists/1/items/IN-01").get_data(as_text=True)
    assert re.search(r'lang="en">\s*<p>Official', page)
    assert "<b>IN-01</b>" not in page


def test_a_list_of_ones_own_is_shown_before_it_is_saved(visit: Visit, session: Session) -> None:
    ada = visit("ada")

    answer = bring(ada, template(), "list.xlsx")

    assert answer.status_code == 200
    assert ("acme-hardening", "1.0") not in standards(session)
    assert "NET-01" in answer.get_data(as_text=True)
    assert save(ada, answer).status_code == 303
    saved = session.scalars(select(Standard).where(Standard.key == "acme-hardening")).one()
    assert (saved.origin, saved.languages) == (StandardOrigin.CUSTOM, ["es", "en"])


def test_a_changed_list_needs_a_new_version_and_shows_what_changed(
    visit: Visit, session: Session
) -> None:
    ada = visit("ada")
    save(ada, bring(ada, hostile.LIST))

    refused = bring(ada, hostile.LIST.replace(b"It holds.", b"It holds well."))
    newer = hostile.LIST.replace(b"It holds.", b"It holds well.").replace(b"'1'", b"'2'")
    accepted = bring(ada, newer)

    assert refused.status_code == 422
    assert accepted.status_code == 200
    assert save(ada, accepted).status_code == 303
    assert {("acme-list", "1"), ("acme-list", "2")} <= standards(session)


def test_every_fault_of_a_list_is_told_with_its_place(visit: Visit, session: Session) -> None:
    answer = bring(visit("ada"), hostile.set_cell("level", 9), "list.xlsx")

    assert answer.status_code == 422
    assert "Requirements, 2, level" in answer.get_data(as_text=True)


def test_a_hostile_file_leaves_nothing(visit: Visit, session: Session) -> None:
    before = standards(session)

    for name in ("xml with entities that grow", "csv with a formula", "cut off", "a picture"):
        assert bring(visit("ada"), hostile.refused()[name]).status_code == 422, name

    assert standards(session) == before


def test_only_what_was_looked_at_can_be_saved(visit: Visit, session: Session) -> None:
    before = standards(session)

    for stamp in ("", "made-up", "0" * 64):
        assert visit("ada").post("/admin/library/save", {"looked_at": stamp}).status_code == 422

    assert standards(session) == before


def test_the_template_is_a_workbook(visit: Visit) -> None:
    answer = visit("ada").get("/admin/library/template.xlsx")

    assert answer.get_data().startswith(b"PK")
    assert "attachment" in answer.headers["Content-Disposition"]
