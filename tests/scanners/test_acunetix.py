"""What Acunetix says in XML, and Acunetix 360 and Invicti in JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import FindingState, Location
from checklist_app.domain.vocabulary import Severity
from tests.scanners.reports import fingerprints, only, read


def item(**more: str) -> str:
    fields = {
        "Name": "SQL injection",
        "ModuleName": "Scripting (Sql_Injection.script)",
        "Details": "URL encoded GET input <b>pan</b> was set to 1",
        "Affects": "/cards",
        "Parameter": "pan",
        "IsFalsePositive": "",
        "Severity": "high",
        "Description": "SQL is built by hand.",
        "Recommendation": "Use parameters.",
        **more,
    }
    inner = "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in fields.items())
    return (
        f'<ReportItem id="1" color="red">{inner}<TechnicalDetails>'
        "<Request><![CDATA[GET /cards?pan=1 HTTP/1.1\nCookie: sid=abc]]></Request>"
        "</TechnicalDetails>"
        '<CWEList><CWE id="89"><![CDATA[CWE-89]]></CWE></CWEList><CVSS><Score>6.8</Score></CVSS>'
        "<CVSS3><Score>10.0</Score></CVSS3><References><Reference><Database>a</Database>"
        "<URL>https://sql.example/a</URL></Reference></References></ReportItem>"
    )


def acunetix(*items: str, aborted: str = "False", responsive: str = "True") -> str:
    return f"""<?xml version="1.0"?><ScanGroup ExportedOn="12/01/2026, 10:00:00"><Scan>
<Name>Bank</Name><StartURL>bank.example:8443</StartURL><StartTime>13/01/2026, 09:30:00</StartTime>
<Aborted>{aborted}</Aborted><Responsive>{responsive}</Responsive>
<Crawler StartUrl="https://bank.example:8443/"><SiteFiles><SiteFile id="1"><Name>a</Name>
<URL>/a</URL></SiteFile></SiteFiles></Crawler><ReportItems>{"".join(items)}</ReportItems></Scan>
</ScanGroup>"""


def vulnerability(**more: Any) -> dict[str, Any]:
    return {
        "Name": "Cookie Not Marked as HttpOnly",
        "Type": "CookieNotMarkedAsHttpOnly",
        "Severity": "Medium",
        "State": "Present",
        "Certainty": 100,
        "LookupId": "1",
        "Url": "https://bank.example/login?next=1",
        "Description": "<p>Invicti identified a cookie not marked as HTTPOnly.</p>",
        "RemedialProcedure": "<div>Mark it.</div>",
        "Classification": {
            "Cwe": "16, 1004",
            "Owasp": "A5",
            "Cvss": {"BaseScore": {"Value": "5.7"}},
            "Cvss31": None,
        },
        "ExtraInformation": [{"Name": "Identified Cookie(s)", "Value": "sid"}],
        "HttpRequest": {"Content": "GET /login HTTP/1.1\r\n\r\n", "Method": "GET"},
        "HttpResponse": {"Content": "HTTP/1.1 200 OK\r\nSet-Cookie: sid=abc; Path=/\r\n\r\n"},
        **more,
    }


def invicti(*found: Any, **more: Any) -> dict[str, Any]:
    return {
        "Generated": "13/01/2026 10:00 AM",
        "Target": {"Url": "https://bank.example/", "Initiated": "13/01/2026 01:46 AM"},
        "Vulnerabilities": list(found),
        **more,
    }


def test_an_item_of_xml_has_its_name_weakness_and_place() -> None:
    scan = read(acunetix(item()))
    found = only(scan)
    assert (scan.format, scan.tool, scan.target) == ("acunetix", "Acunetix", "bank.example:8443")
    assert scan.started_at == datetime(2026, 1, 13, 9, 30, tzinfo=UTC)
    assert (found.rule_id, found.severity, found.cwes) == ("SQL injection", Severity.HIGH, (89,))
    assert found.locations == (
        Location("https://bank.example:8443/cards", method="GET", parameter="pan"),
    )
    assert (found.cvss, found.references) == (10.0, ("https://sql.example/a",))
    assert found.snippet == "GET /cards?pan=1 HTTP/1.1\nCookie: sid=***"


def test_a_vulnerability_of_json_has_its_type_weaknesses_and_place() -> None:
    scan = read(invicti(vulnerability()))
    found = only(scan)
    assert (scan.tool, scan.target) == ("Invicti", "https://bank.example/")
    assert scan.started_at == datetime(2026, 1, 13, 1, 46, tzinfo=UTC)
    assert (found.rule_id, found.severity) == ("CookieNotMarkedAsHttpOnly", Severity.MEDIUM)
    assert (found.cwes, found.cvss) == ((16, 1004), 5.7)
    assert found.locations == (Location("https://bank.example/login?next=1", method="GET"),)
    assert found.description.endswith("Identified Cookie(s): sid")
    assert "Set-Cookie: sid=***; Path=/" in found.snippet


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("Present", FindingState.OPEN),
        ("Revived", FindingState.OPEN),
        ("Present, Accepted Risk", FindingState.SUPPRESSED),
        ("False Positive", FindingState.SUPPRESSED),
        ("Fixed (Unconfirmed)", FindingState.NEEDS_REVIEW),
        ("Fixed (Confirmed)", FindingState.PASSED),
        ("FixedConfirmed", FindingState.PASSED),
        ("", FindingState.OPEN),
    ],
)
def test_states_of_json(word: str, state: FindingState) -> None:
    assert only(read(invicti(vulnerability(State=word)))).state is state


def test_states_of_xml() -> None:
    refuted = only(read(acunetix(item(IsFalsePositive="True"))))
    assert refuted.state is FindingState.SUPPRESSED
    text = '<div class="a">This alert requires manual confirmation</div>'
    assert only(read(acunetix(item(Description=text)))).state is FindingState.NEEDS_REVIEW


def test_the_same_weakness_of_another_run_is_the_same_finding() -> None:
    before, after = (
        read(invicti(vulnerability())),
        read(invicti(vulnerability(LookupId="2", Url="https://bank.example/login?next=2"))),
    )
    assert fingerprints(before) == fingerprints(after)
    one, two = read(acunetix(item())), read(acunetix(item(Details="Set to 2")))
    assert fingerprints(one) == fingerprints(two)
    assert fingerprints(one) != fingerprints(read(acunetix(item(Parameter="iban"))))


def test_a_scan_that_did_not_come_to_its_end_is_never_clean() -> None:
    assert read(acunetix()).problems == ()
    assert read(invicti()).problems == ()
    assert read(acunetix(aborted="True")).problems
    assert read(acunetix(responsive="False")).problems
    assert read(invicti(Target={})).problems


def test_a_vulnerability_without_classes_is_read_and_one_without_name_skipped() -> None:
    assert only(read(invicti(vulnerability(Classification=None)))).cwes == ()
    account = read(invicti(vulnerability(), {"Severity": "High"}, 7)).account
    assert (account.read, account.findings, account.skipped) == (3, 1, 2)


@pytest.mark.parametrize("found", [{}, "none", None])
def test_a_list_of_another_type_is_refused(found: Any) -> None:
    with pytest.raises(UnreadableReport, match="should be"):
        read(invicti(Vulnerabilities=found))
