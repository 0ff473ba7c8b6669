"""The main road, from the one-time link to a signed report that a stranger can check."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.desk import choose_a_password, start_a_checklist
from tests.browser.system import LiveSystem, picture

pytestmark = [pytest.mark.browser, pytest.mark.database]

ROOT = Path(__file__).resolve().parents[2]
CORPUS = Path(os.environ.get("CHECKLIST_TEST_CORPUS", ROOT.parent / "shared")) / "scans"
SAMPLES = ROOT / "tests" / "scanners" / "samples"

PASTE = """() => new Promise(done => {
  const canvas = document.createElement('canvas');
  canvas.width = 640; canvas.height = 360;
  const pen = canvas.getContext('2d');
  pen.fillStyle = '#234'; pen.fillRect(0, 0, 640, 360);
  pen.fillStyle = '#fff'; pen.font = '28px sans-serif';
  pen.fillText('GET /api/accounts -> 401', 60, 90);
  canvas.toBlob(blob => {
    const data = new DataTransfer();
    data.items.add(new File([blob], 'image.png', {type: 'image/png'}));
    document.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true}));
    done();
  });
})"""


def scanner_file(corpus_name: str, sample: str) -> Path:
    real = CORPUS / corpus_name
    return real if real.is_file() else SAMPLES / sample


def test_from_the_set_up_link_to_a_report_that_verifies(
    live: LiveSystem, tab: Page, window: BrowserContext, tmp_path: Path
) -> None:
    complaints: list[str] = []
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.on(
        "console",
        lambda message: (
            complaints.append(message.text) if "Content Security Policy" in message.text else None
        ),
    )
    choose_a_password(live, tab)
    start_a_checklist(live, tab)
    assess_by_keyboard(tab)
    paste_evidence_and_pass(tab)
    import_scans(live, tab)
    see_a_suggestion(live, tab)
    report = sign_off_and_build(live, tab, tmp_path)
    pdfsig = subprocess.run(["pdfsig", str(report)], capture_output=True, text=True, check=False)
    assert "Signature is Valid" in pdfsig.stdout
    assert "Total document signed" in pdfsig.stdout
    verify(live, window, report, tmp_path)
    assert complaints == []


def assess_by_keyboard(page: Page) -> None:
    expect(page.locator("html[data-ready]")).to_be_attached()
    page.keyboard.press("j")
    expect(page.locator("#item-pane")).to_have_attribute("data-item", "AUTH-01")
    page.keyboard.press("f")
    expect(page.locator("#verdict-form .note-error")).to_be_visible()
    expect(page.locator("#rationale")).to_be_focused()
    page.keyboard.type("Los hashes son MD5 **sin sal**.")
    page.click("#verdict-form button[type=submit]")
    expect(page.locator("#row-AUTH-01 .visually-hidden").first).to_contain_text("No cumple")
    expect(page.locator("#ws-totals")).to_contain_text("1 de 80")
    picture(page, "journey-03-verdict")


def paste_evidence_and_pass(page: Page) -> None:
    page.locator("#row-AUTH-02 a").click()
    expect(page.locator("#item-pane")).to_have_attribute("data-item", "AUTH-02")
    page.locator(".ws-pane").focus()
    page.evaluate(PASTE)
    expect(page.locator("#evidence .ev-card img")).to_be_visible()
    page.keyboard.press("p")
    expect(page.locator("#row-AUTH-02 .visually-hidden").first).to_contain_text("Cumple")
    picture(page, "journey-04-pasted-evidence")


def import_scans(live: LiveSystem, page: Page) -> None:
    for corpus_name, sample in (
        ("sarif/codeQL-output.sarif", "mobile-banking-api.sarif"),
        ("zap_xml/juicy2.xml", "mobile-banking-web.zap.xml"),
    ):
        page.goto(f"{live.address}/projects/banca-movil/scans")
        expect(page.locator("html[data-ready]")).to_be_attached()
        report = scanner_file(corpus_name, sample)
        page.set_input_files("#scan-files", report)
        imported = page.locator("#imports tbody tr").filter(has_text=report.name)
        expect(imported).to_contain_text("Terminada", timeout=30_000)
        imported.locator("a").click()
        expect(page.locator(".figures")).to_be_visible(timeout=30_000)
    picture(page, "journey-05-import")


def see_a_suggestion(live: LiveSystem, page: Page) -> None:
    page.goto(f"{live.address}/projects/banca-movil/checklists/1?suggestion=1")
    rows = page.locator(".item-row")
    expect(rows.first.locator(".mark-suggest")).to_be_visible()
    page.locator("#row-INJ-01 a").click()
    expect(page.locator(".suggestion")).to_contain_text("CWE-89")
    expect(page.locator("#verdict-title + .verdict-now")).to_contain_text("Sin evaluar")
    picture(page, "journey-06-suggestion")


def sign_off_and_build(live: LiveSystem, page: Page, folder: Path) -> Path:
    page.once("dialog", lambda dialog: dialog.accept())
    page.goto(f"{live.address}/projects/banca-movil/checklists/1/sign-off")
    expect(page.locator("html[data-ready]")).to_be_attached()
    page.fill("#reason-all", "Queda para la próxima ronda")
    page.keyboard.press("Tab")
    picture(page, "journey-07-sign-off")
    page.click("form[method=post] button.btn-primary:has(.bi-pen)")
    page.wait_for_url(re.compile(r"/reports$"))
    page.click("form[action$='/reports'] button.btn-primary")
    page.wait_for_url(re.compile(r"/reports/1$"))
    link = page.locator("a[href$='/reports/1/pdf']").first
    expect(link).to_be_visible(timeout=60_000)
    picture(page, "journey-08-report")
    with page.expect_download() as download:
        link.click()
    target = folder / "report.pdf"
    download.value.save_as(target)
    return target


def verify(live: LiveSystem, context: BrowserContext, report: Path, folder: Path) -> None:
    data = report.read_bytes()
    altered = folder / "altered.pdf"
    middle = len(data) // 2
    altered.write_bytes(data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :])
    page = context.new_page()
    for file, verdict in ((report, "valid"), (altered, "altered")):
        page.goto(f"{live.address}/verify")
        page.set_input_files("#pdf", file)
        page.click("form[action$='/verify'] button.btn-primary")
        expect(page.locator("[data-verdict]")).to_have_attribute("data-verdict", verdict)
        picture(page, f"journey-09-verify-{verdict}")
    page.close()
