"""A system started as its users start it, and a browser to visit it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.desk import SIZE, read_in, sign_in
from tests.browser.system import LiveSystem, started
from tests.database import empty_database

expect.set_options(timeout=30_000)  # what scripts fetch takes its time on a busy machine


@pytest.fixture(scope="module")
def prepared_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An empty database; the system under test migrates and fills it by itself."""
    with empty_database(tmp_path_factory.mktemp("live-database")) as url:
        yield url


@pytest.fixture(scope="module")
def live(prepared_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveSystem]:
    """A system that nobody has used yet."""
    with started(tmp_path_factory.mktemp("live"), prepared_database) as system:
        yield system


@pytest.fixture(scope="session")
def live_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveSystem]:
    """A system with the demonstration in it, on the embedded database."""
    folder = tmp_path_factory.mktemp("demo")
    with started(folder, f"sqlite:///{folder / 'demo.sqlite3'}", "--demo") as system:
        yield system


@pytest.fixture(scope="module")
def window(chromium: Browser) -> Iterator[BrowserContext]:
    """A reviewer's browser: Spanish, a laptop's screen."""
    opened = chromium.new_context(
        viewport={"width": 1440, "height": 900}, locale="es-ES", accept_downloads=True
    )
    opened.set_default_timeout(20_000)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def tab(window: BrowserContext) -> Iterator[Page]:
    """A tab that takes down what the console complains about."""
    opened = window.new_page()
    yield opened
    opened.close()


@pytest.fixture
def desk(live_demo: LiveSystem, chromium: Browser) -> Iterator[BrowserContext]:
    """The browser of the demonstration's owner."""
    opened = chromium.new_context(locale="es-ES", viewport=SIZE)
    page = opened.new_page()
    sign_in(live_demo, page)
    read_in(page, "es")
    yield opened
    opened.close()


@pytest.fixture
def plain_desk(live_demo: LiveSystem, chromium: Browser) -> Iterator[BrowserContext]:
    """The same without scripts."""
    opened = chromium.new_context(locale="es-ES", viewport=SIZE, java_script_enabled=False)
    page = opened.new_page()
    sign_in(live_demo, page)
    read_in(page, "es")
    yield opened
    opened.close()
