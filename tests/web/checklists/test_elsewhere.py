"""What two lists say of the same matter: shown on the items, and on the page of contradictions."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from checklist_app.domain.standards import Reference, Section
from checklist_app.domain.vocabulary import Outcome, Relation
from checklist_app.models import Checklist, Standard
from checklist_app.services import library_links
from checklist_app.services.checklists import start_checklist
from checklist_app.services.standards import load_standard
from checklist_app.services.verdicts import record_verdict
from tests.cast import Cast, item, make_checklist
from tests.library import both, requirement, standard
from tests.web.conftest import Visit

ITEM = "/projects/banca/checklists/1/items/IN-01"


def set_up(session: Session, cast: Cast, relation: Relation, *outcomes: Outcome | None) -> None:
    """Start a checklist on each of two linked lists; give both items of the pair a verdict."""
    one = replace(
        requirement("OT-01", "Sin inyección", "No injection"),
        references=(Reference("owasp-test", "1.0", "IN-01", relation),),
    )
    section = Section("OT", both("Otra", "Other"), both("Otra.", "Other."), (one,))
    other = replace(standard(), key="owasp-second", sections=(section,))
    load_standard(session, other)
    library_links.relink(session)
    alice = cast.access("alice")
    first = make_checklist(session, alice)
    second = start_checklist(
        session,
        alice,
        standard_id=session.query(Standard).filter_by(key="owasp-second").one().id,
        name="Segunda",
    )
    for checklist, identifier, outcome in (
        (first, "IN-01", outcomes[0]),
        (second, "OT-01", outcomes[1]),
    ):
        if outcome is not None:
            opened = item(session, alice, checklist, identifier)
            record_verdict(
                session,
                opened,
                outcome=outcome,
                rationale="Visto",
                row_version=opened.item.row_version,
            )
    session.commit()


def test_an_item_shows_what_the_other_list_says_and_copies_nothing(
    visit: Visit, cast: Cast, session: Session
) -> None:
    set_up(session, cast, Relation.SAME, None, Outcome.FAIL)

    page = visit("vera").get(ITEM).text

    assert "OT-01" in page
    assert "Sin inyección" in page
    assert "Contradice" not in page
    mine = session.query(Checklist).filter_by(number=1).one()
    assert item(session, cast.access("alice"), mine, "IN-01").item.outcome is None


def test_a_list_that_the_project_does_not_assess_is_not_shown(
    visit: Visit, cast: Cast, session: Session
) -> None:
    make_checklist(session, cast.access("alice"))
    session.commit()

    assert "elsewhere-title" not in visit("vera").get(ITEM).text


@pytest.mark.parametrize(
    ("relation", "outcomes", "denied"),
    [
        (Relation.SAME, (Outcome.FAIL, Outcome.PARTIAL), False),
        (Relation.SAME, (Outcome.FAIL, Outcome.NOT_APPLICABLE), True),
        # OT-01 asks for a part of IN-01: what fails in a part cannot hold as a whole.
        (Relation.NARROWER, (Outcome.NOT_APPLICABLE, Outcome.FAIL), True),
        (Relation.NARROWER, (Outcome.FAIL, Outcome.NOT_APPLICABLE), False),
        (Relation.BROADER, (Outcome.FAIL, Outcome.NOT_APPLICABLE), True),
        (Relation.RELATED, (Outcome.FAIL, Outcome.NOT_APPLICABLE), False),
    ],
)
def test_verdicts_that_deny_each_other_are_shown(
    visit: Visit,
    cast: Cast,
    session: Session,
    relation: Relation,
    outcomes: tuple[Outcome, Outcome],
    denied: bool,
) -> None:
    set_up(session, cast, relation, *outcomes)
    vera = visit("vera")

    overview = vera.get("/projects/banca").text
    page = vera.get("/projects/banca/contradictions").text

    assert ("/projects/banca/contradictions" in overview) is denied
    assert ("OT-01" in page) is denied
    assert ("Contradice" in vera.get(ITEM).text) is denied
