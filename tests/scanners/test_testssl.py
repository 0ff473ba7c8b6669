"""What a testssl.sh report says, flat, pretty and as CSV."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import FindingState, Location, routing_keys
from checklist_app.domain.vocabulary import MappingKind, Severity
from tests.scanners.reports import fingerprints, only, read


def row(**more: Any) -> dict[str, Any]:
    """Return one row of the flat report."""
    return {
        "id": "SWEET32",
        "ip": "bank.example/192.0.2.7",
        "port": "443",
        "severity": "LOW",
        "cve": "CVE-2016-2183 CVE-2016-6329",
        "cwe": "CWE-327",
        "finding": "uses 64 bit block ciphers",
        **more,
    }


def pretty(*rows: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a pretty report with one target."""
    inside = [
        {key: value for key, value in one.items() if key not in ("ip", "port")} for one in rows
    ]
    target = {
        "targetHost": "bank.example",
        "ip": "192.0.2.7",
        "port": "443",
        "rDNS": "",
        "service": "HTTP",
        "vulnerabilities": inside,
    }
    return {
        "Invocation": "testssl --jsonfile-pretty r.json bank.example",
        "at": "host:/usr/bin/openssl",
        "version": "3.2.1 ",
        "openssl": "OpenSSL 3.0.2",
        "startTime": "1700000000",
        "scanResult": [target],
        "scanTime": 70,
        **more,
    }


def csv(*rows: dict[str, Any]) -> str:
    """Return rows as CSV."""
    names = ("id", "ip", "port", "severity", "finding", "cve", "cwe")
    lines = ['"id","fqdn/ip","port","severity","finding","cve","cwe"']
    lines += [",".join(f'"{one[name]}"' for name in names) for one in rows]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("report", [[row()], pretty(row()), csv(row())])
def test_a_finding_is_the_same_in_every_shape(report: Any) -> None:
    scan = read(report)
    assert (scan.format, scan.tool, scan.target) == ("testssl", "testssl", "bank.example")
    found = only(scan)
    assert (found.rule_id, found.severity, found.cwes) == ("SWEET32", Severity.LOW, (327,))
    assert found.state is FindingState.OPEN
    assert found.locations == (Location("bank.example:443", parameter="192.0.2.7"),)
    assert "CVE-2016-2183" in found.description
    assert (MappingKind.RULE, "testssl:SWEET32") in routing_keys(found)
    assert scan.problems == ()
    assert fingerprints(scan) == fingerprints(read([row()]))


def test_the_pretty_report_tells_of_the_run() -> None:
    scan = read(pretty(row()))
    assert scan.tool_version == "3.2.1"
    assert scan.started_at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert scan.command_line.startswith("testssl --jsonfile-pretty")


@pytest.mark.parametrize(
    ("severity", "state", "seen_as"),
    [
        ("OK", FindingState.PASSED, Severity.INFO),
        ("INFO", FindingState.OBSERVATION, Severity.INFO),
        ("WARN", FindingState.NEEDS_REVIEW, Severity.INFO),
        ("CRITICAL", FindingState.OPEN, Severity.CRITICAL),
        ("cannot be determined", FindingState.NEEDS_REVIEW, Severity.MEDIUM),
    ],
)
def test_every_word_of_severity_has_its_state(
    severity: str, state: FindingState, seen_as: Severity
) -> None:
    found = only(read([row(severity=severity)]))
    assert (found.state, found.severity) == (state, seen_as)
    assert bool(found.reason) == (state is FindingState.NEEDS_REVIEW)


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("cipher-tls1_2_xc02c", "cipher-tls1_2"),
        ("cipher_x1302", "cipher"),
        ("cipher_order-tls1", "cipher_order"),
        ("cipher_order", "cipher_order"),
        ("cipherlist_NULL", "cipherlist_NULL"),
        ("cert_trust <hostCert#2>_wildcard", "cert_trust_wildcard"),
        ("intermediate_cert_expiration <#1>", "intermediate_cert_expiration"),
        ("BEAST_CBC_TLS1", "BEAST_CBC"),
        ("clientsimulation-android_60", "clientsimulation"),
    ],
)
def test_the_rule_leaves_out_the_single_cipher_or_certificate(name: str, rule: str) -> None:
    assert only(read([row(id=name)])).rule_id == rule


def test_two_ciphers_of_one_rule_are_two_findings_and_stay_so() -> None:
    rows = [row(id="cipher-tls1_x2f"), row(id="cipher-tls1_x35")]
    assert len(set(fingerprints(read(rows)))) == 2
    assert fingerprints(read(rows)) == fingerprints(read(rows[::-1]))


def test_a_target_that_could_not_be_reached_is_no_clean_scan() -> None:
    failed = {"id": "scanProblem", "severity": "FATAL", "finding": "Can't connect to host"}
    for report in (
        [row(**failed)],
        pretty(scanResult=[failed]),
        pretty(scanTime="Scan interrupted"),
        [row(id="scanTime", severity="WARN", finding="Scan interrupted")],
        csv(),
    ):
        assert read(report).problems


def test_what_is_no_row_is_counted_and_left_out() -> None:
    account = read([row(), 42, row(id="")]).account
    assert (account.read, account.skipped, account.adds_up) == (3, 2, True)


def test_a_list_of_the_wrong_type_is_refused() -> None:
    with pytest.raises(UnreadableReport, match="should be"):
        read(pretty(scanResult={"targetHost": "bank.example"}))


def test_the_header_of_a_file_that_was_joined_to_another_is_no_result() -> None:
    scan = read(csv(row()) + csv(row(ip="shop.example/192.0.2.8")))
    assert scan.account.read == 2
    assert scan.target == "bank.example, shop.example"


ROW = json.dumps(row())


@pytest.mark.parametrize(
    ("between", "start", "end"),
    [
        (",", "", ""),
        ("\n", "", ""),
        ("", "", ""),
        ("\n,\n  , ", "", ""),
        (",", "\n, ", ""),
        (",", "", ",\n"),
        (",", "", "\n"),
    ],
)
def test_commas_that_are_missing_or_too_many_are_mended(between: str, start: str, end: str) -> None:
    other = json.dumps(row(id="BEAST", finding='says "], ,{" } {'))
    scan = read(f"[{start}{ROW}{between}{other}{end}]")
    assert [found.rule_id for found in scan.findings] == ["SWEET32", "BEAST"]
    assert scan.findings[1].description.startswith('says "], ,{" } {')


def test_commas_of_a_pretty_report_are_mended_too() -> None:
    failed = {"id": "scanProblem", "severity": "WARN", "finding": "No connect, proceeding"}
    report = json.dumps(pretty(row()) | {"scanResult": [failed, *pretty(row())["scanResult"]]})
    for wrong in (
        report.replace("}, {", "} {"),
        report.replace("}, {", "}{"),
        report.replace(", ", ", , "),
    ):
        scan = read(wrong.replace('], "scanTime"', '] "scanTime"'))
        assert [found.rule_id for found in scan.findings] == ["scanProblem", "SWEET32"]
        assert scan.problems


@pytest.mark.parametrize("broken", [f"[{ROW},", f'[{ROW}, "', f"[{ROW}]]", f'[{ROW}, "id": "a"]'])
def test_json_that_lacks_more_than_commas_is_refused(broken: str) -> None:
    with pytest.raises(UnreadableReport):
        read(broken)


def test_blank_lines_before_the_header_do_no_harm() -> None:
    assert read("\n \r\n" + csv(row())).account.read == 1
