"""What is asked and done in one project or by one person is the same whatever others have.

Each comparison that keeps rows apart is taken away once: the same calls must then end otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.house.alone import first_difference
from tests.house.calls import short_name
from tests.house.direct import guarded_function
from tests.house.mutants import Mutant, code_mutants, without_code
from tests.house.neighbours import Neighbours, built_neighbours

NARROWING = {
    "general_corrections.follow_in_project": "what a rule of others is told finds no row here",
    "mappings.route_again": "where no checklist is open, refreshing finds nothing to refresh",
    "suggestions.refresh_rule": "links are taken from suggestions of this project alone",
    "suggestions.withdraw_closed": "links are taken from suggestions of this project alone",
    "unrouted._reaches_nothing": "the findings are of this project already",
}
"""Where a comparison saves work and keeps nobody out: another one does that, which is tried too."""


@pytest.fixture(scope="module")
def neighbours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neighbours]:
    """One project, alone in a database and beside another in a second one."""
    with built_neighbours(tmp_path_factory.mktemp("neighbours")) as built:
        yield built


def filters() -> list[Mutant]:
    return [mutant for mutant in code_mutants() if mutant.kind == "filter"]


def test_a_neighbour_makes_no_difference(neighbours: Neighbours) -> None:
    found = {str(one): first_difference(neighbours, one) for one in filters()}
    assert len(found) >= 90
    assert {name: said for name, said in found.items() if said} == {}


def test_a_neighbour_shows_wherever_a_comparison_is_missing(neighbours: Neighbours) -> None:
    unnoticed = []
    for mutant in filters():
        with without_code(mutant):
            if not first_difference(neighbours, mutant):
                unnoticed.append(short_name(guarded_function(mutant)))
    assert sorted(unnoticed) == sorted(NARROWING)
