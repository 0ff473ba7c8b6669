"""The ways in, one after the other: app for codes, passkey, single sign-on; and the way out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pyotp
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from checklist_app.services.clock import now
from tests.browser.system import PASSWORD, LiveSystem, picture, started
from tests.ports import free_port
from tests.web.auth.providers import CLIENT, CLIENT_SECRET, real_provider

pytestmark = [pytest.mark.browser, pytest.mark.database]

SUBJECT = "0001"


@pytest.fixture(scope="module")
def live(prepared_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveSystem]:
    """A system with a provider of single sign-on; at a name, as passkeys need one."""
    port = free_port()
    with real_provider({"sub": SUBJECT, "name": "Ada"}) as issuer:
        settings = {
            "CHECKLIST_BASE_URL": f"http://localhost:{port}",
            "CHECKLIST_OIDC_ISSUER": issuer,
            "CHECKLIST_OIDC_CLIENT_ID": CLIENT,
            "CHECKLIST_OIDC_CLIENT_SECRET": CLIENT_SECRET,
            "CHECKLIST_OIDC_LABEL": "Contoso",
        }
        folder = tmp_path_factory.mktemp("factors")
        with started(folder, prepared_database, port=port, settings=settings) as system:
            yield LiveSystem(f"http://localhost:{port}", system.facts, system.database)


@pytest.fixture
def tab(chromium: Browser) -> Iterator[Page]:
    """A tab with an authenticator in it that asks nobody."""
    window = chromium.new_context(locale="es-ES", viewport={"width": 1440, "height": 900})
    window.set_default_timeout(20_000)
    page = window.new_page()
    device = window.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    yield page
    window.close()


def test_every_way_in_and_the_way_out(live: LiveSystem, tab: Page, chromium: Browser) -> None:
    complaints: list[str] = []
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.on(
        "console",
        lambda message: (
            complaints.append(message.text) if "Content Security Policy" in message.text else None
        ),
    )
    email = choose_a_password(live, tab)
    app, recovery = set_up_an_app(live, tab)
    sign_out(tab)
    give_the_password(live, tab, email)
    expect(tab).to_have_url(re.compile("/sign-in/second-factor$"))
    tab.fill("#code", app.at(now() + timedelta(seconds=30)))
    tab.get_by_role("button", name="Continuar").click()
    is_in(tab)
    add_a_passkey(live, tab)
    sign_out(tab)
    tab.get_by_role("button", name="Entrar con una llave de acceso").click()
    is_in(tab)
    link_single_sign_on(live, tab)
    sign_out(tab)
    tab.get_by_role("link", name="Continuar con Contoso").click()
    answer_the_provider(tab)
    tab.get_by_role("button", name="Usar una llave de acceso").click()
    is_in(tab)
    other = somewhere_else(live, chromium, email, recovery[0])
    end_the_other_session(live, tab, other)
    assert complaints == []


def choose_a_password(live: LiveSystem, tab: Page) -> str:
    tab.goto(re.sub(r"^https?://[^/]+", live.address, live.set_up_link))
    email = tab.locator("input[name=username]").input_value()
    tab.fill("#password", PASSWORD)
    tab.fill("#repeat", PASSWORD)
    tab.click("form button.btn-primary")
    is_in(tab)
    return email


def set_up_an_app(live: LiveSystem, tab: Page) -> tuple[pyotp.TOTP, list[str]]:
    tab.goto(f"{live.address}/account/factors")
    picture(tab, "factors")
    tab.get_by_role("button", name="Configurar una aplicación").click()
    expect(tab.locator("img.qr")).to_be_visible()
    picture(tab, "factors-codes")
    app = pyotp.TOTP(tab.locator("#secret").input_value())
    tab.fill("#code", app.at(now()))
    tab.get_by_role("button", name="Pedir estos códigos").click()
    codes = tab.locator("#recovery-codes code")
    expect(codes).to_have_count(10)
    picture(tab, "factors-recovery")
    return app, codes.all_inner_texts()


def add_a_passkey(live: LiveSystem, tab: Page) -> None:
    tab.goto(f"{live.address}/account/factors")
    tab.fill("#passkey-name", "Portátil de Ada")
    tab.get_by_role("button", name="Añadir una llave de acceso").click()
    expect(tab.locator(".lines")).to_contain_text("Portátil de Ada")


def link_single_sign_on(live: LiveSystem, tab: Page) -> None:
    tab.goto(f"{live.address}/account/factors")
    tab.get_by_role("button", name="Enlazar mi identidad de Contoso").click()
    tab.get_by_role("link", name="Continuar con Contoso").click()
    answer_the_provider(tab)
    expect(tab.get_by_role("button", name="Desenlazar")).to_be_visible()
    picture(tab, "factors-all")


def answer_the_provider(tab: Page) -> None:
    tab.get_by_role("button", name=SUBJECT).first.click()


def somewhere_else(
    live: LiveSystem, chromium: Browser, email: str, recovery_code: str
) -> BrowserContext:
    window = chromium.new_context(locale="es-ES")
    page = window.new_page()
    give_the_password(live, page, email)
    page.fill("#code", recovery_code)
    page.get_by_role("button", name="Continuar").click()
    is_in(page)
    return window


def end_the_other_session(live: LiveSystem, tab: Page, other: BrowserContext) -> None:
    tab.goto(f"{live.address}/account")
    tab.get_by_role("button", name="Cerrar esa sesión").first.click()
    page = other.pages[0]
    page.goto(f"{live.address}/")
    expect(page).to_have_url(re.compile("/sign-in"))
    other.close()


def give_the_password(live: LiveSystem, tab: Page, email: str) -> None:
    tab.goto(f"{live.address}/sign-in")
    tab.fill("#email", email)
    tab.fill("#password", PASSWORD)
    tab.locator("form:has(#password) button[type=submit]").click()


def sign_out(tab: Page) -> None:
    tab.locator("details.menu:has(form[data-sign-out]) > summary").click()
    tab.locator("form[data-sign-out] button").click()
    expect(tab).to_have_url(re.compile("/sign-in"))


def is_in(tab: Page) -> None:
    expect(tab.locator("form[data-sign-out]")).to_be_attached()
