"""How each function that keeps rows apart is called, by the names of what it takes.

Whatever somebody gives everywhere stands in ``Caller``; a line in ``CALLS`` says what a function is
given besides, once for each call: one's own things, and those of the neighbour.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import FunctionType, SimpleNamespace
from typing import Any

from checklist_app.config import MEGABYTE
from checklist_app.domain.alerts import AlertRule, Threshold
from checklist_app.domain.gate import GatePolicy
from checklist_app.domain.vocabulary import OrganisationRole, Outcome, Severity
from checklist_app.models import (
    Checklist,
    Finding,
    Requirement,
    SuggestionFinding,
    User,
    UserSession,
)
from checklist_app.queries.events import EventFilters
from checklist_app.queries.findings import finding_line
from checklist_app.queries.lanes import Party
from checklist_app.queries.suggestions import WantedSuggestions
from checklist_app.queries.waivers import WantedWaivers
from checklist_app.services.alert_rules import Counted
from checklist_app.services.clock import now, today
from checklist_app.services.routing import within
from checklist_app.services.scans import TakenReport
from checklist_app.services.suggestion_links import Completing
from checklist_app.services.triage import Selection
from checklist_app.services.triage_effects import Suggested
from tests.house import arranged
from tests.house.belongings import KEY
from tests.house.caller import EVERY_FINDING, Caller, Given
from tests.house.neighbours import RULE, Neighbours
from tests.web.stage import PNG, scan

Calls = Callable[[Neighbours], list[Given]]


def calls_of(function: FunctionType, neighbours: Neighbours) -> list[Given]:
    """Return what a function is given in each of its calls."""
    return CALLS.get(short_name(function), _with())(neighbours)


def short_name(function: FunctionType) -> str:
    """Return module and name of a function, such as ``checklists.sign_off``."""
    return f"{function.__module__.rpartition('.')[2]}.{function.__name__}"


def _with(**given: Any) -> Calls:
    return lambda _: [given]


def _both(parameter: str, name: str = "", **given: Any) -> Calls:
    """Give one's own thing and then the neighbour's; ``name`` is that of the thing."""
    return lambda at: [
        {**given, parameter: whose[name or parameter]} for whose in (at.own, at.theirs)
    ]


def _another(parameter: str, name: str, **given: Any) -> Calls:
    """Give what only the neighbour has."""
    return lambda at: [{**given, parameter: at.theirs[name]}]


def _own_line(caller: Caller) -> list[Any]:
    found = caller.session.get_one(Finding, caller.own["finding_id"])
    return [finding_line(found, today())]


def _filling(caller: Caller) -> Any:
    """Return how many bytes just fit into what the project may still hold."""
    return caller.config.project_quota_mb * MEGABYTE - len(PNG) - caller.own["blob"].size


def _differing(at: Neighbours) -> list[Given]:
    proposed = Suggested(Outcome.FAIL, 1)
    return [{"before": {at.own["item_id"]: proposed, at.theirs["item_id"]: proposed}, "after": {}}]


def _token_of_a_pipeline(at: Neighbours) -> list[Given]:
    """Ask as a person, and as the neighbour with a token that is bound to this project."""
    return [
        {},
        {
            "actor": lambda caller: replace(
                caller.person("charlie"), project_id=caller.project.id, token_id=1
            )
        },
    ]


def _auditor(caller: Caller) -> Any:
    return caller.person("alice", OrganisationRole.AUDITOR)


def _ada(caller: Caller) -> Any:
    return caller.person("ada")


def _continued(caller: Caller) -> Any:
    caller.checklist.predecessor_id = caller.checklist.id
    return caller.opened


def _scanned_by_a_known_tool(caller: Caller) -> Any:
    caller.scan_import.tool = "CodeQL"
    caller.session.flush()
    return caller.open_item("AC-01")


def _wanted(caller: Caller) -> Any:
    of_edition = caller.session.query(Requirement).filter_by(standard_id=caller.standard.id)
    return SimpleNamespace(wanted=of_edition.all())


def _counted(caller: Caller) -> Counted:
    return Counted(now(), "", "", caller.user.id)


def _fingerprints(caller: Caller) -> list[str]:
    of_project = caller.session.query(Finding).filter_by(project_id=caller.project.id)
    return [row.fingerprint for row in of_project]


CALLS: Mapping[str, Calls] = {
    **dict.fromkeys(
        (
            "acceptance._scans_behind",
            "access_tokens.resume",
            "access_tokens.revoke",
            "confirmation.confirm_by_passkey",
            "evidence._link",
            "external_people.link",
            "recovery_codes.issue",
            "rounds._carry_verdicts",
            "scan_merging._insert",
            "second_factor.add_passkey",
            "webhooks.add_webhook",
        ),
        lambda _: [],
    ),  # what is known of them says more: see ``known_answers``
    "access._visible": _token_of_a_pipeline,
    "alert_rules._count": lambda _: [
        {"rule": rule, "counted": _counted, "limit": Threshold(1, 60)}
        for rule in (AlertRule.MASS_DOWNLOAD, AlertRule.ROLE_ESCALATION)
    ],
    "checklists.sign_off": _with(
        statement="x", left_reasons=dict.fromkeys(("IN-03", "AC-01", "AC-02"), "x")
    ),
    "erasure.erasure_preview": _with(actor=_ada),
    "evidence.evidence_of_item": _both("item_id"),
    "exclusions.confirm_exclusions": _with(identifiers=["IN-01", "IN-03", "ZZ-01"]),
    "general_corrections._follow": lambda _: [],  # works on all projects
    "groups.add_person": _with(actor=_ada, email="bob@example.org"),
    "groups.delete_group": _with(actor=_ada),
    "items._neighbours": _with(item=lambda caller: caller.open_item("AC-02").item),
    "lanes.jobs": lambda at: [
        {"self": Party(at.own["project_id"], None)},
        {"self": Party(None, at.own["hook_id"])},
    ],
    "my_work.my_items": _with(actor=_auditor),
    "my_work.my_remediations": _with(actor=_auditor),
    "one_time_codes.accept": _with(code="123456"),
    "origins.origins_of_item": _with(opened=_continued),
    "personal_data._of": _with(name="x", table=lambda _: UserSession, columns="address"),
    "recovery_codes.accept": _with(code="x"),
    "reviews.check_four_eyes": lambda _: [
        {"access": arranged.with_four_eyes},
        {"access": arranged.with_only_ones_own_eyes},
    ],
    "rounds._bring_evidence": _with(items=arranged.next_items, plan=arranged.next_plan),
    "scan_repeats.repeat": _with(scan_import=arranged.imported_again),
    "rounds._new_items": _with(plan=_wanted),
    "scan_merging._known": _with(self=lambda caller: caller.merge, fingerprints=_fingerprints),
    "scan_scopes._set_present": _with(
        finding_ids=lambda caller: [caller.own["finding_id"]], present=False
    ),
    "scan_scopes.note_sightings": _with(finding_ids=lambda caller: [caller.own["finding_id"]]),
    "sign_off._second_person": _with(access=arranged.with_four_eyes),
    "snapshot._evidence": _with(sections=()),
    "snapshot._sign_off": _with(roles={}),
    "snapshot._verdict_history": _with(roles={}),
    "snapshot_items.snapshot_sections": _with(say=lambda _: repr, set_aside={}),
    "support.supporting_scans": _with(opened=_scanned_by_a_known_tool),
    "suggestion_links._present": _with(
        self=lambda caller: Completing(caller.session, caller.project)
    ),
    "suggestions._withdraw": _with(unwanted=lambda _: SuggestionFinding.id > 0),
    "webhooks.open_webhook": _both("hook_id"),
    "webhooks.delivery_line": _another("public_id", "public_id"),
    "webhooks.redeliver": _another("public_id", "public_id"),
    "events._conditions": lambda at: [{"filters": EventFilters(actor_id=at.own["user_id"])}],
    "access.open_checklist": _another("number", "last_number"),
    "checklists._newest": _with(),
    "checklists.start_checklist": _with(standard_id=lambda caller: caller.standard.id, name="x"),
    "corrected_routes.corrected_routes": _with(looked_at=lambda caller: within(caller.project)),
    "corrections._finding": _both("finding_id"),
    "corrections._general_corrections": _both("finding_id"),
    "corrections._own_corrections": _both("finding_id", "other_finding_id"),
    "corrections._requirements": _with(identifier="ZZ-01"),
    "corrections.correct_route": lambda at: [
        {"finding_id": at.own["finding_id"], "identifier": "IN-03", "leads": False}
    ],
    "corrections.undo_correction": lambda at: [
        {"finding_id": at.own["other_finding_id"], "correction_id": whose["correction_id"]}
        for whose in (at.own, at.theirs)
    ],
    "duplicates.twins": _with(findings=_own_line),
    "events.events_before": _with(filters=EventFilters()),
    "evidence._cards": _with(),
    "evidence.check_quota": _with(more=_filling),
    "evidence.evidence_choices": _both("item_id"),
    "evidence.open_evidence": _both("evidence_id"),
    "external_people.unlink": _both("identity_id"),
    "external_roles._membership_of": lambda at: [
        {"user": lambda caller: caller.session.get_one(User, at.theirs["user_id"])}
    ],
    "finding_view.finding_view": _both("finding_id"),
    "findings.finding_page": lambda at: [
        {"import_id": None},
        {"import_id": at.theirs["import_id"]},
    ],
    "gate._checklists": lambda at: [
        {"number": number} for number in (None, at.own["number"], at.theirs["last_number"])
    ],
    "gate._finding_obstacles": _with(
        policy=GatePolicy(severity=Severity.LOW),
        judged=(),
        reader=lambda caller: (caller.language, caller.moment),
    ),
    "general_corrections.follow_in_project": _with(tool="sniffer", rule_id="b"),
    "idempotency._row": _with(key=KEY),
    "idempotency.claim": _with(key=KEY, request_sha256=64 * "0"),
    "jobs.open_job": _both("job_id", for_update=False),
    "mappings.route_again": lambda _: [],  # works on all projects
    "members._grant": _both("group_id"),
    "members._membership": _both("user_id"),
    "passkeys.add": _with(name="x", challenge="AA", answer="{}"),
    "passkeys.own": _another("passkey_id", "passkey_id"),
    "pipeline_tokens.revoke_token": _both("token_id"),
    "reports.open_report": _another("number", "last_report_number"),
    "reviews.set_four_eyes": _with(wanted=True),
    "routing.within": lambda at: [
        {"checklist": None},
        {"checklist": Checklist(id=at.theirs["checklist_id"])},
    ],
    "rule_effects.take_effect": lambda _: [
        {"rule": ("Sniffer", rule)} for rule in (RULE, "unknown")
    ],
    "scan_scopes.open_scope": _with(
        scan=replace(scan(), tool="CodeQL", target="lib"),
    ),
    "scans._known_report": lambda at: [
        {"taken": TakenReport("x", blob)} for blob in (at.own["blob"], at.theirs["later_blob"])
    ],
    "second_factor._removed": _with(kind="totp"),
    "sessions.revoke": _both("session_id"),
    "suggestions.suggestions_before": _with(wanted=WantedSuggestions()),
    "triage._selected": lambda at: [
        {"selection": Selection((at.own["finding_id"], at.theirs["finding_id"]), EVERY_FINDING)},
        {"selection": Selection(None, EVERY_FINDING)},
    ],
    "triage_effects.effects_between": _differing,
    "triage_undo.undo_action": _both("action_id"),
    "waivers.waivers_before": _with(wanted=WantedWaivers(today())),
    "verdicts._move_remediation": _with(outcome=Outcome.PASS),
}
