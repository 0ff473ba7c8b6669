"""What people do at the demonstration again and again."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, Page, ViewportSize, expect

from tests.browser.system import LiveSystem

CHECKLIST = "/projects/lumbre-banca-movil/checklists/1"
SIZE: ViewportSize = {"width": 1280, "height": 900}


def sign_in(live: LiveSystem, page: Page) -> None:
    page.goto(live.address + "/sign-in")
    page.fill("#email", live.facts["demo"]["email"])
    page.fill("#password", live.facts["demo"]["password"])
    page.click("form button.btn-primary")
    expect(page.locator("a[href='/projects/new']").first).to_be_attached()


def read_in(page: Page, language: str) -> None:
    """Choose the language of the account, whatever somebody chose before."""
    page.locator("details.menu:has(.bi-translate) summary").click()
    page.click(f"button[name=language][value={language}]")
    expect(page.locator("html")).to_have_attribute("lang", language)


def open_item(live: LiveSystem, window: BrowserContext, identifier: str) -> Page:
    page = window.new_page()
    page.goto(f"{live.address}{CHECKLIST}/items/{identifier}")
    return page


def is_ready(page: Page) -> Page:
    """Wait until the page listens to keys and forms."""
    expect(page.locator("html[data-ready]")).to_be_attached()
    return page


def choose(page: Page, outcome: str, rationale: str) -> None:
    page.check(f"#verdict-form input[value={outcome}]", force=True)
    page.fill("#rationale", rationale)
    page.click("#verdict-form button[type=submit]")
