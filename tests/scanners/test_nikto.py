"""What Nikto's reports say, as XML, JSON and CSV."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import FindingState, Location
from checklist_app.domain.vocabulary import Severity
from tests.scanners.reports import fingerprints, only, read

FRAMES = "The anti-clickjacking X-Frame-Options header is not present."
CSV_HOST = '"Nikto - v2.1.6/2.1.5"\n"bank.example","10.0.0.1","443","","","","nginx"\n'


def item(number: str = "999957", message: str = FRAMES, uri: str = "/", more: str = "") -> str:
    return (
        f'<item id="{number}" osvdbid="0" osvdblink="" method="GET">'
        f"<description><![CDATA[{message}]]></description><uri><![CDATA[{uri}]]></uri>"
        f"<namelink><![CDATA[https://bank.example:443{uri}]]></namelink>{more}</item>"
    )


def scan_of(*items: str, errors: int = 0, tested: int = 6953) -> str:
    return (
        '<scandetails targetip="10.0.0.1" targethostname="bank.example" targetport="443" '
        'targetbanner="nginx" starttime="2026-01-12 09:30:00" sitename="https://bank.example:443/" '
        f'errors="{errors}" checks="6953">{"".join(items)}'
        f'<statistics itemstested="{tested}" /></scandetails>'
    )


def xml(*scans: str) -> str:
    inner = "".join(
        f'<niktoscan version="2.5.0" options="-h bank.example">{scan}</niktoscan>' for scan in scans
    )
    return (
        '<?xml version="1.0" ?>\n<!DOCTYPE niktoscans SYSTEM "docs/nikto.dtd">\n'
        f"<niktoscans>{inner}</niktoscans>"
    )


def host(*items: Any, **more: Any) -> dict[str, Any]:
    return {
        "host": "bank.example",
        "ip": "10.0.0.1",
        "port": "443",
        "banner": "nginx",
        "vulnerabilities": list(items),
        **more,
    }


def vulnerability(**more: Any) -> dict[str, Any]:
    return {"id": "999957", "method": "GET", "url": "/", "msg": FRAMES, **more}


def test_an_item_has_its_test_and_place() -> None:
    scan = read(xml(scan_of(item())))
    found = only(scan)
    assert (scan.format, scan.tool, scan.tool_version) == ("nikto", "Nikto", "2.5.0")
    assert (scan.target, scan.command_line) == ("https://bank.example:443", "-h bank.example")
    assert scan.started_at == datetime(2026, 1, 12, 9, 30, tzinfo=UTC)
    assert (found.rule_id, found.title, found.severity) == ("999957", FRAMES, Severity.LOW)
    assert found.locations == (Location("https://bank.example:443/", method="GET"),)


def test_one_scan_for_all_hosts_and_one_for_each_are_read() -> None:
    alone = f'<niktoscan version="2.1.6">{scan_of(item())}</niktoscan>'
    nested = f"<niktoscan>{alone}{alone.replace('bank.', 'shop.')}</niktoscan>"
    assert read(alone).account.read == 1
    assert read(nested).account.read == 2
    assert len(set(fingerprints(read(nested)))) == 2


def test_xml_json_and_csv_say_the_same() -> None:
    expected = fingerprints(read(xml(scan_of(item()))))
    assert fingerprints(read([host(vulnerability())])) == expected
    assert fingerprints(read(host(vulnerability(id=999957)))) == expected
    line = f'"bank.example","10.0.0.1","443","","GET","/","{FRAMES}"\n'
    scan = read(CSV_HOST + line)
    assert fingerprints(scan) == expected
    assert (scan.tool_version, scan.account.read) == ("2.1.6", 1)


def test_csv_escapes_quotes_with_backslashes() -> None:
    line = r'"bank.example","10.0.0.1","443","OSVDB-3268","GET","/a/","Set to \"deflate\", so."'
    found = only(read(CSV_HOST + line + "\n"))
    assert (found.title, found.rule_id) == ('Set to "deflate", so.', "OSVDB-3268")


def test_json_as_nikto_2_1_6_breaks_it_is_mended_and_no_other() -> None:
    start = '{"host":"a.example","ip":"","port":"80","banner":"","vulnerabilities":['
    broken = start + '{"id":000185,"OSVDB":0,"url":"/a","msg":"has \\",]\\" in it"},],}'
    found = only(read(broken))
    assert (found.rule_id, found.title) == ("000185", 'has ",]" in it')
    with pytest.raises(UnreadableReport, match="not valid JSON"):
        read(start + '{"id" "1"}]}')


@pytest.mark.parametrize(
    ("number", "message", "rule_id", "state"),
    [
        ("013587", "Suggested security header missing: permissions-policy.",
         "013587:permissions-policy", FindingState.OPEN),
        ("999960", "Cookie sid created without the httponly flag", "000029", FindingState.OPEN),
        ("999971", "HTTP TRACE method is active, suggesting the host is vulnerable to XST",
         "999971:trace", FindingState.OPEN),
        ("999100", "Uncommon header 'x-cache' found, with contents: HIT", "999100",
         FindingState.OBSERVATION),
        ("999996", "contains 2 entries which should be manually viewed.", "999996",
         FindingState.NEEDS_REVIEW),
    ],
)  # fmt: skip
def test_rules_and_states(number: str, message: str, rule_id: str, state: FindingState) -> None:
    found = only(read(xml(scan_of(item(number, message)))))
    assert (found.rule_id, found.state) == (rule_id, state)


def test_weaknesses_come_from_references() -> None:
    more = "<references><![CDATA[CWE-16,https://cwe.example/552 CVE-2003-1418]]></references>"
    found = only(read(xml(scan_of(item("000001", "A file.", "/a", more)))))
    assert (found.cwes, found.references) == ((16,), ("https://cwe.example/552",))


def test_a_header_that_moved_or_changed_its_value_is_the_same_finding() -> None:
    message = "Uncommon header 'x-request-id' found, with contents: "
    before = read(xml(scan_of(item("999100", message + "abc", "/tldH5dDP."))))
    after = read(xml(scan_of(item("999100", message + "xyz", "/Qw3rTy."))))
    assert fingerprints(before) == fingerprints(after)


def test_a_default_password_is_masked() -> None:
    message = "Default account found for 'Restricted' at (ID 'admin', PW 's3cret')."
    assert only(read([host(vulnerability(msg=message))])).title.endswith("(ID 'admin', PW '***').")


def test_what_was_not_scanned_is_never_clean() -> None:
    assert read(xml(scan_of())).problems == ()
    assert read([host()]).problems == ()
    assert read(xml()).problems
    assert read(xml(scan_of(errors=20))).problems
    assert read(xml(scan_of(tested=0))).problems


@pytest.mark.parametrize("broken", [{"vulnerabilities": {}}, {"vulnerabilities": None}])
def test_lists_of_another_type_are_refused(broken: dict[str, Any]) -> None:
    with pytest.raises(UnreadableReport, match="should be"):
        read(host(**broken))


def test_an_item_without_a_message_is_skipped() -> None:
    account = read([host(vulnerability(), {}, None)]).account
    assert (account.read, account.findings, account.skipped) == (3, 1, 2)


def test_several_hosts_in_json_that_closes_none_of_them() -> None:
    start = '"ip":"","port":"80","banner":"","vulnerabilities":['
    item = '{"id":000185,"OSVDB":0,"method":"GET","url":"/a\\winnt","msg":"one\ttwo"}'
    one = f'{{"host":"a.example",{start}{item},],'
    scan = read(f"{one}{one.replace('a.example', 'b.example')}}}\n")
    assert scan.target == "http://a.example:80, http://b.example:80"
    assert [found.title for found in scan.results] == ["one two"] * 2
    assert [found.locations[0].uri[-8:] for found in scan.results] == ["/a\\winnt"] * 2


DOCTYPE = '<?xml version="1.0" ?>\n<!DOCTYPE niktoscan SYSTEM "docs/nikto.dtd">\n'
OPEN = '<niktoscan hoststest="0" options="-h list" version="2.1.6" nxmlversion="1.2">\n\n'
CLOSE = "\n</niktoscan>\n\n"
TEXT = "says <niktoscan > and </niktoscan>"


@pytest.mark.parametrize(
    "report",
    [
        DOCTYPE + OPEN + "{}" + OPEN + "{}" + CLOSE,
        DOCTYPE + OPEN + "{}" + CLOSE + OPEN + "{}" + CLOSE,
        DOCTYPE + OPEN + "{}" + CLOSE + DOCTYPE + OPEN + "{}" + CLOSE,
        "<niktoscan>\n" + DOCTYPE.partition("\n")[2] + OPEN + "{}{}" + CLOSE + CLOSE,
        DOCTYPE + "<niktoscan>" + OPEN + "{}" + CLOSE + OPEN + "{}" + CLOSE + CLOSE,
    ],
)
def test_xml_of_several_hosts_and_runs_is_read(report: str) -> None:
    first, second = scan_of(item()), scan_of(item("000001", TEXT)).replace("bank.", "shop.")
    scan = read(report.format(first, second))
    assert [found.rule_id for found in scan.findings] == ["999957", "000001"]
    assert scan.findings[1].title == TEXT
    assert scan.target == "https://bank.example:443, https://shop.example:443"
    assert (scan.tool_version, scan.command_line, scan.problems) == ("2.1.6", "-h list", ())


@pytest.mark.parametrize(
    "report",
    [
        DOCTYPE + OPEN + scan_of(item()),
        DOCTYPE + OPEN + scan_of(item()) + OPEN + scan_of(item()),
        DOCTYPE + OPEN + scan_of(item())[:-20] + CLOSE,
        DOCTYPE + "<niktoscan>" + OPEN + scan_of(item()) + CLOSE,
        DOCTYPE + CLOSE + CLOSE,
    ],
)
def test_xml_that_was_cut_off_is_refused(report: str) -> None:
    with pytest.raises(UnreadableReport):
        read(report)
