"""What GitLab's security reports say, of sources and of running applications."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import FindingState, Location
from checklist_app.domain.vocabulary import Severity
from tests.scanners.reports import fingerprints, only, read

SEMGREP = {"type": "semgrep_id", "name": "bandit.B608", "value": "bandit.B608"}
CWE = {"type": "cwe", "name": "CWE-89", "value": "89", "url": "https://cwe.example/89"}
OWASP = {"type": "owasp", "name": "A03:2021 - Injection", "value": "A03:2021"}


def flaw(line: int = 31, **more: Any) -> dict[str, Any]:
    """Return a vulnerability of SAST."""
    return {
        "id": f"id-{line}",
        "category": "sast",
        "name": "SQL injection",
        "description": "SQL is built by hand.",
        "cve": f"app/cards.py:{line}:B608",
        "severity": "High",
        "confidence": "Medium",
        "scanner": {"id": "semgrep", "name": "Semgrep"},
        "location": {"file": "app/cards.py", "start_line": line, "end_line": line},
        "identifiers": [SEMGREP, CWE, OWASP],
        **more,
    }


def gitlab(*found: Any, kind: str = "sast", status: str = "success", **scan: Any) -> dict[str, Any]:
    """Return a report of schema 15."""
    return {
        "version": "15.0.6",
        "vulnerabilities": list(found),
        "remediations": [],
        "scan": {
            "scanner": {"id": "semgrep", "name": "Semgrep", "version": "1.90.0"},
            "analyzer": {"id": "semgrep", "name": "Semgrep", "version": "5"},
            "type": kind,
            "start_time": "2026-01-12T09:30:00",
            "status": status,
            **scan,
        },
    }


def test_a_flaw_in_sources() -> None:
    scan = read(gitlab(flaw()))
    found = only(scan)
    assert (scan.format, scan.tool, scan.tool_version) == ("gitlab-sast", "Semgrep", "1.90.0")
    assert scan.started_at == datetime(2026, 1, 12, 9, 30, tzinfo=UTC)
    assert (found.rule_id, found.severity, found.cwes) == ("bandit.B608", Severity.HIGH, (89,))
    assert found.tags == ("owasp-top10-2021:A03",)
    assert found.locations == (Location("app/cards.py", 31),)
    assert found.references == ("https://cwe.example/89",)
    assert scan.problems == ()


def test_an_old_report_without_a_scan_is_read_and_never_clean() -> None:
    old = {"version": "2.3", "vulnerabilities": [flaw()], "remediations": []}
    assert only(read(old)).cwes == (89,)
    assert read(old).problems == ()
    assert read(old | {"vulnerabilities": []}).problems


def test_an_empty_report_of_few_words_is_recognised_and_proves_nothing() -> None:
    scan = read({"version": "3.0", "vulnerabilities": []})
    assert (scan.format, scan.account.read) == ("gitlab-sast", 0)
    assert scan.problems


def test_a_clean_report_that_begins_with_very_many_dependencies_is_recognised() -> None:
    packages = [{"package": {"name": f"package-{n}"}, "version": "1.0.0"} for n in range(2000)]
    files = [{"path": "yarn.lock", "package_manager": "yarn", "dependencies": packages}]
    report = gitlab(kind="dependency_scanning")
    first = {key: report[key] for key in ("version", "vulnerabilities")}
    scan = read(first | {"dependency_files": files} | {"scan": report["scan"]})
    assert (scan.format, scan.account.read, scan.problems) == ("gitlab-sast", 0, ())


def test_a_list_of_the_first_analyzers_is_read() -> None:
    entry = {
        "tool": "find_sec_bugs",
        "message": "Predictable random numbers",
        "url": "https://rules.example/PREDICTABLE_RANDOM",
        "cve": "818bf5dacb291e15:PREDICTABLE_RANDOM",
        "file": "src/bank/Cards.java",
        "line": 18,
        "priority": "Low",
    }
    scan = read([entry])
    found = only(scan)
    assert (scan.format, scan.tool, scan.problems) == ("gitlab-sast", "find sec bugs", ())
    assert (found.rule_id, found.severity) == ("PREDICTABLE_RANDOM", Severity.LOW)
    assert found.locations == (Location("src/bank/Cards.java", 18),)
    assert found.title == "Predictable random numbers"
    moved = entry | {"line": 40}
    assert fingerprints(read([moved])) == fingerprints(scan)


def test_a_rule_whose_value_is_a_sentence_goes_by_its_name() -> None:
    rule = {"type": "njsscan_rule_type", "name": "node_sqli", "value": "Input reaches SQL."}
    named = {"type": "cwe", "name": "CWE-89", "value": "node_sqli"}
    bare = {key: part for key, part in flaw(identifiers=[rule, named]).items() if key != "scanner"}
    found = only(read({"version": "2.3", "vulnerabilities": [bare], "remediations": []}))
    assert (found.tool, found.rule_id, found.cwes) == ("njsscan", "node_sqli", (89,))


def test_dependency_check_writes_the_digest_of_the_file_where_the_rule_belongs() -> None:
    own = {"type": "NPM", "name": "GHSA-aaaa-bbbb-cccc (NPM)", "value": "8d32a2e4cb" * 4}
    place = {"file": "a.jar", "dependency": {"package": {"name": "a:a"}, "version": "1"}}
    found = {"name": "GHSA-aaaa-bbbb-cccc", "identifiers": [own], "location": place}
    assert only(read(gitlab(found, kind="dependency_scanning"))).rule_id == "GHSA-aaaa-bbbb-cccc"


def test_failed_scans_and_messages_are_no_proof() -> None:
    assert read(gitlab()).problems == ()
    assert read(gitlab(status="failure")).problems
    fatal = [{"level": "fatal", "value": "could not clone"}]
    assert "could not clone" in str(read(gitlab(messages=fatal)).problems[0])
    assert read(gitlab(messages=[{"level": "info", "value": "done"}])).problems == ()


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ({"confidence": "Ignore"}, FindingState.SUPPRESSED),
        ({"flags": [{"type": "flagged-as-likely-false-positive"}]}, FindingState.NEEDS_REVIEW),
        ({"confidence": "Low", "flags": []}, FindingState.OPEN),
    ],
)
def test_states(more: dict[str, Any], state: FindingState) -> None:
    assert only(read(gitlab(flaw(**more)))).state is state


def test_moved_lines_change_no_fingerprint() -> None:
    assert fingerprints(read(gitlab(flaw()))) == fingerprints(read(gitlab(flaw(line=90))))
    signatures = [{"algorithm": "scope_offset", "value": "app/cards.py|find[0]:3"}]
    tracked: dict[str, Any] = {
        "tracking": {"type": "source", "items": [{"signatures": signatures}]}
    }
    there, moved = flaw(**tracked), flaw(line=90, cve="other", **tracked)
    assert fingerprints(read(gitlab(there))) == fingerprints(read(gitlab(moved)))


def test_secrets_are_hard_coded_credentials_and_never_quoted() -> None:
    secret = "glpat-0123456789abcdef"
    leak = flaw(
        category="secret_detection",
        name="GitLab token",
        description=f"A token {secret} was found.",
        raw_source_code_extract=secret,
        scanner={"id": "gitleaks", "name": "Gitleaks"},
        identifiers=[{"type": "gitleaks_rule_id", "name": "Gitleaks rule ID pat", "value": "pat"}],
    )
    scan = read(gitlab(leak, kind="secret_detection"))
    found = only(scan)
    assert (found.tool, found.rule_id, found.cwes) == ("Gitleaks", "pat", (798,))
    assert secret not in str(scan.to_json())


def test_a_dependency_goes_by_its_cve_and_a_container_by_its_image() -> None:
    gemnasium = {"type": "gemnasium", "name": "Gemnasium-1", "value": "9a45c1a1"}
    cve = {"type": "cve", "name": "CVE-2024-1111", "value": "CVE-2024-1111"}
    package = {"package": {"name": "rack"}, "version": "2.0.4"}
    lock = flaw(
        category="dependency_scanning",
        location={"file": "Gemfile.lock", "dependency": package},
        identifiers=[gemnasium, cve],
        solution="Upgrade to 2.0.6.",
    )
    found = only(read(gitlab(lock, kind="dependency_scanning")))
    assert (found.rule_id, found.cwes) == ("CVE-2024-1111", (1395,))
    assert found.locations == (Location("Gemfile.lock", parameter="rack@2.0.4"),)
    assert found.solution == "Upgrade to 2.0.6."
    image = lock | {"location": {"image": "bank/web:1", "dependency": package}}
    contained = only(read(gitlab(image, kind="container_scanning")))
    assert contained.locations[0].uri == "bank/web:1"
    unlisted = lock | {"identifiers": [gemnasium], "cve": "CVE-2024-2222"}
    assert only(read(gitlab(unlisted))).rule_id == "CVE-2024-2222"


ZAP = {"type": "ZAProxy_PluginId", "name": "PII Disclosure", "value": "10062"}
HEADERS = [
    {"name": "Authorization", "value": "Bearer abcdefgh"},
    {"name": "Cookie", "value": "session=abcdefgh"},
    {"name": "Host", "value": "bank.example"},
]


def weakness(path: str = "/v1/cards?page=1", **more: Any) -> dict[str, Any]:
    """Return a vulnerability of DAST."""
    return {
        "id": "5ec00bbc",
        "description": "Personal data is shown.",
        "cve": "10062",
        "severity": "High",
        "location": {
            "hostname": "https://bank.example",
            "method": "GET",
            "param": "",
            "path": path,
        },
        "identifiers": [ZAP, {"type": "CWE", "name": "CWE-359", "value": "359"}],
        "evidence": {
            "summary": "378282246310005; Card",
            "request": {"headers": HEADERS, "method": "GET", "url": "https://bank.example/v1"},
            "response": {"headers": [], "status_code": 200, "reason_phrase": "OK", "body": "x"},
        },
        **more,
    }


def dast(*found: Any, **scan: Any) -> dict[str, Any]:
    """Return a report of DAST that scanned one address."""
    resources = [{"method": "GET", "type": "url", "url": "https://bank.example/v1"}]
    scanner = {"id": "zaproxy", "name": "OWASP Zed Attack Proxy (ZAP)", "version": "D-2026"}
    return gitlab(
        *found, kind="dast", **{"scanned_resources": resources, "scanner": scanner, **scan}
    )


def test_a_weakness_of_a_running_application() -> None:
    for document in (dast(weakness()), {"vulnerabilities": [weakness()]}):
        scan = read(document)
        found = only(scan)
        assert (scan.format, scan.tool) == ("gitlab-dast", "ZAP")
        assert scan.target == "https://bank.example"
        assert (found.rule_id, found.title) == ("10062", "PII Disclosure")
        assert (found.cwes, found.severity) == ((359,), Severity.HIGH)
        assert found.locations == (Location("https://bank.example/v1/cards?page=1", method="GET"),)


def test_credentials_and_card_numbers_in_evidence_are_not_kept() -> None:
    scan = read(dast(weakness()))
    told = str(scan.to_json())
    assert "abcdefgh" not in told
    assert "378282246310005" not in told
    assert "3782****; Card" in only(scan).description
    assert "Authorization: ****" in only(scan).snippet
    assert "Host: bank.example" in only(scan).snippet


def test_zap_lists_beside_the_vulnerabilities_change_nothing() -> None:
    site = [{"@name": "https://bank.example", "alerts": [{"pluginid": "1", "riskcode": "3"}]}]
    scan = read({"@version": "D-2026", "site": site, **dast(weakness())})
    assert (scan.format, scan.account.read) == ("gitlab-dast", 1)


def test_another_query_is_the_same_weakness_and_another_path_is_not() -> None:
    there, moved = read(dast(weakness())), read(dast(weakness(path="/v1/cards?page=2")))
    assert fingerprints(there) == fingerprints(moved)
    assert fingerprints(there) != fingerprints(read(dast(weakness(path="/v2/cards"))))


def test_a_scan_of_nothing_is_no_proof() -> None:
    assert read(dast()).problems == ()
    assert read(dast(scanned_resources=[])).problems
    assert read(dast(weakness(), scanned_resources=[])).problems == ()


@pytest.mark.parametrize("report", [gitlab(), dast()], ids=["sources", "application"])
def test_broken_types_are_refused_or_counted(report: dict[str, Any]) -> None:
    odd = {"identifiers": "x", "location": [], "evidence": 1, "severity": {}, "scanner": 3}
    scan = read(report | {"vulnerabilities": [odd, 7]})
    assert (scan.account.read, scan.account.skipped) == (2, 1)
    with pytest.raises(UnreadableReport, match="vulnerabilities"):
        read(report | {"vulnerabilities": {}})
    without = {key: part for key, part in report.items() if key != "vulnerabilities"}
    with pytest.raises(UnreadableReport, match="no list of vulnerabilities"):
        read(json.dumps(without))
