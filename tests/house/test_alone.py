"""What is asked and done in one project or by one person is the same whatever others have.

Each comparison that keeps rows apart is taken away once, and so is each question whether something
still counts: the same calls must then end otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.house.alone import first_sign
from tests.house.calls import CALLS, short_name
from tests.house.direct import guarded_function
from tests.house.known_answers import KNOWN
from tests.house.known_doors import DOORS
from tests.house.mutants import Mutant, code_mutants, without_code
from tests.house.neighbours import Neighbours, built_neighbours

LOCKS = "locks rows of a project; without it others wait besides, and nobody is let in"
NARROWING = {
    "checklists.start_checklist Project.id == access.project.id": LOCKS,
    "corrections._one_at_a_time Project.id == access.project.id": LOCKS,
    "general_corrections.follow_in_project Project.id == project.id": LOCKS,
    "reports._next_number Project.id == access.project.id": LOCKS,
    "triage.one_at_a_time Project.id == access.project.id": LOCKS,
    "organisation.keep_owners Membership.user_id == user.id": LOCKS,
    "general_corrections.follow_in_project Finding.project_id == project.id": (
        "what a rule of others is told finds no row here"
    ),
    "organisation.keep_owners Membership.project_id.in_(projects)": LOCKS,
    "general_corrections._follow Finding.project_id.in_(concerned)": (
        "counts how much work it is, which decides whether it is done at once or in turn"
    ),
    "mappings.route_again Project.id.in_(select(Finding.project_id)"
    ".where(Finding.status == FindingStatus.OPEN))": (
        "works on all projects; where no finding is open there is nothing to lead"
    ),
    "suggestions.refresh_rule SuggestionFinding.finding_id.in_(of_rule)": (
        "what is taken away too much is put back at once"
    ),
    "suggestions.settle_rated SuggestionFinding.finding_id.in_(batch)": (
        "what needs no settling is settled as it was, within this project"
    ),
    "mappings.route_again Checklist.project_id == project.id": (
        "where no checklist is open, refreshing finds nothing to refresh"
    ),
    "one_time_codes.accept CodeGenerator.user_id == user.id": (
        "a secret is sealed for its person, and opens for nobody else"
    ),
    "people.owned_alone mine.user_id == user_id": (
        "the only owner of a project besides whom there is none is that person"
    ),
    "personal_data._events Event.actor_id == user.id": (
        "says of a row that is told whether they did it; which rows, another one says"
    ),
    "recovery_codes.accept RecoveryCode.user_id == user.id": (
        "a code is hashed with its person, and no other hash is like it"
    ),
    "scan_repeats._earlier ScanImport.project_id == scan_import.project_id": (
        "the evidence that is compared beside it is of one project"
    ),
    "suggestions.refresh_rule Finding.project_id == project.id": (
        "links are taken from suggestions of this project alone"
    ),
    "suggestions.withdraw_closed Finding.project_id == project.id": (
        "links are taken from suggestions of this project alone"
    ),
    "unrouted._reaches_nothing Checklist.project_id == access.project.id": (
        "the findings are of this project already"
    ),
}
"""Where a comparison saves work and keeps nobody out: another one does that, which is tried too."""

ASKED_TWICE = {
    "sessions.person_by_password not user.is_active": (
        "asked once more of the row that is held; that a closed account costs no more work than an "
        "unknown one is held by a test of its own"
    ),
}
"""Where a state is asked again right after, so that nothing opens without the first question."""


@pytest.fixture(scope="module")
def neighbours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neighbours]:
    """One project, alone in a database and beside another in a second one."""
    with built_neighbours(tmp_path_factory.mktemp("neighbours")) as built:
        yield built


def comparisons() -> list[Mutant]:
    return [mutant for mutant in code_mutants() if mutant.kind in ("filter", "refusal")]


def name_of(mutant: Mutant) -> str:
    return f"{short_name(guarded_function(mutant))} {mutant.guard}"


def test_a_neighbour_makes_no_difference(neighbours: Neighbours) -> None:
    one_of_each = {guarded_function(one): one for one in comparisons()}
    found = {str(one): first_sign(neighbours, one) for one in one_of_each.values()}
    assert len(comparisons()) >= 300
    assert {name: said for name, said in found.items() if said} == {}


def test_it_shows_wherever_a_comparison_is_missing(neighbours: Neighbours) -> None:
    unnoticed = []
    for mutant in comparisons():
        with without_code(mutant):
            if not first_sign(neighbours, mutant):
                unnoticed.append(name_of(mutant))
    assert sorted(unnoticed) == sorted(NARROWING)


def states() -> list[Mutant]:
    return [mutant for mutant in code_mutants() if mutant.kind in ("state", "ended")]


def test_what_has_ended_opens_nothing(neighbours: Neighbours) -> None:
    """A session, a token, a link, a proof, a code, a passkey, an account."""
    found = {str(one): first_sign(neighbours, one) for one in states()}
    assert len(found) >= 28
    assert {name: said for name, said in found.items() if said} == {}


def test_it_opens_wherever_a_state_is_not_asked(neighbours: Neighbours) -> None:
    unnoticed = []
    for mutant in states():
        with without_code(mutant):
            if not first_sign(neighbours, mutant):
                unnoticed.append(name_of(mutant))
    assert sorted(unnoticed) == sorted(ASKED_TWICE)


def test_whatever_is_known_is_of_a_function_with_a_guard() -> None:
    functions = {short_name(guarded_function(one)) for one in (*comparisons(), *states())}
    assert set(CALLS) | set(KNOWN) | set(DOORS) <= functions
