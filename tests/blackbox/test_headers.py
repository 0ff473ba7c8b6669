"""Checks 39 to 45: what every answer carries, and where one is sent."""

from __future__ import annotations

import re

from requests import Response
from werkzeug.routing import Rule

from tests.blackbox.premises import OWN, Premises
from tests.blackbox.processes import Server
from tests.blackbox.visitors import Visitor
from tests.cast import PASSWORD
from tests.house.policy import POLICY, Audience
from tests.house.world import SLUG

INLINE = re.compile(
    r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|javascript:", re.IGNORECASE
)
DATA_BLOCK = re.compile(r'<script type="application/(?:ld\+)?json"[^>]*>', re.IGNORECASE)


def a_failure(premises: Premises, visitor: Visitor) -> Response:
    """Return what a page answers whose table is not there."""
    with premises.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE webhook RENAME TO webhook_away")
    try:
        return visitor.get(f"/projects/{SLUG}/webhooks")
    finally:
        with premises.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE webhook_away RENAME TO webhook")


def pages(premises: Premises) -> list[tuple[Rule, str]]:
    """Return every page that Alice may read."""
    wanted = premises.rules(
        lambda rule: (
            "GET" in (rule.methods or ())
            and not rule.rule.startswith("/api/v1/")
            and POLICY[rule.endpoint] is not Audience.ADMINISTRATOR
        )
    )
    return [(rule, premises.address_of(rule)) for rule in wanted]


def nonce_of(answer: Response) -> str:
    """Return what marks the one script of a page."""
    (nonce,) = re.findall(r'<script type="module" nonce="([\w-]{22})" src="', answer.text)
    return str(nonce)


def policy_of(answer: object) -> dict[str, list[str]]:
    headers = answer.headers  # type: ignore[attr-defined]
    found = headers["Content-Security-Policy"].split(";")
    return {part.split()[0]: part.split()[1:] for part in found if part.strip()}


def test_39_pages_run_no_script_of_their_text(premises: Premises, alice: Visitor) -> None:
    """Only what carries the nonce of this very answer runs, and nothing is inline."""
    nonces: set[str] = set()
    seen = 0
    for rule, path in pages(premises):
        answer = alice.get(path)
        is_page = answer.headers["Content-Type"].startswith("text/html")
        if not is_page or answer.status_code == 303:
            continue
        seen += 1
        nonces |= {nonce_of(answer), nonce_of(alice.get(path))}
        policy = policy_of(answer)
        assert policy["default-src"] == ["'none'"], rule
        assert policy["script-src"] == [f"'nonce-{nonce_of(answer)}'"], rule
        assert policy["style-src"] == ["'self'"], rule
        assert policy["base-uri"] == ["'none'"], rule
        assert policy["object-src"] == ["'none'"], rule
        assert "unsafe" not in answer.headers["Content-Security-Policy"], rule
        assert not INLINE.search(DATA_BLOCK.sub("", answer.text)), (rule, answer.text)
    assert seen > 30
    assert len(nonces) == 2 * seen


def test_40_every_answer_carries_its_guards(premises: Premises, alice: Visitor) -> None:
    nobody = Visitor(premises.server)
    answers = [(path, alice.get(path)) for _, path in pages(premises)]
    answers += [
        ("404", nobody.get("/no-such-page")),
        ("404 api", nobody.get("/api/v1/no-such")),
        ("405", nobody.get("/sign-out")),
        ("401 api", nobody.get(f"/api/v1/projects/{SLUG}/scans")),
        ("400", nobody.send("POST", "/sign-in", data={})),
        ("static", nobody.get("/static/css/base.css")),
        ("redirect", nobody.get("/")),
        ("no static", nobody.get("/static/css/no-such.css")),
    ]
    failed = a_failure(premises, alice)
    assert failed.status_code == 500
    assert "webhook_away" not in failed.text
    assert alice.get(f"/projects/{SLUG}/webhooks").status_code == 200
    for name, answer in [*answers, ("500", failed)]:
        headers = answer.headers
        assert headers["X-Content-Type-Options"] == "nosniff", name
        assert headers["Referrer-Policy"] in ("same-origin", "no-referrer"), name
        assert policy_of(answer)["frame-ancestors"] == ["'none'"], name
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin", name
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin", name


def test_41_https_is_remembered_for_a_year(behind_https: Server) -> None:
    for path in ("/verify", "/", "/no-such-page", "/static/css/base.css"):
        told = Visitor(behind_https).get(path, x_forwarded_proto="https")
        found = told.headers["Strict-Transport-Security"]
        seconds = re.search(r"max-age=(\d+)", found)
        assert seconds, path
        assert int(seconds[1]) >= 31536000
        assert "includeSubDomains" in found


def test_42_no_other_site_reads_an_answer(premises: Premises, alice: Visitor) -> None:
    token = premises.program("vera@example.org").token
    for origin in ("https://evil.example", "null", "http://127.0.0.1"):
        for method in ("GET", "OPTIONS"):
            for path in ("/", f"/api/v1/projects/{SLUG}/scans", "/static/css/base.css"):
                headers = {
                    "Origin": origin,
                    "Access-Control-Request-Method": "POST",
                    "Authorization": f"Bearer {token}",
                }
                answer = alice.send(method, path, headers=headers)
                told = [
                    name for name in answer.headers if name.lower().startswith("access-control")
                ]
                assert not told, (origin, path, told)


def test_43_pages_are_kept_by_nobody(premises: Premises, alice: Visitor) -> None:
    for rule, path in pages(premises):
        told = alice.get(path).headers.get("Cache-Control", "")
        if rule.endpoint in ("static", "bootstrap.static"):
            assert "no-store" not in told, path
        else:
            assert "no-store" in told, path


def test_44_no_ending_makes_a_page_a_file(premises: Premises, alice: Visitor) -> None:
    place = premises.world.places[OWN]
    for base in (f"/projects/{SLUG}", "/account", f"/projects/{SLUG}/checklists/{place['number']}"):
        for ending in ("/x.css", ";.js", "%3B.js", "/..%2fx.png", "%00.css", "/.css", "%0a.js"):
            answer = alice.get(base + ending)
            assert answer.status_code == 404, base + ending
            assert "no-store" in answer.headers["Cache-Control"]


def test_45_signing_in_leads_to_a_page_of_ours(premises: Premises) -> None:
    person = premises.newcomer()
    for wanted in (
        "//evil.example",
        "\\\\\\evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "https:evil.example",
        "https://evil.example/account",
        "/%0d%0aLocation:%20https://evil.example",
        "/\r\nX-Evil: 1",
        "javascript:alert(1)",
        "data:text/html,x",
        "/account/../../evil.example",
        "/@evil.example",
        "http:///evil.example",
        " //evil.example",
        "/\t/evil.example",
    ):
        visitor = Visitor(premises.server)
        fields = {"email": person.email, "password": PASSWORD, "next": wanted}
        answer = visitor.post("/sign-in", fields)
        assert answer.status_code == 303, answer.text
        assert answer.headers["Location"] in ("/", "/account"), wanted
        assert "X-Evil" not in answer.headers
        again = visitor.get("/sign-in?next=" + wanted.replace("\r\n", "%0d%0a"))
        assert again.headers["Location"] in ("/", "/account"), wanted
