"""Checks 1 to 11: who may see and do what."""

from __future__ import annotations

from typing import Any

import pytest
from requests import Response
from werkzeug.routing import Rule

from checklist_app.domain.vocabulary import OrganisationRole, Role
from checklist_app.models import Membership, Project, Standard, User
from checklist_app.web.api.operations import OPERATION, Upload
from tests.blackbox.premises import FOREIGN, OWN, Premises
from tests.blackbox.visitors import Program, Visitor, without_chance
from tests.cast import PASSWORD
from tests.house.policy import POLICY, Audience
from tests.house.sending import BODIES, UPLOADS
from tests.house.world import MARK, MARKS, SLUG

READING = {"GET", "HEAD", "OPTIONS"}
NOT_FOUND_OR_REFUSED = {404, 409, 412, 422, 428}


def in_projects(rule: Rule) -> bool:
    return "slug" in rule.arguments


def is_operation(rule: Rule) -> bool:
    return rule.rule.startswith("/api/v1/")


def writing_methods(rule: Rule) -> list[str]:
    return sorted((rule.methods or set()) - READING)


def write(
    premises: Premises, visitor: Visitor, program: Program, rule: Rule, path: str
) -> Response:
    """Send what a rule takes, by the browser or by the program, whichever it is made for."""
    (method,) = writing_methods(rule)[:1]
    body = BODIES.get(rule.endpoint, {})
    if is_operation(rule):
        path = path.removeprefix("/api/v1")
        sent: dict[str, Any] = {"json": body}
        if rule.endpoint in UPLOADS:
            sent = {"files": {"files": ("x.txt", b"x")}}
        return program.send(method, path, headers={"If-Match": "*"}, **sent)
    return visitor.post(path, body)


@pytest.fixture(scope="module")
def charlies_program(premises: Premises) -> Program:
    return premises.program("charlie@example.org")


@pytest.fixture(scope="module")
def veras_program(premises: Premises) -> Program:
    return premises.program("vera@example.org")


def test_01_what_is_foreign_looks_like_what_is_missing(
    premises: Premises, charlie: Visitor, charlies_program: Program
) -> None:
    read = premises.rules(lambda rule: in_projects(rule) and "GET" in (rule.methods or ()))
    assert len(read) >= 20
    for rule in read:
        told = []
        for place in (OWN, "missing"):
            path = premises.address_of(rule, place)
            ask = charlies_program.visitor.get if is_operation(rule) else charlie.get
            headers = {"authorization": f"Bearer {charlies_program.token}"}
            answer = ask(path, **headers) if is_operation(rule) else ask(path)
            told.append(without_chance(answer, path))
        assert told[0][0] == 404, rule
        assert told[0] == told[1], rule


def test_02_what_is_foreign_cannot_be_changed(
    premises: Premises, charlie: Visitor, charlies_program: Program
) -> None:
    charlie.form_token()
    before = premises.digest()
    for rule in premises.rules(lambda rule: in_projects(rule) and bool(writing_methods(rule))):
        path = premises.address_of(rule, OWN)
        answer = write(premises, charlie, charlies_program, rule, path)
        assert answer.status_code == 404, (rule, answer.status_code)
    assert premises.digest() == before


def test_03_no_search_or_list_of_others_finds_a_word(premises: Premises, charlie: Visitor) -> None:
    """The question is half of the mark, so that a page may repeat what was asked for."""
    pages = premises.rules(
        lambda rule: (
            "GET" in (rule.methods or ())
            and not is_operation(rule)
            and POLICY[rule.endpoint] is not Audience.ADMINISTRATOR
        )
    )
    for rule in pages:
        path = premises.address_of(rule, FOREIGN)
        for query in ("", f"?q={MARK[:8]}&tool={MARK[:8]}&page=1"):
            text = charlie.get(path + query).text
            assert MARK not in text, path
            assert MARKS["archivo"] not in text, path


def test_04_children_of_another_project_are_not_taken(premises: Premises, charlie: Visitor) -> None:
    own, foreign = premises.world.places[FOREIGN], premises.world.places[OWN]
    project = f"/projects/{own['slug']}"
    item = f"{project}/checklists/{own['number']}/items/{own['identifier']}"
    charlie.form_token()
    before = premises.digest()
    sent: list[tuple[str, dict[str, object]]] = [
        (f"{item}/evidence/link", {"evidence_id": foreign["evidence_id"]}),
        (f"{item}/evidence/{foreign['evidence_id']}/unlink", {}),
        (f"{item}/assign", {"assignee_id": foreign["user_id"], "due_on": ""}),
        (
            f"{item}/remediation",
            {"plan": "x", "owner_id": foreign["user_id"], "due_on": "2031-01-01", "row_version": 1},
        ),
        (f"{project}/reports", {"checklist": foreign["number"]}),
        (f"{project}/findings/{foreign['finding_id']}/routes", {"requirement": own["identifier"]}),
        (f"{project}/jobs/{foreign['job_id']}/cancel", {}),
        (f"{project}/tokens/{foreign['token_id']}/revoke", {}),
        (f"{project}/members/{foreign['user_id']}/remove", {}),
    ]
    for path, fields in sent:
        assert charlie.post(path, fields).status_code in NOT_FOUND_OR_REFUSED, path
    assert premises.digest() == before


def test_05_a_viewer_writes_nothing_and_nobody_reads_nothing(
    premises: Premises, vera: Visitor, veras_program: Program
) -> None:
    vera.form_token()
    before = premises.digest()
    for rule in premises.rules(lambda rule: in_projects(rule) and bool(writing_methods(rule))):
        if POLICY[rule.endpoint] is not Role.VIEWER:
            answer = write(premises, vera, veras_program, rule, premises.address_of(rule))
            assert answer.status_code == 403, (rule, answer.status_code)
    nobody = premises.visitor()
    for rule in premises.rules(lambda rule: POLICY[rule.endpoint] is not Audience.EVERYBODY):
        path = premises.address_of(rule)
        method = "GET" if "GET" in (rule.methods or ()) else writing_methods(rule)[0]
        token = {"csrf_token": nobody.form_token()} if method != "GET" else None
        answer = nobody.send(method, path, data=None if is_operation(rule) else token)
        if is_operation(rule) or method != "GET":
            assert answer.status_code == 401, rule
        else:
            assert answer.status_code == 303, rule
            assert answer.headers["Location"].startswith("/sign-in"), rule
    assert premises.digest() == before


def test_06_nobody_makes_themselves_more_than_they_are(premises: Premises) -> None:
    person = premises.newcomer(Role.VIEWER)
    more = {
        "role": "owner",
        "organisation_role": "administrator",
        "is_admin": "1",
        "org_id": "1",
        "project_id": "1",
        "id": "1",
        "created_by": "1",
    }
    body = {"email": person.email, "password": PASSWORD}
    for name, value in more.items():
        assert Program(premises.server).post("/token", {**body, name: value}).status_code == 400
    for name in ("alice", "ada"):  # signing in is no change of what is looked at
        premises.programs[name] = premises.program(f"{name}@example.org")
    before = premises.digest()
    for rule in premises.rules(is_operation):
        declared = getattr(premises.app.view_functions[rule.endpoint], OPERATION, None)
        if declared is None or declared.body is None or isinstance(declared.body, Upload):
            continue
        (method,), path = writing_methods(rule), premises.address_of(rule).removeprefix("/api/v1")
        sent = {**BODIES.get(rule.endpoint, {}), "is_admin": True, "project_id": 1, "created_by": 1}
        program = premises.program_for(rule)
        answer = program.send(method, path, json=sent, headers={"If-Match": "*"})
        assert answer.status_code == 400, (rule, answer.text)
    assert premises.digest() == before
    visitor = Visitor(premises.server)
    visitor.sign_in(person.email, **more)
    new = "otras cuatro palabras sin orden"
    visitor.post("/account", {"current": PASSWORD, "password": new, "repeat": new, **more})
    visitor.post("/language", {"language": "en", **more})
    visitor.post("/theme", {"theme": "dark", **more})
    user = premises.read(lambda session: session.get_one(User, person.user_id))
    assert user.organisation_role is OrganisationRole.MEMBER
    roles = premises.read(
        lambda session: [one.role for one in session.query(Membership).filter_by(user_id=user.id)]
    )
    assert roles == [Role.VIEWER]


def test_07_one_allowed_field_carries_no_forbidden_one(premises: Premises, vera: Visitor) -> None:
    place = premises.world.places[OWN]
    item = f"/projects/{SLUG}/checklists/{place['number']}/items/{place['identifier']}"
    vera.form_token()
    before = premises.digest()
    note = {"note": "mine", "title": "mine", "kind": "note", "rationale": "mine"}
    status = {"outcome": "pass", "status": "signed_off", "row_version": "2", "decision": "accepted"}
    for part in ("verdict", "assign", "evidence", "remediation", "waiver", "review"):
        assert vera.post(f"{item}/{part}", {**note, **status}).status_code == 403, part
    # What a viewer may do, showing how a text looks, changes nothing whatever comes along.
    shown = vera.post(f"/projects/{SLUG}/preview", {"text": "mine", **status})
    assert shown.status_code == 200
    assert premises.digest() == before


def test_08_who_is_taken_out_is_out_at_once(premises: Premises, alice: Visitor) -> None:
    person = premises.newcomer(Role.VIEWER)
    visitor, program = Visitor(premises.server), premises.program(person.email)
    visitor.sign_in(person.email)
    evidence = premises.world.places[OWN]["evidence_id"]
    pages = (f"/projects/{SLUG}", f"/projects/{SLUG}/evidence/{evidence}/file")
    assert [visitor.get(page).status_code for page in pages] == [200, 200]
    assert program.get(f"/projects/{SLUG}/scans").status_code == 200
    removed = alice.post(f"/projects/{SLUG}/members/{person.user_id}/remove")
    assert removed.status_code == 303, removed.text
    assert [visitor.get(page).status_code for page in pages] == [404, 404]
    assert program.get(f"/projects/{SLUG}/scans").status_code == 404


def test_09_no_page_tells_a_secret_or_a_strangers_address(
    premises: Premises, alice: Visitor
) -> None:
    ada = premises.visitor("ada")
    place = premises.world.places[OWN]
    secrets = premises.read(_kept_secrets)
    assert len(secrets) > 20
    for visitor, path in (
        (alice, "/account"),
        (alice, "/account/factors"),
        (alice, f"/projects/{SLUG}/members"),
        (alice, f"/projects/{SLUG}/tokens"),
        (alice, f"/projects/{SLUG}/edit"),
        (ada, "/admin/users"),
        (ada, "/admin/groups"),
        (ada, "/admin/sign-in"),
        (ada, "/admin/jobs"),
    ):
        page = visitor.get(path)
        assert page.status_code == 200, path
        assert not [kept for kept in secrets if kept in page.text], path
        assert "$argon2" not in page.text, path
        if visitor is alice:
            assert "charlie@example.org" not in page.text, path
    scan = premises.program("alice@example.org").get(f"/projects/{SLUG}/scans/{place['import_id']}")
    assert not [kept for kept in secrets if kept in scan.text]


def test_10_nobody_accepts_their_own_verdict(premises: Premises) -> None:
    slug = premises.new_project("alice", four_eyes=True)
    alice = premises.visitor("alice")
    item = f"/projects/{slug}/checklists/1/items/IN-03"
    verdict = {"outcome": "fail", "rationale": "Seen", "row_version": _version(premises, slug)}
    assert alice.post(f"{item}/verdict", verdict).status_code == 303
    own = alice.post(f"{item}/review", {"verdict_number": "1", "decision": "accepted"})
    assert own.status_code == 403, own.text


def test_11_what_is_not_done_is_not_signed(premises: Premises) -> None:
    slug = premises.new_project("alice", four_eyes=True)
    alice = premises.visitor("alice")
    item = f"/projects/{slug}/checklists/1/items/IN-03"
    verdict = {"outcome": "fail", "rationale": "Seen", "row_version": _version(premises, slug)}
    assert alice.post(f"{item}/verdict", verdict).status_code == 303
    reasons = {f"reason-{name}": "Later" for name in ("IN-01", "IN-02", "AC-01", "AC-02")}
    sign_off = f"/projects/{slug}/checklists/1/sign-off"
    with_open_items = alice.post(sign_off, {"statement": "Done"})
    assert with_open_items.status_code in (409, 422)
    without_review = alice.post(sign_off, {"statement": "Done", **reasons})
    assert without_review.status_code == 409, without_review.text
    early = alice.get(f"/projects/{SLUG}/reports/1/pdf")
    assert early.status_code in (200, 409)
    status = premises.read(lambda session: _checklist_status(session, slug))
    assert status == "open"


def _kept_secrets(session: object) -> list[str]:
    from sqlalchemy import select  # noqa: PLC0415 - of this one question
    from sqlalchemy.orm import Session  # noqa: PLC0415

    from checklist_app.models import Base  # noqa: PLC0415

    assert isinstance(session, Session)
    found: list[str] = []
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if column.name in ("token_sha256", "password_hash", "jti", "secret", "code_sha256"):
                found += [str(value) for value in session.scalars(select(column)) if value]
    return found


def _version(premises: Premises, slug: str) -> str:
    from checklist_app.models import Checklist, ChecklistItem, Requirement  # noqa: PLC0415

    def ask(session: object) -> str:
        query = (
            session.query(ChecklistItem.row_version)  # type: ignore[attr-defined]
            .join(Checklist, Checklist.id == ChecklistItem.checklist_id)
            .join(Project, Project.id == Checklist.project_id)
            .join(Requirement, Requirement.id == ChecklistItem.requirement_id)
            .join(Standard, Standard.id == Checklist.standard_id)
            .filter(Project.slug == slug, Requirement.identifier == "IN-03")
        )
        return str(query.scalar())

    return str(premises.read(ask))


def _checklist_status(session: object, slug: str) -> str:
    from checklist_app.models import Checklist  # noqa: PLC0415

    query = session.query(Checklist.status).join(Project)  # type: ignore[attr-defined]
    return str(query.filter(Project.slug == slug).scalar())
