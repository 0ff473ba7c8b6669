"""A guard that is taken away is noticed: a few at each run, all of them by a command.

``python -m benchmarks.guard_mutants`` tries every one; its table stands in docs/security.md.
"""

from __future__ import annotations

import pytest

from checklist_app.domain.errors import Forbidden
from tests.house.conftest import House
from tests.house.direct import call_guarded
from tests.house.let_in import Asked, Doors
from tests.house.mutants import Mutant, code_mutants, view_mutants
from tests.house.policy import POLICY, Audience
from tests.house.trial import STRANGERS, Trial
from tests.house.walker import first_deviation

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
    assert kinds.count("filter") >= 290
    assert kinds.count("refusal") >= 4
    assert kinds.count("state") + kinds.count("ended") >= 28


@pytest.mark.parametrize("name", sorted(ALWAYS))
def test_a_guard_that_is_missing_is_noticed(house: House, name: str) -> None:
    mutant = chosen(house)[name]
    assert Trial(house).noticed(mutant), f"{mutant} can be taken away and nothing notices"


REFUSED_BY_MORE = {"api.jobs.cancel", "api.jobs.retry", "jobs.cancel", "jobs.retry"} | {
    "members.index"
}
"""Views inside a project that refuse by themselves too: whose job it is, and who is signed in."""


def test_each_declaration_refuses_by_itself_and_lets_somebody_in_when_it_is_weaker(
    house: House,
) -> None:
    doors = Doors(house)
    views = list(view_mutants(house.app))
    assert [view.where for view in views if not doors.refuse(view)] == []
    came = {view.where: doors.ask(view) for view in views}
    assert Asked.NEVER not in came.values()
    held = {name for name, asked in came.items() if asked is Asked.HELD}
    assert {name for name in held if POLICY[name] is not Audience.SIGNED_IN} == REFUSED_BY_MORE
    assert len(held) < 30


@pytest.mark.parametrize("word", ["checklists", "evidence", "findings"])
def test_nothing_is_missed_where_every_guard_is_there(house: House, word: str) -> None:
    """What notices that a guard is gone would be worth nothing if it always noticed something."""
    assert first_deviation(house, STRANGERS, word, only_first=True) == ""


def required() -> list[Mutant]:
    return [guard for guard in code_mutants() if guard.kind == "require"]


@pytest.mark.parametrize("guard", required(), ids=str)
def test_whoever_lacks_one_right_is_refused_by_the_function_itself(
    house: House, guard: Mutant
) -> None:
    with house.resources.sessions() as session, pytest.raises(Forbidden):
        call_guarded(house, session, guard)


def test_each_of_these_refusals_comes_from_its_guard(house: House) -> None:
    """Without it the same call ends otherwise, so that no guard hides that another is gone."""
    trial = Trial(house)
    assert [str(guard) for guard in required() if not trial.called_directly(guard)] == []
