"""Every screen, wide and narrow, light and dark, in both languages, reachable for everybody."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.desk import read_in, violations
from tests.browser.system import LiveSystem

pytestmark = [pytest.mark.browser]

SIZES = {"wide": (1440, 900), "phone": (375, 812)}


@pytest.fixture(scope="module")
def demo_state(live_demo: LiveSystem, chromium: Browser) -> dict[str, Any]:
    """Sign in as the demonstration's owner; return the cookies."""
    window = chromium.new_context()
    tab = window.new_page()
    tab.goto(live_demo.address + "/sign-in")
    tab.fill("#email", live_demo.facts["demo"]["email"])
    tab.fill("#password", live_demo.facts["demo"]["password"])
    tab.click("form button.btn-primary")
    expect(tab.locator("a[href='/projects/new']").first).to_be_attached()
    state: dict[str, Any] = dict(window.storage_state())
    window.close()
    return state


@pytest.fixture(scope="module")
def addresses(live_demo: LiveSystem, chromium: Browser, demo_state: dict[str, Any]) -> list[str]:
    """Follow every link of the demonstration from the first page, two steps deep."""
    root = live_demo.address
    window = chromium.new_context(storage_state=demo_state)  # type: ignore[arg-type]
    tab = window.new_page()
    seen = {"/", "/sign-in", "/verify", "/account", "/projects/new", "/nothing-here"}
    frontier = ["/"]
    for _ in range(3):
        found: set[str] = set()
        for path in frontier:
            tab.goto(root + path)
            hrefs = tab.eval_on_selector_all(
                "a[href]", "links => links.map(link => link.getAttribute('href'))"
            )
            found |= {href.split("#")[0] for href in hrefs if is_page(href)}
        frontier = representatives(found - seen, seen)
        seen |= set(frontier)
    window.close()
    return sorted(seen)


def is_page(href: str) -> bool:
    binary = ("/file", "/preview", "/pdf")
    return href.startswith("/") and not href.startswith("/static") and not href.endswith(binary)


def shape(path: str) -> str:
    """Two addresses of one shape show the same page with other content."""
    parts = path.partition("?")[0].strip("/").split("/")
    fixed = {"projects", "checklists", "items", "evidence", "scans", "findings", "reports", "jobs"}
    fixed |= {"remediation", "members", "sign-off", "new", "edit", "standards", "admin", "users"}
    return "/".join(part if part in fixed else "*" for part in parts)


def representatives(found: set[str], seen: set[str]) -> list[str]:
    known = {shape(path) for path in seen}
    chosen: dict[str, str] = {}
    for path in sorted(found):
        if shape(path) not in known:
            chosen.setdefault(shape(path), path)
    return list(chosen.values())


# Each language at each size, for what is too wide; axe, which takes the longest, looks at
# both schemes and both sizes.
VARIATIONS = [
    ("es", "light", "wide"),
    ("en", "dark", "phone"),
    ("en", "light", "wide"),
    ("es", "dark", "phone"),
]
LOOKED_AT_BY_AXE = {("es", "light", "wide"), ("en", "dark", "phone")}


@pytest.mark.parametrize("variation", VARIATIONS, ids="-".join)
def test_no_screen_keeps_anybody_out(
    live_demo: LiveSystem,
    chromium: Browser,
    demo_state: dict[str, Any],
    addresses: list[str],
    variation: tuple[str, str, str],
) -> None:
    language, scheme, size = variation
    width, height = SIZES[size]
    context = chromium.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,  # type: ignore[arg-type]  # one of its literals
        storage_state=demo_state,  # type: ignore[arg-type]  # as the browser gave it
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(live_demo.address + "/account")
    read_in(page, language)
    problems = []
    for path in addresses:
        page.goto(live_demo.address + path)
        if variation in LOOKED_AT_BY_AXE:
            problems += [f"{path}: {found}" for found in violations(page)]
        if overflow := page.evaluate("document.documentElement.scrollWidth - innerWidth"):
            problems += [f"{path}: {overflow} px too wide"] if overflow > 0 else []
    context.close()
    assert len(addresses) > 20
    assert problems == []
