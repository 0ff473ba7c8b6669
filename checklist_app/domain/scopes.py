"""What a token may be limited to: each scope, and the permissions that are within it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType

from checklist_app.domain.errors import InvalidInput
from checklist_app.domain.permissions import Permission
from checklist_app.domain.text import text


class Scope(StrEnum):
    """A part of what a person may do, handed to a program. ``full`` is all of it."""

    FULL = "full"
    PROJECT_READ = "project:read"
    EVIDENCE_WRITE = "evidence:write"
    SCAN_WRITE = "scan:write"
    REPORT_READ = "report:read"
    REPORT_WRITE = "report:write"
    GATE_READ = "gate:read"


SCOPE_PERMISSIONS: Mapping[Scope, frozenset[Permission]] = MappingProxyType(
    {
        Scope.FULL: frozenset(Permission),
        Scope.PROJECT_READ: frozenset(
            {
                Permission.PROJECT_LIST,
                Permission.PROJECT_VIEW,
                Permission.SCAN_VIEW,
                Permission.REPORT_VIEW,
                Permission.GATE_VIEW,
                Permission.STANDARD_VIEW,
            }
        ),
        Scope.EVIDENCE_WRITE: frozenset({Permission.EVIDENCE_ADD}),
        Scope.SCAN_WRITE: frozenset({Permission.SCAN_IMPORT, Permission.SCAN_VIEW}),
        Scope.REPORT_READ: frozenset({Permission.REPORT_VIEW}),
        Scope.REPORT_WRITE: frozenset({Permission.REPORT_CREATE, Permission.REPORT_VIEW}),
        Scope.GATE_READ: frozenset({Permission.GATE_VIEW}),
    }
)
"""Which permissions each scope lets through; the person must have them too."""

PIPELINE_SCOPES: tuple[Scope, ...] = tuple(scope for scope in Scope if scope is not Scope.FULL)
"""Those that a token for pipelines may have: never everything."""


def permissions_of(scopes: Iterable[Scope]) -> frozenset[Permission] | None:
    """Return what ``scopes`` let through together; None when they limit nothing.

    Ending itself is within every token of a person; that of a pipeline is ended by its project.
    """
    wanted = set(scopes)
    if Scope.FULL in wanted:
        return None
    within = (SCOPE_PERMISSIONS[scope] for scope in wanted)
    return frozenset({Permission.ACCOUNT_SIGN_OUT}).union(*within)


def parse_scopes(words: Iterable[str]) -> tuple[Scope, ...]:
    """Return the scopes of these names, each once, in the order of :class:`Scope`.

    Raises:
        InvalidInput: there is no such scope, or none at all.
    """
    found = set(words)
    unknown = sorted(found - set(Scope))
    if unknown or not found:
        raise InvalidInput(
            text("Choose among these scopes: %(scopes)s.", scopes=", ".join(Scope)),
            field="scopes",
        )
    return tuple(scope for scope in Scope if scope in found)
