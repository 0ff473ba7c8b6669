"""How each function that keeps rows apart is called, by the names of what it takes.

Whatever somebody gives everywhere stands in ``Caller``; a line in ``CALLS`` says what a function is
given besides, once for each call: one's own things, and those of the neighbour.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from types import FunctionType
from typing import Any

from sqlalchemy.orm import Session

from checklist_app.config import MEGABYTE, Config
from checklist_app.domain.actor import Actor
from checklist_app.domain.gate import GatePolicy
from checklist_app.domain.vocabulary import Language, Outcome, Severity
from checklist_app.models import Checklist, Finding, Project, ScanImport, Standard, User, Webhook
from checklist_app.queries.access import (
    ItemAccess,
    ProjectAccess,
    open_checklist,
    open_item,
    open_project,
)
from checklist_app.queries.events import EventFilters
from checklist_app.queries.finding_filters import FindingFilters
from checklist_app.queries.findings import finding_line
from checklist_app.queries.suggestions import WantedSuggestions
from checklist_app.queries.waivers import WantedWaivers
from checklist_app.services.clock import now, today
from checklist_app.services.routing import within
from checklist_app.services.scans import TakenReport
from checklist_app.services.triage import Selection
from checklist_app.services.triage_effects import Suggested
from tests.house.belongings import KEY
from tests.house.neighbours import RULE, Neighbours
from tests.web.stage import PNG, scan

EVERY_FINDING = FindingFilters()
Given = Mapping[str, Any]
Calls = Callable[[Neighbours], list[Given]]


@dataclass
class Caller:
    """Somebody who works in the project that is not the neighbour's, in one transaction."""

    session: Session
    config: Config
    own: Given
    page: int = 1
    kind: str = ""
    limit: int = 50
    before: None = None
    number: None = None
    idle_limit: timedelta = timedelta(days=1)
    language: Language = Language.ES
    filters: FindingFilters = EVERY_FINDING
    rule: tuple[str, str] = ("Sniffer", RULE)

    @cached_property
    def user(self) -> User:
        return self.session.get_one(User, self.own["user_id"])

    @cached_property
    def actor(self) -> Actor:
        return Actor(self.user.id, self.user.email, self.user.name)

    @cached_property
    def access(self) -> ProjectAccess:
        return open_project(self.session, self.actor, self.own["slug"])

    @property
    def project(self) -> Project:
        return self.access.project

    @cached_property
    def checklist(self) -> Checklist:
        return open_checklist(self.session, self.access, self.own["number"])

    @property
    def opened(self) -> ItemAccess:
        return self.item("IN-01")

    @property
    def standard(self) -> Standard:
        return self.checklist.standard

    @property
    def today(self) -> date:
        return today()

    @property
    def moment(self) -> datetime:
        return now()

    def item(self, identifier: str) -> ItemAccess:
        """Open an item of the checklist that everything is about."""
        return open_item(self.session, self.access, self.checklist, identifier)

    def argument(self, name: str, given: Given) -> Any:
        """Return what is given for a parameter; what is made of a caller is made of this one."""
        if name not in given:
            return getattr(self, name)
        value = given[name]
        return value(self) if callable(value) else value


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


CALLS: Mapping[str, Calls] = {
    "access_tokens.end_program": _both("family_id"),
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
        scan_import=lambda caller: caller.session.get_one(ScanImport, caller.own["import_id"]),
        scan=replace(scan(), tool="CodeQL", target="lib"),
    ),
    "scans._known_report": lambda at: [
        {"taken": TakenReport("x", blob)} for blob in (at.own["blob"], at.theirs["later_blob"])
    ],
    "second_factor._removed": _with(kind="totp"),
    "sessions.revoke": _both("session_id"),
    "suggestions.suggestions_before": _with(wanted=WantedSuggestions()),
    "support.supporting_scans": _with(opened=lambda caller: caller.item("AC-01")),
    "triage._selected": lambda at: [
        {"selection": Selection((at.own["finding_id"], at.theirs["finding_id"]), EVERY_FINDING)},
        {"selection": Selection(None, EVERY_FINDING)},
    ],
    "triage_effects.effects_between": _differing,
    "triage_undo.undo_action": _both("action_id"),
    "waivers.waivers_before": _with(wanted=WantedWaivers(today())),
    "verdicts._move_remediation": _with(outcome=Outcome.PASS),
    "webhook_events._tell_waivers": _with(
        hook=lambda caller: caller.session.get_one(Webhook, caller.own["hook_id"])
    ),
}
