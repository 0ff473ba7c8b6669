"""What the doors notice is kept: who, what, when, from where; and shown to whom it concerns."""

from __future__ import annotations

import csv
import io

import pytest
from flask import Flask
from sqlalchemy import select

from checklist_app.domain.alerts import SecurityKind
from checklist_app.domain.scopes import Scope
from checklist_app.models import SecurityEvent
from checklist_app.queries.event_chain import check_chain
from checklist_app.services.resources import Resources
from tests.cast import Cast
from tests.web.api.program import Program, pipeline_token
from tests.web.conftest import Visit


def noted(app: Flask) -> list[SecurityEvent]:
    resources: Resources = app.extensions["checklist_resources"]
    with resources.sessions() as session:
        assert check_chain(session).is_whole
        return list(session.scalars(select(SecurityEvent).order_by(SecurityEvent.id)))


@pytest.mark.parametrize(
    ("name", "path", "status"),
    [("charlie", "/projects/banca", 404), ("vera", "/projects/banca/edit", 403)],
)
def test_a_refusal_is_kept(
    visit: Visit, app: Flask, cast: Cast, name: str, path: str, status: int
) -> None:
    assert visit(name).get(path).status_code == status
    (event,) = noted(app)
    assert event.kind is SecurityKind.DENIED
    assert (event.status, event.place) == (status, f"GET {path}")
    assert event.user_id == cast.people[name].user_id
    assert event.address == "127.0.0.1"
    assert event.request_id
    assert event.happened_at.utcoffset() is not None


def test_a_refused_write_is_kept_although_all_of_it_was_undone(visit: Visit, app: Flask) -> None:
    assert visit("vera").post("/projects/banca/edit", {"name": "x"}).status_code == 403
    (event,) = noted(app)
    assert (event.kind, event.status) == (SecurityKind.DENIED, 403)


def test_a_form_without_its_token_and_a_write_without_session_are_kept(
    visit: Visit, app: Flask
) -> None:
    visit("alice").post("/projects/banca/edit", {"name": "x"}, token=False)
    visit("nobody").post("/projects/banca/edit", {"name": "x"})
    assert [(e.kind, e.status) for e in noted(app)] == [
        (SecurityKind.FORM_REFUSED, 400),
        (SecurityKind.DENIED, 401),
    ]


def test_refused_sign_ins_then_the_throttle_are_kept_and_raise_an_alert(
    visit: Visit, app: Flask
) -> None:
    visitor = visit("nobody")
    for _ in range(11):
        visitor.post("/sign-in", {"email": "alice@example.org", "password": "no such words"})
    kinds = [e.kind for e in noted(app)]
    assert kinds == [SecurityKind.SIGN_IN_REFUSED] * 10 + [SecurityKind.THROTTLED]
    page = visit("ada").get("/admin/alerts").text
    assert "alice@example.org" in page


def test_a_file_that_is_handed_out_is_kept(visit: Visit, app: Flask) -> None:
    answer = visit("ada").get("/admin/security/events.csv")
    assert answer.status_code == 200
    (event,) = [e for e in noted(app) if e.kind is SecurityKind.DOWNLOAD]
    assert event.subject == "/admin/security/events.csv"


def test_a_refusal_of_a_pipeline_names_its_token(app: Flask, cast: Cast) -> None:
    number, secret = pipeline_token(app, cast.alice, "banca", Scope.PROJECT_READ)
    assert Program(app, secret).get("projects/ajeno").status_code == 404
    (event,) = [event for event in noted(app) if event.kind is SecurityKind.DENIED]
    assert (event.user_id, event.details["token_id"]) == (cast.alice.user_id, number)


def test_a_wrong_current_password_is_a_refused_sign_in(visit: Visit, app: Flask) -> None:
    alice = visit("alice")
    new = "grapa violeta nube tambor"
    form = {"current": "wrong", "password": new, "repeat": new}
    for _ in range(10):
        assert alice.post("/account", form).status_code == 422
    events = [event for event in noted(app) if event.kind is SecurityKind.SIGN_IN_REFUSED]
    assert [event.subject for event in events] == ["alice@example.org"] * 10
    assert "alice@example.org" in visit("ada").get("/admin/alerts").text


def test_a_one_time_link_never_ends_in_the_table(visit: Visit, app: Flask) -> None:
    visitor = visit("nobody")
    visitor.get("/set-password/verysecretlinkthatwasguessed")
    visitor.post("/set-password/verysecretlinkthatwasguessed", token=False)
    assert noted(app)
    assert "verysecret" not in repr([vars(event) for event in noted(app)])


def test_the_page_filters_and_pages(visit: Visit, app: Flask) -> None:
    charlie = visit("charlie")
    for _ in range(3):
        charlie.get("/projects/banca")
    visit("vera").get("/projects/banca/edit")
    otto = visit("otto")
    whole = otto.get("/admin/security").text
    assert "charlie@example.org" in whole
    assert "vera@example.org" in whole
    only = otto.get("/admin/security?who=vera&kind=denied&since=2020-01-01").text
    assert "charlie@example.org" not in only
    assert "vera@example.org" in only
    for odd in ("before=1", "kind=nonsense&since=yesterday&before=x&until=9999-12-31"):
        assert otto.get(f"/admin/security?{odd}").status_code == 200


def test_the_table_cannot_be_taken_for_formulas(visit: Visit, app: Flask) -> None:
    visit("charlie").get("/projects/=cmd")
    visitor = visit("nobody")
    visitor.post("/sign-in", {"email": '"=1+1"@example.org', "password": "x"})
    answer = visit("ada").get("/admin/security/events.csv")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    rows = list(csv.reader(io.StringIO(answer.text, newline="")))
    assert len(rows) >= 2
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]


def test_the_rules_page_shows_a_refused_number_and_keeps_it(visit: Visit) -> None:
    ada = visit("ada")
    refused = ada.post("/admin/alerts/rules/mass_download", {"threshold": "0", "minutes": "7"})
    assert refused.status_code == 422
    assert 'value="7"' in refused.text
    assert (
        ada.post(
            "/admin/alerts/rules/mass_download", {"threshold": "9", "minutes": "7", "is_on": "on"}
        ).status_code
        == 303
    )
    assert 'value="9"' in ada.get("/admin/alerts/rules").text
    assert "<form" not in visit("otto").get("/admin/alerts/rules").text.split("<main")[1]
    assert visit("bob").get("/admin/security").status_code == 403
