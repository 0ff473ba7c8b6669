"""What waits in a project, as lists: suggestions, waivers and jobs, filtered and in parts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from checklist_app.services.clock import today
from tests.web.api.conftest import AsProgram
from tests.web.api.program import Program
from tests.web.stage import Stage

BANCA = "projects/banca"
ITEMS = f"{BANCA}/checklists/1/items"


def listed(program: Program, address: str) -> list[dict[str, Any]]:
    answer = program.get(address)
    assert answer.status_code == 200, answer.text
    assert answer.json is not None
    items: list[dict[str, Any]] = answer.json["items"]
    return items


def test_suggestions_stand_beside_the_verdicts_of_people(program: AsProgram, stage: Stage) -> None:
    bob, vera = program("bob"), program("vera")
    suggestions = f"{BANCA}/suggestions"
    (found,) = [one for one in listed(vera, suggestions) if one["identifier"] == "IN-01"]
    assert (found["outcome"], found["verdict"], found["contradicts"]) == ("fail", "fail", False)
    assert found["finding_count"] == 1
    assert found["checklist_number"] == 1
    assert listed(vera, f"{suggestions}?contradicts=true") == []
    milder = {"outcome": "pass", "rationale": "Bound by the driver."}
    assert bob.post(f"{ITEMS}/IN-01/verdicts", milder, If_Match="*").status_code < 300
    (denied,) = listed(vera, f"{suggestions}?contradicts=true")
    assert (denied["identifier"], denied["verdict"]) == ("IN-01", "pass")
    decided = listed(vera, f"{suggestions}?undecided=false&checklist_number=1")
    assert denied in decided
    assert listed(vera, f"{suggestions}?checklist_number=99") == []
    assert vera.get(f"{suggestions}?order=id").status_code == 400


def test_waivers_are_listed_with_those_that_were_taken_back(
    program: AsProgram, stage: Stage
) -> None:
    martha, vera = program("martha"), program("vera")
    waivers, waiver = f"{BANCA}/waivers", f"{ITEMS}/IN-02/waiver"
    (held,) = listed(vera, waivers)
    assert (held["identifier"], held["in_force"], held["revoked_at"]) == ("IN-02", True, None)
    assert martha.send("DELETE", waiver, headers={"If-Match": "*"}).status_code == 204
    day = (today() + timedelta(days=30)).isoformat()
    grant = {"justification": "Behind the gateway", "expires_on": day}
    assert martha.post(waiver, grant, If_Match="*").status_code == 201
    newest, over = listed(vera, waivers)
    assert (newest["approved_by"], newest["expires_on"]) == ("Martha", day)
    assert (over["id"], over["in_force"]) == (held["id"], False)
    assert over["revoked_at"] is not None
    assert listed(vera, f"{waivers}?in_force=true") == [newest]
    assert listed(vera, f"{waivers}?in_force=false") == [over]


def test_jobs_are_listed_newest_first_and_in_parts(program: AsProgram, stage: Stage) -> None:
    carla = program("carla")
    every = listed(carla, f"{BANCA}/jobs")
    keys = [job["id"] for job in every]
    assert keys == sorted(keys, reverse=True)
    assert len(keys) >= 2
    queued = listed(carla, f"{BANCA}/jobs?state=queued")
    assert queued == [job for job in every if job["state"] == "queued"]
    assert listed(carla, f"{BANCA}/jobs?state=cancelled") == []
    first = carla.get(f"{BANCA}/jobs?limit=1").json
    assert first is not None
    assert first["items"] == every[:1]
    assert listed(carla, f"{BANCA}/jobs?limit=1&cursor={first['next']}") == every[1:2]


def test_a_short_list_goes_on_behind_the_row_that_ended_the_part_before(
    program: AsProgram, stage: Stage
) -> None:
    ada = program("ada")
    for name in ("B team", "C team"):
        assert ada.post("groups", {"name": name}).status_code == 201
    part = ada.get("groups?limit=1").json
    assert part is not None
    assert [group["name"] for group in part["items"]] == ["B team"]
    assert ada.post("groups", {"name": "A team"}).status_code == 201
    assert [group["name"] for group in listed(ada, f"groups?cursor={part['next']}")] == ["C team"]
    gone = f"groups/{part['items'][0]['id']}"
    assert ada.send("DELETE", gone, headers={"If-Match": "*"}).status_code == 204
    assert ada.get(f"groups?cursor={part['next']}").status_code == 200


@pytest.mark.parametrize("what", ["suggestions", "waivers", "jobs"])
def test_a_stranger_finds_no_list(program: AsProgram, stage: Stage, what: str) -> None:
    for name, status in (("nobody", 401), ("charlie", 404)):
        assert program(name).get(f"{BANCA}/{what}").status_code == status
