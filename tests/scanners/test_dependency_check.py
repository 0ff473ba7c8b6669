"""What Dependency-Check reports say, as XML of old and new schemas and as JSON."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import FindingState, Location
from checklist_app.domain.vocabulary import Severity
from tests.scanners.reports import fingerprints, only, read

SCHEMA = "https://jeremylong.github.io/DependencyCheck/dependency-check.4.1.xsd"
NEW = """
<vulnerability source="NVD"><name>CVE-2024-1111</name><severity>CRITICAL</severity>
<cvssV2><score>5.0</score><severity>MEDIUM</severity></cvssV2>
<cvssV3><baseScore>9.8</baseScore><baseSeverity>CRITICAL</baseSeverity></cvssV3>
<cwes><cwe>CWE-502</cwe><cwe>NVD-CWE-noinfo</cwe></cwes><description>Reads objects.</description>
<references><reference><source>X</source><url>https://a.example/1</url></reference></references>
</vulnerability>
"""
SUPPRESSED = """
<suppressedVulnerability source="NVD"><name>CVE-2024-2222</name>
<cvssV3><baseScore>5.4</baseScore><baseSeverity>MEDIUM</baseSeverity></cvssV3>
<cwes><cwe>CWE-79</cwe></cwes><notes>Not used here.</notes></suppressedVulnerability>
"""
OLD = """
<vulnerability><name>CVE-2015-1</name><cvssScore>7.5</cvssScore><severity>High</severity>
<cwe>CWE-400 Resource Exhaustion</cwe></vulnerability>
"""


def xml(*vulnerabilities: str, version: str = "1.0", scan: str = "") -> str:
    """Return a report with one dependency."""
    return f"""<?xml version="1.0"?><analysis xmlns="{SCHEMA}"><scanInfo>
<engineVersion>12.1.0</engineVersion>{scan}</scanInfo>
<projectInfo><name>shop</name><reportDate>2026-01-12T09:30:00.5Z</reportDate></projectInfo>
<dependencies><dependency isVirtual="false"><fileName>app.ear: lib-{version}.jar</fileName>
<filePath>/build/7/app.ear/lib-{version}.jar</filePath>
<relatedDependencies><relatedDependency><filePath>/build/7/b.jar</filePath></relatedDependency>
</relatedDependencies><evidenceCollected/><identifiers><package confidence="HIGH">
<id>pkg:maven/org.a/lib@{version}</id></package></identifiers>
<vulnerabilities>{"".join(vulnerabilities)}</vulnerabilities></dependency></dependencies></analysis>
"""


def test_a_vulnerability_is_a_finding() -> None:
    scan = read(xml(NEW))
    assert (scan.format, scan.tool_version, scan.target) == ("dependency-check", "12.1.0", "shop")
    assert scan.started_at is not None
    found = only(scan)
    assert (found.rule_id, found.cwes) == ("CVE-2024-1111", (502,))
    assert (found.severity, found.cvss) == (Severity.CRITICAL, 9.8)
    assert found.locations == (
        Location("/build/7/app.ear/lib-1.0.jar", parameter="pkg:maven/org.a/lib@1.0"),
        Location("/build/7/b.jar", parameter="pkg:maven/org.a/lib@1.0"),
    )
    assert (found.occurrences, found.references) == (2, ("https://a.example/1",))


def test_a_suppressed_vulnerability_keeps_its_notes() -> None:
    scan = read(xml(NEW, SUPPRESSED))
    assert (scan.account.findings, scan.account.suppressed) == (1, 1)
    found = scan.results[1]
    assert (found.state, found.reason) == (FindingState.SUPPRESSED, "Not used here.")
    assert (found.severity, found.cwes) == (Severity.MEDIUM, (79,))


def test_the_old_schema() -> None:
    found = only(read(xml(OLD)))
    assert (found.severity, found.cvss, found.cwes) == (Severity.HIGH, 7.5, (400,))


def test_json_says_the_same_as_xml() -> None:
    vulnerability = {
        "source": "NVD",
        "name": "CVE-2024-1111",
        "severity": "CRITICAL",
        "cvssv3": {"baseScore": 9.8, "baseSeverity": "CRITICAL"},
        "cwes": ["CWE-502", "NVD-CWE-noinfo"],
        "description": "Reads objects.",
        "references": [{"source": "X", "url": "https://a.example/1"}],
    }
    dependency: dict[str, Any] = {
        "fileName": "app.ear: lib-1.0.jar",
        "filePath": "/build/7/app.ear/lib-1.0.jar",
        "relatedDependencies": [{"filePath": "/build/7/b.jar"}],
        "packages": [{"id": "pkg:maven/org.a/lib@1.0", "confidence": "HIGH"}],
        "vulnerabilities": [vulnerability],
    }
    report = {
        "reportSchema": "1.1",
        "scanInfo": {"engineVersion": "12.1.0"},
        "projectInfo": {"name": "shop", "reportDate": "2026-01-12T09:30:00.5Z"},
        "dependencies": [dependency],
    }
    assert read(report) == read(xml(NEW))


CSV_NAMES = (
    "Project", "ScanDate", "DependencyName", "DependencyPath", "Description", "License", "Md5",
    "Sha1", "Identifiers", "CPE", "CVE", "CWE", "Vulnerability", "Source", "CVSSv2_Severity",
    "CVSSv2_Score", "CVSSv2", "CVSSv3_BaseSeverity", "CVSSv3_BaseScore", "CVSSv3",
    "CPE Confidence", "Evidence Count",
)  # fmt: skip


def table(*rows: dict[str, str]) -> str:
    """Return the CSV report with these cells; the others are empty."""
    written = io.StringIO()
    writer = csv.DictWriter(written, CSV_NAMES, quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue()


ROW = {
    "Project": "shop",
    "ScanDate": "Mon, 12 Jan 2026 09:30:00 GMT",
    "DependencyName": "app.ear: lib-1.0.jar",
    "DependencyPath": "/build/7/app.ear/lib-1.0.jar",
    "Identifiers": "pkg:maven/org.a/lib@1.0, cpe:2.3:a:org:lib",
    "CVE": "CVE-2024-1111",
    "CWE": "CWE-502 Deserialization of Untrusted Data",
    "Vulnerability": "Reads objects.",
    "CVSSv2_Severity": "MEDIUM",
    "CVSSv2_Score": "5.0",
    "CVSSv3_BaseSeverity": "CRITICAL",
    "CVSSv3_BaseScore": "9.800000190734863",
}


def test_csv_gives_the_same_finding_as_xml() -> None:
    scan = read(table(ROW))

    assert (scan.format, scan.target, scan.problems) == ("dependency-check", "shop", ())
    assert str(scan.started_at) == "2026-01-12 09:30:00+00:00"
    later = read(table({**ROW, "ScanDate": "Mon, 12 Jan 2026 11:30:00 +0200"}))
    assert later.started_at == scan.started_at
    assert fingerprints(scan) == fingerprints(read(xml(NEW)))
    found = only(scan)
    assert (found.rule_id, found.cwes, found.severity) == (
        "CVE-2024-1111",
        (502,),
        Severity.CRITICAL,
    )
    assert found.locations[0].parameter == "pkg:maven/org.a/lib@1.0"


def test_a_csv_row_without_a_name_is_counted_and_an_empty_csv_proves_nothing() -> None:
    assert read(table(ROW, {"DependencyName": "x"})).account.skipped == 1
    assert read(table()).problems
    with pytest.raises(UnreadableReport, match="more cells"):
        read(table(ROW) + ",".join(["x"] * 40) + "\n")


def test_a_new_version_in_another_folder_is_the_same_finding() -> None:
    before, after = read(xml(NEW)), read(xml(NEW, version="1.1").replace("/build/7/", "/build/8/"))
    assert fingerprints(before) == fingerprints(after)


def test_a_run_that_met_errors_or_found_no_dependency_is_not_clean() -> None:
    assert read(xml()).problems == ()
    failed = "<analysisExceptions><exception><message>No network</message></exception>"
    scan = read(xml(scan=failed + "</analysisExceptions>"))
    assert "No network" in str(scan.problems[0])
    report: dict[str, Any] = {"scanInfo": {}, "projectInfo": {}, "dependencies": []}
    assert read(report).problems


def test_what_cannot_be_read() -> None:
    with pytest.raises(UnreadableReport, match="no list of dependencies"):
        read({"reportSchema": "1.1", "scanInfo": {}})
    with pytest.raises(UnreadableReport, match="dependencies should be"):
        read({"reportSchema": "1.1", "scanInfo": {}, "dependencies": {}})
    for name in ("vulnerabilities", "suppressedVulnerabilities"):
        with pytest.raises(UnreadableReport, match=rf"{name} should be"):
            read({"reportSchema": "1.1", "scanInfo": {}, "dependencies": [{name: {"name": "x"}}]})
    scan = read(xml("<vulnerability><name/></vulnerability>", NEW))
    assert (scan.account.read, scan.account.skipped) == (2, 1)


def test_json_before_version_6_misspells_a_name_and_tells_the_newest_score() -> None:
    scored = {
        "name": "CVE-2019-1",
        "cvssv2": {"score": 4.3, "severity": "MEDIUM"},
        "cvssv3": {"baseScore": 9.8, "baseSeverity>": "CRITICAL"},
    }
    dependency = {"fileName": "a.jar", "filePath": "/a.jar", "vulnerabilities": [scored]}
    found = only(read({"reportSchema": "1.0", "scanInfo": {}, "dependencies": [dependency]}))
    assert (found.severity, found.cvss) == (Severity.CRITICAL, 9.8)


def test_csv_before_version_5_has_one_severity_and_one_score() -> None:
    found = only(
        read(
            '"Project","ScanDate","DependencyName","DependencyPath","Identifiers","CVE","CWE",'
            '"Vulnerability","Severity","CVSSv2"\n'
            '"shop","Tue, 5 Jun 2018 10:00:00 GMT","a-1.jar","/a-1.jar","org.a:a:1",'
            '"CVE-2016-1","CWE-284 Improper Access Control","Bad","High","7.5"\n'
        )
    )
    assert (found.severity, found.cvss, found.cwes) == (Severity.HIGH, 7.5, (284,))
