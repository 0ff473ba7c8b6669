"""The one door into a project: by a role there, as an auditor, or within a token's bounds."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from checklist_app.domain.actor import Actor
from checklist_app.domain.errors import Forbidden, NotFound
from checklist_app.domain.permissions import AUDITORS_PERMISSIONS, ROLE_PERMISSIONS, Permission
from checklist_app.domain.vocabulary import Role
from checklist_app.models import User
from checklist_app.queries.access import open_project
from checklist_app.queries.projects import project_cards
from checklist_app.services.clock import today
from checklist_app.services.members import join
from checklist_app.services.resources import Resources
from tests.cast import ROLES, Cast
from tests.statements import counted


def slugs(session: Session, actor: Actor) -> list[str]:
    return [card.slug for card in project_cards(session, actor, today())]


@pytest.mark.parametrize("name", ROLES)
def test_a_member_comes_in_by_their_role(session: Session, cast: Cast, name: str) -> None:
    opened = open_project(session, cast.people[name], "banca")
    assert opened.permissions == ROLE_PERMISSIONS[ROLES[name]]
    with pytest.raises(NotFound):
        open_project(session, cast.people[name], "ajeno")


def test_an_auditor_reads_every_project_and_changes_none(session: Session, cast: Cast) -> None:
    assert slugs(session, cast.otto) == ["ajeno", "banca"]
    join(session, cast.access("alice"), session.get_one(User, cast.otto.user_id), Role.OWNER)
    for slug in ("ajeno", "banca"):
        assert open_project(session, cast.otto, slug).permissions == AUDITORS_PERMISSIONS


def test_an_administrator_comes_into_no_project(session: Session, cast: Cast) -> None:
    assert slugs(session, cast.ada) == []
    with pytest.raises(NotFound):
        open_project(session, cast.ada, "banca")


def test_a_bound_token_finds_no_other_project(session: Session, cast: Cast) -> None:
    own = replace(cast.alice, token_id=1, project_id=cast.project.id)
    assert open_project(session, own, "banca").allows(Permission.PROJECT_EDIT)
    elsewhere = replace(own, project_id=cast.project.id + 1)
    with pytest.raises(NotFound):
        open_project(session, elsewhere, "banca")
    assert (slugs(session, own), slugs(session, elsewhere)) == (["banca"], [])
    auditor = replace(cast.otto, project_id=cast.project.id)
    assert slugs(session, auditor) == ["banca"]
    with pytest.raises(NotFound):
        open_project(session, auditor, "ajeno")


def test_the_scopes_of_a_token_count_inside_a_project(session: Session, cast: Cast) -> None:
    scopes = frozenset({Permission.PROJECT_VIEW, Permission.MEMBER_MANAGE})
    vera = open_project(session, replace(cast.vera, scopes=scopes), "banca")
    alice = open_project(session, replace(cast.alice, scopes=scopes), "banca")
    assert vera.permissions == {Permission.PROJECT_VIEW}
    assert alice.permissions == scopes
    with pytest.raises(Forbidden):
        alice.require(Permission.PROJECT_EDIT)


@pytest.mark.parametrize("name", ["alice", "vera", "otto"])
def test_opening_is_one_query_and_asking_for_permissions_is_none(
    resources: Resources, session: Session, cast: Cast, name: str
) -> None:
    with counted(resources.engine) as statements:
        opened = open_project(session, cast.people[name], "banca")
        assert len(statements) == 1
        for permission in Permission:
            opened.allows(permission)
    assert len(statements) == 1
