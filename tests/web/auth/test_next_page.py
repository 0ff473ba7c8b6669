"""Where signing in leads: to a page of ours, whatever the address asks for."""

from __future__ import annotations

import pytest

from tests.cast import PASSWORD
from tests.web.conftest import Visit

ELSEWHERE = [
    "//evil.example",
    "\\\\evil.example",
    "/\\evil.example",
    "https:evil.example",
    "https://evil.example/projects/banca",
    "javascript:alert(1)",
    "/%0d%0aLocation: //evil.example",
    "/\r\nSet-Cookie: a=b",
    "///evil.example",
    "/projects/banca/../../..//evil.example",
    "/no-such-page",
    "/sign-out",
    "/standards?" + "q=1&" * 30,
    "",
]


@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_signing_in_never_leads_elsewhere(visit: Visit, wanted: str) -> None:
    answer = visit("nobody").post(
        "/sign-in", {"email": "alice@example.org", "password": PASSWORD, "next": wanted}
    )
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/"
    assert "evil" not in str(answer.headers)


@pytest.mark.parametrize(
    "wanted", ["/projects/banca", "/projects/banca/evidence?page=2", "/standards"]
)
def test_signing_in_leads_back_to_where_one_was_going(visit: Visit, wanted: str) -> None:
    answer = visit("nobody").post(
        "/sign-in", {"email": "alice@example.org", "password": PASSWORD, "next": wanted}
    )
    assert answer.headers["Location"] == wanted


def test_a_page_that_needs_signing_in_remembers_itself(visit: Visit) -> None:
    answer = visit("nobody").get("/projects/banca/members")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/sign-in?next=/projects/banca/members"


def test_the_host_header_does_not_reach_a_link(visit: Visit) -> None:
    answer = visit("ada").post(
        "/admin/users",
        {"email": "new@example.org", "name": "New"},
        Host="localhost",
        X_Forwarded_Host="evil.example",
    )
    assert "http://localhost/set-password/" in answer.text
    assert "evil" not in answer.text
