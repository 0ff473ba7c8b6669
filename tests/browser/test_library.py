"""An administrator brings a list of the house; a round moves to its newer version."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.system import PASSWORD, LiveSystem, picture
from tests.catalog import hostile

pytestmark = [pytest.mark.browser, pytest.mark.database]

NEWER = hostile.LIST.replace(b"It holds.", b"It holds well.").replace(b"'1'", b"'2'")


def test_a_list_of_the_house_is_looked_at_saved_assessed_and_moved_on(
    live: LiveSystem, tab: Page, tmp_path: Path
) -> None:
    page = tab
    page.goto(live.set_up_link)
    page.fill("input[name=password]", PASSWORD)
    page.fill("input[name=repeat]", PASSWORD)
    page.click("form button.btn-primary")
    expect(page.locator("h1")).to_have_text("Proyectos")

    bring(live, page, tmp_path / "broken.yaml", hostile.LIST[:-40])
    expect(page.locator(".note-error").first).to_be_visible()
    bring(live, page, tmp_path / "list.yaml", hostile.LIST)
    picture(page, "library-01-preview")
    page.click("form[action$='/library/save'] button.btn-primary")
    expect(page.locator("table")).to_contain_text("Ours 1")

    page.goto(f"{live.address}/projects/new")
    page.fill("#name", "Casa")
    page.click("form button.btn-primary")
    page.goto(f"{live.address}/projects/casa/checklists/new")
    page.select_option("#standard", label="Ours 1")
    page.fill("#name", "Ronda 1")
    page.click("form button.btn-primary")
    expect(page.locator(".item-row").first).to_be_visible()

    bring(live, page, tmp_path / "newer.yaml", NEWER)
    expect(page.locator("main")).to_contain_text("Reformulado")
    page.click("form[action$='/library/save'] button.btn-primary")
    page.goto(f"{live.address}/projects/casa/checklists/1/next")
    page.select_option("#standard", label="Ours 2")
    page.click("button[name=preview]")
    expect(page.locator("#preview")).to_contain_text("Reformulado")
    picture(page, "library-02-next-round")


def bring(live: LiveSystem, page: Page, file: Path, data: bytes) -> None:
    file.write_bytes(data)
    page.goto(f"{live.address}/admin/library")
    page.set_input_files("#file", file)
    page.click("main form button.btn-primary")
