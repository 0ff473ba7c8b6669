"""How XML is read that tools write as they received it."""

from __future__ import annotations

import io

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.scanners.xml_text import walk_through
from tests.scanners.reports import only, read

BURP = (
    b'<?xml version="1.0"?><issues burpVersion="2024.1"><issue><type>2097920</type>'
    b"<name>%s</name><host>https://bank.example</host><path>/</path><severity>High</severity>"
    b'<requestresponse><request method="%s"><![CDATA[GET /]]></request></requestresponse>'
    b"</issue></issues>"
)
MEGABYTE = 1024 * 1024


def text_of(document: bytes) -> str:
    """Return the text of the one element of a document."""
    return [element for _, element in walk_through(io.BytesIO(document), len(document))][
        -1
    ].text or ""


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("Café".encode(), "Café"),
        ("Café".encode("latin-1"), "Café"),
        ("Café €".encode() + "é".encode("latin-1"), "Café €é"),
        (b"a\x00b\x0bc\x1bd", "a b c d"),
    ],
)
def test_a_report_holds_what_its_tool_received(written: bytes, title: str) -> None:
    found = only(read(BURP % (written, b"\x12\x164\x00")))
    assert found.title == title
    assert found.locations[0].method == "4"


@pytest.mark.parametrize("before", range(MEGABYTE - 4, MEGABYTE + 1))
def test_a_character_on_the_border_of_two_parts_stays_whole(before: int) -> None:
    start = b"<a>".ljust(before, b"x")
    assert text_of(start + "€".encode() + b"</a>").endswith("x€")
    assert text_of(start + b"\x85\xe9</a>").endswith("x\x85é")


@pytest.mark.parametrize(
    ("written", "found"),
    [
        (b"a&#x1;b&#x1B;c&#0;d&#31;e", "a b c d e"),
        (b"&#9;&#xA;&#x0D;&#32;&#x20AC;&#1234;", "\t\n\r €\u04d2"),
        (b"&amp;#1;<![CDATA[&#1;]]>&#1;<![CDATA[&#x1f;]]>", "&#1;&#1; &#x1f;"),
    ],
)
def test_a_reference_to_a_control_character_is_a_blank(written: bytes, found: str) -> None:
    assert text_of(b"<a>" + written + b"</a>") == found
    latin = b'<?xml version="1.0" encoding="latin-1"?><a>' + written + b"</a>"
    assert text_of(latin) == found


@pytest.mark.parametrize("before", range(MEGABYTE - 14, MEGABYTE + 1))
def test_a_reference_on_the_border_of_two_parts_is_mended_too(before: int) -> None:
    start = b"<a>".ljust(before, b"x")
    assert text_of(start + b"&#x1b;</a>").endswith("x ")
    assert text_of(start + b"<![CDATA[&#1;]]>&#1;</a>").endswith("x&#1; ")
    assert text_of(b"<a><![CDATA[".ljust(before, b"x") + b"&#1;]]>&#1;</a>").endswith("x&#1; ")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_a_declared_encoding_stands(encoding: str) -> None:
    declared = encoding.removesuffix("-sig")
    document = f'<?xml version="1.0" encoding="{declared}"?><a>Café</a>'
    assert text_of(document.encode(encoding)) == "Café"


def test_blanks_before_the_declaration_do_no_harm() -> None:
    assert only(read(b"\r\n  " + BURP % (b"XSS", b"GET"))).title == "XSS"


@pytest.mark.parametrize("document", [b"", b"\xe9", b"<a>\xe2\x82", b"\x00\x00", b"<a>\x00"])
def test_what_is_no_document_is_refused(document: bytes) -> None:
    with pytest.raises(UnreadableReport):
        text_of(document)


def test_what_powershell_writes_is_read_whatever_it_declares() -> None:
    document = '<?xml version="1.0" encoding="UTF-8"?>\r\n<a>Café \x02 one</a>\r\n'
    assert text_of(document.encode("utf-16")) == "Café   one"
    large = f'<?xml version="1.0" encoding="UTF-8"?><a>{"€" * MEGABYTE}</a>'
    assert text_of(large.encode("utf-16")) == "€" * MEGABYTE
