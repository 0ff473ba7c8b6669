"""What tools say beside each verdict: findings, support, conflict, staleness; all items at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from checklist_app.domain.vocabulary import Language, Outcome, SuggestionState
from checklist_app.models import Checklist, Project, Standard
from checklist_app.queries.checklists import Filters, checklist_overview
from checklist_app.queries.item_states import NOTHING, ItemStates, item_states
from checklist_app.queries.items import item_page
from checklist_app.services.acceptance import accept_suggestion
from checklist_app.services.checklists import start_checklist
from checklist_app.services.clock import pretend
from checklist_app.services.evidence import attach_note
from checklist_app.services.resources import Resources
from checklist_app.services.standards import load_standard
from checklist_app.services.verdicts import record_verdict
from tests.cast import Cast, item, make_checklist
from tests.library import standard
from tests.services.test_scan_scopes import MONDAY, bring
from tests.statements import counted
from tests.web.stage import finding

FAIL, SUPPORT, CONFLICT, STALE = SuggestionState
THAT_DAY = MONDAY.date()
SQL = replace(finding("sql", 89), tool="Semgrep")


@pytest.fixture
def checklist(session: Session, cast: Cast) -> Checklist:
    return make_checklist(session, cast.access("alice"))


def states(
    session: Session,
    cast: Cast,
    checklist: Checklist,
    identifier: str = "IN-01",
    today: date = THAT_DAY,
) -> ItemStates:
    id_ = item(session, cast.access("bob"), checklist, identifier).item.id
    return item_states(session, cast.project, checklist, today).get(id_, NOTHING)


def judge(
    session: Session, cast: Cast, checklist: Checklist, outcome: Outcome, *, days_before: int = 1
) -> None:
    """Record a verdict on IN-01 now, with a note that was collected earlier."""
    with pretend(MONDAY - timedelta(days=days_before)):
        opened = item(session, cast.access("bob"), checklist, "IN-01")
        attach_note(session, opened.project, opened, note="Seen", title="Minutes of the review")
    opened = item(session, cast.access("bob"), checklist, "IN-01")
    record_verdict(
        session, opened, outcome=outcome, rationale="x", row_version=opened.item.row_version
    )
    session.flush()


def test_without_scans_there_is_nothing_to_say(
    session: Session, cast: Cast, checklist: Checklist
) -> None:
    judge(session, cast, checklist, Outcome.PASS)

    assert states(session, cast, checklist) == NOTHING


def test_findings_fail_and_silence_supports(
    session: Session, cast: Cast, checklist: Checklist
) -> None:
    bring(session, cast, SQL, tool="Semgrep", started_at=MONDAY)

    assert states(session, cast, checklist).states == {FAIL}
    assert states(session, cast, checklist, "IN-02").states == {SUPPORT}
    assert states(session, cast, checklist, "IN-03").states == frozenset()


def test_what_is_too_old_is_stale(session: Session, cast: Cast, checklist: Checklist) -> None:
    bring(session, cast, SQL, tool="Semgrep", started_at=MONDAY)
    later = THAT_DAY + timedelta(days=cast.project.freshness_days + 1)

    assert states(session, cast, checklist, today=later).states == {FAIL, STALE}
    assert states(session, cast, checklist, "IN-02", today=later).states == {SUPPORT, STALE}


def test_a_milder_verdict_is_in_conflict(
    session: Session, cast: Cast, checklist: Checklist
) -> None:
    bring(session, cast, SQL, tool="Semgrep", started_at=MONDAY)
    judge(session, cast, checklist, Outcome.PASS, days_before=-1)

    found = states(session, cast, checklist)

    assert found == ItemStates(frozenset({FAIL, CONFLICT}))


def test_evidence_from_before_the_scan_is_in_conflict_and_says_which(
    session: Session, cast: Cast, checklist: Checklist
) -> None:
    bring(session, cast, SQL, tool="Semgrep", started_at=MONDAY)
    judge(session, cast, checklist, Outcome.FAIL)

    found = states(session, cast, checklist)

    assert found.states == {FAIL, CONFLICT}
    assert found.older is not None
    assert found.older.evidence == "Minutes of the review"
    assert found.older.collected_at == MONDAY - timedelta(days=1)
    assert (found.older.tool, found.older.scanned_at) == ("Semgrep", MONDAY)
    assert found.older.finds


@pytest.mark.parametrize(("outcome", "in_conflict"), [(Outcome.FAIL, True), (Outcome.PASS, False)])
def test_a_newer_scan_that_found_nothing_denies_a_gap_only(
    session: Session, cast: Cast, checklist: Checklist, outcome: Outcome, *, in_conflict: bool
) -> None:
    bring(session, cast, tool="Semgrep", started_at=MONDAY)
    judge(session, cast, checklist, outcome)

    found = states(session, cast, checklist)

    assert (CONFLICT in found.states) is in_conflict
    assert SUPPORT in found.states
    assert (found.older is not None and not found.older.finds) is in_conflict


@pytest.mark.parametrize("outcome", [Outcome.PASS, Outcome.PARTIAL, Outcome.FAIL])
def test_a_newer_scan_that_does_not_speak_to_the_requirement_contradicts_nothing(
    session: Session, cast: Cast, checklist: Checklist, outcome: Outcome
) -> None:
    judge(session, cast, checklist, outcome)
    elsewhere = finding("roles", 862), finding("nowhere", 4242)
    bring(session, cast, *elsewhere, tool="Sniffer", started_at=MONDAY)

    found = states(session, cast, checklist)

    assert found == NOTHING
    assert FAIL in states(session, cast, checklist, "AC-01").states


def test_findings_elsewhere_contradict_a_gap_only_by_a_tool_that_could_see_it(
    session: Session, cast: Cast, checklist: Checklist
) -> None:
    judge(session, cast, checklist, Outcome.FAIL)
    bring(
        session,
        cast,
        replace(finding("roles", 862), tool="Semgrep"),
        tool="Semgrep",
        started_at=MONDAY,
    )

    found = states(session, cast, checklist)

    assert found.states == {SUPPORT, CONFLICT}
    assert found.older is not None
    assert not found.older.finds


def test_newer_evidence_settles_it(session: Session, cast: Cast, checklist: Checklist) -> None:
    bring(session, cast, SQL, tool="Semgrep", started_at=MONDAY)
    judge(session, cast, checklist, Outcome.FAIL)
    judge(session, cast, checklist, Outcome.FAIL, days_before=-1)

    assert states(session, cast, checklist).older is None


def test_who_accepts_what_tools_suggest_takes_the_newest_scan_as_evidence(
    session: Session, cast: Cast, checklist: Checklist
) -> None:
    with pretend(MONDAY):
        bring(session, cast, SQL, tool="Semgrep", started_at=MONDAY)
    later = MONDAY + timedelta(days=7)
    bring(session, cast, SQL, tool="Semgrep", started_at=later)
    opened = item(session, cast.access("bob"), checklist, "IN-01")

    accept_suggestion(session, opened, row_version=opened.item.row_version)

    assert states(session, cast, checklist).states == {FAIL}


def test_the_list_the_pane_and_the_filter_agree(
    session: Session, cast: Cast, checklist: Checklist
) -> None:
    bring(session, cast, SQL, tool="Semgrep", started_at=MONDAY)
    judge(session, cast, checklist, Outcome.PASS)

    page = checklist_overview(session, checklist, Language.EN, Filters(state="conflict"), THAT_DAY)

    shown = [row.identifier for section in page.sections for row in section.items]
    assert shown == ["IN-01"]
    assert (page.states[FAIL], page.states[CONFLICT], page.states[STALE]) == (1, 1, 0)
    assert page.states[SUPPORT] == 3
    opened = item(session, cast.access("bob"), checklist, "IN-01")
    pane = item_page(session, opened, Language.EN, THAT_DAY).states
    assert pane == states(session, cast, checklist)


def test_no_query_is_asked_for_each_item(
    session: Session, cast: Cast, resources: Resources
) -> None:
    counts = []
    for size in (5, 60):
        load_standard(session, standard(f"{size}.0", size=size))
        big = _checklist_over(session, cast, f"{size}.0")
        bring(session, cast, SQL, tool="Semgrep", started_at=MONDAY)
        project = session.get_one(Project, cast.project.id)
        session.refresh(big)
        with counted(resources.engine) as statements:
            found = item_states(session, project, big, THAT_DAY)
        assert len(found) == size + 5
        counts.append(len(statements))
    assert counts == [4, 4]


def _checklist_over(session: Session, cast: Cast, version: str) -> Checklist:
    edition = session.query(Standard).filter_by(key="owasp-test", version=version).one()
    return start_checklist(session, cast.access("alice"), standard_id=edition.id, name=version)
