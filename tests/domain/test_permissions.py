"""Who may do what."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from checklist_app.domain.actor import Actor
from checklist_app.domain.errors import Forbidden
from checklist_app.domain.permissions import (
    ADMINISTRATOR,
    AUDITORS_PERMISSIONS,
    ORGANISATION_PERMISSIONS,
    OUTSIDE_WHEN_BOUND,
    PROJECT_PERMISSIONS,
    ROLE_PERMISSIONS,
    SIGNED_IN,
    Permission,
)
from checklist_app.domain.vocabulary import OrganisationRole, Role


def test_a_stronger_role_may_all_that_a_weaker_one_may_and_more() -> None:
    strongest_first = [ROLE_PERMISSIONS[role] for role in Role]
    for stronger, weaker in pairwise(strongest_first):
        assert stronger > weaker


def test_a_viewer_only_views() -> None:
    assert {permission.value for permission in ROLE_PERMISSIONS[Role.VIEWER]} == {
        "project:view",
        "scan:view",
        "report:view",
        "gate:view",
    }


def test_every_permission_is_given_to_somebody_in_one_place() -> None:
    assert set(Permission) == PROJECT_PERMISSIONS | SIGNED_IN | ADMINISTRATOR
    assert not PROJECT_PERMISSIONS & (SIGNED_IN | ADMINISTRATOR)
    assert not SIGNED_IN & ADMINISTRATOR


def test_the_acts_that_bind_others_are_the_managers_and_the_project_is_the_owners() -> None:
    managers, reviewers = ROLE_PERMISSIONS[Role.MANAGER], ROLE_PERMISSIONS[Role.REVIEWER]
    assert managers - reviewers == {
        Permission.CHECKLIST_SIGN_OFF,
        Permission.WAIVER_GRANT,
        Permission.TOKEN_VIEW,
        Permission.TOKEN_MANAGE,
        Permission.WEBHOOK_VIEW,
        Permission.WEBHOOK_MANAGE,
    }
    assert ROLE_PERMISSIONS[Role.OWNER] - managers == {
        Permission.PROJECT_EDIT,
        Permission.PROJECT_ARCHIVE,
        Permission.MEMBER_MANAGE,
    }


def test_an_auditor_changes_nothing_anywhere() -> None:
    outside = ORGANISATION_PERMISSIONS[OrganisationRole.AUDITOR]
    assert SIGNED_IN - outside == {Permission.PROJECT_CREATE}
    assert {permission.value for permission in AUDITORS_PERMISSIONS} == {
        "project:view",
        "scan:view",
        "report:view",
        "gate:view",
        "token:view",
        "webhook:view",
    }


def test_a_token_narrows_and_never_widens() -> None:
    ada = Actor(1, "ada@example.org", "Ada", OrganisationRole.ADMINISTRATOR)
    scopes = frozenset({Permission.PROJECT_LIST, Permission.USER_MANAGE})
    assert replace(ada, scopes=scopes).permissions == scopes
    member = replace(ada, organisation_role=OrganisationRole.MEMBER, scopes=scopes)
    assert member.permissions == {Permission.PROJECT_LIST}
    with pytest.raises(Forbidden):
        member.require(Permission.USER_MANAGE)
    assert replace(ada, scopes=frozenset()).permissions == frozenset()
    assert replace(ada, project_id=7).permissions == OUTSIDE_WHEN_BOUND


def test_names_are_resource_and_action() -> None:
    for permission in Permission:
        resource, _, action = permission.partition(":")
        assert resource.isidentifier()
        assert action.isidentifier()
