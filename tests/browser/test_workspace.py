"""The workspace keeps its place, and what is refused is told in words."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.desk import CHECKLIST, is_ready, open_item
from tests.browser.system import LiveSystem

pytestmark = [pytest.mark.browser]


def shows(page: Page, identifier: str) -> None:
    """The pane, the marked row and the address must name the same item."""
    expect(page.locator("#item-pane")).to_have_attribute("data-item", identifier)
    expect(page.locator(f"#row-{identifier}")).to_have_attribute("aria-current", "true")
    expect(page).to_have_url(re.compile(f"/items/{identifier}$"))


def test_a_reload_and_back_keep_the_list_its_filter_and_the_item(
    live_demo: LiveSystem, desk: BrowserContext
) -> None:
    page = desk.new_page()
    page.goto(f"{live_demo.address}{CHECKLIST}?section=AUTH")
    is_ready(page)
    page.click("#row-AUTH-02 a")
    shows(page, "AUTH-02")
    page.click("#row-AUTH-05 a")
    shows(page, "AUTH-05")
    page.reload()
    shows(page, "AUTH-05")
    expect(page.locator("select[name=section]")).to_have_value("AUTH")
    page.go_back()
    shows(page, "AUTH-02")


def test_save_and_go_on_leads_to_the_next_item(live_demo: LiveSystem, desk: BrowserContext) -> None:
    page = desk.new_page()
    page.goto(f"{live_demo.address}{CHECKLIST}#row-AUTH-07")
    is_ready(page)
    shows(page, "AUTH-07")
    page.click("#verdict-form [data-then=next]")
    shows(page, "AUTH-08")


def test_the_last_evidence_of_a_pass_stays_and_the_reason_is_told(
    live_demo: LiveSystem, desk: BrowserContext
) -> None:
    page = is_ready(open_item(live_demo, desk, "AUTH-06"))
    page.click(".ev-card form button[type=submit]")
    expect(page.locator("#evidence [data-message]")).to_contain_text("única evidencia")


def test_a_screenshot_opens_where_it_is(live_demo: LiveSystem, desk: BrowserContext) -> None:
    page = is_ready(open_item(live_demo, desk, "AUTH-04"))
    page.click(".ev-actions a[data-zoom]")
    expect(page.locator("dialog.zoom img")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("dialog.zoom")).to_have_count(0)


def test_how_to_verify_stays_open_from_item_to_item(
    live_demo: LiveSystem, desk: BrowserContext
) -> None:
    page = is_ready(open_item(live_demo, desk, "AUTH-08"))
    expect(page.locator(".steps")).to_be_hidden()
    page.click("details[data-remember] > summary")
    page.click("[data-nav=next]")
    shows_steps = is_ready(page).locator(".steps")
    expect(shows_steps).to_be_visible()
