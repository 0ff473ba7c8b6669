"""Takes the pictures in docs/images/ from a demonstration that it starts itself.

    .venv/bin/python scripts/screenshots.py [--port N] [NAME ...]

Needs what the development lock installs, a Chromium and pdftoppm (poppler-utils). The system runs
in a temporary folder and is gone afterwards. With names, such as ``workspace``, only those pictures
are kept. Colours are reduced to a palette, so that the pictures stay small.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from checklist_app.demo.story import chapter

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
LARGEST = 250_000
PALETTES = (256, 160, 96, 64)
LOCALES = {"es": "es-ES", "en": "en-GB"}
ITEM = "INJ-01"
TELEPHONE = {"width": 375, "height": 812}
LAPTOP = {"width": 1440, "height": 1060}
PAGE_WIDTH = 780
PAGES = {"report-1": 1, "report-2": 3, "report-3": 6}


@dataclass(frozen=True)
class Demonstration:
    """A running system with the demonstration in it."""

    address: str
    password: str
    slugs: dict[str, str]
    owners: dict[str, str]


@contextmanager
def demonstration(port: int) -> Iterator[Demonstration]:
    """Start the system as its users do, and stop it by Ctrl-C."""
    with tempfile.TemporaryDirectory(prefix="checklist-pictures-") as folder:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("CHECKLIST_")}
        environment["CHECKLIST_DATA_DIR"] = folder
        command = [sys.executable, "-m", "checklist_app", "start", "--demo", "--json"]
        process = subprocess.Popen(
            [*command, "--port", str(port)],
            env=environment,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        try:
            facts: dict[str, Any] = json.loads(process.stdout.readline() if process.stdout else "")
            story = chapter("project")
            owners = {language: email for language, (email, _) in story["people"]["owner"].items()}
            yield Demonstration(facts["address"], facts["demo"]["password"], story["slugs"], owners)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=60)


class Camera:
    """Opens windows on the demonstration and keeps what they show."""

    def __init__(self, browser: Browser, demo: Demonstration, wanted: set[str]) -> None:
        self.browser = browser
        self.demo = demo
        self.wanted = wanted

    def window(
        self, language: str, *, dark: bool = False, size: dict[str, int] | None = None
    ) -> BrowserContext:
        """Open a browser of somebody who reads that language."""
        opened = self.browser.new_context(
            viewport=size or LAPTOP,  # type: ignore[arg-type]
            locale=LOCALES[language],
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            accept_downloads=True,
        )
        opened.set_default_timeout(20_000)
        return opened

    def sign_in(self, window: BrowserContext, language: str) -> Page:
        """Sign in as the owner of that language's project."""
        page = window.new_page()
        page.goto(f"{self.demo.address}/sign-in")
        page.fill("input[name=email]", self.demo.owners[language])
        page.fill("input[name=password]", self.demo.password)
        page.click("form button.btn-primary")
        expect(page.locator("ul.cards")).to_be_visible()
        return page

    def project(self, language: str, path: str = "") -> str:
        """Return an address in that language's project."""
        return f"{self.demo.address}/projects/{self.demo.slugs[language]}{path}"

    def keep(self, name: str, page: Page) -> None:
        """Keep what the page shows."""
        if self._is_wanted(name):
            page.mouse.move(0, 0)
            page.evaluate("() => document.activeElement && document.activeElement.blur()")
            keep(name, Image.open(io.BytesIO(page.screenshot(animations="disabled"))))

    def keep_image(self, name: str, image: Image.Image) -> None:
        """Keep a picture that was made elsewhere."""
        if self._is_wanted(name):
            keep(name, image)

    def _is_wanted(self, name: str) -> bool:
        return not self.wanted or name in self.wanted


def keep(name: str, image: Image.Image) -> None:
    """Write a picture with as many colours as its size allows."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    for colours in PALETTES:
        target = io.BytesIO()
        image.convert("RGB").quantize(colours, dither=Image.Dither.NONE).save(
            target, "PNG", optimize=True
        )
        if target.tell() <= LARGEST:
            break
    (IMAGES / f"{name}.png").write_bytes(target.getvalue())
    print(f"{name}.png  {target.tell() // 1024} kB")


def first_pages(camera: Camera) -> None:
    """Sign-in, projects and the overview of one."""
    window = camera.window("es", size={"width": 1280, "height": 800})
    page = window.new_page()
    page.goto(f"{camera.demo.address}/sign-in")
    expect(page.locator("input[name=email]")).to_be_visible()
    camera.keep("sign-in", page)
    page.close()
    page = camera.sign_in(window, "es")
    camera.keep("projects", page)
    page.goto(camera.project("es"))
    camera.keep("project", page)
    page.goto(camera.project("es", "/remediation"))
    expect(page.locator("dl.figures")).to_be_visible()
    camera.keep("remediation", page)
    window.close()


def workspaces(camera: Camera) -> None:
    """The workspace in light Spanish and in dark English, with an item that tools speak to."""
    for name, language, dark in (("workspace", "es", False), ("workspace-dark-en", "en", True)):
        window = camera.window(language, dark=dark)
        page = camera.sign_in(window, language)
        page.goto(camera.project(language, "/checklists/1"))
        page.locator(f"#row-{ITEM} a").click()
        expect(page.locator(f"#item-pane[data-item='{ITEM}']")).to_be_visible()
        page.locator(f"#row-{ITEM}").scroll_into_view_if_needed()
        page.wait_for_load_state("networkidle")
        camera.keep(name, page)
        window.close()


def telephones(camera: Camera) -> None:
    """What tools suggest, on a telephone."""
    for name, language in (("item-suggestion-375", "es"), ("item-suggestion-375-en", "en")):
        window = camera.window(language, size=TELEPHONE)
        page = camera.sign_in(window, language)
        page.goto(camera.project(language, f"/checklists/1/items/{ITEM}"))
        suggestion = page.locator(".suggestion")
        expect(suggestion).to_be_visible()
        # Its upper edge below the bar that stays in sight.
        suggestion.evaluate("e => window.scrollBy(0, e.getBoundingClientRect().top - 120)")
        page.wait_for_load_state("networkidle")
        camera.keep(name, page)
        window.close()


def report_and_verification(camera: Camera) -> None:
    """Pages of the signed report, and what the verify page says of it and of an altered copy."""
    window = camera.window("es", size={"width": 1280, "height": 900})
    page = camera.sign_in(window, "es")
    page.goto(camera.project("es", "/reports/1"))
    with tempfile.TemporaryDirectory() as folder:
        with page.expect_download() as download:
            page.locator("a[href$='/pdf']").first.click()
        report = Path(folder) / "informe.pdf"
        download.value.save_as(report)
        for name, number in PAGES.items():
            camera.keep_image(name, _rendered(report, number))
        altered = Path(folder) / "informe-alterado.pdf"
        data = bytearray(report.read_bytes())
        data[len(data) // 2] ^= 1
        altered.write_bytes(data)
        visitor = camera.window("es", size={"width": 1000, "height": 800})
        for name, file, verdict in (
            ("verify-valid", report, "valid"),
            ("verify-altered", altered, "altered"),
        ):
            public = visitor.new_page()
            public.goto(f"{camera.demo.address}/verify")
            public.set_input_files("#pdf", file)
            public.locator("form.drop button").click()
            expect(public.locator(f"[data-verdict='{verdict}']")).to_be_visible()
            camera.keep(name, public)
        visitor.close()
    window.close()


def _rendered(report: Path, number: int) -> Image.Image:
    only = ["-f", str(number), "-l", str(number)]
    drawn = subprocess.run(
        ["pdftoppm", *only, "-scale-to-x", str(PAGE_WIDTH), "-scale-to-y", "-1", str(report)],
        capture_output=True,
        check=True,
    )
    return Image.open(io.BytesIO(drawn.stdout))


def main() -> int:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8760)
    parser.add_argument("names", nargs="*")
    asked = parser.parse_args()
    chromium = os.environ.get("CHECKLIST_TEST_CHROMIUM") or shutil.which("chromium")
    if not chromium or not shutil.which("pdftoppm"):
        print("Needs: apt-get install -y chromium poppler-utils", file=sys.stderr)
        return 1
    with demonstration(asked.port) as demo, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        camera = Camera(browser, demo, set(asked.names))
        first_pages(camera)
        workspaces(camera)
        telephones(camera)
        report_and_verification(camera)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
