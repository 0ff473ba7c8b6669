"""A form that another site sends is refused, even one that has got hold of the form token."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from tests.web.conftest import Visit

FOREIGN = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example"},
    {"Origin": "http://localhost.evil.example"},
    {"Origin": "http://localhost:81"},
    {"Origin": "null"},
    {"Origin": "http://[::1"},
]
OWN = [
    {},
    {"Origin": "http://localhost"},
    {"Origin": "https://localhost"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"},
    {"Sec-Fetch-Site": "none"},
]


def writing_addresses(app: Flask) -> list[str]:
    """Return an address of every route that takes a POST."""
    found = []
    for rule in app.url_map.iter_rules():
        if "POST" in (rule.methods or ()):
            values = {
                name: 1 if name.endswith(("number", "_id")) else "x" for name in rule.arguments
            }
            _, path = rule.build(values, append_unknown=False) or ("", "")
            found.append(path)
    return found


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_every_route_that_writes_refuses_another_site(
    visit: Visit, app: Flask, headers: dict[str, Any]
) -> None:
    for name in ("alice", "nobody"):
        visitor = visit(name)
        taken = [
            path
            for path in writing_addresses(app)
            if visitor.post(path, {}, **headers).status_code != 403
        ]
        assert taken == []


@pytest.mark.parametrize("headers", OWN, ids=str)
def test_our_own_pages_and_programs_are_let_through(visit: Visit, headers: dict[str, Any]) -> None:
    answer = visit("alice").post("/theme", {"theme": "dark"}, **headers)
    assert answer.status_code == 303


def test_another_site_may_lead_here(visit: Visit) -> None:
    answer = visit("alice").get("/", **{"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 200
