"""What every answer carries: each route, each class of error, assets, health, the interface."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from checklist_app.config import Config
from checklist_app.factory import create_app
from checklist_app.web.extensions import ASSETS
from tests.cast import Cast
from tests.limits import forget_requests
from tests.web.visitor import Visitor

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
}
SAME_FOR_ALL = frozenset({"api.openapi", "library.template"})
"""Documents that hold nothing of anybody, and may be kept."""
UNSAFE = ("unsafe-inline", "unsafe-eval", "http:", "https:", "*")


@pytest.fixture
def https(config: Config) -> Iterator[Flask]:
    """The app as people reach it by HTTPS."""
    made = create_app(replace(config, base_url="https://localhost"))
    yield made
    forget_requests()
    made.extensions["checklist_resources"].close()


def wrong(answer: TestResponse, *, is_asset: bool = False) -> list[str]:
    """Return what an answer lacks."""
    found = [name for name, value in ALWAYS.items() if answer.headers.get(name) != value]
    policy = answer.headers.get("Content-Security-Policy", "")
    if "default-src 'none'" not in policy or "frame-ancestors 'none'" not in policy:
        found.append(f"policy {policy}")
    found += [f"policy allows {word}" for word in UNSAFE if word in policy.split()]
    if not answer.headers.get("Permissions-Policy"):
        found.append("Permissions-Policy")
    if not is_asset and "no-store" not in answer.headers.get("Cache-Control", ""):
        found.append("no-store")
    if "Access-Control-Allow-Origin" in answer.headers:
        found.append("lets other origins read")
    cookie = answer.headers.get("Set-Cookie", "")
    if cookie and not all(word in cookie for word in ("__Host-", "Secure", "HttpOnly", "SameSite")):
        found.append(f"cookie {cookie}")
    found += [f"names its maker: {name}" for name in ("X-Powered-By",) if name in answer.headers]
    return found


@pytest.mark.parametrize("who", ["nobody", "ada", "alice"])
def test_every_route_answers_with_them(https: Flask, cast: Cast, who: str) -> None:
    visitor = Visitor(https, None if who == "nobody" else cast.people[who])
    lacking = {}
    for rule in https.url_map.iter_rules():
        values = {name: "banca" if name == "slug" else 1 for name in rule.arguments}
        with https.test_request_context():
            built = rule.build(values, append_unknown=False)
        assert built is not None
        for method in sorted({"GET", "POST", "OPTIONS", "DELETE"} & set(rule.methods or ())):
            if rule.endpoint == "auth.sign_out":
                continue
            answer = visitor.client.open(
                built[1], method=method, base_url="https://localhost", buffered=True
            )
            if missing := wrong(answer, is_asset=rule.endpoint in ASSETS | SAME_FOR_ALL):
                lacking[f"{method} {rule.endpoint} {answer.status_code}"] = missing
    assert lacking == {}


def test_every_class_of_error_answers_with_them(
    https: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    https.config["PROPAGATE_EXCEPTIONS"] = False
    alice = Visitor(https, cast.alice).client
    base = "https://localhost"
    answers = {
        400: alice.post("/projects/banca/edit", base_url=base),
        401: https.test_client().get("/api/v1/projects", base_url=base),
        403: alice.get("/admin/users", base_url=base),
        404: alice.get("/no/such/page", base_url=base),
        405: alice.delete("/verify", base_url=base),
    }
    https.config["MAX_CONTENT_LENGTH"] = 10
    answers[413] = alice.post("/verify", data={"file": "x" * 100}, base_url=base)
    monkeypatch.setitem(https.view_functions, "verify.index", _breaks(https))
    answers[500] = alice.get("/verify", base_url=base)
    for status, answer in answers.items():
        assert answer.status_code == status
        assert wrong(answer) == [], status


def test_assets_carry_them_also_when_nothing_changed(https: Flask) -> None:
    client = https.test_client()
    first = client.get("/static/css/base.css", base_url="https://localhost", buffered=True)
    assert first.status_code == 200
    again = client.get(
        "/static/css/base.css",
        base_url="https://localhost",
        headers={"If-None-Match": first.headers["ETag"]},
        buffered=True,
    )
    assert again.status_code == 304
    assert wrong(first, is_asset=True) == wrong(again, is_asset=True) == []


@pytest.mark.parametrize("host", ["evil.example.org", "localhost.evil.example.org", "127.0.0.1.x"])
def test_a_foreign_host_is_refused_and_never_repeated(https: Flask, host: str) -> None:
    for path in ("/sign-in", "/no/such/page", "/static/css/base.css", "/api/v1/projects"):
        answer = https.test_client().get(path, base_url=f"https://{host}", buffered=True)
        assert answer.status_code == 400
        assert host not in answer.text
        assert wrong(answer, is_asset=True) == []


def test_probes_may_come_by_any_name_and_own_names_are_let_in(config: Config) -> None:
    names = replace(config, allowed_hosts=frozenset({"checklist.intern"}))
    app = create_app(names)
    ask = app.test_client().get
    assert ask("/healthz", base_url="http://10.0.0.7:8000").status_code == 200
    assert ask("/sign-in", base_url="http://checklist.intern").status_code == 200
    assert ask("/sign-in", base_url="http://CHECKLIST.intern:8000").status_code == 200
    assert ask("/sign-in", base_url="http://other.intern").status_code == 400
    app.extensions["checklist_resources"].close()


def test_what_a_client_says_of_its_way_is_not_believed_without_a_proxy(
    https: Flask, cast: Cast
) -> None:
    answer = https.test_client().get(
        "/sign-in",
        base_url="https://localhost",
        headers={"X-Forwarded-Host": "evil.example.org", "X-Forwarded-For": "192.0.2.1"},
    )
    assert answer.status_code == 200
    assert "evil.example.org" not in f"{answer.text}{answer.headers}"


def _breaks(app: Flask) -> object:
    def broken() -> str:
        raise RuntimeError("on purpose")

    view = app.view_functions["verify.index"]
    broken.__dict__.update(vars(view))
    return broken


def test_no_variable_of_the_framework_switches_a_debugger_on(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLASK_DEBUG", "1")
    app = create_app(config)
    app.extensions["checklist_resources"].close()
    assert app.debug is False
