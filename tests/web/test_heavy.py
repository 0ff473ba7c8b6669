"""Uploads, scans, exports and orders of reports have limits of their own, for each caller."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from checklist_app.config import Config
from checklist_app.domain.scopes import Scope
from checklist_app.factory import create_app
from checklist_app.web.heavy import HEAVY
from tests.cast import Cast
from tests.limits import forget_requests
from tests.web.api.program import pipeline_token
from tests.web.visitor import Visitor

FEW = 2
ACTS = {
    "UPLOADS_PER_HOUR": ("POST", "/projects/banca/checklists/1/items/A.1/evidence"),
    "SCANS_PER_HOUR": ("POST", "/projects/banca/scans"),
    "EXPORTS_PER_HOUR": ("GET", "/projects/banca/findings/findings.csv"),
    "REPORTS_PER_HOUR": ("POST", "/projects/banca/reports"),
}
SCOPES = (Scope.EVIDENCE_WRITE, Scope.SCAN_WRITE, Scope.REPORT_WRITE)
OPERATIONS = {
    "UPLOADS_PER_HOUR": "/api/v1/projects/banca/checklists/1/items/A.1/evidence/files",
    "SCANS_PER_HOUR": "/api/v1/projects/banca/scans",
    "REPORTS_PER_HOUR": "/api/v1/projects/banca/reports",
}


@pytest.fixture
def strict(config: Config) -> Iterator[Flask]:
    """An app that lets two of each through in an hour."""
    few = {name.lower(): FEW for name in HEAVY}
    made = create_app(replace(config, **few))  # type: ignore[arg-type]
    forget_requests()
    yield made
    forget_requests()
    made.extensions["checklist_resources"].close()


def sent(visitor: Visitor, kind: str) -> int:
    method, path = ACTS[kind]
    return (visitor.post(path) if method == "POST" else visitor.get(path)).status_code


@pytest.mark.parametrize("kind", HEAVY)
def test_each_kind_has_a_limit_and_others_are_served(strict: Flask, cast: Cast, kind: str) -> None:
    alice, bob = Visitor(strict, cast.alice), Visitor(strict, cast.bob)
    assert 429 not in [sent(alice, kind) for _ in range(FEW)]
    assert sent(alice, kind) == 429
    assert sent(bob, kind) != 429
    assert alice.get("/projects/banca").status_code == 200
    for other in set(HEAVY) - {kind}:
        assert sent(alice, other) != 429


@pytest.mark.parametrize("kind", OPERATIONS)
def test_a_token_counts_for_itself(strict: Flask, cast: Cast, kind: str) -> None:
    first, second = (
        {"Authorization": f"Bearer {pipeline_token(strict, cast.alice, 'banca', *SCOPES)[1]}"}
        for _ in range(2)
    )
    client = strict.test_client()
    found = [client.post(OPERATIONS[kind], headers=first).status_code for _ in range(FEW + 1)]
    assert 429 not in found[:-1]
    assert found[-1] == 429
    assert client.post(OPERATIONS[kind], headers=second).status_code != 429
    assert sent(Visitor(strict, cast.alice), kind) != 429


def test_it_says_when_it_goes_on(strict: Flask, cast: Cast) -> None:
    alice = Visitor(strict, cast.alice)
    for _ in range(FEW):
        sent(alice, "EXPORTS_PER_HOUR")
    answer = alice.get(ACTS["EXPORTS_PER_HOUR"][1], accept_language="en")
    assert 3500 <= int(answer.headers["Retry-After"]) <= 3600
    assert "too often within an hour" in answer.text
    assert "60 minutes" in answer.text


def test_looking_at_a_form_is_free(strict: Flask, cast: Cast) -> None:
    alice = Visitor(strict, cast.alice)
    assert {alice.get("/projects/banca/scans").status_code for _ in range(FEW + 2)} == {200}


def test_what_is_counted_exists_and_no_export_is_forgotten(strict: Flask) -> None:
    endpoints = {rule.endpoint for rule in strict.url_map.iter_rules()}
    counted = {endpoint for kind in HEAVY.values() for endpoint in kind}
    assert counted <= endpoints
    exporting = {name for name in endpoints if name.endswith(("export", "export_data"))}
    assert exporting <= counted
