"""Numbers that no column can hold, and words where numbers belong, are answered and not broken."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from checklist_app.services.resources import Resources
from tests.cast import Cast
from tests.web.conftest import Visit
from tests.web.stage import set_stage

HUGE = [str(2**31), str(2**63), "9" * 40]
ARABIC_THREE = "\u0663"
NUMBERED = [
    "/projects/banca/evidence/{}/file",
    "/projects/banca/findings/{}",
    "/projects/banca/scans/{}",
    "/projects/banca/jobs/{}",
    "/projects/banca/reports/{}",
    "/projects/banca/checklists/{}",
    "/projects/banca/checklists/{}/items/IN-01",
]


def test_a_number_too_large_for_any_row_is_not_found(visit: Visit) -> None:
    alice = visit("alice")
    addresses = [address.format(number) for address in NUMBERED for number in HUGE]
    assert {alice.get(address).status_code for address in addresses} == {404}


@pytest.mark.parametrize("area", ["evidence", "findings"])
def test_a_page_that_does_not_exist_is_an_empty_one(visit: Visit, area: str) -> None:
    alice = visit("alice")
    for page in (*HUGE, "-1", "0", "x", "1e9", ARABIC_THREE):
        assert alice.get(f"/projects/banca/{area}?page={page}").status_code == 200, page


@pytest.mark.parametrize(
    ("action", "field"),
    [("verdict", "row_version"), ("remediation", "owner_id"), ("evidence/link", "evidence_id")],
)
def test_a_form_field_that_is_no_number_is_refused(
    visit: Visit, session: Session, resources: Resources, cast: Cast, action: str, field: str
) -> None:
    set_stage(session, resources, cast)
    session.commit()
    alice = visit("alice")
    for value in (*HUGE, "", "-1", "1.5", "x", ARABIC_THREE, "1 OR 1=1"):
        form = {
            "outcome": "partial",
            "rationale": "Half of it",
            "plan": "Bind them",
            "due_on": "2031-01-01",
            "row_version": "1",
            field: value,
        }
        answer = alice.post(f"/projects/banca/checklists/1/items/IN-01/{action}", form)
        assert answer.status_code == 422, value
        assert "Half of it" in answer.text or action != "verdict"


def test_a_filter_nobody_knows_breaks_nothing(visit: Visit) -> None:
    alice = visit("alice")
    for query in ("severity=x", "routed=x", "tool=x", "item=%00", "q=%25_%5C%27", "q=%ed%a0%80"):
        assert alice.get(f"/projects/banca/findings?{query}").status_code == 200, query
