"""Who is believed when they say where a visitor comes from, and what came by HTTP is not served."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask, request

from checklist_app.config import Config, ConfigError
from checklist_app.factory import create_app
from checklist_app.web.extensions import visitor_network
from tests.limits import forget_requests
from tests.web.visitor import Visitor

STRANGER = "203.0.113.9"
OURS = "https://checklist.example.org"
TRIES = 60
Open = Callable[..., Flask]


@pytest.fixture
def opened(config: Config) -> Iterator[Open]:
    """Open the app behind one proxy; more settings by name."""
    with ExitStack() as closed:

        def open_app(**more: Any) -> Flask:
            app = create_app(replace(config, **{"trusted_proxies": 1, **more}))
            closed.callback(app.extensions["checklist_resources"].close)
            return app

        yield open_app
        forget_requests()


def seen_from(app: Flask, peer: str, forwarded: str = "198.51.100.7") -> str | None:
    """Return which address the application takes for the visitor's."""
    with app.test_client() as client:
        client.get(
            "/healthz",
            headers={"X-Forwarded-For": forwarded},
            environ_base={"REMOTE_ADDR": peer},
        )
        return request.remote_addr


@pytest.mark.parametrize("peer", ["127.0.0.1", "10.1.2.3", "::1", "fd00::7", "::ffff:172.17.0.1"])
def test_a_proxy_in_a_network_of_ours_is_believed_unless_others_are_named(
    opened: Open, peer: str
) -> None:
    assert seen_from(opened(), peer) == "198.51.100.7"


@pytest.mark.parametrize("peer", [STRANGER, "2001:db8::1", "::ffff:203.0.113.9", "", "x"])
def test_nobody_else_is_believed(opened: Open, peer: str) -> None:
    assert seen_from(opened(), peer) == peer


@pytest.mark.parametrize(
    ("forwarded", "counted"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("2001:db8::7", "2001:db8::/64"),
        ("198.51.100.7:4711", "no address"),
        ("mi clave secreta", "no address"),
        ("\ud800:".encode("utf-8", "surrogatepass").decode("latin-1"), "no address"),
    ],
)
def test_what_a_proxy_says_is_counted_as_an_address_or_as_none(
    opened: Open, forwarded: str, counted: str
) -> None:
    with opened().test_client() as client:
        answer = client.get(
            "/sign-in",
            headers={"X-Forwarded-For": forwarded},
            environ_base={"REMOTE_ADDR": "10.1.2.3", "wsgi.url_scheme": "https"},
        )
        assert visitor_network() == counted
    assert answer.status_code == 200


def test_only_the_proxies_that_are_named_are_believed(opened: Open, config: Config) -> None:
    named = Config.from_env(
        {
            "CHECKLIST_DATA_DIR": str(config.data_dir),
            "CHECKLIST_PROXY_ADDRESSES": "203.0.113.9, 2001:db8::/64",
        }
    )
    app = opened(proxy_addresses=named.proxy_addresses)
    assert seen_from(app, STRANGER) == "198.51.100.7"
    assert seen_from(app, "2001:db8::5") == "198.51.100.7"
    assert seen_from(app, "127.0.0.1") == "127.0.0.1"


@pytest.mark.parametrize("wrong", ["proxy.example.org", "10.0.0.1/8", ","])
def test_what_is_no_address_refuses_to_start(wrong: str) -> None:
    with pytest.raises(ConfigError, match="CHECKLIST_PROXY_ADDRESSES"):
        Config.from_env({"CHECKLIST_PROXY_ADDRESSES": wrong})


def test_an_address_of_ones_own_choice_for_each_try_gets_nobody_past_the_limit(
    opened: Open,
) -> None:
    visitor = Visitor(opened())
    visitor.client.environ_base["REMOTE_ADDR"] = STRANGER
    statuses = [
        visitor.post(
            "/sign-in",
            {"email": f"nobody{number}@example.org", "password": "x"},
            X_Forwarded_For=f"198.51.100.{number}",
        ).status_code
        for number in range(TRIES + 5)
    ]
    assert 429 not in statuses[:TRIES]
    assert statuses[TRIES:] == [429] * 5


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_page_asked_for_in_the_clear_is_sent_on_to_our_own_address(
    opened: Open, method: str
) -> None:
    client = opened(base_url=OURS).test_client()
    for path, target in {
        "/sign-in": "/sign-in",
        "/projects/caf%C3%A9?q=a%20b&page=2": "/projects/caf%C3%A9?q=a%20b&page=2",
        "/a%0d%0aX-Y:%20z": "/a%0D%0AX-Y:%20z",
    }.items():
        answer = client.open(
            path,
            method=method,
            base_url="http://evil.example.org",
            headers={"X-Forwarded-Proto": "http", "X-Forwarded-Host": "evil.example.org"},
        )
        assert answer.status_code == 308
        assert answer.headers["Location"] == OURS + target
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Strict-Transport-Security"]
        assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["@evil.example.org/", ".evil.example.org/", "//evil.example.org"])
def test_no_path_leads_to_another_host(opened: Open, path: str) -> None:
    client = opened(base_url=OURS).test_client()
    answer = client.get("/", base_url="http://localhost", environ_overrides={"PATH_INFO": path})
    assert answer.status_code == 308
    assert answer.headers["Location"].startswith(f"{OURS}/")


def test_what_is_written_in_the_clear_is_refused_and_not_looked_at(opened: Open) -> None:
    app = opened(base_url=OURS)
    reached: list[str] = []
    app.before_request(lambda: reached.append(request.path))
    for path, method, kind in (
        ("/sign-in", "POST", "text/html; charset=utf-8"),
        ("/api/v1/projects", "GET", "application/problem+json"),
        ("/api/v1/token", "POST", "application/problem+json"),
    ):
        answer = app.test_client().open(
            path,
            method=method,
            data={"email": "alice@example.org", "password": "x"},
            headers={"X-Forwarded-Proto": "http", "Authorization": "Bearer x"},
        )
        assert answer.status_code == 403
        assert answer.headers["Content-Type"] == kind
        assert OURS in answer.text
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert reached == []


def test_by_https_everything_is_served_and_probes_are_in_any_case(opened: Open) -> None:
    client = opened(base_url=OURS).test_client()
    by_https = {"X-Forwarded-Proto": "https"}
    assert client.get("/sign-in", base_url=OURS, headers=by_https).status_code == 200
    told = client.get("/sign-in", base_url="http://localhost", headers=by_https)
    assert told.status_code == 200
    for probe in ("/healthz", "/readyz"):
        assert client.get(probe, base_url="http://10.0.0.7:8000").status_code in (200, 503)


def test_one_who_only_says_https_is_not_sent_round_in_circles(opened: Open) -> None:
    client = opened(base_url=OURS).test_client()
    answer = client.get(
        "/sign-in",
        base_url="http://localhost",
        headers={"X-Forwarded-Proto": "https"},
        environ_base={"REMOTE_ADDR": STRANGER},
    )
    assert answer.status_code == 403
    assert "without encryption" in answer.text


def test_where_nobody_can_tell_nothing_is_refused(opened: Open) -> None:
    """The proxy in front was not named, or the base address has no HTTPS."""
    for more in ({"trusted_proxies": 0, "base_url": OURS}, {"base_url": "http://localhost"}):
        client = opened(**more).test_client()
        assert client.get("/sign-in", headers={"X-Forwarded-Proto": "http"}).status_code == 200
