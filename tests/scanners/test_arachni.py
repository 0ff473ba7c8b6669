"""What Arachni's reports say, as JSON and as XML."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import FindingState, Location
from checklist_app.domain.vocabulary import Severity
from tests.scanners.reports import fingerprints, only, read

SCHEMA = "https://raw.example/Arachni/arachni/v1.5.1/components/reporters/xml/schema.xsd"


def issue(**more: Any) -> dict[str, Any]:
    return {
        "name": "Cross-Site Scripting (XSS)",
        "description": "Scripts can be injected.",
        "severity": "high",
        "cwe": 79,
        "tags": ["xss", "OWASP-A03:2021"],
        "references": {"OWASP": "https://xss.example/a"},
        "remedy_guidance": "Encode the output.",
        "check": {"name": "XSS", "shortname": "xss"},
        "vector": {
            "class": "Arachni::Element::Form",
            "type": "form",
            "url": "https://bank.example/search",
            "action": "https://bank.example/search?x=1",
            "method": "post",
            "affected_input_name": "q",
        },
        "trusted": True,
        "proof": "<some_dangerous_input>",
        "digest": 4094967,
        "request": {"headers_string": "POST /search HTTP/1.1\r\nCookie: sid=abc", "body": "q=1"},
        "response": {"headers": {"Set-Cookie": "sid=zzz; Path=/"}, "body": "<html>"},
        **more,
    }


def arachni(*issues: Any, **more: Any) -> dict[str, Any]:
    return {
        "version": "1.5.1",
        "seed": "7ca1",
        "options": {"url": "https://bank.example/", "http": {"user_agent": "Arachni/v1.5.1"}},
        "sitemap": {"https://bank.example/": 200},
        "start_datetime": "2026-01-12 10:30:00 +0100",
        "finish_datetime": "2026-01-12 11:30:00 +0100",
        "issues": list(issues),
        "plugins": {},
        **more,
    }


def xml(code: int = 200, trusted: str = "true") -> str:
    return f"""<?xml version="1.0"?>
<report xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
 xsi:noNamespaceSchemaLocation="{SCHEMA}">
<version>1.5.1</version><seed>7ca1</seed><options>--- url: x</options>
<start_datetime>2026-01-12T10:30:00+01:00</start_datetime>
<sitemap><entry url="https://bank.example/" code="{code}"/></sitemap><issues><issue>
<name>Cross-Site Scripting (XSS)</name><description>Scripts can be injected.</description>
<remedy_guidance>Encode the output.</remedy_guidance><severity>high</severity>
<check><name>XSS</name><version>0.4</version><shortname>xss</shortname></check><cwe>79</cwe>
<references><reference title="OWASP" url="https://xss.example/a"/></references>
<vector><class>Arachni::Element::Form</class><action>https://bank.example/search</action>
<method>post</method><affected_input_name>q</affected_input_name></vector>
<page><request><raw>POST /search HTTP/1.1\nCookie: sid=abc</raw></request>
<response><raw_headers>HTTP/1.1 200 OK</raw_headers><body>&lt;html&gt;</body></response></page>
<proof>&lt;x&gt;</proof><trusted>{trusted}</trusted></issue></issues><plugins/></report>"""


def test_an_issue_has_its_check_weakness_and_place() -> None:
    scan = read(arachni(issue()))
    found = only(scan)
    assert (scan.format, scan.tool, scan.tool_version) == ("arachni", "Arachni", "1.5.1")
    assert scan.target == "https://bank.example/"
    assert scan.started_at == datetime(2026, 1, 12, 9, 30, tzinfo=UTC)
    assert (found.rule_id, found.severity, found.cwes) == ("xss", Severity.HIGH, (79,))
    assert found.tags == ("owasp-top10-2021:A03",)
    assert found.locations == (
        Location("https://bank.example/search?x=1", method="POST", parameter="q"),
    )
    assert found.snippet == (
        "POST /search HTTP/1.1\nCookie: sid=***\n\nq=1\n\nSet-Cookie: sid=***; Path=/\n\n<html>"
    )


def test_xml_says_the_same() -> None:
    scan = read(xml())
    assert fingerprints(scan) == fingerprints(read(arachni(issue())))
    found = only(scan)
    assert (scan.tool_version, scan.target) == ("1.5.1", "https://bank.example")
    assert scan.started_at == datetime(2026, 1, 12, 9, 30, tzinfo=UTC)
    assert (found.cwes, found.solution) == ((79,), "Encode the output.")
    assert "Cookie: sid=***" in found.snippet


def test_the_xml_of_version_0_4_is_read() -> None:
    found = only(
        read(
            "<arachni_report><system><version>0.4.6</version><url>http://a.example/</url></system>"
            "<issues><issue><name>SQL Injection</name><var>id</var><url>http://a.example/u</url>"
            "<method>GET</method><cwe>89</cwe><severity>High</severity>"
            "<internal_modname>sqli</internal_modname><references><reference name='a' "
            "url='https://sql.example'/></references><variations><variation><url>x</url>"
            "</variation><variation/></variations></issue></issues></arachni_report>"
        )
    )
    assert (found.rule_id, found.cwes, found.occurrences) == ("sqli", (89,), 2)
    assert found.locations == (Location("http://a.example/u", method="GET", parameter="id"),)


def test_what_arachni_does_not_trust_needs_a_human() -> None:
    assert only(read(arachni(issue(trusted=False)))).state is FindingState.NEEDS_REVIEW
    assert only(read(xml(trusted="false"))).state is FindingState.NEEDS_REVIEW
    assert only(read(arachni(issue()))).state is FindingState.OPEN


def test_another_input_is_another_finding_and_another_payload_is_not() -> None:
    before = read(arachni(issue()))
    assert fingerprints(before) == fingerprints(read(arachni(issue(proof="<other>"))))
    vector = {**issue()["vector"], "affected_input_name": "page"}
    assert fingerprints(before) != fingerprints(read(arachni(issue(vector=vector))))


def test_a_site_that_did_not_answer_is_never_clean() -> None:
    assert read(arachni()).problems == ()
    assert read(arachni(sitemap={})).problems
    assert read(arachni(sitemap={"https://bank.example/": 0})).problems
    assert read(xml(code=0)).problems
    assert read(xml()).problems == ()


@pytest.mark.parametrize("issues", [{}, None, "none"])
def test_a_list_of_another_type_is_refused(issues: Any) -> None:
    with pytest.raises(UnreadableReport, match="should be"):
        read(arachni(issues=issues))


def test_an_issue_without_a_name_is_skipped() -> None:
    account = read(arachni(issue(), {}, None)).account
    assert (account.read, account.findings, account.skipped) == (3, 1, 2)
