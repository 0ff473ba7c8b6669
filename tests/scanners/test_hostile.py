"""Files made to harm or to mislead: each ends with a message, none with a crash or a clean scan."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import MAX_OCCURRENCES
from checklist_app.scanners import base
from checklist_app.scanners.table import PARSERS, recognise
from tests.scanners.reports import (
    ALL_SAMPLES,
    SARIF,
    ZAP_JSON,
    ZAP_XML,
    alert,
    driver,
    only,
    read,
    result,
    sarif,
    zap,
)

SARIF_START = '{"version": "2.1.0", "runs": '
XML_START = '<?xml version="1.0"?>'


def refusal(data: Any) -> str:
    """Return what is said when a report is refused."""
    with pytest.raises(UnreadableReport) as caught:
        read(data)
    return str(caught.value)


@pytest.mark.parametrize("sample", ALL_SAMPLES, ids=lambda path: path.name)
@pytest.mark.parametrize("tenth", range(1, 10))
def test_a_file_cut_off_anywhere_is_refused(sample: Path, tenth: int) -> None:
    whole = sample.read_bytes()
    size = len(whole) * tenth // 10
    assert f"after byte {size}" in refusal(whole[:size])


JSON_ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be")
XML_ENCODINGS = ("utf-8", "utf-8-sig", "utf-16")  # the other two need a mark, says the standard


@pytest.mark.parametrize(
    ("sample", "encoding"),
    [
        *((sample, encoding) for sample in (SARIF, ZAP_JSON) for encoding in JSON_ENCODINGS),
        *((ZAP_XML, encoding) for encoding in XML_ENCODINGS),
    ],
    ids=lambda value: getattr(value, "name", value),
)
def test_encodings_are_read_alike(sample: Path, encoding: str) -> None:
    text = sample.read_text(encoding="utf-8")
    assert read(text.encode(encoding)) == read(sample.read_bytes())


def test_other_encodings_are_refused_with_the_place() -> None:
    broken = json.dumps(sarif(result(message={"text": "ñ"})), ensure_ascii=False).encode("latin-1")
    assert f"Byte {broken.index(0xF1)} is not text in UTF-8" in refusal(broken)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b" \n\t", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"PK\x03\x04rest", "compressed archive"),
        (b"\x1f\x8brest", "compressed archive"),
        (b"<!DOCTYPE html><html><body>report</body></html>", "web page"),
        (b"\x89PNG\r\n\x1a\n", "not a scanner report"),
        (b"{}", "not a scanner report"),
        (b"[]", "not a scanner report"),
        (b"null", "not a scanner report"),
        (b'{"results": []}', "not a scanner report"),
        (b"<cookbook></cookbook>", "not a scanner report"),
        (b'{"a": 1}\n{"a": 2}', "several JSON documents; the second begins in line 2"),
        (b'{"a": 1,}', "not valid JSON: line 1, column 9"),
        (b"<OWASPZAPReport><a></OWASPZAPReport>", "not valid XML: line 1"),
        (b"<OWASPZAPReport>&#xd800;</OWASPZAPReport>", "not valid XML"),
        (b'<?xml version="1.0" encoding="shift_jisx"?><OWASPZAPReport/>', "encoding"),
        (b'{"version": "2.0.0", "runs": []}', "SARIF 2.0.0"),
        (b'{"version": "1.0.0", "runs": []}', "SARIF 1.0.0"),
        (b'{"version": 2.1, "runs": []}', "SARIF 2.1;"),
        (b'{"version": "2.1.0", "runs": {}}', "runs should be"),
        (b'{"version": "2.1.0", "runs": [1]}', "runs[0] should be"),
        (b'{"version": "2.1.0", "runs": [{"results": []}]}', "runs[0].tool should be"),
        (b'{"version": "2.1.0", "runs": [{"tool": {}, "results": 42}]}', "runs[0].results should"),
        (b'{"@version": "2", "site": 3}', "site should be"),
        (b'{"@version": "2", "site": [3]}', "site[0] should be"),
        (b'{"@version": "2", "site": [{"alerts": {}}]}', "site[0].alerts should be"),
        (b'{"@programName": "ZAP", "@version": "2.16"}', "no list of sites"),
    ],
)
def test_the_message_says_what_is_wrong(data: bytes, said: str) -> None:
    assert said in refusal(data)


@pytest.mark.parametrize(
    "data",
    ["[" * 200_000, SARIF_START + "[" * 200_000, SARIF_START + '{"a":' * 200_000],
    ids=["bare", "lists", "objects"],
)
def test_deep_nesting_is_refused(data: str) -> None:
    assert "deeper than 64" in refusal(data)


def test_deep_nesting_that_is_closed_again_is_refused() -> None:
    deep = "[" * 65 + "]" * 65
    assert "deeper than 64" in refusal(f'{SARIF_START}[], "x": {deep}}}')
    fine = "[" * 60 + '"[[[["' + "]" * 60
    assert read(f'{SARIF_START}[], "x": {fine}}}').account.read == 0


def test_deep_xml_is_refused() -> None:
    assert "deeper than 64" in refusal("<OWASPZAPReport>" + "<a>" * 100_000)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "1" * 5000])
def test_numbers_that_are_none_are_refused(number: str) -> None:
    assert "ordinary number" in refusal(f'{SARIF_START}[], "x": {number}}}')


def test_a_key_that_stands_twice_is_refused() -> None:
    data = '{"version": "2.1.0", "runs": [{"tool": {}, "results": [1], "results": []}]}'
    assert "results stands twice" in refusal(data)


def test_an_unclosed_string_of_escapes_is_quick() -> None:
    assert "cut off" in refusal(SARIF_START + '["' + '\\"' * 2_000_000)


@pytest.mark.parametrize(
    "prolog",
    [
        '<!DOCTYPE r [<!ENTITY x SYSTEM "file://{secret}">]>',
        '<!DOCTYPE r [<!ENTITY x "{secret}">]>',
        '<!DOCTYPE r [<!ENTITY % x SYSTEM "file://{secret}"> %x;]>',
        '<!DOCTYPE r [<!ENTITY x PUBLIC "p" "http://127.0.0.1:9/x">]>',
    ],
)
def test_entities_are_refused(prolog: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("the secret of this machine", encoding="utf-8")
    said = refusal(
        f"{XML_START}{prolog.format(secret=secret)}<OWASPZAPReport><site name='a'><alerts>"
        "<alertitem><name>&x;</name></alertitem></alerts></site></OWASPZAPReport>"
    )
    assert "entities" in said
    assert "secret of this machine" not in said


def test_billion_laughs_are_refused() -> None:
    entities = '<!ENTITY a0 "ha">' + "".join(
        f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)
    )
    document = f"{XML_START}<!DOCTYPE r [{entities}]><OWASPZAPReport>&a9;</OWASPZAPReport>"
    assert "entities" in refusal(document)


def test_a_document_type_alone_is_no_offence() -> None:
    document = f'{XML_START}<!DOCTYPE OWASPZAPReport SYSTEM "file:///nowhere/zap.dtd">'
    assert read(f"{document}<OWASPZAPReport version='2'/>").account.read == 0


def test_an_inclusion_is_refused() -> None:
    item = (
        "<alertitem><name>n</name><desc><xi:include xmlns:xi='http://www.w3.org/2001/XInclude' "
        "href='/etc/passwd' parse='text'/></desc></alertitem>"
    )
    document = f"<OWASPZAPReport><site name='a'><alerts>{item}</alerts></site></OWASPZAPReport>"
    assert "refers to other files" in refusal(document)


@pytest.mark.parametrize(
    "text",
    ["nul \x00 in it", "lone \ud800 surrogate", "bell \x07", "line\u2028end", "reverse \x9f"],
)
def test_what_no_database_takes_is_cleaned(text: str) -> None:
    names = {"message": {"text": text}, "uri": text, "named": text}
    tool = {"driver": {"name": text, "rules": [{"id": text, "shortDescription": {"text": text}}]}}
    found = only(read(sarif(result(**names), tool=tool)))  # type: ignore[arg-type]
    shown = [found.title, found.description, found.rule_id, found.tool, found.locations[0].uri]
    for value in shown:
        value.encode("utf-8")
        assert "\0" not in value
        assert value


def test_markup_in_a_report_stays_text() -> None:
    attack = "<img src=x onerror=alert(1)>"
    assert attack in only(read(sarif(result(message={"text": attack})))).title
    assert attack in only(read(zap(alert(desc=attack)))).description


def test_endless_texts_are_cut() -> None:
    endless = "x" * 3_000_000
    rule = {"id": endless, "shortDescription": {"text": endless}, "helpUri": "https://" + endless}
    found = only(
        read(
            sarif(
                result(named=endless, uri=endless, message={"text": endless}, code=endless),
                tool=driver(rule),
            )
        )
    )
    assert len(json.dumps(found.to_json())) < 40_000


def test_too_many_results_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "MAX_RESULTS", 2)
    assert "holds 3 results" in refusal(sarif(result(), result(), result()))
    assert "holds 3 results" in refusal(zap(alert(), alert(), alert()))


def test_too_many_bytes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "MAX_REPORT_BYTES", 20)
    assert "at most 0 MB" in refusal(sarif())
    assert "at most 0 MB" in refusal(ZAP_XML.read_bytes())


@pytest.mark.parametrize("count", [2**31, 2**63, 10**25])
def test_a_count_that_no_column_holds_is_cut(count: int) -> None:
    twice = result(occurrenceCount=count)
    assert only(read(sarif(twice))).occurrences == MAX_OCCURRENCES
    assert only(read(sarif(twice, twice))).occurrences == MAX_OCCURRENCES


@pytest.mark.parametrize("line", [0, -1, 2**31, 10**25])
def test_a_line_that_no_file_has_is_none(line: int) -> None:
    assert only(read(sarif(result(line=line)))).locations[0].line is None


def test_a_finding_always_has_a_title() -> None:
    found = only(read(sarif(result())))
    assert replace(found, title="").title == "R1"
    assert replace(found, title="", rule_id="").title == "Tool"


def test_the_name_of_a_file_means_nothing() -> None:
    heads = {sample.name: recognise(sample.read_bytes()[:65536]) for sample in ALL_SAMPLES}
    assert [parser and parser.format for parser in heads.values()] == ["sarif", "zap", "zap"]
    assert recognise(b'{"site": "a page about riskcode"}') is None
    assert len({parser.format for parser in PARSERS}) == len(PARSERS)


# --- Wrong types everywhere ---------------------------------------------------------------------
