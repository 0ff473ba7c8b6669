"""What Burp Suite's XML report says."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import FindingState, Location
from checklist_app.domain.vocabulary import Severity
from tests.scanners.reports import fingerprints, only, read

DOCTYPE = '<!DOCTYPE issues [<!ELEMENT issues (issue*)><!ATTLIST issues burpVersion CDATA "">]>'
CLASSES = (
    '<ul><li><a href="https://cwe.mitre.org/data/definitions/79.html">CWE-79: Improper'
    ' Neutralization</a></li><li><a href="https://cwe.example/80">CWE-80: Basic XSS</a></li></ul>'
)
REQUEST = "GET /search?q=1 HTTP/1.1\r\nCookie: sid=abc123\r\nAuthorization: Bearer abcdef\r\n\r\n"


def issue(**more: str) -> str:
    fields = {
        "serialNumber": "1234567890",
        "type": "2097920",
        "name": "Cross-site scripting (reflected)",
        "host": "https://bank.example",
        "path": "/search",
        "location": "/search [q parameter]",
        "severity": "High",
        "confidence": "Certain",
        "issueBackground": "<p>Reflected scripts.</p>",
        "issueDetail": "The value of <b>q</b> is copied.",
        "vulnerabilityClassifications": CLASSES,
        **more,
    }
    inner = "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in fields.items())
    encoded = base64.b64encode(REQUEST.encode()).decode()
    return (
        f'<issue>{inner}<requestresponse><request method="GET" base64="true">{encoded}</request>'
        '<response base64="false"><![CDATA[HTTP/1.1 200 OK\nSet-Cookie: sid=zzz; Path=/]]>'
        "</response></requestresponse></issue>"
    )


def burp(*issues: str) -> str:
    return (
        f'<?xml version="1.0"?>\n{DOCTYPE}\n<issues burpVersion="2024.5" '
        f'exportTime="Wed Jan 27 22:43:35 CET 2021">{"".join(issues)}</issues>'
    )


def test_an_issue_has_its_number_weaknesses_and_place() -> None:
    scan = read(burp(issue()))
    found = only(scan)
    assert (scan.format, scan.tool, scan.tool_version) == ("burp", "Burp Suite", "2024.5")
    assert scan.target == "https://bank.example"
    assert scan.started_at == datetime(2021, 1, 27, 21, 43, 35, tzinfo=UTC)
    assert (found.rule_id, found.severity, found.cwes) == ("2097920", Severity.HIGH, (79, 80))
    assert found.locations == (
        Location("https://bank.example/search", method="GET", parameter="q parameter"),
    )
    assert found.description == "The value of q is copied.\n\nReflected scripts."


def test_messages_are_decoded_and_their_secrets_masked() -> None:
    shown = only(read(burp(issue()))).snippet
    assert shown.startswith("GET /search?q=1 HTTP/1.1\nCookie: sid=***\nAuthorization: ***")
    assert "Set-Cookie: sid=***; Path=/" in shown


def test_an_old_report_without_classifications_keeps_its_number() -> None:
    found = only(read(burp(issue(vulnerabilityClassifications="", severity="Information"))))
    assert (found.rule_id, found.cwes, found.severity) == ("2097920", (), Severity.INFO)


def test_issues_of_extensions_go_by_their_name() -> None:
    found = only(read(burp(issue(type="134217728", name="WAF Detected"))))
    assert found.rule_id == "WAF Detected"


def test_what_somebody_calls_a_false_positive_is_suppressed() -> None:
    found = only(read(burp(issue(severity="False positive"))))
    assert (found.state, found.reason) == (FindingState.SUPPRESSED, "False positive")


def test_what_is_purely_informational_is_an_observation() -> None:
    detail = "The server presented a valid certificate. This issue is purely informational."
    found = only(read(burp(issue(type="16777472", issueDetail=detail))))
    assert found.state is FindingState.OBSERVATION


def test_the_same_issue_of_another_run_is_the_same_finding() -> None:
    before = read(burp(issue()))
    after = read(burp(issue(serialNumber="99", issueDetail="Another payload.")))
    other = read(burp(issue(location="/search [page parameter]")))
    assert fingerprints(before) == fingerprints(after)
    assert fingerprints(before) != fingerprints(other)


def test_a_report_without_issues_proves_nothing() -> None:
    assert read(burp()).problems
    assert not read(burp(issue())).problems


def test_an_issue_without_a_name_is_skipped_and_counted() -> None:
    account = read(burp(issue(), "<issue><severity>High</severity></issue>")).account
    assert (account.read, account.findings, account.skipped) == (2, 1, 1)


def test_entities_are_refused() -> None:
    text = '<!DOCTYPE issues [<!ENTITY a "x">]><issues burpVersion="1">&a;</issues>'
    with pytest.raises(UnreadableReport, match="entities"):
        read(text)
