"""A reviewer who never touches the mouse."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.desk import CHECKLIST, is_ready
from tests.browser.system import LiveSystem

pytestmark = [pytest.mark.browser]


@pytest.fixture
def workspace(live_demo: LiveSystem, desk: BrowserContext) -> Page:
    page = desk.new_page()
    page.goto(live_demo.address + CHECKLIST)
    return is_ready(page)


def shows(page: Page, identifier: str) -> None:
    expect(page.locator("#item-pane")).to_have_attribute("data-item", identifier)


def test_j_and_k_walk_through_the_items(workspace: Page) -> None:
    for key, identifier in (("j", "AUTH-01"), ("j", "AUTH-02"), ("k", "AUTH-01")):
        workspace.keyboard.press(key)
        shows(workspace, identifier)


@pytest.mark.parametrize(
    ("key", "word"), [("a", "Cumple en parte"), ("f", "No cumple"), ("n", "No aplica")]
)
def test_a_letter_records_an_outcome_once_its_reason_is_given(
    workspace: Page, key: str, word: str
) -> None:
    workspace.locator("#row-SESS-09 a").click()
    shows(workspace, "SESS-09")
    workspace.fill("#rationale", f"Porque {word}")
    workspace.keyboard.press("Escape")
    workspace.keyboard.press(key)
    expect(workspace.locator("#verdict-title + .verdict-now")).to_contain_text(word)


def test_another_outcome_is_not_recorded_with_the_old_reason_unseen(workspace: Page) -> None:
    workspace.locator("#row-SESS-08 a").click()
    shows(workspace, "SESS-08")
    workspace.fill("#rationale", "Motivo del primer veredicto")
    workspace.keyboard.press("Escape")
    workspace.keyboard.press("a")
    expect(workspace.locator("#verdict-title + .verdict-now")).to_contain_text("Cumple en parte")
    workspace.locator("#verdict-title").click()
    workspace.keyboard.press("n")
    expect(workspace.locator("#verdict-form .note-warning")).to_be_visible()
    expect(workspace.locator("#rationale")).to_be_focused()
    expect(workspace.locator("#verdict-title + .verdict-now")).to_contain_text("Cumple en parte")


def test_letters_typed_into_a_text_record_nothing(workspace: Page) -> None:
    workspace.keyboard.press("j")
    shows(workspace, "AUTH-01")
    before = workspace.locator("#verdict-title + .verdict-now").inner_text()
    workspace.locator("#rationale").focus()
    workspace.keyboard.type("nfap jk e / ?")
    shows(workspace, "AUTH-01")
    assert workspace.locator("#verdict-title + .verdict-now").inner_text() == before


def test_slash_searches_e_goes_to_evidence_and_question_mark_helps(workspace: Page) -> None:
    workspace.keyboard.press("/")
    expect(workspace.locator("[data-search]")).to_be_focused()
    workspace.keyboard.type("contraseña")
    expect(workspace.locator("#row-LOG-01")).to_have_count(0)
    workspace.keyboard.press("Escape")
    workspace.keyboard.press("j")
    expect(workspace.locator("#item-pane[data-item]")).to_be_visible()
    workspace.keyboard.press("e")
    expect(workspace.locator("[data-evidence-focus]")).to_be_focused()
    workspace.keyboard.press("Escape")
    workspace.keyboard.press("?")
    expect(workspace.locator("#keys-dialog")).to_be_visible()
    workspace.keyboard.press("Escape")
    expect(workspace.locator("#keys-dialog")).to_be_hidden()
