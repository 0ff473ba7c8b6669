"""Who may use which page, written down once more by hand: the oracle of the walk.

The walk asks neither the guard nor the declarations; a route that is missing here fails.
"""

from __future__ import annotations

from enum import StrEnum

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


class Audience(StrEnum):
    """Whom a page outside any project is for."""

    EVERYBODY = "everybody"
    SIGNED_IN = "signed in"
    NO_AUDITOR = "signed in, and no auditor"
    ADMINISTRATOR = "administrator"
    OVERSEER = "administrator or auditor"


POLICY: dict[str, Audience | Role] = {
    "admin.activate": Audience.ADMINISTRATOR,
    "admin.deactivate": Audience.ADMINISTRATOR,
    "admin.invite": Audience.ADMINISTRATOR,
    "admin.jobs": Audience.OVERSEER,
    "admin.set_role": Audience.ADMINISTRATOR,
    "admin.renew_link": Audience.ADMINISTRATOR,
    "admin.users": Audience.OVERSEER,
    "api.account.edit": Audience.SIGNED_IN,
    "api.account.show": Audience.SIGNED_IN,
    "api.checklists.continue_": Role.REVIEWER,
    "api.checklists.index": Role.VIEWER,
    "api.checklists.show": Role.VIEWER,
    "api.checklists.sign_off": Role.MANAGER,
    "api.checklists.start": Role.REVIEWER,
    "api.events.index": Role.VIEWER,
    "api.evidence.attach_files": Role.CONTRIBUTOR,
    "api.evidence.attach_link": Role.CONTRIBUTOR,
    "api.evidence.attach_note": Role.CONTRIBUTOR,
    "api.evidence.download": Role.VIEWER,
    "api.evidence.index": Role.VIEWER,
    "api.evidence.link": Role.CONTRIBUTOR,
    "api.evidence.show": Role.VIEWER,
    "api.evidence.unlink": Role.CONTRIBUTOR,
    "api.finding_actions.act": Role.REVIEWER,
    "api.finding_actions.index": Role.VIEWER,
    "api.finding_actions.preview": Role.REVIEWER,
    "api.finding_actions.show": Role.VIEWER,
    "api.finding_actions.undo": Role.REVIEWER,
    "api.findings.index": Role.VIEWER,
    "api.findings.show": Role.VIEWER,
    "api.groups.add_person": Audience.ADMINISTRATOR,
    "api.groups.create": Audience.ADMINISTRATOR,
    "api.groups.delete": Audience.ADMINISTRATOR,
    "api.groups.index": Audience.OVERSEER,
    "api.groups.remove_person": Audience.ADMINISTRATOR,
    "api.groups.show": Audience.OVERSEER,
    "api.groups.show_person": Audience.OVERSEER,
    "api.items.accept": Role.REVIEWER,
    "api.items.assign": Role.REVIEWER,
    "api.items.index": Role.VIEWER,
    "api.items.record_verdict": Role.REVIEWER,
    "api.items.show": Role.VIEWER,
    "api.members.add": Role.OWNER,
    "api.members.set_role": Role.OWNER,
    "api.members.index": Role.VIEWER,
    "api.members.remove": Role.OWNER,
    "api.members.show": Role.VIEWER,
    "api.pipeline_tokens.index": Role.MANAGER,
    "api.pipeline_tokens.make": Role.MANAGER,
    "api.pipeline_tokens.revoke": Role.MANAGER,
    "api.pipeline_tokens.show": Role.MANAGER,
    "api.project_groups.add": Role.OWNER,
    "api.project_groups.index": Role.VIEWER,
    "api.project_groups.remove": Role.OWNER,
    "api.project_groups.set_role": Role.OWNER,
    "api.project_groups.show": Role.VIEWER,
    "api.projects.archive": Role.OWNER,
    "api.projects.create": Audience.NO_AUDITOR,
    "api.projects.edit": Role.OWNER,
    "api.projects.index": Audience.SIGNED_IN,
    "api.projects.restore": Role.OWNER,
    "api.projects.set_policy": Role.OWNER,
    "api.projects.show": Role.VIEWER,
    "api.remediation.advance": Role.CONTRIBUTOR,
    "api.remediation.index": Role.VIEWER,
    "api.remediation.plan": Role.REVIEWER,
    "api.reports.download": Role.VIEWER,
    "api.reports.index": Role.VIEWER,
    "api.reports.order": Role.REVIEWER,
    "api.reports.show": Role.VIEWER,
    "api.reports.verify": Audience.EVERYBODY,
    "api.reviews.decide": Role.REVIEWER,
    "api.standards.index": Audience.SIGNED_IN,
    "api.standards.requirements": Audience.SIGNED_IN,
    "api.standards.show": Audience.SIGNED_IN,
    "api.suggestions.index": Role.VIEWER,
    "api.waivers.grant": Role.MANAGER,
    "api.waivers.index": Role.VIEWER,
    "api.waivers.revoke": Role.MANAGER,
    "alerts.acknowledge": Audience.ADMINISTRATOR,
    "alerts.index": Audience.OVERSEER,
    "alerts.rules": Audience.OVERSEER,
    "alerts.set_rule": Audience.ADMINISTRATOR,
    "security.export": Audience.OVERSEER,
    "security.index": Audience.OVERSEER,
    "api.gate.policy": Role.VIEWER,
    "api.gate.set_policy": Role.OWNER,
    "api.gate.show": Role.VIEWER,
    "api.jobs.cancel": Role.CONTRIBUTOR,
    "api.jobs.retry": Role.CONTRIBUTOR,
    "api.jobs.index": Role.VIEWER,
    "api.jobs.show": Role.VIEWER,
    "api.openapi": Audience.EVERYBODY,
    "api.scans.index": Role.VIEWER,
    "api.scans.show": Role.VIEWER,
    "api.scans.upload": Role.CONTRIBUTOR,
    "api.tokens.refresh": Audience.EVERYBODY,
    "api.tokens.revoke": Audience.SIGNED_IN,
    "api.tokens.sign_in": Audience.EVERYBODY,
    "api.webhooks.add": Role.MANAGER,
    "api.webhooks.change": Role.MANAGER,
    "api.webhooks.deliveries": Role.MANAGER,
    "api.webhooks.index": Role.MANAGER,
    "api.webhooks.ping": Role.MANAGER,
    "api.webhooks.redeliver": Role.MANAGER,
    "api.webhooks.remove": Role.MANAGER,
    "api.webhooks.renew": Role.MANAGER,
    "api.webhooks.show": Role.MANAGER,
    "api_docs": Audience.EVERYBODY,
    "auth.account": Audience.SIGNED_IN,
    "auth.add_passkey": Audience.SIGNED_IN,
    "auth.begin_codes": Audience.SIGNED_IN,
    "auth.confirm_options": Audience.SIGNED_IN,
    "auth.confirm_codes": Audience.SIGNED_IN,
    "auth.export_data": Audience.SIGNED_IN,
    "auth.factors": Audience.SIGNED_IN,
    "auth.new_passkey_options": Audience.SIGNED_IN,
    "auth.passkey_options": Audience.EVERYBODY,
    "auth.passkey_sign_in": Audience.EVERYBODY,
    "auth.remove_codes": Audience.SIGNED_IN,
    "auth.remove_passkey": Audience.SIGNED_IN,
    "auth.rename_passkey": Audience.SIGNED_IN,
    "auth.renew_recovery_codes": Audience.SIGNED_IN,
    "auth.change_email": Audience.SIGNED_IN,
    "auth.confirm_email": Audience.EVERYBODY,
    "auth.confirm": Audience.SIGNED_IN,
    "auth.forgot_password": Audience.EVERYBODY,
    "auth.end_program": Audience.SIGNED_IN,
    "auth.revoke_other_sessions": Audience.SIGNED_IN,
    "auth.revoke_session": Audience.SIGNED_IN,
    "auth.second_factor_options": Audience.EVERYBODY,
    "auth.second_factor_step": Audience.EVERYBODY,
    "auth.set_language": Audience.EVERYBODY,
    "auth.set_password": Audience.EVERYBODY,
    "auth.set_theme": Audience.EVERYBODY,
    "auth.sign_in": Audience.EVERYBODY,
    "auth.sign_out": Audience.SIGNED_IN,
    "auth.sso_begin": Audience.EVERYBODY,
    "auth.sso_callback": Audience.EVERYBODY,
    "auth.sso_link": Audience.SIGNED_IN,
    "auth.sso_unlink": Audience.SIGNED_IN,
    "bootstrap.static": Audience.EVERYBODY,
    "checklists.create": Role.REVIEWER,
    "checklists.item": Role.VIEWER,
    "checklists.preview": Role.VIEWER,
    "checklists.record_verdict": Role.REVIEWER,
    "checklists.review": Role.REVIEWER,
    "checklists.accept_suggestion": Role.REVIEWER,
    "checklists.assign": Role.REVIEWER,
    "checklists.show": Role.VIEWER,
    "checklists.sign_off": Role.MANAGER,
    "corrections.add": Audience.ADMINISTRATOR,
    "corrections.export": Audience.OVERSEER,
    "corrections.index": Audience.OVERSEER,
    "corrections.undo": Audience.ADMINISTRATOR,
    "evidence.attach": Role.CONTRIBUTOR,
    "evidence.download": Role.VIEWER,
    "evidence.index": Role.VIEWER,
    "evidence.link_existing": Role.CONTRIBUTOR,
    "evidence.preview": Role.VIEWER,
    "evidence.unlink": Role.CONTRIBUTOR,
    "finding_actions.act": Role.REVIEWER,
    "finding_actions.index": Role.VIEWER,
    "finding_actions.preview": Role.REVIEWER,
    "finding_actions.show": Role.VIEWER,
    "finding_actions.undo": Role.REVIEWER,
    "findings.correct": Role.REVIEWER,
    "findings.export": Role.VIEWER,
    "findings.index": Role.VIEWER,
    "findings.show": Role.VIEWER,
    "findings.undo_correction": Role.REVIEWER,
    "findings.unrouted": Role.VIEWER,
    "gate.change": Role.OWNER,
    "gate.show": Role.VIEWER,
    "groups.add_person": Audience.ADMINISTRATOR,
    "groups.create": Audience.ADMINISTRATOR,
    "groups.delete": Audience.ADMINISTRATOR,
    "groups.index": Audience.OVERSEER,
    "groups.remove_person": Audience.ADMINISTRATOR,
    "health.healthz": Audience.EVERYBODY,
    "health.readyz": Audience.EVERYBODY,
    "jobs.cancel": Role.CONTRIBUTOR,
    "jobs.retry": Role.CONTRIBUTOR,
    "jobs.show": Role.VIEWER,
    "keys.jwks": Audience.EVERYBODY,
    "library.index": Audience.ADMINISTRATOR,
    "library.save": Audience.ADMINISTRATOR,
    "library.template": Audience.ADMINISTRATOR,
    "members.add": Role.OWNER,
    "members.change_role": Role.OWNER,
    "members.add_group": Role.OWNER,
    "members.change_group_role": Role.OWNER,
    "members.remove_group": Role.OWNER,
    "personal_data.erase": Audience.ADMINISTRATOR,
    "personal_data.export": Audience.ADMINISTRATOR,
    "personal_data.show": Audience.ADMINISTRATOR,
    "projects.archive": Role.OWNER,
    "projects.restore": Role.OWNER,
    "projects.contradictions": Role.VIEWER,
    "projects.create": Audience.NO_AUDITOR,
    "projects.edit": Role.OWNER,
    "projects.index": Audience.SIGNED_IN,
    "members.index": Role.VIEWER,
    "members.remove": Role.OWNER,
    "projects.show": Role.VIEWER,
    "remediation.advance": Role.CONTRIBUTOR,
    "remediation.index": Role.VIEWER,
    "remediation.save": Role.REVIEWER,
    "reports.create": Role.REVIEWER,
    "reports.download": Role.VIEWER,
    "reports.index": Role.VIEWER,
    "reports.show": Role.VIEWER,
    "rounds.exclusions": Role.REVIEWER,
    "rounds.next_round": Role.REVIEWER,
    "scans.index": Role.VIEWER,
    "scans.show": Role.VIEWER,
    "scans.upload": Role.CONTRIBUTOR,
    "sign_in_policy.change": Audience.ADMINISTRATOR,
    "sign_in_policy.reset_factors": Audience.ADMINISTRATOR,
    "sign_in_policy.show": Audience.OVERSEER,
    "standards.coverage": Audience.SIGNED_IN,
    "standards.index": Audience.SIGNED_IN,
    "standards.reach": Audience.SIGNED_IN,
    "standards.reach_of_area": Audience.SIGNED_IN,
    "standards.show": Audience.SIGNED_IN,
    "standards.weakness": Audience.SIGNED_IN,
    "standards.weaknesses": Audience.SIGNED_IN,
    "static": Audience.EVERYBODY,
    "tokens.index": Role.MANAGER,
    "tokens.make": Role.MANAGER,
    "tokens.revoke": Role.MANAGER,
    "system_webhooks.add": Audience.ADMINISTRATOR,
    "system_webhooks.change": Audience.ADMINISTRATOR,
    "system_webhooks.index": Audience.OVERSEER,
    "system_webhooks.ping": Audience.ADMINISTRATOR,
    "system_webhooks.redeliver": Audience.ADMINISTRATOR,
    "system_webhooks.remove": Audience.ADMINISTRATOR,
    "system_webhooks.renew": Audience.ADMINISTRATOR,
    "system_webhooks.show": Audience.OVERSEER,
    "verify.index": Audience.EVERYBODY,
    "waivers.grant": Role.MANAGER,
    "waivers.revoke": Role.MANAGER,
    "webhooks.add": Role.MANAGER,
    "webhooks.change": Role.MANAGER,
    "webhooks.index": Role.MANAGER,
    "webhooks.ping": Role.MANAGER,
    "webhooks.redeliver": Role.MANAGER,
    "webhooks.remove": Role.MANAGER,
    "webhooks.renew": Role.MANAGER,
    "webhooks.show": Role.MANAGER,
}
"""Whom each endpoint is for; inside a project, the least role."""

LEFT_WHEN_ARCHIVED = frozenset(
    {"api.projects.archive", "api.projects.restore", "projects.archive", "projects.restore"}
)
"""What can be done in an archived project besides reading it."""

READ_BY_AUDITORS = frozenset(
    {
        "api.pipeline_tokens.index",
        "api.pipeline_tokens.show",
        "api.webhooks.deliveries",
        "api.webhooks.index",
        "api.webhooks.show",
        "tokens.index",
        "webhooks.index",
        "webhooks.show",
    }
)
"""What members of a project read from some role on, and auditors in every project."""

OF_ONES_OWN = frozenset({"api.jobs.cancel", "api.jobs.retry", "jobs.cancel", "jobs.retry"})
"""What contributors may do with what they began themselves; every other role with anybody's."""

OPEN_TO_PIPELINES = frozenset(
    {
        "api.projects.index",
        "api.standards.index",
        "api.standards.requirements",
        "api.standards.show",
        "api.evidence.attach_files",
        "api.evidence.attach_link",
        "api.evidence.attach_note",
        "api.evidence.link",
        "api.evidence.unlink",
        "api.reports.order",
        "api.scans.upload",
    }
)
"""What a token with every scope that there is may do besides reading its own project."""

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
