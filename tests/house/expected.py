"""What must come of a request, by who sends it, what it asks for, and whose that is."""

from __future__ import annotations

from werkzeug.routing import Rule

from checklist_app.domain.vocabulary import OrganisationRole, Role
from tests.house.beyond_roles import (
    LEFT_WHEN_ARCHIVED,
    OF_ONES_OWN,
    OPEN_TO_PIPELINES,
    READ_BY_AUDITORS,
)
from tests.house.declared import is_enough
from tests.house.policy import POLICY, Audience
from tests.house.principals import ARCHIVO, BANCA, Principal

GLOBAL = frozenset(
    {
        "key",
        "version",
        "token",
        "code",
        "filename",
        "cwe",
        "general_id",
        "alert_id",
        "rule",
        "system_hook_id",
        "message_id",
    }
)
"""Parameters of things that are the same for everybody."""
PERSONAL = frozenset({"family_id", "identity_id", "passkey_id", "session_id"})
"""Parameters of what belongs to one person, whatever their projects."""


def expected(rule: Rule, principal: Principal, sources: dict[str, str]) -> str:
    """Return what a cell expects; ``sources`` says of which place each id is."""
    audience = POLICY[rule.endpoint]
    is_shut_out = principal.is_pipeline and not rule.rule.startswith("/api/v1/")
    if audience is Audience.EVERYBODY or is_shut_out or not principal.signed_in:
        found = "404" if "missing" in sources.values() else "allowed"
        return found if audience is Audience.EVERYBODY else "sign in"
    if principal.is_pipeline:
        return _for_pipeline(rule, principal, audience, sources)
    if isinstance(audience, Audience):
        is_let_in = _is_let_in(principal.organisation_role, audience)
        return _outside(rule, principal, sources) if is_let_in else "403"
    role = principal.roles.get(sources["slug"])
    if (
        principal.organisation_role is OrganisationRole.AUDITOR
        and rule.endpoint in READ_BY_AUDITORS
    ):
        audience = Role.VIEWER
    return _inside(rule, role, audience, sources)


def _for_pipeline(
    rule: Rule, principal: Principal, audience: Audience | Role, sources: dict[str, str]
) -> str:
    """Return what comes of an operation for a program with the token of one project."""
    opens = OPEN_TO_PIPELINES if principal.opens is None else principal.opens
    is_listed = rule.endpoint in opens
    if isinstance(audience, Audience):
        return _outside(rule, principal, sources) if is_listed else "403"
    role = principal.roles.get(sources["slug"])
    reads = principal.opens is None and audience is Role.VIEWER
    if role is not None and not is_listed and not reads:
        return "403"
    return _inside(rule, role, audience, sources)


def _inside(rule: Rule, role: Role | None, least: Role, sources: dict[str, str]) -> str:
    """Return what comes of an address inside a project, for whoever is ``role`` there."""
    together = {place for name, place in sources.items() if name not in GLOBAL}
    if sources["slug"] == ARCHIVO and rule.endpoint == "api.members.show":
        together -= {BANCA}  # whom its addresses name takes part in the archived project too
    if role is None:
        return "404"
    if not is_enough(role, least):
        return "403"
    is_left = least is Role.VIEWER or rule.endpoint in LEFT_WHEN_ARCHIVED | READ_BY_AUDITORS
    if sources["slug"] == ARCHIVO and not is_left:
        return "409"
    if len(together) > 1:
        return "404"
    is_anothers = role is Role.CONTRIBUTOR and rule.endpoint in OF_ONES_OWN  # owners began all here
    return "403" if is_anothers else "allowed"


def _outside(rule: Rule, principal: Principal, sources: dict[str, str]) -> str:
    """Return what comes of an address outside any project, for whoever may use it."""
    found = set(sources.values())
    if PERSONAL & set(sources):
        return "allowed" if found == {principal.home} else "404"
    if "missing" in found:
        return "404"
    # A person is in the group of their own place alone, and an area in its own standard.
    is_apart = {"group_id", "user_id"} <= set(sources) and len(found) > 1
    is_apart = is_apart or sources.get("area", "") not in ("", sources.get("key"))
    return "404" if is_apart else "allowed"


def _is_let_in(role: OrganisationRole, audience: Audience) -> bool:
    return {
        Audience.SIGNED_IN: True,
        Audience.NO_AUDITOR: role is not OrganisationRole.AUDITOR,
        Audience.ADMINISTRATOR: role is OrganisationRole.ADMINISTRATOR,
        Audience.OVERSEER: role in (OrganisationRole.ADMINISTRATOR, OrganisationRole.AUDITOR),
    }[audience]
