"""What people are in the organisation, and that somebody always administers it."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from checklist_app.config import Config
from checklist_app.domain.errors import Conflict, Forbidden, NotFound
from checklist_app.domain.vocabulary import OrganisationRole, Role
from checklist_app.models import Event, User, UserSession
from checklist_app.services.accounts import set_active
from checklist_app.services.groups import add_person, create_group
from checklist_app.services.members import (
    add_group,
    add_member,
    change_group_role,
    change_role,
    remove_member,
)
from checklist_app.services.organisation import set_organisation_role
from checklist_app.services.resources import Resources
from checklist_app.services.sessions import open_session
from tests.cast import Cast
from tests.web.visitor import ORIGIN

ADMINISTRATOR, AUDITOR, MEMBER = OrganisationRole


def test_only_administrators_say_what_people_are(session: Session, cast: Cast) -> None:
    for name in ("alice", "otto", "charlie"):
        with pytest.raises(Forbidden):
            set_organisation_role(
                session, cast.people[name], cast.people[name].user_id, ADMINISTRATOR
            )
    with pytest.raises(NotFound):
        set_organisation_role(session, cast.ada, 2_000_000, AUDITOR)


def test_the_last_administrator_stays_one(session: Session, cast: Cast) -> None:
    for actor in (cast.ada, None):
        with pytest.raises(Conflict):
            set_organisation_role(session, actor, cast.ada.user_id, MEMBER)
    set_organisation_role(session, cast.ada, cast.bob.user_id, ADMINISTRATOR)
    set_active(session, cast.ada, cast.bob.user_id, active=False)
    with pytest.raises(Conflict):
        set_organisation_role(session, None, cast.ada.user_id, MEMBER)
    set_active(session, cast.ada, cast.bob.user_id, active=True)
    assert set_organisation_role(session, None, cast.ada.user_id, MEMBER).id


@pytest.mark.parametrize("role", [AUDITOR, MEMBER])
def test_nobody_changes_what_they_are_themselves(
    session: Session, cast: Cast, role: OrganisationRole
) -> None:
    """An administrator, who sees no project, would read them all as auditor."""
    set_organisation_role(session, cast.ada, cast.bob.user_id, ADMINISTRATOR)
    with pytest.raises(Conflict, match="own role"):
        set_organisation_role(session, cast.ada, cast.ada.user_id, role)
    assert session.get_one(User, cast.ada.user_id).organisation_role is ADMINISTRATOR


def test_nobody_changes_their_own_role_in_a_project(session: Session, cast: Cast) -> None:
    alice = cast.access("alice")
    change_role(session, alice, cast.bob.user_id, Role.OWNER)
    with pytest.raises(Conflict, match="own role"):
        change_role(session, alice, cast.alice.user_id, Role.VIEWER)
    change_role(session, alice, cast.alice.user_id, Role.OWNER)
    remove_member(session, alice, cast.alice.user_id)


def test_nobody_gets_another_role_by_way_of_a_group_of_theirs(session: Session, cast: Cast) -> None:
    alice = cast.access("alice")
    team, other = (create_group(session, cast.ada, name) for name in ("Team", "Other"))
    add_person(session, cast.ada, team.id, "alice@example.org")
    with pytest.raises(Conflict, match="own role"):
        add_group(session, alice, team.id, Role.OWNER)
    add_group(session, alice, team.id, Role.REVIEWER)
    with pytest.raises(Conflict, match="own role"):
        change_group_role(session, alice, team.id, Role.OWNER)
    change_group_role(session, alice, team.id, Role.VIEWER)
    add_group(session, alice, other.id, Role.OWNER)


def test_nobody_puts_themselves_into_a_group_or_into_a_project(
    session: Session, cast: Cast, config: Config
) -> None:
    group = create_group(session, cast.ada, "Reviewers")
    with pytest.raises(Conflict, match="own role"):
        add_person(session, cast.ada, group.id, "ada@example.org")
    alice, own = cast.access("alice"), "alice@example.org"
    with pytest.raises(Conflict, match="own role"):
        add_member(session, alice, config, email=own, name="", role=Role.OWNER)


def test_the_only_owner_of_a_project_becomes_no_auditor(session: Session, cast: Cast) -> None:
    with pytest.raises(Conflict, match="Banca"):
        set_organisation_role(session, cast.ada, cast.alice.user_id, AUDITOR)
    change_role(session, cast.access("alice"), cast.bob.user_id, Role.OWNER)
    set_organisation_role(session, cast.ada, cast.alice.user_id, AUDITOR)
    # An auditor's ownership counts for nothing: Bob is the last one who can act.
    with pytest.raises(Conflict):
        remove_member(session, cast.access("alice"), cast.bob.user_id)


def test_a_new_role_ends_what_is_signed_in_and_leaves_one_event(
    session: Session, resources: Resources, cast: Cast
) -> None:
    user = session.get_one(User, cast.vera.user_id)
    open_session(session, resources.config, user, ORIGIN)
    set_organisation_role(session, cast.ada, user.id, AUDITOR)
    set_organisation_role(session, cast.ada, user.id, AUDITOR)
    session.flush()
    assert session.query(UserSession).filter_by(user_id=user.id, revoked_at=None).count() == 0
    (event,) = session.query(Event).filter_by(name="account:user:set_role")
    assert event.details == {"role": "auditor", "before": "member"}
