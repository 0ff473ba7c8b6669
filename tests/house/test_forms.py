"""Every form carries its token, every answer its headers, no template anything inline."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from checklist_app.web.security import HEADERS, PAGE_POLICY
from tests.house.conftest import House
from tests.house.digest import database_digest
from tests.house.sending import address_of
from tests.house.walk import Cell, cells

TEMPLATES = Path(__file__).parents[2] / "checklist_app" / "web" / "templates"
PAGES = sorted(TEMPLATES.rglob("*.html"))
TOKEN = re.compile(r"csrf\(\)|hidden_tag\(\)|name=\"csrf_token\" value=\"{{ csrf_token\(\) }}\"")
METHODS_WITHOUT_PAGE = ("PUT", "PATCH", "DELETE", "TRACE")


class Markup(HTMLParser):
    """Collects what a strict content policy would refuse, and forms without their token."""

    def __init__(self) -> None:
        super().__init__()
        self.inline: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        self.inline += [name for name in names if name == "style" or re.fullmatch("on[a-z]+", name)]
        if tag == "style" or (tag == "script" and "src" not in names):
            self.inline.append(tag)
        for name in ("href", "src", "action"):
            if (names.get(name) or "").startswith(("javascript:", "http:", "//")):
                self.inline.append(f"{name}={names[name]}")


def policy_of_page(answer: TestResponse) -> str:
    """Return the content policy that a page has to have: its one script is named, or none runs."""
    found = re.search(r'<script type="module" nonce="([\w-]{22})"', answer.text)
    return f"{PAGE_POLICY}; script-src 'nonce-{found[1]}'" if found else PAGE_POLICY


def named(path: Path) -> str:
    return str(path.relative_to(TEMPLATES))


@pytest.mark.parametrize("path", PAGES, ids=named)
def test_a_template_has_nothing_inline_and_blesses_nothing(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    markup = Markup()
    markup.feed(source)
    assert markup.inline == []
    assert not re.search(r"\|\s*safe\b", source)
    assert "autoescape" not in source


@pytest.mark.parametrize("path", PAGES, ids=named)
def test_every_form_that_changes_things_carries_its_token(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    forms = re.findall(r"<form\b[^>]*method=\"post\".*?</form>", source, re.DOTALL | re.IGNORECASE)
    assert len(forms) == len(re.findall(r"method=\"post\"", source, re.IGNORECASE))
    assert [form[:120] for form in forms if not TOKEN.search(form)] == []


def _is_form(cell: Cell) -> bool:
    is_post = cell.method == "POST" and not cell.is_operation
    return is_post and cell.case in ("banca", "plain")


def posts(house: House, name: str) -> list[Cell]:
    found = cells(house.app, house.people[name], house.world)
    return [cell for cell in found if _is_form(cell)]


@pytest.mark.parametrize("token", ["", "made-up", "foreign"])
def test_a_form_without_its_own_token_changes_nothing(house: House, token: str) -> None:
    alice, before = house.people["alice"], database_digest(house.resources.engine)
    sent = house.people["bob"].form_token if token == "foreign" else token
    client = house.app.test_client(use_cookies=False)
    answers = {
        str(cell): client.post(
            address_of(house.app, cell),
            data={"csrf_token": sent},
            headers={"Cookie": alice.cookie},
        ).status_code
        for cell in posts(house, "alice")
    }
    assert set(answers.values()) == {400}
    assert len(answers) > 25
    assert database_digest(house.resources.engine) == before


def test_every_answer_carries_the_headers(house: House) -> None:
    alice = house.people["alice"]
    client = house.app.test_client(use_cookies=False)
    for cell in cells(house.app, alice, house.world):
        if cell.method != "GET":
            continue
        answer = client.get(
            address_of(house.app, cell), headers={"Cookie": alice.cookie}, buffered=True
        )
        for name, value in HEADERS.items():
            assert answer.headers[name] == value, cell
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy, cell
        assert "frame-ancestors 'none'" in policy, cell
        assert "unsafe" not in policy, cell
        if answer.mimetype == "text/html":
            assert policy == policy_of_page(answer), cell
        is_asset = cell.rule.endpoint.endswith("static")
        kept = answer.headers.get("Cache-Control", "")
        for_programs = cell.rule.rule.startswith("/api/v1/")
        assert is_asset or "no-store" in kept or (for_programs and "private" in kept), cell
        assert is_asset or "Cookie" in answer.headers["Vary"], cell


@pytest.mark.parametrize(
    "address",
    [
        "/no-such-page",
        "/.git/config",
        "/.env",
        "/console",
        "/metrics",
        "/%2e%2e/",
    ],
)
def test_what_is_not_there_answers_with_headers_and_without_detail(
    house: House, address: str
) -> None:
    answer = house.app.test_client().get(address)
    assert answer.status_code == 404
    assert answer.headers["Content-Security-Policy"] == policy_of_page(answer)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert not re.search(r"Traceback|werkzeug|sqlalchemy", answer.text, re.IGNORECASE)


def test_a_fault_of_ours_tells_a_number_and_nothing_else(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("kaputt: mysql+pymysql://root@db")

    monkeypatch.setattr("checklist_app.web.standards.views.standard_cards", broken)
    alice = house.people["alice"]
    answer = house.app.test_client(use_cookies=False).get(
        "/standards", headers={"Cookie": alice.cookie}
    )
    assert answer.status_code == 500
    assert "kaputt" not in answer.text
    assert answer.headers["Content-Security-Policy"] == policy_of_page(answer)
    (record,) = [line for line in caplog.records if line.message == "request failed"]
    assert record.__dict__["request_id"] in answer.text


def test_pages_that_change_things_cannot_be_read_into_doing_so(house: House) -> None:
    alice, before = house.people["alice"], database_digest(house.resources.engine)
    client = house.app.test_client(use_cookies=False)
    cookie = {"Cookie": alice.cookie}
    for cell in posts(house, "alice"):
        address = address_of(house.app, cell)
        if "GET" not in (cell.rule.methods or ()):
            overridden = {**cookie, "X-HTTP-Method-Override": "POST"}
            # A page that shows may share its address with the form that changes.
            assert client.get(address, headers=overridden).status_code in (200, 403, 405), cell
        for method in METHODS_WITHOUT_PAGE:
            assert client.open(address, method=method, headers=cookie).status_code == 405, cell
    assert database_digest(house.resources.engine) == before


def test_a_cookie_is_out_of_reach_of_scripts_and_other_sites(house: House) -> None:
    answer = house.app.test_client().get("/sign-in")
    kept = answer.headers["Set-Cookie"]
    assert "HttpOnly" in kept
    assert "SameSite=Lax" in kept
    assert "Domain" not in kept
