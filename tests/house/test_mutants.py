"""A guard that is taken away is noticed: a few at each run, all of them by a command.

``python -m benchmarks.guard_mutants`` tries every one; its table stands in docs/security.md.
"""

from __future__ import annotations

import pytest

from checklist_app.domain.errors import Forbidden
from tests.house.conftest import House
from tests.house.direct import DIRECT
from tests.house.mutants import Mutant, code_mutants, view_mutants
from tests.house.trial import Trial

ALWAYS = {
    "filter checklist_app.queries.access Membership.user_id == actor.user_id",
    "filter checklist_app.queries.access Checklist.project_id == access.project.id",
    "filter checklist_app.queries.findings Finding.project_id == access.project.id",
    "filter checklist_app.services.evidence Evidence.project_id == access.project.id",
    "require checklist_app.services.members access.require(Permission.MEMBER_MANAGE)",
    "view checklists.sign_off checklist:sign_off",
}


def name_of(mutant: Mutant) -> str:
    return f"{mutant.kind} {mutant.where} {mutant.guard}"


def chosen(house: House) -> dict[str, Mutant]:
    found = {name_of(one): one for one in (*view_mutants(house.app), *code_mutants())}
    return {name: one for name, one in found.items() if name in ALWAYS}


def test_there_are_as_many_guards_as_there_should_be(house: House) -> None:
    kinds = [mutant.kind for mutant in (*view_mutants(house.app), *code_mutants())]
    assert set(chosen(house)) == ALWAYS
    assert kinds.count("view") >= 70
    assert kinds.count("require") >= 45
    assert kinds.count("filter") >= 40


@pytest.mark.parametrize("name", sorted(ALWAYS))
def test_a_guard_that_is_missing_is_noticed(house: House, name: str) -> None:
    mutant = chosen(house)[name]
    assert Trial(house).noticed(mutant), f"{mutant} can be taken away and nothing notices"


@pytest.mark.parametrize("guard", DIRECT, ids=" ".join)
def test_a_guard_behind_another_refuses_by_itself(house: House, guard: tuple[str, str]) -> None:
    with house.resources.sessions() as session, pytest.raises(Forbidden):
        DIRECT[guard](session)
