"""Who may do what: each role's permissions, stated once, default deny."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from checklist_app.domain.vocabulary import OrganisationRole, Role


class Permission(StrEnum):
    """Something a person may be allowed to do, named ``resource:action``."""

    ACCOUNT_MANAGE = "account:manage"
    ACCOUNT_SIGN_OUT = "account:sign_out"
    PROJECT_LIST = "project:list"
    PROJECT_CREATE = "project:create"
    STANDARD_VIEW = "standard:view"

    PROJECT_VIEW = "project:view"
    PROJECT_EDIT = "project:edit"
    PROJECT_ARCHIVE = "project:archive"
    MEMBER_MANAGE = "member:manage"
    CHECKLIST_CREATE = "checklist:create"
    CHECKLIST_SIGN_OFF = "checklist:sign_off"
    VERDICT_RECORD = "verdict:record"
    VERDICT_ACCEPT = "verdict:accept"
    EVIDENCE_ADD = "evidence:add"
    SCAN_IMPORT = "scan:import"
    SCAN_VIEW = "scan:view"
    ROUTE_CORRECT = "route:correct"
    FINDING_TRIAGE = "finding:triage"
    JOB_MANAGE_OWN = "job:manage_own"
    JOB_MANAGE = "job:manage"
    REMEDIATION_PLAN = "remediation:plan"
    REMEDIATION_ADVANCE = "remediation:advance"
    WAIVER_GRANT = "waiver:grant"
    REPORT_CREATE = "report:create"
    REPORT_VIEW = "report:view"
    GATE_VIEW = "gate:view"
    TOKEN_VIEW = "token:view"  # nosec B105
    TOKEN_MANAGE = "token:manage"  # nosec B105
    WEBHOOK_VIEW = "webhook:view"
    WEBHOOK_MANAGE = "webhook:manage"

    ORGANISATION_VIEW = "organisation:view"
    USER_MANAGE = "user:manage"
    GROUP_MANAGE = "group:manage"
    LIBRARY_MANAGE = "library:manage"
    SECURITY_VIEW = "security:view"
    SECURITY_MANAGE = "security:manage"


SIGNED_IN: frozenset[Permission] = frozenset(
    {
        Permission.ACCOUNT_MANAGE,
        Permission.ACCOUNT_SIGN_OUT,
        Permission.PROJECT_LIST,
        Permission.PROJECT_CREATE,
        Permission.STANDARD_VIEW,
    }
)
"""What every active person but an auditor may do, whatever their projects."""

ADMINISTRATOR: frozenset[Permission] = frozenset(
    {
        Permission.ORGANISATION_VIEW,
        Permission.USER_MANAGE,
        Permission.GROUP_MANAGE,
        Permission.LIBRARY_MANAGE,
        Permission.SECURITY_VIEW,
        Permission.SECURITY_MANAGE,
    }
)
"""What administrators may do besides; being one opens no project."""

ORGANISATION_PERMISSIONS: Mapping[OrganisationRole, frozenset[Permission]] = MappingProxyType(
    {
        OrganisationRole.ADMINISTRATOR: SIGNED_IN | ADMINISTRATOR,
        OrganisationRole.AUDITOR: (SIGNED_IN - {Permission.PROJECT_CREATE})
        | {Permission.ORGANISATION_VIEW, Permission.SECURITY_VIEW},
        OrganisationRole.MEMBER: SIGNED_IN,
    }
)
"""What each role in the organisation may do outside any project."""

OUTSIDE_WHEN_BOUND: frozenset[Permission] = frozenset(
    {Permission.PROJECT_LIST, Permission.STANDARD_VIEW}
)
"""What a token that is bound to one project may do outside of it, at most."""

_VIEWER = frozenset(
    {
        Permission.PROJECT_VIEW,
        Permission.SCAN_VIEW,
        Permission.REPORT_VIEW,
        Permission.GATE_VIEW,
    }
)
_WAYS_IN_AND_OUT = frozenset({Permission.TOKEN_VIEW, Permission.WEBHOOK_VIEW})
_CONTRIBUTOR = _VIEWER | {
    Permission.EVIDENCE_ADD,
    Permission.SCAN_IMPORT,
    Permission.JOB_MANAGE_OWN,
    Permission.REMEDIATION_ADVANCE,
}
_REVIEWER = _CONTRIBUTOR | {
    Permission.CHECKLIST_CREATE,
    Permission.VERDICT_RECORD,
    Permission.VERDICT_ACCEPT,
    Permission.ROUTE_CORRECT,
    Permission.FINDING_TRIAGE,
    Permission.JOB_MANAGE,
    Permission.REMEDIATION_PLAN,
    Permission.REPORT_CREATE,
}
_MANAGER = (_REVIEWER | _WAYS_IN_AND_OUT) | {
    Permission.CHECKLIST_SIGN_OFF,
    Permission.WAIVER_GRANT,
    Permission.TOKEN_MANAGE,
    Permission.WEBHOOK_MANAGE,
}
_OWNER = _MANAGER | {
    Permission.PROJECT_EDIT,
    Permission.PROJECT_ARCHIVE,
    Permission.MEMBER_MANAGE,
}

ROLE_PERMISSIONS: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        Role.OWNER: _OWNER,
        Role.MANAGER: _MANAGER,
        Role.REVIEWER: _REVIEWER,
        Role.CONTRIBUTOR: _CONTRIBUTOR,
        Role.VIEWER: _VIEWER,
    }
)
"""What each role may do inside its project."""

AUDITORS_ROLE = Role.VIEWER
"""What an auditor is called in every project, whatever else they were given there."""

AUDITORS_PERMISSIONS: frozenset[Permission] = ROLE_PERMISSIONS[AUDITORS_ROLE] | _WAYS_IN_AND_OUT
"""What an auditor may do in every project: read all of it, change nothing."""

LEFT_WHEN_ARCHIVED: frozenset[Permission] = AUDITORS_PERMISSIONS | {Permission.PROJECT_ARCHIVE}
"""What can still be done in an archived project: read it, and restore it."""

PROJECT_PERMISSIONS: frozenset[Permission] = _OWNER
"""The permissions that only mean something inside a project."""
