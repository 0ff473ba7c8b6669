"""Who may do what."""

from __future__ import annotations

from itertools import pairwise

from checklist_app.domain.permissions import (
    ADMINISTRATOR,
    PROJECT_PERMISSIONS,
    ROLE_PERMISSIONS,
    SIGNED_IN,
    Permission,
)
from checklist_app.domain.vocabulary import Role


def test_a_stronger_role_may_all_that_a_weaker_one_may_and_more() -> None:
    strongest_first = [ROLE_PERMISSIONS[role] for role in Role]
    for stronger, weaker in pairwise(strongest_first):
        assert stronger > weaker


def test_a_viewer_only_views() -> None:
    assert ROLE_PERMISSIONS[Role.VIEWER] == {Permission.PROJECT_VIEW}


def test_every_permission_is_given_to_somebody_in_one_place() -> None:
    assert set(Permission) == PROJECT_PERMISSIONS | SIGNED_IN | ADMINISTRATOR
    assert not PROJECT_PERMISSIONS & (SIGNED_IN | ADMINISTRATOR)
    assert not SIGNED_IN & ADMINISTRATOR


def test_the_acts_that_bind_others_are_the_owners() -> None:
    owners_alone = ROLE_PERMISSIONS[Role.OWNER] - ROLE_PERMISSIONS[Role.REVIEWER]
    assert owners_alone == {
        Permission.PROJECT_EDIT,
        Permission.MEMBER_MANAGE,
        Permission.CHECKLIST_SIGN_OFF,
        Permission.WAIVER_GRANT,
    }


def test_names_are_resource_and_action() -> None:
    for permission in Permission:
        resource, _, action = permission.partition(":")
        assert resource.isidentifier()
        assert action.isidentifier()
