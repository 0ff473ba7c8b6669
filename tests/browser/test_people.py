"""How people come in, come back, look after their sessions and prove who they are."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.desk import SIZE
from tests.browser.system import PASSWORD, LiveSystem, let_time_pass, picture, started
from tests.post_office import PostOffice, post_office

pytestmark = [pytest.mark.browser, pytest.mark.database]

ANA = "ana@example.org"
NEW = "grapa violeta nube tambor"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostOffice]:
    with post_office(tmp_path_factory.mktemp("office")) as opened:
        yield opened


@pytest.fixture(scope="module")
def live(
    prepared_database: str, office: PostOffice, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveSystem]:
    """A system that sends mail."""
    settings = {
        "CHECKLIST_SMTP_HOST": "127.0.0.1",
        "CHECKLIST_SMTP_PORT": str(office.port),
        "CHECKLIST_SMTP_CA_FILE": str(office.authority),
        "CHECKLIST_MAIL_FROM": "checklist@example.org",
    }
    with started(tmp_path_factory.mktemp("live"), prepared_database, settings=settings) as system:
        yield system


@pytest.fixture
def windows(chromium: Browser) -> Iterator[list[BrowserContext]]:
    """Browsers that know nothing of each other."""
    opened = [chromium.new_context(viewport=SIZE, locale="es-ES") for _ in range(3)]
    for window in opened:
        window.set_default_timeout(20_000)
    yield opened
    for window in opened:
        window.close()


def link_in(office: PostOffice, live: LiveSystem, number: int) -> str:
    """Return the link of that letter to Ana; what else is sent meanwhile goes to others."""
    letter = office.letters_to(ANA, number)[number - 1]
    (found,) = re.findall(re.escape(live.address) + r"/set-password/[\w-]{43}", letter)
    return str(found)


def choose_password(page: Page, link: str, password: str) -> None:
    page.goto(link)
    page.fill("#password", password)
    page.fill("#repeat", password)
    page.click("form button.btn-primary")
    expect(page.locator("h1")).to_have_text("Proyectos")


def sign_in(live: LiveSystem, window: BrowserContext, password: str) -> Page:
    page = window.new_page()
    page.goto(f"{live.address}/sign-in")
    page.fill("#email", ANA)
    page.fill("#password", password)
    page.click("form button.btn-primary")
    expect(page.locator("h1")).to_have_text("Proyectos")
    return page


def is_out(page: Page, live: LiveSystem) -> None:
    """Click on something: whoever is out stands before the door."""
    page.goto(f"{live.address}/account")
    expect(page.locator("h1")).to_have_text("Iniciar sesión")


def test_from_the_invitation_to_a_new_password(
    live: LiveSystem, office: PostOffice, windows: list[BrowserContext]
) -> None:
    administrator = windows[0].new_page()
    choose_password(administrator, live.set_up_link, PASSWORD)
    administrator.goto(f"{live.address}/admin/users")
    picture(administrator, "people-01-invite")
    administrator.fill("#name", "Ana Ruiz")
    administrator.fill("#email", ANA)
    administrator.select_option("#language", "es")
    administrator.click("form[action$='/admin/users'] button.btn-primary")
    expect(administrator.locator("#invite-link")).to_have_count(0)
    here = windows[1].new_page()
    choose_password(here, link_in(office, live, 1), PASSWORD)
    there = sign_in(live, windows[2], PASSWORD)
    stranger = windows[0].browser
    assert stranger is not None
    lost = stranger.new_context(locale="es-ES", viewport={"width": 375, "height": 700})
    page = lost.new_page()
    page.goto(f"{live.address}/sign-in")
    page.click("a[href$='/forgot-password']")
    page.fill("#email", ANA)
    page.click("form button.btn-primary")
    expect(page.locator(".note-success")).to_be_visible()
    picture(page, "people-02-forgotten")
    choose_password(page, link_in(office, live, 2), NEW)
    is_out(here, live)
    is_out(there, live)
    lost.close()


def test_a_session_that_is_ended_is_out_at_its_next_click(
    live: LiveSystem, windows: list[BrowserContext]
) -> None:
    here, there, elsewhere = (sign_in(live, window, NEW) for window in windows)
    here.goto(f"{live.address}/account")
    buttons = here.locator("form[action$='/revoke'] button")
    before = buttons.count()
    picture(here, "people-03-sessions")
    buttons.first.click()
    expect(buttons).to_have_count(before - 1)
    is_out(elsewhere, live)
    there.goto(f"{live.address}/account")
    expect(there.locator("h1")).to_have_text("Su cuenta")
    here.click("form[action$='/revoke-others'] button")
    expect(buttons).to_have_count(0)
    is_out(there, live)


def test_what_is_sensitive_asks_who_sits_there_and_loses_nothing(
    live: LiveSystem, windows: list[BrowserContext], office: PostOffice
) -> None:
    page = sign_in(live, windows[0], NEW)
    page.goto(f"{live.address}/account/email")
    page.fill("#email", "ana.ruiz@example.org")
    let_time_pass(live)
    page.click("form button.btn-primary")
    expect(page.locator("h1")).to_have_text("Confirme que es usted")
    picture(page, "people-04-confirm")
    page.fill("#password", "no es esta")
    page.click("form button.btn-primary")
    expect(page.locator(".note-error")).to_be_visible()
    page.fill("#password", NEW)
    page.click("form button.btn-primary")
    expect(page.locator("input[name=email][type=hidden]")).to_have_value("ana.ruiz@example.org")
    picture(page, "people-05-confirmed")
    known = len(office.recipients)
    page.click("form button.btn-primary")
    expect(page.locator("h1")).to_have_text("Su cuenta")
    office.wait_for(known + 2)
    assert "ana.ruiz@example.org" in office.recipients
