"""Whether a view declares what the table of policies says of it."""

from __future__ import annotations

from flask import Flask

from checklist_app.domain.permissions import (
    ADMINISTRATOR,
    AUDITORS_PERMISSIONS,
    ORGANISATION_PERMISSIONS,
    ROLE_PERMISSIONS,
    SIGNED_IN,
)
from checklist_app.domain.vocabulary import OrganisationRole, Role
from checklist_app.web.access import PUBLIC, declaration
from tests.house.beyond_roles import READ_BY_AUDITORS
from tests.house.policy import POLICY, Audience

STRONGEST_FIRST = list(Role)


def is_enough(role: Role, least: Role) -> bool:
    """Return whether ``role`` may do what ``least`` may."""
    return STRONGEST_FIRST.index(role) <= STRONGEST_FIRST.index(least)


def declares_what_the_table_says(app: Flask, endpoint: str) -> bool:
    """Return whether a view declares a permission that exactly its audience has."""
    declared, audience = declaration(app, endpoint), POLICY[endpoint]
    if isinstance(audience, Role):
        may = {role for role, permissions in ROLE_PERMISSIONS.items() if declared in permissions}
        is_for_auditors = audience is Role.VIEWER or endpoint in READ_BY_AUDITORS
        if (declared in AUDITORS_PERMISSIONS) is not is_for_auditors:
            return False
        return may == {role for role in Role if is_enough(role, audience)}
    everybodys = frozenset.intersection(*ORGANISATION_PERMISSIONS.values())
    auditors = ORGANISATION_PERMISSIONS[OrganisationRole.AUDITOR]
    return {
        Audience.EVERYBODY: declared == PUBLIC,
        Audience.SIGNED_IN: declared in everybodys,
        Audience.NO_AUDITOR: declared in SIGNED_IN - everybodys,
        Audience.ADMINISTRATOR: declared in ADMINISTRATOR - SIGNED_IN - auditors,
        Audience.OVERSEER: declared in ADMINISTRATOR & auditors,
    }[audience]
