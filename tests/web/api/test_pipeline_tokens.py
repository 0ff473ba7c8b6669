"""Tokens of pipelines: one project, some scopes, never more than their maker, ended at once."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from checklist_app.domain.errors import Forbidden, InvalidInput
from checklist_app.domain.scopes import Scope
from checklist_app.domain.vocabulary import Role
from checklist_app.models import Event, Membership, PipelineToken
from checklist_app.queries.access import open_project
from checklist_app.services.accounts import set_active
from checklist_app.services.clock import now, pretend, today
from checklist_app.services.members import change_role, remove_member
from checklist_app.services.pipeline_tokens import make_token, revoke_token
from checklist_app.services.resources import Resources
from checklist_app.services.secret_tokens import token_sha256
from tests.cast import Cast, make_checklist
from tests.web.api.program import Program, pipeline_token
from tests.web.visitor import Visitor

SCANS = "projects/banca/scans"


def upload(program: Program, slug: str = "banca") -> int:
    files = {"files": (BytesIO(b"report"), "report.sarif")}
    return program.send("POST", f"projects/{slug}/scans", data=files).status_code


def test_it_does_what_its_scopes_say_and_nothing_else(app: Flask, cast: Cast) -> None:
    _, secret = pipeline_token(app, cast.alice, "banca", Scope.SCAN_WRITE)
    program = Program(app, secret)
    assert upload(program) == 202
    assert program.get(SCANS).status_code == 200
    assert program.post("token/revoke", {"token": secret}).status_code == 403
    _, secret = pipeline_token(app, cast.alice, "banca", Scope.PROJECT_READ)
    assert upload(Program(app, secret)) == 403
    _, secret = pipeline_token(app, cast.alice, "banca", Scope.REPORT_READ)
    assert Program(app, secret).get(SCANS).status_code == 403


def test_other_projects_do_not_exist_for_it(app: Flask, cast: Cast, session: Session) -> None:
    foreign = open_project(session, cast.charlie, "ajeno")
    session.add(
        Membership(
            project_id=foreign.project.id,
            user_id=cast.alice.user_id,
            role=Role.OWNER,
            created_at=now(),
        )
    )
    session.commit()
    _, secret = pipeline_token(app, cast.alice, "banca", Scope.SCAN_WRITE)
    assert Program(app, secret).get("projects/ajeno/scans").status_code == 404
    assert upload(Program(app, secret), "ajeno") == 404


def test_it_never_may_more_than_its_maker_may_now(
    app: Flask, cast: Cast, resources: Resources
) -> None:
    with resources.sessions.begin() as session:
        change_role(session, cast.access("alice"), cast.bob.user_id, Role.MANAGER)
    _, secret = pipeline_token(app, cast.bob, "banca", Scope.SCAN_WRITE)
    assert upload(Program(app, secret)) == 202
    with resources.sessions.begin() as session:
        change_role(session, cast.access("alice"), cast.bob.user_id, Role.VIEWER)
    assert upload(Program(app, secret)) == 403
    assert Program(app, secret).get(SCANS).status_code == 200
    with resources.sessions.begin() as session:
        remove_member(session, cast.access("alice"), cast.bob.user_id)
    assert Program(app, secret).get(SCANS).status_code == 404


def test_it_ends_when_it_is_revoked_or_out_of_date_or_its_maker_is_gone(
    app: Flask, cast: Cast, resources: Resources
) -> None:
    token_id, secret = pipeline_token(app, cast.alice, "banca", Scope.SCAN_WRITE, days=1)
    assert Program(app, secret).get(SCANS).status_code == 200
    with pretend(now() + timedelta(days=3)):
        assert Program(app, secret).get(SCANS).status_code == 401
    with resources.sessions.begin() as session:
        change_role(session, cast.access("alice"), cast.people["martha"].user_id, Role.OWNER)
        set_active(session, cast.ada, cast.alice.user_id, active=False)
    assert Program(app, secret).get(SCANS).status_code == 401
    with resources.sessions.begin() as session:
        set_active(session, cast.ada, cast.alice.user_id, active=True)
    assert Program(app, secret).get(SCANS).status_code == 200
    with resources.sessions.begin() as session:
        revoke_token(session, cast.access("alice"), token_id)
    assert Program(app, secret).get(SCANS).status_code == 401


def test_only_its_hash_is_kept_and_its_last_use_is_noted(
    app: Flask, cast: Cast, session: Session
) -> None:
    token_id, secret = pipeline_token(app, cast.alice, "banca", Scope.SCAN_WRITE)
    row = session.get_one(PipelineToken, token_id)
    assert row.token_sha256 == token_sha256(secret)
    assert secret.startswith(row.prefix)
    assert len(row.prefix) == 12
    assert row.last_used_at is None
    session.rollback()
    Program(app, secret).get(SCANS)
    session.refresh(row)
    assert row.last_used_at is not None


def test_the_audit_log_names_it(app: Flask, cast: Cast, session: Session) -> None:
    _, secret = pipeline_token(app, cast.alice, "banca", Scope.SCAN_WRITE)
    assert upload(Program(app, secret)) == 202
    event = session.query(Event).filter_by(name="project:scan:upload").one()
    assert event.actor_id == cast.alice.user_id
    assert event.details["token"] == f"Nightly ({secret[:12]}…)"
    make_checklist(session, cast.access("alice"))
    session.commit()
    overview = Visitor(app, cast.vera).get("/projects/banca").text
    assert f"con el token Nightly ({secret[:12]}…)" in overview


@pytest.mark.parametrize("name", ["bob", "carla", "vera"])
def test_only_owners_and_managers_make_and_end_them(
    cast: Cast, session: Session, name: str
) -> None:
    with pytest.raises(Forbidden):
        make_token(session, cast.access(name), name="x", scopes=["gate:read"], expires_on=today())
    with pytest.raises(Forbidden):
        revoke_token(session, cast.access(name), 1)


@pytest.mark.parametrize(
    ("name", "scopes", "days"),
    [
        ("", ["scan:write"], 1),
        ("x" * 81, ["scan:write"], 1),
        ("x", [], 1),
        ("x", ["full"], 1),
        ("x", ["scan:write", "everything"], 1),
        ("x", ["scan:write"], -1),
        ("x", ["scan:write"], 366),
    ],
)
def test_one_without_name_or_scope_or_end_is_not_made(
    cast: Cast, session: Session, name: str, scopes: list[str], days: int
) -> None:
    last = today() + timedelta(days=days)
    with pytest.raises(InvalidInput):
        make_token(session, cast.access("alice"), name=name, scopes=scopes, expires_on=last)
