"""Checks 46, 47, 57, 58 and 59: what people and tools write stays words."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pikepdf
import pytest
from playwright.sync_api import Browser, Page

from tests.blackbox.listeners import listening
from tests.blackbox.poison import Poisoned, poisoned
from tests.blackbox.premises import Premises
from tests.blackbox.visitors import Visitor
from tests.blackbox.words import MARKDOWN, RESULT, SCRIPTS, TEMPLATES
from tests.waiting import wait_until

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@pytest.fixture(scope="module")
def poison(premises: Premises, alice: Visitor) -> Iterator[Poisoned]:
    with listening() as listener:
        yield poisoned(premises, alice, listener)


def test_46_no_text_becomes_a_script(
    premises: Premises, alice: Visitor, poison: Poisoned, chromium: Browser
) -> None:
    assert len(SCRIPTS) >= 60
    complaints: list[str] = []
    for visitor, paths in (
        (alice, poison.pages),
        (premises.visitor("ada"), ("/admin/users", "/admin/groups", "/admin/jobs")),
    ):
        window = chromium.new_context()
        window.add_cookies(
            [{"name": "checklist", "value": visitor.cookie, "url": premises.server.address}]
        )
        tab = window.new_page()
        _listen(tab, premises.server.address, complaints)
        for path in paths:
            answer = tab.goto(premises.server.address + path)
            assert answer is not None
            assert answer.status == 200, path
            # What a mouse or a key would set off.
            tab.evaluate(
                "document.querySelectorAll('[onmouseover],[onfocus],[onclick]').forEach("
                "e => {throw new Error(e.outerHTML)})"
            )
            hostile = tab.locator("a[href^='javascript' i], a[href^='data:' i]").count()
            assert hostile == 0, path
        window.close()
    assert complaints == []
    with pikepdf.open(io.BytesIO(poison.pdf)) as pdf:
        for thing in pdf.objects:
            if isinstance(thing, pikepdf.Dictionary):
                assert "/JS" not in thing
                assert str(thing.get("/S", "")) not in ("/JavaScript", "/Launch", "/SubmitForm")
                assert (
                    not str(thing.get("/URI", ""))
                    .lower()
                    .startswith(("javascript", "data", "file"))
                )


def test_47_markdown_is_a_few_harmless_elements(alice: Visitor, poison: Poisoned) -> None:
    before = len(poison.listener.visits)
    base = f"http://127.0.0.1:{poison.listener.port}"
    for text in (*MARKDOWN, *SCRIPTS, f"![a]({base}/x.png)", f"<img src={base}/x.png>"):
        shown = alice.post(f"/projects/{poison.slug}/preview", {"text": text}).text.lower()
        for element in ("<script", "<img", "<iframe", "<svg", "<style", "<base", "<meta", "<form"):
            assert element not in shown, (text, shown)
        for scheme in ("javascript:", "vbscript:", "data:", "file:"):
            assert f'href="{scheme}' not in shown, (text, shown)
        assert " on" not in shown.split(">")[0], (text, shown)
    assert len(poison.listener.visits) == before


def test_57_no_table_that_leaves_computes(
    premises: Premises, alice: Visitor, poison: Poisoned
) -> None:
    """Whatever leaves as a table, today's and tomorrow's, is looked at cell by cell."""
    ada = premises.visitor("ada")
    bearer = {"authorization": f"Bearer {premises.program('alice@example.org').token}"}
    tables = 0
    for rule in premises.rules(lambda rule: "GET" in (rule.methods or ())):
        path = premises.address_of(rule, slug=poison.slug, number=1, identifier="IN-01")
        for visitor in (alice, ada):
            is_operation = rule.rule.startswith("/api/v1/")
            answer = visitor.get(path, **(bearer if is_operation else {}))
            kind = answer.headers.get("Content-Type", "")
            if "csv" in kind:
                tables += 1
                _check_csv(answer.text)
            elif "spreadsheet" in kind:
                tables += 1
                _check_workbook(answer.content)
    assert tables >= 2


def test_58_nothing_calls_where_a_text_says(alice: Visitor, poison: Poisoned) -> None:
    """The project is full of addresses of a door that listens; its pages and report were made."""
    for path in poison.pages:
        assert alice.get(path).status_code == 200
    assert poison.listener.visits == []
    with pikepdf.open(io.BytesIO(poison.pdf)) as pdf:
        assert "/EmbeddedFiles" not in str(pdf.Root.get("/Names", ""))
    assert b"root:" not in poison.pdf


def test_59_no_text_is_computed(
    premises: Premises, alice: Visitor, poison: Poisoned, tmp_path: Path
) -> None:
    literal = 0
    for path in poison.pages:
        page = alice.get(path).text
        assert RESULT not in page, path
        literal += TEMPLATES[0] in page
    assert literal > 10
    office = premises.office
    already = len(office.received)
    visitor = Visitor(premises.server)
    visitor.post("/forgot-password", {"email": poison.person.email})
    wait_until("the mail", lambda: len(office.received) > already)
    assert all(RESULT not in letter.as_string() for letter in office.received[already:])
    reader = shutil.which("pdftotext")
    if reader is None:
        pytest.skip("no pdftotext; install it with: apt-get install poppler-utils")
    (tmp_path / "report.pdf").write_bytes(poison.pdf)
    told = subprocess.run(
        [reader, tmp_path / "report.pdf", "-"], capture_output=True, check=True, timeout=60
    ).stdout.decode()
    assert RESULT not in told
    assert TEMPLATES[0] in told.replace("\n", "")


def _listen(tab: Page, address: str, complaints: list[str]) -> None:
    def dialog(opened: object) -> None:
        complaints.append(f"dialog at {tab.url}")
        opened.dismiss()  # type: ignore[attr-defined]

    def asked(request: object) -> None:
        url = request.url  # type: ignore[attr-defined]
        if not url.startswith((address, "data:")):
            complaints.append(f"{tab.url} asks {url}")

    tab.on("dialog", dialog)
    tab.on("request", asked)
    tab.on("pageerror", lambda error: complaints.append(f"{tab.url}: {error}"))
    tab.on(
        "console",
        lambda line: (
            complaints.append(f"{tab.url}: {line.text}")
            if "Content Security" in line.text or "Refused" in line.text
            else None
        ),
    )


def _check_csv(text: str) -> None:
    for row in csv.reader(io.StringIO(text)):
        for cell in row:
            assert not cell.startswith(FORMULA_STARTS), cell


def _check_workbook(content: bytes) -> None:
    book = openpyxl.load_workbook(io.BytesIO(content))
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f", (sheet.title, cell.coordinate)
    book.close()
