"""Checks 56, 60, 61 and 62: input that no honest client sends, races, and doors left open."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

from requests import Response

from checklist_app.models import Checklist, ChecklistItem, Project, Requirement, Verdict
from checklist_app.web.api.operations import OPERATION
from checklist_app.web.api.tokens import LARGEST_BODY
from tests.blackbox.premises import OWN, Premises
from tests.blackbox.raw import TRIES, request_line, send_raw
from tests.blackbox.visitors import Visitor
from tests.house.policy import POLICY, Audience
from tests.house.sending import BODIES
from tests.house.world import SLUG

SLOW = 6.0
"""For what goes through many addresses while the machine does other things; a pause that a query
was talked into takes twenty seconds."""
SOON = 1.0
PROBES = (
    "%'\"\\",
    "' OR SLEEP(20)-- -",
    "1 AND (SELECT 1 FROM (SELECT SLEEP(20))x)",
    "1;SELECT randomblob(1000000000)--",
    "') UNION SELECT password_hash FROM user-- -",
)
"""What breaks out of any quotes, what takes twenty seconds, and what asks for more than it may."""
PARAMETERS = (
    "q", "outcome", "section", "state", "kind", "view", "page", "tool", "rule", "severity",
    "sort", "order", "only", "next", "requirement", "suggestion", "cwe", "target", "status", "path",
    "limit", "cursor", "routed",
)  # fmt: skip
TRACES = ("Traceback (most recent", "sqlalchemy", "pymysql", "sqlite3.", "werkzeug", 'File "/')


def timed(answer: Response) -> Response:
    """Return an answer that came soon and tells nothing of our inside."""
    assert answer.elapsed.total_seconds() < SLOW, answer.url
    assert answer.status_code < 500, (answer.url, answer.status_code)
    for trace in TRACES:
        assert trace not in answer.text, (answer.url, trace)
    return answer


def soon(ask: Callable[[], Response]) -> Response:
    """Return an answer; of three tries, one has to come within a second."""
    taken: list[float] = []
    while not taken or (min(taken) >= SOON and len(taken) < TRIES):
        answer = timed(ask())
        taken.append(answer.elapsed.total_seconds())
    assert min(taken) < SOON, (answer.url, taken)
    return answer


def test_56_json_is_read_one_way_and_soon(premises: Premises, alice: Visitor) -> None:
    program = premises.program("alice@example.org")
    bodies = {
        "deep": b"[" * 100_000 + b"]" * 100_000,
        "deep object": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        "long number": b'{"name": ' + b"9" * 1_000_000 + b"}",
        "long fraction": b'{"name": 0.' + b"9" * 1_000_000 + b"}",
        "float beyond measure": b'{"name": 1e99999}',
        "not a number": b'{"name": NaN}',
        "infinity": b'{"name": -Infinity}',
        "same key twice": b'{"name": "One", "name": "Two"}',
        "same key, written otherwise": b'{"name": "One", "n\\u0061me": "Two"}',
        "half a character": b'{"name": "\\ud800"}',
        "not UTF-8": b'{"name": "\xff\xfe"}',
        "two documents": b'{"name": "One"}{"name": "Two"}',
        "a list": b"[]",
        "nothing": b"",
        "NUL": b'{"name": "a\\u0000b"}',
    }
    before = premises.digest()
    for name, body in bodies.items():
        for path in ("/projects", "/token"):
            # What is not read to its end ends the connection.
            headers = {"Content-Type": "application/json", "Connection": "close"}

            def ask(path: str = path, body: bytes = body) -> Response:
                return program.send("POST", path, data=body, headers=headers)  # noqa: B023

            answer = soon(ask)
            is_long = path == "/token" and len(body) > LARGEST_BODY
            assert answer.status_code == (413 if is_long else 400), (name, path, answer.text)
            assert answer.headers["Content-Type"] == "application/problem+json"
    assert premises.digest() == before
    place = premises.world.places[OWN]
    for bomb in ("(a+)+$" + "a" * 40, "(" * 150, "[" * 150, "%" * 190, "a" * 199 + "!", "\\" * 190):
        query = quote(bomb)
        for page in (
            f"/projects/{SLUG}/findings?q={query}&path={query}",
            f"/projects/{SLUG}/checklists/{place['number']}?q={query}",
            f"/standards/cwe?q={query}",
        ):
            # Filters are words and no patterns, so a bomb is looked for as it stands.
            assert soon(lambda page=page: alice.get(page)).status_code == 200, page  # type: ignore[misc]


def test_60_no_parameter_reaches_a_query_as_words(premises: Premises, alice: Visitor) -> None:
    """A probe of every address; the long hunt with sqlmap stands in docs/security.md."""
    program = premises.program("alice@example.org")
    pages = premises.rules(
        lambda rule: (
            "GET" in (rule.methods or ()) and POLICY[rule.endpoint] is not Audience.ADMINISTRATOR
        )
    )
    for rule in pages:
        path = premises.address_of(rule)
        is_operation = rule.rule.startswith("/api/v1/")
        for text in PROBES:
            query = "&".join(f"{name}={quote(text)}" for name in PARAMETERS)
            if is_operation:
                timed(program.get(f"{path.removeprefix('/api/v1')}?{query}"))
                break  # unknown parameters are refused before anything else
            timed(alice.get(f"{path}?{query}"))
        texts = {
            name for name in rule.arguments if name in ("slug", "identifier", "key", "version")
        }
        for name in texts:
            timed(alice.get(premises.address_of(rule, **{name: PROBES[1]})))
    forms = premises.rules(
        lambda rule: (
            "POST" in (rule.methods or ())
            and not rule.rule.startswith("/api/v1/")
            and POLICY[rule.endpoint] is not Audience.ADMINISTRATOR
            and rule.endpoint not in ("auth.sign_out", "projects.archive")
        )
    )
    nobody = Visitor(premises.server)
    for rule in forms:
        names = {*BODIES.get(rule.endpoint, {}), "name", "email", "q", "text", "which", "kind"}
        path = premises.address_of(rule, "missing") if rule.arguments else premises.address_of(rule)
        for text in PROBES[:2]:
            visitor = nobody if POLICY[rule.endpoint] is Audience.EVERYBODY else alice
            timed(visitor.post(path, dict.fromkeys(names, text)))


def test_61_of_two_who_write_at_once_one_is_told(premises: Premises) -> None:
    slug = premises.new_project("alice")
    visitors = [premises.visitor("alice") for _ in range(4)]
    for visitor in visitors:
        visitor.form_token()

    def save(number: int) -> Response:
        fields = {"outcome": "fail", "rationale": f"Words of {number}", "row_version": "1"}
        path = f"/projects/{slug}/checklists/1/items/IN-02/verdict"
        return visitors[number].post(path, fields)

    with ThreadPoolExecutor(len(visitors)) as pool:
        answers = list(pool.map(save, range(len(visitors))))
    assert sorted(answer.status_code for answer in answers) == [303, 409, 409, 409]
    kept = premises.read(
        lambda session: (
            session.query(Verdict.rationale)
            .join(ChecklistItem, ChecklistItem.id == Verdict.item_id)
            .join(Requirement, Requirement.id == ChecklistItem.requirement_id)
            .join(Checklist, Checklist.id == ChecklistItem.checklist_id)
            .join(Project, Project.id == Checklist.project_id)
            .filter(Project.slug == slug)
            .all()
        )
    )
    assert len(kept) == 1
    for number, answer in enumerate(answers):
        if answer.status_code == 409:  # both texts are on the page
            assert kept[0][0] in answer.text
            assert f"Words of {number}" in answer.text
    _operations_ask_for_a_state(premises)


def _operations_ask_for_a_state(premises: Premises) -> None:
    """Let every operation that changes something refuse a state that is not named, or is past."""
    premises.programs.clear()
    for rule in premises.rules(lambda rule: rule.rule.startswith("/api/v1/")):
        program = premises.program_for(rule)
        declared = getattr(premises.app.view_functions[rule.endpoint], OPERATION, None)
        if declared is None or declared.existing is None:
            continue
        path = premises.address_of(rule).removeprefix("/api/v1")
        (method,) = (rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}
        body = None if declared.body is None else BODIES.get(rule.endpoint, {})
        unnamed = program.send(method, path, json=body)
        assert unnamed.status_code == 428, (rule, unnamed.text)
        past = program.send(method, path, json=body, headers={"If-Match": '"past"'})
        assert past.status_code == 412, (rule, past.text)


def test_62_no_door_is_left_open_and_no_error_tells_a_trace(
    premises: Premises, alice: Visitor
) -> None:
    nobody = Visitor(premises.server)
    for path in (
        "/.git/config", "/.git/HEAD", "/.env", "/.hg", "/.svn/entries", "/console", "/debug",
        "/metrics", "/server-status", "/admin.php", "/phpinfo.php", "/wsgi.py", "/static/../config",
        "/static/..%2f..%2fconfig", "/static/%2e%2e/factory.py", "/blobs", "/checklist.sqlite3",
        "/secret_key", "/token-keys", "/backup.zip", "/swagger", "/graphql", "/actuator/env",
        "/__debugger__", "/?__debugger__=yes&cmd=resource&f=debugger.js",
    ):  # fmt: skip
        answer = timed(nobody.get(path))
        assert answer.status_code in (303, 404), path
        if answer.status_code == 303:
            assert path.startswith("/?"), path
    for rule in premises.rules(lambda rule: bool(rule.arguments) and "GET" in (rule.methods or ())):
        for value in ("%00", "%ff%fe", "..%2f..%2fetc%2fpasswd", "-1", "9" * 40, "%F0%9F%92%A9"):
            made = re.sub(r"<[^>]+>", value, rule.rule)
            answer = timed(alice.get(made))
            assert answer.status_code in (200, 303, 400, 401, 404, 405), (made, answer.status_code)
            served_by = answer.headers.get("Server", "")
            assert not re.search(r"\d|werkzeug|python", served_by, re.IGNORECASE), served_by
            assert "X-Powered-By" not in answer.headers
    began = time.monotonic()
    for line in (
        b"GET\r\n\r\n",
        b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
    ):
        told = send_raw(premises.server, line, seconds=5)
        assert told.status in (0, 400, 505), told.text
    both = request_line("POST", "/sign-in", "Content-Length: 4", "Transfer-Encoding: chunked")
    assert send_raw(premises.server, both + b"0\r\n\r\n").status in (0, 400)
    assert time.monotonic() - began < 60
