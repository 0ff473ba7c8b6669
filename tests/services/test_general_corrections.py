"""An administrator corrects a route for every project; each project may still say otherwise."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from checklist_app.cli.paths import CONTENT
from checklist_app.cli.prepare import load_content
from checklist_app.domain.errors import Forbidden, InvalidInput, NotFound
from checklist_app.domain.vocabulary import JobKind, JobState, OrganisationRole, Role
from checklist_app.jobs.worker import work_until_over
from checklist_app.models import (
    Checklist,
    Event,
    GeneralCorrection,
    Job,
    Project,
    Standard,
    Suggestion,
    SuggestionFinding,
)
from checklist_app.queries.access import ProjectAccess
from checklist_app.services import general_corrections, jobs
from checklist_app.services.checklists import sign_off
from checklist_app.services.corrections import correct_route
from checklist_app.services.general_corrections import (
    GeneralRoute,
    correct_for_everybody,
    undo_for_everybody,
)
from checklist_app.services.mappings import route_again
from checklist_app.services.resources import Resources
from tests.cast import Cast, make_checklist
from tests.services.test_corrections import NOWHERE, ONE, known, reached
from tests.services.test_scan_scopes import bring


@pytest.fixture(autouse=True)
def checklist(session: Session, cast: Cast) -> Checklist:
    return make_checklist(session, cast.access("alice"))


def charlies(session: Session, cast: Cast) -> Cast:
    """Return the cast with Charlie's project for its own, in which he has a checklist too."""
    project = session.scalars(select(Project).where(Project.name == "Ajeno")).one()
    make_checklist(session, ProjectAccess(cast.charlie, project, Role.OWNER))
    return Cast(project, {**cast.people, "alice": cast.charlie})


def route(session: Session, rule: str, *, leads: bool, identifier: str = "IN-01") -> GeneralRoute:
    edition = session.scalars(select(Standard.id).where(Standard.key == "owasp-test")).one()
    return GeneralRoute(ONE.tool.upper(), rule, edition, identifier, leads)


def correct(session: Session, cast: Cast, rule: str, *, leads: bool) -> None:
    correct_for_everybody(session, cast.ada, route(session, rule, leads=leads))


def count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(SuggestionFinding)) or 0


def test_it_holds_in_every_project_now_and_for_later_scans(session: Session, cast: Cast) -> None:
    bring(session, cast, NOWHERE)
    other = charlies(session, cast)
    bring(session, other, NOWHERE)

    correct(session, cast, "odd", leads=True)

    assert count(session) == 2
    later = replace(NOWHERE, fingerprint="f" * 64)
    assert bring(session, other, NOWHERE, later)["unrouted"] == 0
    assert count(session) == 3


def test_a_project_outranks_it_in_both_directions(session: Session, cast: Cast) -> None:
    bring(session, cast, ONE, NOWHERE)
    bob = cast.access("bob")
    correct_route(session, bob, known(session, "sql").id, identifier="IN-01", leads=True)
    correct_route(session, bob, known(session, "odd").id, identifier="IN-01", leads=False)

    correct(session, cast, "sql", leads=False)
    correct(session, cast, "odd", leads=True)

    assert ("sql", "IN-01") in reached(session)
    assert ("odd", "IN-01") not in reached(session)


def test_what_is_undone_leads_where_it_led(session: Session, cast: Cast) -> None:
    bring(session, cast, ONE, NOWHERE)
    before = reached(session)
    for rule, leads in (("sql", False), ("odd", True)):
        correct(session, cast, rule, leads=leads)
        assert reached(session) != before
        undo_for_everybody(session, cast.ada, session.scalars(select(GeneralCorrection.id)).one())
        assert reached(session) == before

    events = session.scalars(select(Event).where(Event.name.like("library:route:%"))).all()
    assert [event.name.split(":")[-1] for event in events] == ["correct", "undo"] * 2
    assert {event.actor_id for event in events} == {cast.ada.user_id}
    assert events[0].target == "owasp-test 1.0 IN-01"
    assert (events[0].details["rule"], events[0].details["leads"]) == ("sql", False)
    assert events[0].happened_at is not None


def test_a_reload_of_the_library_changes_nothing_of_it(session: Session, cast: Cast) -> None:
    bring(session, cast, ONE, NOWHERE)
    correct(session, cast, "sql", leads=False)
    correct(session, cast, "odd", leads=True)
    held = reached(session)

    route_again(session)
    session.expire_all()

    assert reached(session) == held
    assert known(session, "odd").is_routed


def test_loading_the_content_again_keeps_it(
    session: Session, cast: Cast, resources: Resources
) -> None:
    correct(session, cast, "odd", leads=True)
    session.commit()

    load_content(resources, CONTENT)

    assert session.scalars(select(GeneralCorrection.rule_id)).all() == ["odd"]


def test_what_is_signed_off_stays_as_it_was(
    session: Session, cast: Cast, checklist: Checklist
) -> None:
    bring(session, cast, ONE)
    alice = cast.access("alice")
    reasons = dict.fromkeys(("IN-01", "IN-02", "IN-03", "AC-01", "AC-02"), "later")
    sign_off(session, alice, checklist, statement="Seen", left_reasons=reasons)
    session.flush()
    before = reached(session)
    assert before

    correct(session, cast, "sql", leads=False)

    assert reached(session) == before


def test_a_lot_of_work_is_done_by_one_job_for_each_project(
    session: Session, cast: Cast, resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(session, cast, NOWHERE)
    bring(session, charlies(session, cast), NOWHERE)
    monkeypatch.setattr(general_corrections, "MOST_AT_ONCE", 1)

    queued = correct_for_everybody(session, cast.ada, route(session, "odd", leads=True))
    session.commit()

    follow = session.scalars(select(Job)).all()
    assert (queued, [job.kind for job in follow]) == (2, [JobKind.FOLLOW_ROUTE] * 2)
    assert count(session) == 0
    ids = [job.id for job in follow]
    session.rollback()
    assert [work_until_over(resources, id_) for id_ in ids] == [JobState.DONE] * 2
    session.expire_all()
    assert count(session) == 2
    session.rollback()


@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.RUNNING])
def test_what_is_being_imported_just_now_follows_too(
    session: Session, cast: Cast, resources: Resources, state: JobState
) -> None:
    alice = cast.access("alice")
    importing = jobs.enqueue(session, alice.actor, alice.project.id, JobKind.IMPORT_SCAN, {})
    importing.state = state
    queued = correct_for_everybody(session, cast.ada, route(session, "odd", leads=True))
    (job,) = session.scalars(select(Job).where(Job.kind == JobKind.FOLLOW_ROUTE))
    assert (queued, job.project_id) == (1, alice.project.id)

    # The import read the corrections before this one was there, and ends only now.
    bring(session, cast, NOWHERE)
    session.execute(delete(SuggestionFinding))
    session.execute(delete(Suggestion))
    session.delete(importing)
    session.commit()
    follow = job.id
    assert count(session) == 0
    session.rollback()

    assert work_until_over(resources, follow) is JobState.DONE
    session.expire_all()
    assert count(session) == 1
    session.rollback()


@pytest.mark.parametrize("state", [JobState.DONE, JobState.FAILED, JobState.CANCELLED])
def test_imports_that_are_over_ask_for_no_job(
    session: Session, cast: Cast, state: JobState
) -> None:
    alice = cast.access("alice")
    jobs.enqueue(session, alice.actor, alice.project.id, JobKind.IMPORT_SCAN, {}).state = state
    assert correct_for_everybody(session, cast.ada, route(session, "odd", leads=True)) == 0


def test_only_who_may_manage_the_library_may(session: Session, cast: Cast) -> None:
    for name in ("alice", "bob", "otto"):
        assert cast.people[name].organisation_role is not OrganisationRole.ADMINISTRATOR
        with pytest.raises(Forbidden):
            correct_for_everybody(session, cast.people[name], route(session, "odd", leads=True))
        with pytest.raises(Forbidden):
            undo_for_everybody(session, cast.people[name], 1)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"tool": " - "}, "tool"),
        ({"rule_id": "  "}, "rule"),
        ({"rule_id": "x" * 256}, "rule"),
        ({"standard_id": 999}, "standard"),
        ({"identifier": "in-01"}, "requirement"),
        ({"identifier": "IN"}, "requirement"),
    ],
)
def test_what_is_not_there_is_refused_beside_its_field(
    session: Session, cast: Cast, changes: dict[str, object], field: str
) -> None:
    wanted = replace(route(session, "odd", leads=True), **changes)  # type: ignore[arg-type]

    with pytest.raises(InvalidInput) as refused:
        correct_for_everybody(session, cast.ada, wanted)

    assert refused.value.field == field
    assert session.scalars(select(GeneralCorrection)).all() == []


def test_saying_the_opposite_replaces_what_was_said(session: Session, cast: Cast) -> None:
    bring(session, cast, ONE)
    correct(session, cast, "sql", leads=False)
    correct(session, cast, "sql", leads=True)

    assert session.scalars(select(GeneralCorrection.leads)).all() == [True]
    assert session.scalars(select(Suggestion)).all()


def test_what_is_undone_cannot_be_undone_again(session: Session, cast: Cast) -> None:
    with pytest.raises(NotFound):
        undo_for_everybody(session, cast.ada, 4711)
