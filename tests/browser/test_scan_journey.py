"""A reviewer and what scanners say: from files dropped on a page to marks, corrections and undo."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.desk import (
    choose_a_password,
    is_ready,
    read_in,
    start_a_checklist,
    violations,
)
from tests.browser.reports_to_drop import dropped
from tests.browser.system import LiveSystem

pytestmark = [pytest.mark.browser, pytest.mark.database]

PROJECT = "/projects/banca-movil"
ITEMS = f"{PROJECT}/checklists/1/items"

DROP = """files => {
  const data = new DataTransfer();
  for (const [name, text] of Object.entries(files)) {
    const bytes = Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
    data.items.add(new File([bytes], name));
  }
  for (const type of ['dragenter', 'dragover', 'drop']) {
    document.querySelector('main').dispatchEvent(
      new DragEvent(type, {dataTransfer: data, bubbles: true, cancelable: true}));
  }
}"""


def test_what_scanners_say_from_the_drop_to_the_undo(
    live: LiveSystem, tab: Page, window: BrowserContext, chromium: Browser
) -> None:
    complaints: list[str] = []
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    choose_a_password(live, tab)
    start_a_checklist(live, tab)
    visited = [drop_reports(live, tab)]
    visited += [one_report_adds_up(tab), the_broken_one_says_why(live, tab)]
    visited += [other_tools_stand_together(live, tab), a_route_is_corrected_and_undone(tab)]
    visited += [a_suggestion_is_accepted_by_its_key(live, tab)]
    visited += [a_pass_against_the_tools_is_marked(live, tab)]
    visited += [what_is_old_is_marked(live, tab)]
    visited += many_at_once_and_back(live, tab)
    assert complaints == []
    assert problems_of(tab, visited) == []
    read_in(tab, "en")
    phone = chromium.new_context(
        viewport={"width": 375, "height": 812}, storage_state=window.storage_state()
    )
    narrow = phone.new_page()
    problems = problems_of(narrow, visited)
    narrow.goto(live.address + PROJECT + "/scans")
    expect(narrow.locator("#imports")).to_contain_text("The file ends in the middle")
    expect(narrow.locator("#imports")).to_contain_text("1 finding")
    narrow.goto(live.address + ITEMS + "/INJ-02")
    expect(narrow.locator(".suggestion.conflict")).to_contain_text("verdict disagree")
    phone.close()
    assert problems == []


def problems_of(page: Page, addresses: list[str]) -> list[str]:
    """What keeps somebody out of these pages, or makes them wider than the screen."""
    found = []
    for address in addresses:
        page.goto(address)
        found += [f"{address}: {problem}" for problem in violations(page)]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(f"{address}: too wide")
    return found


def row(page: Page, name: str) -> Locator:
    return page.locator("#imports tbody tr").filter(has_text=name)


def drop_reports(live: LiveSystem, page: Page) -> str:
    page.goto(live.address + PROJECT + "/scans")
    is_ready(page)
    files = dropped(datetime.now(UTC))
    page.evaluate(DROP, {name: base64.b64encode(data).decode() for name, data in files.items()})
    # Four reports are followed, each in its own line; the page is never left.
    expect(page.locator("#imports tbody tr")).to_have_count(4)
    expect(page.locator("#imports:not([data-live])")).to_be_visible(timeout=60_000)
    expect(page.locator("#imports progress")).to_have_count(0)
    expect(page.locator("#flashes")).to_contain_text("Ya se han examinado todos")
    for name in ("sniffer.sarif", "bandit.json", "watcher.sarif"):
        expect(row(page, name)).to_contain_text("Terminada")
        expect(row(page, name)).to_contain_text("1 hallazgo")
    expect(row(page, "cut-off.sarif")).to_contain_text("se interrumpe")
    return page.url


def one_report_adds_up(page: Page) -> str:
    row(page, "sniffer.sarif").locator("a").click()
    read, new, seen = (
        int(page.locator(".figures div").filter(has_text=word).locator("dd").inner_text())
        for word in ("resultados leídos", "hallazgos nuevos", "ya conocidos")
    )
    assert (read, new + seen) == (1, 1)
    expect(page.locator("main")).to_contain_text("SQL statement built from text")
    return page.url


def the_broken_one_says_why(live: LiveSystem, page: Page) -> str:
    page.goto(live.address + PROJECT + "/scans")
    row(page, "cut-off.sarif").locator("a").click()
    expect(page.locator("[data-job-message]")).to_contain_text("se interrumpe")
    expect(page.locator("main")).to_contain_text("No se ha contado nada de él")
    expect(page.get_by_role("link", name="Importar otro archivo")).to_be_visible()
    return page.url


def other_tools_stand_together(live: LiveSystem, page: Page) -> str:
    page.goto(live.address + PROJECT + "/findings?tool=Sniffer")
    both = page.locator("tbody details").filter(has_text="Bandit")
    both.locator("summary").click()
    expect(both).to_contain_text("B608")
    address = page.url
    page.get_by_role("link", name="SQL statement built from text").click()
    expect(page.locator("main")).to_contain_text("Lo mismo, según otras herramientas")
    return address


def a_route_is_corrected_and_undone(page: Page) -> str:
    """Stands on the page of the finding."""
    speaks = page.locator("section").filter(
        has=page.get_by_role("heading", name="Se refiere a", exact=True)
    )
    led = speaks.locator("li a[href$='/items/INJ-02']")
    expect(led).to_be_visible()
    speaks.get_by_role("button", name=re.compile("INJ-02")).click()
    expect(speaks).to_contain_text("No lleva a INJ-02")
    expect(led).to_have_count(0)
    speaks.get_by_role("button", name=re.compile("Deshacer: INJ-02")).click()
    expect(led).to_be_visible()
    expect(speaks).not_to_contain_text("No lleva a INJ-02")
    return page.url


def a_suggestion_is_accepted_by_its_key(live: LiveSystem, page: Page) -> str:
    page.goto(live.address + PROJECT + "/checklists/1")
    is_ready(page)
    page.locator("#row-INJ-01 a").click()
    expect(page.locator("#item-pane")).to_have_attribute("data-item", "INJ-01")
    expect(page.locator(".suggestion")).to_contain_text("SQL statement built from text")
    page.locator(".ws-pane").focus()
    page.keyboard.press("s")
    expect(page.locator("#row-INJ-01 .visually-hidden").first).to_contain_text("No cumple")
    expect(page.locator("#rationale")).to_have_value(re.compile("SQL statement"))
    expect(page.locator("#evidence .ev-card").first).to_be_visible()
    return page.url


def a_pass_against_the_tools_is_marked(live: LiveSystem, page: Page) -> str:
    page.locator("#row-INJ-02 a").click()
    expect(page.locator("#item-pane")).to_have_attribute("data-item", "INJ-02")
    page.set_input_files(
        "#evidence input[type=file]",
        {"name": "review.txt", "mimeType": "text/plain", "buffer": b"Every query is bound."},
    )
    expect(page.locator("#evidence .ev-card")).to_contain_text("review.txt")
    page.locator(".ws-pane").focus()
    page.keyboard.press("p")
    expect(page.locator("#row-INJ-02 .visually-hidden").first).to_contain_text("Cumple")
    expect(page.locator("#row-INJ-02 .mark-conflict")).to_be_visible()
    expect(page.locator(".suggestion.conflict")).to_contain_text("no coinciden")
    page.goto(live.address + PROJECT + "/checklists/1?state=conflict")
    expect(page.locator("#row-INJ-02")).to_be_visible()
    return page.url


def what_is_old_is_marked(live: LiveSystem, page: Page) -> str:
    finding = live.address + PROJECT + "/findings?tool=Watcher"
    page.goto(finding)
    page.get_by_role("link", name="Text shown as markup").click()
    page.locator("a[href*='/checklists/1/items/']").first.click()
    item = page.url
    expect(page.locator(".suggestion")).to_be_visible()
    expect(page.locator(".suggestion .st-warn")).to_have_count(0)
    page.goto(live.address + PROJECT + "/edit")
    page.fill("#freshness_days", "1")
    page.locator("form:has(#freshness_days) button.btn-primary").click()
    page.goto(item)
    expect(page.locator(".suggestion .st-warn")).to_be_visible()
    expect(page.locator(".suggestion")).to_contain_text("Watcher")
    return item


def many_at_once_and_back(live: LiveSystem, page: Page) -> list[str]:
    page.goto(live.address + PROJECT + "/findings")
    is_ready(page)
    visited = [page.url]
    page.check("[data-select-all]")
    expect(page.locator("[data-ticked]")).not_to_have_text("0")
    page.get_by_role("button", name=re.compile("Falso positivo")).click()
    expect(page.locator("main")).to_contain_text("INJ-01")
    page.fill("#reason", "El texto es una constante del programa.")
    page.get_by_role("button", name="Confirmar").click()
    expect(page.locator("#flashes")).to_be_visible()
    page.goto(live.address + PROJECT + "/findings/actions")
    page.locator("main a[href*='/findings/actions/']").first.click()
    visited.append(page.url)
    page.get_by_role("button", name="Deshacer").first.click()
    expect(page.locator(".note-info")).to_contain_text("como antes")
    page.goto(live.address + ITEMS + "/INJ-01")
    expect(page.locator(".suggestion")).to_contain_text("SQL statement built from text")
    return visited
