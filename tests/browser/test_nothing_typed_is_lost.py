"""What a person has typed survives conflicts, ended sessions and a browser without scripts."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, FilePayload, Page, expect

from checklist_app.services.clock import today
from tests.browser.desk import choose, is_ready, open_item, sign_in
from tests.browser.system import LiveSystem, let_time_pass

pytestmark = [pytest.mark.browser]


def text_file(name: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": "text/plain", "buffer": content}


def end_session(page: Page) -> None:
    page.locator("details.menu:has([data-sign-out]) summary").click()
    page.click("[data-sign-out] button")
    expect(page.locator("#email")).to_be_visible()


def test_of_two_tabs_the_slower_one_sees_both_values(
    live_demo: LiveSystem, desk: BrowserContext
) -> None:
    slow, fast = (is_ready(open_item(live_demo, desk, "LOG-01")) for _ in range(2))
    choose(fast, "partial", "Lo que escribió la primera persona")
    expect(fast.locator(".flash-success")).to_be_visible()
    choose(slow, "fail", "Lo que escribió la segunda")
    conflict = slow.locator("#verdict-form [data-stale]")
    expect(conflict).to_contain_text("Lo que escribió la primera persona")
    expect(slow.locator("#rationale")).to_have_value("Lo que escribió la segunda")
    slow.click("#verdict-form button[type=submit]")
    expect(slow.locator(".flash-success")).to_be_visible()


def test_a_session_that_ends_while_typing_keeps_the_text(
    live_demo: LiveSystem, desk: BrowserContext
) -> None:
    page = is_ready(open_item(live_demo, desk, "LOG-02"))
    page.check("#verdict-form input[value=partial]", force=True)
    page.fill("#rationale", "Escrito mientras acababa la sesión")
    other = desk.new_page()
    other.goto(live_demo.address + "/account")
    end_session(other)
    page.click("#verdict-form button[type=submit]")
    expect(page.locator("#verdict-form [data-message]")).to_contain_text("sesión")
    expect(page.locator("#rationale")).to_have_value("Escrito mientras acababa la sesión")
    sign_in(live_demo, other)
    page.click("#verdict-form button[type=submit]")
    expect(page.locator(".flash-success")).to_be_visible()


def test_a_waiver_that_needs_a_proof_first_is_granted_as_it_was_typed(
    live_demo: LiveSystem, desk: BrowserContext
) -> None:
    page = is_ready(open_item(live_demo, desk, "LOG-06"))
    page.click("details:has(#justification) summary")
    page.fill("#justification", "Hasta que cambie el proveedor")
    page.fill("#expires", (today() + timedelta(days=30)).isoformat())
    let_time_pass(live_demo)
    page.click("form:has(#justification) button[type=submit]")
    expect(page.locator("h1")).to_have_text("Confirme que es usted")
    page.fill("#password", live_demo.facts["demo"]["password"])
    page.click("form button.btn-primary")
    expect(page.locator("main")).to_contain_text("Aceptar una desviación hasta una fecha")
    page.click("form button.btn-primary")
    expect(page.locator(".note", has_text="Hasta que cambie el proveedor")).to_be_visible()


def test_the_basic_path_needs_no_scripts(live_demo: LiveSystem, plain_desk: BrowserContext) -> None:
    page = open_item(live_demo, plain_desk, "LOG-03")
    choose(page, "partial", "")
    expect(page.locator("#verdict-form .note-error")).to_be_visible()
    choose(page, "partial", "Sin scripts **también**")
    expect(page.locator(".verdict-now")).to_contain_text("Cumple en parte")
    page.set_input_files(
        "#files",
        [text_file("uno.txt", b"uno"), text_file("dos.txt", b"dos")],
    )
    page.click("#attach-files button[type=submit]")
    expect(page.locator(".ev-title", has_text="dos.txt")).to_be_visible()


def test_without_scripts_an_ended_session_gives_the_text_back(
    live_demo: LiveSystem, plain_desk: BrowserContext
) -> None:
    page = open_item(live_demo, plain_desk, "LOG-04")
    page.fill("#rationale", "Texto que debe sobrevivir")
    other = plain_desk.new_page()
    other.goto(live_demo.address + "/account")
    end_session(other)
    page.check("#verdict-form input[value=partial]", force=True)
    page.click("#verdict-form button[type=submit]")
    expect(page.locator("textarea[readonly]").first).to_have_value("Texto que debe sobrevivir")


def test_an_upload_over_the_limit_is_told_so(
    live_demo: LiveSystem, desk: BrowserContext, tmp_path: Path
) -> None:
    page = is_ready(open_item(live_demo, desk, "LOG-05"))
    cards = page.locator(".ev-card").count()
    large = tmp_path / "grande.txt"
    large.write_bytes(b"x" * 26 * 1024 * 1024)
    page.set_input_files("#files", large)
    expect(page.locator("[data-uploads]")).to_contain_text("25 MB", timeout=60_000)
    assert page.locator(".ev-card").count() == cards
