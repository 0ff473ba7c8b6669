"""What people do at the demonstration again and again."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, ViewportSize, expect

from tests.browser.system import PASSWORD, LiveSystem, picture

CHECKLIST = "/projects/lumbre-banca-movil/checklists/1"
STANDARDS = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
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


def choose_a_password(live: LiveSystem, page: Page) -> None:
    page.goto(live.set_up_link)
    page.fill("input[name=password]", PASSWORD)
    page.fill("input[name=repeat]", PASSWORD)
    picture(page, "journey-01-set-password")
    page.click("form button.btn-primary")
    expect(page.locator("h1")).to_have_text("Proyectos")
    page.goto(live.set_up_link)
    expect(page.locator(".note-error")).to_be_visible()


def start_a_checklist(live: LiveSystem, page: Page) -> None:
    page.goto(f"{live.address}/projects/new")
    page.fill("#name", "Banca móvil")
    page.fill("#scope", "App móvil, web, API y base de datos")
    page.click("form button.btn-primary")
    page.click("a[href$='/checklists/new']")
    page.fill("#name", "Primera ronda")
    page.click("form button.btn-primary")
    expect(page.locator(".item-row")).to_have_count(80)
    picture(page, "journey-02-checklist")


def violations(page: Page) -> list[str]:
    """What keeps somebody out of the page, by rule and place."""
    found = Axe().run(page, options=STANDARDS).response["violations"]
    return [
        f"{rule['id']} {node['target']} {node['html'][:120]}"
        for rule in found
        for node in rule["nodes"][:3]
    ]
