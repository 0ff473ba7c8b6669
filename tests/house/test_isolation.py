"""What happens in one project shows in no page of another, not even as a number."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.domain.actor import Actor
from checklist_app.domain.vocabulary import Language, Role
from checklist_app.models import User
from checklist_app.services.projects import create_project
from tests.house.conftest import House
from tests.house.principals import AJENO
from tests.house.sending import address_of, comparable, send, with_new_token
from tests.house.walk import cells
from tests.house.world import fill_project, join_project

OF_THE_ORGANISATION = frozenset({"members.index"})
"""Pages inside a project that offer what all projects share, its groups."""


def pages(house: House, name: str) -> dict[str, object]:
    """Return what somebody's own project shows on each of its pages and operations."""
    person = with_new_token(house.app, house.people[name])
    client = house.app.test_client(use_cookies=False)
    return {
        str(cell): comparable(send(client, house.app, person, cell), address_of(house.app, cell))
        for cell in cells(house.app, person, house.world)
        if cell.method == "GET"
        and cell.expected == "allowed"
        and cell.case == AJENO
        and "slug" in cell.rule.arguments
        and cell.rule.endpoint not in OF_THE_ORGANISATION
    }


def actor_of(session: Session, name: str) -> Actor:
    user = session.scalars(select(User).where(User.email == f"{name}@example.org")).one()
    return Actor(user.id, user.email, user.name, user.organisation_role)


def test_a_project_looks_the_same_whatever_others_do(house: House) -> None:
    before = pages(house, "charlie")
    again = pages(house, "charlie")
    # Some say when they were made, or hold a key for once.
    steady = [place for place in before if before[place] == again[place]]
    assert len(steady) > 45
    with house.resources.sessions.begin() as session:
        alice, bob = actor_of(session, "alice"), actor_of(session, "bob")
        access = create_project(session, alice, name="Banca", language=Language.ES)
        join_project(session, access.project, bob, Role.VIEWER)
        fill_project(session, house.resources, access, ("owasp-test", "IN-01"), bob)
    after = pages(house, "charlie")
    assert [place for place in steady if before[place] != after[place]] == []
