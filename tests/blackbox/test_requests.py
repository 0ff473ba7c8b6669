"""Checks 35 to 38: what other sites, other types and other methods can do."""

from __future__ import annotations

from werkzeug.routing import Rule

from checklist_app.web.api.operations import OPERATION, Upload
from tests.blackbox.premises import OWN, Premises
from tests.blackbox.raw import request_line, send_raw
from tests.blackbox.visitors import Program, Visitor
from tests.house.sending import BODIES
from tests.house.world import SLUG

READING = {"GET", "HEAD", "OPTIONS"}


def takes_forms(rule: Rule) -> bool:
    return "POST" in (rule.methods or ()) and not rule.rule.startswith("/api/v1/")


def test_35_no_form_is_taken_from_elsewhere(
    premises: Premises, alice: Visitor, vera: Visitor
) -> None:
    own, others = alice.form_token(), vera.form_token()
    ways: list[tuple[dict[str, str], dict[str, str]]] = [
        ({}, {}),
        ({"csrf_token": ""}, {}),
        ({"csrf_token": "made up"}, {}),
        ({"csrf_token": others}, {}),
        ({"csrf_token": own}, {"Origin": "https://evil.example"}),
        ({"csrf_token": own}, {"Origin": "null"}),
        ({"csrf_token": own}, {"Sec-Fetch-Site": "cross-site"}),
        ({"csrf_token": own}, {"Sec-Fetch-Site": "same-site"}),
    ]
    forms = premises.rules(takes_forms)
    assert len(forms) > 50
    before, events = premises.digest(), premises.events()
    for rule in forms:
        path = premises.address_of(rule)
        for fields, headers in ways:
            data = {**BODIES.get(rule.endpoint, {}), **fields}
            answer = alice.send("POST", path, data=data, headers=headers)
            assert answer.status_code in (400, 403), (rule, fields, headers, answer.status_code)
    assert premises.digest() == before
    assert premises.events() == events


def test_36_json_comes_as_json(premises: Premises) -> None:
    premises.programs.clear()  # a token lives ten minutes
    sent = b'{"email": "alice@example.org", "password": "x"}'
    operations = premises.rules(
        lambda rule: rule.rule.startswith("/api/v1/") and bool((rule.methods or set()) - READING)
    )
    assert len(operations) >= 6
    for rule in operations:
        declared = getattr(premises.app.view_functions[rule.endpoint], OPERATION)
        path = premises.address_of(rule).removeprefix("/api/v1")
        (method,) = sorted((rule.methods or set()) - READING)
        kinds = ["text/plain", "application/x-www-form-urlencoded", "application/xml", ""]
        kinds += ["application/json"] if isinstance(declared.body, Upload) else []
        program = premises.program_for(rule)
        for kind in kinds:
            headers = {"Content-Type": kind, "If-Match": "*"}
            answer = program.send(method, path, data=sent, headers=headers)
            assert answer.status_code == 415, (rule, kind, answer.status_code)


def test_37_reading_changes_nothing(premises: Premises, alice: Visitor) -> None:
    readable = {
        rule.rule for rule in premises.app.url_map.iter_rules() if "GET" in (rule.methods or ())
    }
    before, events = premises.digest(), premises.events()
    changing = premises.rules(lambda rule: bool((rule.methods or set()) - READING))
    for rule in changing:
        for method in ("GET", "HEAD"):
            answer = alice.send(method, premises.address_of(rule))
            if rule.rule not in readable:
                assert answer.status_code == 405, (rule, method)
                assert "POST" in answer.headers["Allow"] or rule.rule.startswith("/api/")
    assert alice.get("/sign-out").status_code == 405
    assert alice.is_in()
    assert premises.digest() == before
    assert premises.events() == events


def test_38_odd_methods_do_nothing(premises: Premises, alice: Visitor) -> None:
    place = premises.world.places[OWN]
    paths = (
        "/",
        "/sign-in",
        f"/projects/{SLUG}",
        f"/projects/{SLUG}/evidence",
        "/static/css/base.css",
    )
    before = premises.digest()
    cookie = f"Cookie: checklist={alice.cookie}"
    for path in paths:
        for method in ("TRACE", "CONNECT", "FOO", "TRACK", "DEBUG", "PROPFIND", "PUT", "DELETE"):
            answer = send_raw(premises.server, request_line(method, path, cookie, "X-Echo: mirror"))
            assert answer.status in (400, 405, 501), (method, path, answer.text[:200])
            assert "mirror" not in answer.text
    hidden = f"/projects/{SLUG}/members/{place['user_id']}/remove"
    for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        assert alice.send("GET", hidden, headers={name: "POST"}).status_code == 405
        assert (
            alice.send("GET", f"{hidden}?_method=POST", headers={name: "POST"}).status_code == 405
        )
    program = Program(premises.server)
    overridden = program.send("GET", "/token", headers={"X-HTTP-Method-Override": "POST"})
    assert overridden.status_code == 405
    assert premises.digest() == before
