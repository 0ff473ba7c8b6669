"""What a call must answer where a neighbour makes no difference: a guard within one project.

An item has no evidence of another item, and nobody's proof proves who somebody else is. Each line
says what a function is given beside a neighbour and what it answers; without the guard it answers
otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from checklist_app.models import (
    Event,
    Evidence,
    Finding,
    FindingSighting,
    Job,
    RecoveryCode,
    SuggestionFinding,
    WebhookDelivery,
)
from checklist_app.services.sessions import Origin
from checklist_app.services.webhooks import HookTerms
from tests.house import arranged
from tests.house.caller import Caller
from tests.house.known import Known, Of
from tests.house.known_doors import DOORS
from tests.house.neighbours import Neighbours


def known_answers(name: str, at: Neighbours) -> list[Known]:
    """Return what is known of a function, by its short name."""
    return [known for table in (KNOWN, DOORS) if name in table for known in table[name](at)]


def _one(answer: Any, of: Of | None = None, /, **given: Any) -> Any:
    return lambda _: [Known(given, answer, of) if of else Known(given, answer)]


def _of_theirs(answer: Any, parameter: str, /) -> Any:
    """Give the neighbour's thing."""
    return lambda at: [Known({parameter: at.theirs[parameter]}, answer)]


def _item(identifier: str) -> Callable[[Caller], Any]:
    return lambda caller: caller.open_item(identifier)


def _item_id(identifier: str) -> Callable[[Caller], Any]:
    return lambda caller: caller.open_item(identifier).item.id


def _oneself(caller: Caller) -> int:
    return caller.actor.user_id


def _charlie(caller: Caller) -> Any:
    return caller.session.get_one(type(caller.user), caller.person("charlie").user_id)


def _rows(table: Any, **which: Any) -> Of:
    return lambda caller, _: caller.session.query(table).filter_by(**which).count()


def _size(_: Caller, answer: Any) -> int:
    return len(answer)


def _kind(_: Caller, answer: Any) -> str:
    return type(answer).__name__


def _sightings(caller: Caller, _: Any) -> list[bool]:
    """Return whether each scope reports the finding that everything is about."""
    seen = caller.session.query(FindingSighting).filter_by(finding_id=caller.own["finding_id"])
    return [one.is_present for one in seen.populate_existing()]


def _findings(caller: Caller) -> list[Finding]:
    return [caller.session.get_one(Finding, caller.own["finding_id"])]


def _evidence(caller: Caller) -> Evidence:
    return caller.session.get_one(Evidence, caller.own["evidence_id"])


def _ended_acceptances(caller: Caller, _: Any) -> list[int]:
    """Return how many findings of one's own project the log says were accepted until now."""
    told = caller.session.query(Event).filter_by(project_id=caller.project.id)
    return [event.details["count"] for event in told.filter_by(name="project:finding:expire")]


def _letters(*, user_id: int) -> Of:
    return lambda caller, _: [
        job.payload
        for job in caller.session.query(Job).filter_by(created_by_id=user_id, project_id=None)
    ]


KNOWN: Mapping[str, Callable[[Neighbours], list[Known]]] = {
    "acceptance._scans_behind": lambda _: [
        Known({"opened": opened, "findings": _findings}, [2])
        for opened in (arranged.linked_elsewhere, arranged.seen_elsewhere)
    ],
    "acceptance.accept_suggestion": _one("Conflict", opened=_item("AC-01")),
    "access_tokens.resume": _one(
        None, token=arranged.anothers_token, origin=lambda _: Origin("", "")
    ),
    "confirmation.confirm_by_passkey": _one(
        "ProofOver", proof=arranged.anothers_proof, answer="{}"
    ),
    "erasure._forget": lambda at: [
        Known({}, [{"to": "x"}], _letters(user_id=at.theirs["user_id"]))
    ],
    "evidence._link": lambda _: [
        Known(
            {"opened": _item("IN-02"), "evidence": _evidence},
            1,
            lambda caller, _: arranged.links_of(caller, "IN-02"),
        ),
        Known(
            {"evidence": arranged.scan_evidence},
            2,
            lambda caller, _: arranged.links_of(caller, "IN-01"),
        ),
    ],
    "evidence.evidence_choices": _one(2, _size, item_id=_item_id("IN-02")),
    "evidence.evidence_of_item": _one(0, _size, item_id=_item_id("IN-02")),
    "evidence.unlink_evidence": lambda at: [
        Known({"opened": _item("IN-02"), "evidence_id": at.own["evidence_id"]}, "NotFound"),
        Known({"evidence_id": at.theirs["evidence_id"]}, "NotFound"),
    ],
    "external_people.link": _one("SingleSignOnRefused", claims=arranged.anothers_identity),
    "external_roles._is_last_owner": _one(True),
    "external_roles._membership_of": _one(None, user=_charlie),
    "findings.finding_page": lambda at: [
        Known({"import_id": at.theirs["import_id"]}, 0, lambda _, page: page.total)
    ],
    "item_suggestions.suggestion_of_item": _one(None, opened=_item("AC-01")),
    "jobs._refuse_too_many": lambda at: [
        Known({"actor": partial(arranged.waiting_jobs, **whose)}, None)
        for whose in (
            {"project_id": at.theirs["project_id"], "user_id": None},
            {"project_id": None, "user_id": at.theirs["user_id"]},
        )
    ],
    "links.is_in_use": _one(False, user=arranged.nobody_signs_in),
    "members._grant": _of_theirs(None, "group_id"),
    "members._membership": _of_theirs(None, "user_id"),
    "members.is_member": _of_theirs(False, "user_id"),
    "organisation.refuse_for_oneself": lambda _: [
        Known({"user_id": _oneself}, "Conflict"),
        Known({"user_id": lambda caller: caller.person("charlie").user_id}, None),
    ],
    "people.owned_alone": _one(["Propio"]),
    "recorded._in_the_library": _one(
        [], lambda caller, told: caller.session.execute(told[0].query).all()
    ),
    "recovery_codes.issue": lambda at: [
        Known({}, 1, _rows(RecoveryCode, user_id=at.theirs["user_id"]))
    ],
    "remediation._find": _one(None, opened=_item("IN-02")),
    "rounds._carry_verdicts": _one(
        {"AC-01"}, items=arranged.next_items, plan=arranged.next_plan, stage=None
    ),
    "scan_merging._insert": _one(
        1,
        lambda caller, _: caller.merge.new,
        self=lambda caller: caller.merge,
        rows=arranged.what_the_neighbour_found,
    ),
    "scan_repeats._earlier": _one(
        None,
        scan_import=lambda caller: arranged.imported_again(
            caller, evidence_id=caller.own["evidence_id"]
        ),
    ),
    "scan_scopes._set_present": lambda at: [
        Known({"scope": arranged.another_scope, "present": False}, [True], _sightings),
        Known({"finding_ids": [at.own["other_finding_id"]], "present": False}, [True], _sightings),
    ],
    "scan_scopes.note_sightings": _one(
        [True, True],
        _sightings,
        scope=arranged.another_scope,
    ),
    "suggestions.withdraw_closed": lambda at: [
        Known({}, 1, _rows(SuggestionFinding, finding_id=at.own["finding_id"]))
    ],
    "second_factor.add_passkey": _one(
        "ProofOver", proof=arranged.anothers_proof, name="x", answer="{}"
    ),
    "triage.story_of": _one([]),
    "triage_plans.plans_for": lambda at: [
        Known(
            {"access": arranged.without_a_plan, "finding_ids": [at.own["other_finding_id"]]},
            0,
            lambda _, plans: len(plans.items),
        )
    ],
    "triage_undo.expire_acceptances": _one(
        [1], _ended_acceptances, session=arranged.ended_acceptances
    ),
    "verdicts.current_verdict": _one(
        True,
        lambda caller, verdict: verdict.item_id == caller.open_item("IN-02").item.id,
        item=lambda caller: caller.open_item("IN-02").item,
    ),
    "webhook_events._tell_waivers": lambda at: [
        Known(
            {"hook": partial(arranged.told_by, hook_id=at.theirs["hook_id"])},
            1,
            _rows(WebhookDelivery, webhook_id=at.own["hook_id"]),
        )
    ],
    "webhook_events.too_many_wait": lambda at: [
        Known({"hook_id": partial(arranged.waiting_messages, hook_id=at.theirs["hook_id"])}, False)
    ],
    "webhooks.add_webhook": _one(
        "tuple", _kind, terms=HookTerms("https://hooks.example.org/", ["waiver_expiry"])
    ),
}
"""What is known of each function, by its short name."""
