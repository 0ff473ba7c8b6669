"""Files that must be refused: broken, hostile or not what they seem. Made here, not stored."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

from openpyxl import Workbook, load_workbook

from checklist_app.catalog.custom.workbook import COLUMNS, template

Made = dict[str, bytes]


def flat(**changes: Any) -> dict[str, Any]:
    """Return one good row of a flat file, with changes."""
    row = {
        "chapter_id": "V1",
        "chapter_name": "Encoding and Sanitization",
        "section_id": "V1.1",
        "section_name": "Architecture",
        "req_id": "V1.1.1",
        "req_description": "Something must hold.",
        "L": "1",
    }
    return row | changes


def dumped(document: object) -> bytes:
    return json.dumps(document).encode()


def rows(*found: object) -> bytes:
    return dumped({"requirements": list(found)})


def cyclonedx(requirements: list[dict[str, Any]], **standard: Any) -> dict[str, Any]:
    body = {"name": "House (ASVS)", "version": "9.0", "requirements": requirements} | standard
    return {"bomFormat": "CycloneDX", "specVersion": "1.6", "definitions": {"standards": [body]}}


def node(identifier: str, **more: Any) -> dict[str, Any]:
    return {"bom-ref": identifier, "identifier": identifier, "text": "It holds."} | more


def oscal(*controls: dict[str, Any], **metadata: Any) -> bytes:
    head = {"title": "Catalog", "version": "1", "oscal-version": "1.2.3"} | metadata
    return dumped({"catalog": {"uuid": "u", "metadata": head, "controls": list(controls)}})


CSV = (
    b"chapter_id,chapter_name,section_id,section_name,req_id,req_description,L\n"
    b"V1,Encoding and Sanitization,V1.1,Architecture,V1.1.1,It holds.,1\n"
)
XML = (
    b'<?xml version="1.0"?><root><Name>ASVS</Name><Version>5.0.0</Version><Requirements><item>'
    b"<Shortcode>V1</Shortcode><Name>Encoding and Sanitization</Name><Items><item><Shortcode>V1.1"
    b"</Shortcode><Name>A</Name><Items><item><Shortcode>V1.1.1</Shortcode><Description>It holds."
    b"</Description><L>1</L></item></Items></item></Items></item></Requirements></root>"
)
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE root [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;">]><root><Name>&c;</Name></root>'
)
EXTERNAL = (
    b'<?xml version="1.0"?><!DOCTYPE root [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    b"<root><Name>&x;</Name></root>"
)
YAML = (
    b"metadata: {version: vx.x.x}\ngroups:\n- id: G\n  title: T\n"
    b"  controls: [{id: G-1, statement: S}]\n"
)
LIST = (
    b"id: acme-list\nversion: '1'\nlanguages: [en]\nname: Ours\nrequirements:\n"
    b"- {section: NET, identifier: NET-01, title: T, statement: It holds.}\n"
)


def json_cases() -> Made:
    deep: Any = "x"
    for _ in range(80):
        deep = [deep]
    return {
        "empty": b"",
        "only blanks": b" \n\t ",
        "cut off": rows(flat())[:60],
        "two documents": rows(flat()) + rows(flat()),
        "a key twice": b'{"requirements": [], "requirements": [{"req_id": "V1.1.1"}]}',
        "not a number": b'{"requirements": [{"req_id": "V1.1.1", "L": NaN}]}',
        "infinity": b'{"requirements": [{"req_id": "V1.1.1", "L": Infinity}]}',
        "nested too deep": dumped({"requirements": deep}),
        "a list of numbers": dumped([1, 2, 3]),
        "a report of a scanner": dumped({"version": "2.1.0", "runs": []}),
        "latin 1": '{"requirements": [{"req_id": "V1.1.1", "req_description": "año"}]}'.encode(
            "latin-1"
        ),
        "no rows": rows(),
        "rows of text": dumped({"requirements": ["V1.1.1"]}),
        "a row without identifier": rows(flat(), flat(req_id="", section_id="V1.1")),
        "an identifier twice": rows(flat(), flat()),
        "an identifier with a slash": rows(flat(req_id="V1.1.1/../x")),
        "an identifier with markup": rows(flat(req_id="<script>")),
        "an identifier too long": rows(flat(req_id="V" + "1" * 50)),
        "a level out of range": rows(flat(L="7")),
        "a negative level": rows(flat(L="-1")),
        "a row without words": rows(flat(req_description="")),
        "a text too long": rows(flat(req_description="x" * 30_000)),
        "a version nobody knows": rows(flat(chapter_name="Something else")),
        "too many rows": rows(*(flat(req_id=f"V1.1.{n}") for n in range(6000))),
        "nested without identifier": dumped(
            {"Version": "5.0.0", "Requirements": [{"Items": [{"Description": "x"}]}]}
        ),
        "nested without anything": dumped({"Version": "5.0.0", "Requirements": []}),
    }


def cyclonedx_cases() -> Made:
    return {
        "cyclonedx without standard": dumped({"bomFormat": "CycloneDX", "specVersion": "1.6"}),
        "cyclonedx with two standards": dumped(
            {"bomFormat": "CycloneDX", "definitions": {"standards": [{}, {}]}}
        ),
        "cyclonedx without version": dumped(cyclonedx([node("A-1")], version="")),
        "cyclonedx without requirements": dumped(cyclonedx([])),
        "cyclonedx parent nowhere": dumped(cyclonedx([node("A-1", parent="Z")])),
        "cyclonedx parents in a circle": dumped(
            cyclonedx([node("A-1", parent="A-2"), node("A-2", parent="A-1")], name="Circle")
        ),
        "cyclonedx its own parent": dumped(cyclonedx([node("A-1", parent="A-1")], name="Circle")),
        "cyclonedx identifier twice": dumped(
            cyclonedx([node("A-1"), node("A-1") | {"bom-ref": "other"}])
        ),
        "cyclonedx identifier missing": dumped(cyclonedx([{"bom-ref": "x", "text": "y"}])),
        "cyclonedx no words": dumped(cyclonedx([node("A-1", text="")], name="Wordless")),
    }


def other_cases() -> Made:
    many = b"".join(b"<a>" for _ in range(100)) + b"".join(b"</a>" for _ in range(100))
    return {
        "oscal without version": oscal({"id": "a-1", "title": "A"}, version=""),
        "oscal without title": oscal({"id": "a-1", "title": "A"}, title=""),
        "oscal without controls": oscal(),
        "oscal control without id": oscal({"title": "A"}),
        "oscal control twice": oscal({"id": "a-1", "title": "A"}, {"id": "a-1", "title": "B"}),
        "guide without tests": dumped({"categories": {"A": {"id": "WSTG-A", "tests": []}}}),
        "guide without numbers": dumped(
            {"categories": {"A": {"id": "WSTG-A", "tests": [{"name": "x"}]}}}
        ),
        "csv with a formula": CSV.replace(b"It holds.", b"=cmd|' /C calc'!A0"),
        "csv with an at sign": CSV.replace(b"It holds.", b"@SUM(1+1)*cmd"),
        "csv with too many cells": CSV + b"V1,a,V1.1,b,V1.1.2,c,1,2,3\n",
        "csv with an open quote": CSV + b'V1,a,V1.1,b,V1.1.2,"never closed,1\n',
        "csv with a column twice": CSV.replace(b"section_name", b"section_id"),
        "csv with a level of words": CSV.replace(b",1\n", b",high\n"),
        "csv with nul": CSV.replace(b"holds", b"ho\0lds"),
        "csv in utf-16": CSV.decode().encode("utf-16"),
        "csv with the header alone": CSV.split(b"\n")[0] + b"\n",
        "xml cut off": XML[:200],
        "xml with entities that grow": LAUGHS,
        "xml with an outside entity": EXTERNAL,
        "xml with a document type": XML.replace(b"<root>", b"<!DOCTYPE root><root>", 1),
        "xml nested too deep": b"<root>" + many + b"</root>",
        "xml in an unknown encoding": XML.replace(b'"1.0"', b'"1.0" encoding="klingon"'),
        "xml of something else": b"<html><body>x</body></html>",
        "xml with an element twice": XML.replace(b"<Version>", b"<Name>B</Name><Version>"),
        "yaml without version": YAML,
        "yaml with aliases": b"a: &a [x]\ngroups: [*a, *a]\n",
        "yaml that builds objects": b"groups: !!python/object/apply:os.system ['id']\n",
        "yaml with a key twice": YAML + b"metadata: {}\n",
        "yaml not closed": b"groups: [\n",
        "yaml nested too deep": b"groups: " + b"[" * 80 + b"]" * 80,
        "a picture": b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
        "a pdf": b"%PDF-1.7\n1 0 obj\n",
    }


def filled(change: Callable[[Any], None]) -> bytes:
    """Return the template after a change to the workbook."""
    book = load_workbook(io.BytesIO(template()))
    change(book)
    stored = io.BytesIO()
    book.save(stored)
    return stored.getvalue()


def set_cell(column: str, value: object) -> bytes:
    def change(book: Any) -> None:
        book["Requirements"].cell(2, COLUMNS.index(column) + 1).value = value

    return filled(change)


def repacked(**parts: bytes) -> bytes:
    """Return the template's archive with further parts."""
    stored = io.BytesIO(template())
    with zipfile.ZipFile(stored, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/"), content)
    return stored.getvalue()


def unsafe_name() -> bytes:
    stored = io.BytesIO(template())
    with zipfile.ZipFile(stored, "a") as archive:
        archive.writestr("../../etc/cron.d/x", b"x")
    return stored.getvalue()


def without_sheets() -> bytes:
    book, stored = Workbook(), io.BytesIO()
    book.save(stored)
    return stored.getvalue()


def custom_cases() -> Made:
    def twice(book: Any) -> None:
        sheet = book["Requirements"]
        sheet.append([cell.value for cell in sheet[2]])

    def official(book: Any) -> None:
        book["List"]["B1"] = "owasp-asvs"

    def column(book: Any) -> None:
        book["Requirements"]["A1"] = "colour"

    def emptied(book: Any) -> None:
        book["Requirements"].delete_rows(2)

    def nameless(book: Any) -> None:
        book["List"]["B3"] = book["List"]["B4"] = None

    return {
        "workbook with a formula": set_cell("statement.en", "=1+1"),
        "workbook with a link": set_cell("statement.en", '=HYPERLINK("http://x","y")'),
        "workbook with a bad level": set_cell("level", 9),
        "workbook with a bad cwe": set_cell("cwe", "many"),
        "workbook with a bad word": set_cell("applies_to", "toaster"),
        "workbook without a title": set_cell("title.es", None),
        "workbook with a long title": set_cell("title.en", "x" * 200),
        "workbook with an odd identifier": set_cell("identifier", "net 01"),
        "workbook with a requirement twice": filled(twice),
        "workbook with an official name": filled(official),
        "workbook with another column": filled(column),
        "workbook without requirements": filled(emptied),
        "workbook without a name": filled(nameless),
        "workbook without our sheets": without_sheets(),
        "workbook with macros": repacked(xl__vbaProject_bin=b"x"),
        "workbook with links to files": repacked(xl__externalLinks__externalLink1=b"x"),
        "workbook that grows": repacked(xl__media__zeros=bytes(60 * 1024 * 1024)),
        "workbook with an unsafe name": unsafe_name(),
        "workbook cut off": template()[:2000],
        "zip of nothing": b"PK\x05\x06" + bytes(18),
        "list with an official name": LIST.replace(b"acme-list", b"owasp-base"),
        "list with an odd name": LIST.replace(b"acme-list", b"Acme List"),
        "list with an unknown key": LIST + b"colour: red\n",
        "list with an unknown field": LIST.replace(b"title: T", b"title: T, colour: red"),
        "list without statement": LIST.replace(b", statement: It holds.", b""),
        "list with an identifier twice": LIST + LIST.splitlines()[-1] + b"\n",
        "list without language": LIST.replace(b"[en]", b"[fr]"),
        "list with aliases": LIST.replace(b"name: Ours", b"name: &a Ours\nsummary: *a"),
    }


def refused() -> Made:
    """Return all of them by name."""
    return json_cases() | cyclonedx_cases() | other_cases() | custom_cases()
