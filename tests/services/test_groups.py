"""Groups: roles that people have together, and lose at once."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.domain.actor import Actor
from checklist_app.domain.alerts import SecurityKind
from checklist_app.domain.errors import Conflict, Forbidden, InvalidInput, NotFound
from checklist_app.domain.vocabulary import Role
from checklist_app.models import Event, Group, GroupPerson, SecurityEvent, User, UserSession
from checklist_app.queries.access import open_project
from checklist_app.queries.items import project_members
from checklist_app.queries.members import group_choices, group_lines, members, roles_by_person
from checklist_app.queries.projects import project_cards
from checklist_app.services import groups
from checklist_app.services.clock import today
from checklist_app.services.members import (
    add_group,
    change_group_role,
    check_member,
    remove_group,
    remove_member,
)
from checklist_app.services.resources import Resources
from checklist_app.services.sessions import open_session
from tests.cast import Cast
from tests.statements import counted
from tests.web.visitor import ORIGIN


@pytest.fixture
def readers(session: Session, cast: Cast) -> Group:
    """A group with Charlie and Bob in it, who may both only read "Banca" through it."""
    group = groups.create_group(session, cast.ada, " Readers ")
    for person in (cast.charlie, cast.bob):
        groups.add_person(session, cast.ada, group.id, person.email)
    add_group(session, cast.access("alice"), group.id, Role.VIEWER)
    session.flush()
    return group


def role_of(session: Session, actor: Actor) -> Role:
    return open_project(session, actor, "banca").role


def test_who_joins_a_group_that_owns_and_who_leaves_is_noticed_among_security_events(
    session: Session, cast: Cast, readers: Group
) -> None:
    change_group_role(session, cast.access("alice"), readers.id, Role.OWNER)
    groups.add_person(session, cast.ada, readers.id, cast.vera.email)
    groups.remove_person(session, cast.ada, readers.id, cast.vera.user_id)
    remove_member(session, cast.access("alice"), cast.vera.user_id)
    groups.delete_group(session, cast.ada, readers.id)
    session.flush()
    noted = session.scalars(select(SecurityEvent).order_by(SecurityEvent.id)).all()[-4:]
    assert [(event.place, event.kind) for event in noted] == [
        ("account:group:add_person", SecurityKind.ROLE_RAISED),
        ("account:group:remove_person", SecurityKind.ROLE_CHANGED),
        ("project:member:remove", SecurityKind.ROLE_CHANGED),
        ("account:group:delete", SecurityKind.ROLE_CHANGED),
    ]


def test_the_stronger_of_own_and_group_role_counts(
    session: Session, cast: Cast, readers: Group
) -> None:
    assert (role_of(session, cast.charlie), role_of(session, cast.bob)) == (
        Role.VIEWER,
        Role.REVIEWER,
    )
    change_group_role(session, cast.access("alice"), readers.id, Role.OWNER)
    assert role_of(session, cast.charlie) is role_of(session, cast.bob) is Role.OWNER
    cards = {card.slug: card.role for card in project_cards(session, cast.bob, today())}
    assert cards == {"banca": Role.OWNER}


def test_leaving_a_group_counts_at_once_and_gives_each_browser_a_new_token(
    session: Session, resources: Resources, cast: Cast, readers: Group
) -> None:
    user = session.get_one(User, cast.charlie.user_id)
    open_session(session, resources.config, user, ORIGIN)
    groups.remove_person(session, cast.ada, readers.id, user.id)
    session.flush()
    with pytest.raises(NotFound):
        open_project(session, cast.charlie, "banca")
    assert session.query(UserSession).filter_by(user_id=user.id).one().must_rotate
    with pytest.raises(NotFound):
        groups.remove_person(session, cast.ada, readers.id, user.id)


@pytest.mark.parametrize("end", ["withdrawn", "deleted"])
def test_without_the_group_only_own_roles_are_left(
    session: Session, cast: Cast, readers: Group, end: str
) -> None:
    if end == "withdrawn":
        remove_group(session, cast.access("alice"), readers.id)
    else:
        groups.delete_group(session, cast.ada, readers.id)
    session.flush()
    assert role_of(session, cast.bob) is Role.REVIEWER
    with pytest.raises(NotFound):
        open_project(session, cast.charlie, "banca")
    if end == "deleted":
        assert session.query(GroupPerson).count() == 0


def test_a_list_of_members_says_where_each_role_comes_from(
    session: Session, cast: Cast, readers: Group
) -> None:
    access = cast.access("alice")
    told = {m.name: (m.role, m.own_role, m.groups) for m in members(session, access)}
    assert told["Charlie"] == (Role.VIEWER, None, [("Readers", Role.VIEWER)])
    assert told["Bob"] == (Role.REVIEWER, Role.REVIEWER, [("Readers", Role.VIEWER)])
    assert told["Vera"] == (Role.VIEWER, Role.VIEWER, [])
    assert roles_by_person(session, access)[cast.bob.user_id] is Role.REVIEWER
    assert [line.name for line in group_lines(session, access)] == ["Readers"]
    assert group_choices(session, access) == []


def test_who_comes_through_a_group_can_be_given_work(
    session: Session, cast: Cast, readers: Group
) -> None:
    access = cast.access("alice")
    assert "Charlie" in [choice.name for choice in project_members(session, access)]
    check_member(session, access, cast.charlie.user_id, field="owner_id")
    with pytest.raises(InvalidInput):
        check_member(session, access, cast.ada.user_id, field="owner_id")


def test_ownership_through_a_group_keeps_no_project_alive(
    session: Session, cast: Cast, readers: Group
) -> None:
    change_group_role(session, cast.access("alice"), readers.id, Role.OWNER)
    with pytest.raises(Conflict):
        remove_member(session, cast.access("alice"), cast.alice.user_id)


@pytest.mark.parametrize("name", ["alice", "otto"])
def test_only_administrators_keep_groups(
    session: Session, cast: Cast, readers: Group, name: str
) -> None:
    actor = cast.people[name]
    for act in (
        lambda: groups.create_group(session, actor, "More"),
        lambda: groups.delete_group(session, actor, readers.id),
        lambda: groups.add_person(session, actor, readers.id, cast.vera.email),
        lambda: groups.remove_person(session, actor, readers.id, cast.bob.user_id),
    ):
        with pytest.raises(Forbidden):
            act()


def test_what_cannot_be_done_says_so(session: Session, cast: Cast, readers: Group) -> None:
    with pytest.raises(Conflict):
        groups.create_group(session, cast.ada, "Readers")
    with pytest.raises(InvalidInput):
        groups.create_group(session, cast.ada, "  ")
    with pytest.raises(Conflict):
        groups.add_person(session, cast.ada, readers.id, cast.bob.email)
    with pytest.raises(InvalidInput):
        groups.add_person(session, cast.ada, readers.id, "nobody@example.org")
    with pytest.raises(Conflict):
        add_group(session, cast.access("alice"), readers.id, Role.VIEWER)
    with pytest.raises(NotFound):
        add_group(session, cast.access("alice"), 2_000_000, Role.VIEWER)


def test_opening_through_a_group_is_one_query(
    resources: Resources, session: Session, cast: Cast, readers: Group
) -> None:
    with counted(resources.engine) as statements:
        open_project(session, cast.charlie, "banca")
    assert len(statements) == 1


def test_every_change_leaves_an_event(session: Session, cast: Cast, readers: Group) -> None:
    remove_group(session, cast.access("alice"), readers.id)
    groups.delete_group(session, cast.ada, readers.id)
    session.flush()
    names = [row.name for row in session.query(Event).order_by(Event.id)][-6:]
    assert names == [
        "account:group:create",
        "account:group:add_person",
        "account:group:add_person",
        "project:group:add",
        "project:group:remove",
        "account:group:delete",
    ]
