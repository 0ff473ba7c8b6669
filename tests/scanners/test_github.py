"""What GitHub's alerts say: Dependabot, code scanning and secret scanning."""

from __future__ import annotations

import json
from typing import Any

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import FindingState, Location
from checklist_app.domain.vocabulary import Severity
from tests.scanners.reports import fingerprints, only, read

IDENTIFIERS = [
    {"type": "GHSA", "value": "GHSA-aaaa-bbbb-cccc"},
    {"type": "CVE", "value": "CVE-2024-1111"},
]


def dependabot(**more: Any) -> dict[str, Any]:
    """Return an alert of the REST API."""
    package = {"ecosystem": "pip", "name": "django"}
    return {
        "number": 7,
        "state": "open",
        "dependency": {"package": package, "manifest_path": "requirements.txt", "scope": "runtime"},
        "security_advisory": {
            "ghsa_id": "GHSA-aaaa-bbbb-cccc",
            "cve_id": "CVE-2024-1111",
            "summary": "Reads too far",
            "description": "It reads too far.",
            "identifiers": IDENTIFIERS,
            "cvss_severities": {"cvss_v3": {"score": 7.5}, "cvss_v4": {"score": 0.0}},
            "epss": {"percentage": 0.25, "percentile": "0.9"},
            "cwes": [{"cwe_id": "CWE-200", "name": "Exposure"}],
            "references": [{"url": "https://nvd.example/CVE-2024-1111"}],
        },
        "security_vulnerability": {
            "package": package,
            "severity": "high",
            "vulnerable_version_range": "< 2.0.2",
            "first_patched_version": {"identifier": "2.0.2"},
        },
        "html_url": "https://github.com/bank/web/security/dependabot/7",
        "dismissed_at": None,
        "fixed_at": None,
        **more,
    }


def node(**more: Any) -> dict[str, Any]:
    """Return an alert of GraphQL."""
    return {
        "id": "RVA_1",
        "vulnerableManifestPath": "web/pom.xml",
        "securityVulnerability": {
            "severity": "MODERATE",
            "package": {"name": "com.h2database:h2", "ecosystem": "MAVEN"},
            "advisory": {
                "summary": "RCE in H2",
                "identifiers": IDENTIFIERS,
                "cvss": {"score": 0, "vectorString": None},
                "cwes": {"nodes": [{"cweId": "CWE-502"}]},
            },
        },
        **more,
    }


def graphql(*nodes: Any, **connection: Any) -> dict[str, Any]:
    """Return an answer of GraphQL for one repository."""
    alerts = {"nodes": list(nodes), **connection}
    return {"data": {"repository": {"nameWithOwner": "bank/web", "vulnerabilityAlerts": alerts}}}


def code(**more: Any) -> dict[str, Any]:
    """Return an alert of code scanning."""
    return {
        "number": 42,
        "state": "open",
        "html_url": "https://github.com/bank/web/security/code-scanning/42",
        "rule": {
            "id": "py/sql-injection",
            "severity": "error",
            "security_severity_level": "critical",
            "description": "SQL query built from user input",
            "tags": ["security", "external/cwe/cwe-089"],
        },
        "tool": {"name": "CodeQL", "version": "2.20.0"},
        "most_recent_instance": {
            "message": {"text": "This query depends on a user-provided value."},
            "location": {"path": "app/cards.py", "start_line": 12},
        },
        **more,
    }


def test_a_dependency_of_the_rest_api() -> None:
    scan = read([dependabot()])
    found = only(scan)
    assert (scan.format, scan.tool, scan.target) == ("github", "Dependabot", "bank/web")
    assert (found.rule_id, found.severity, found.cwes) == ("CVE-2024-1111", Severity.HIGH, (200,))
    assert found.title == "django: Reads too far"
    assert found.locations == (Location("requirements.txt", parameter="django"),)
    assert (found.cvss, found.epss) == (7.5, 0.25)
    assert found.solution == "affected: < 2.0.2, fixed in: 2.0.2"
    assert read([[dependabot()], [dependabot(number=8)]]).account.read == 2  # pages in a list


def test_a_dependency_of_graphql() -> None:
    scan = read(graphql(node()))
    found = only(scan)
    assert (scan.target, found.cwes, found.cvss) == ("bank/web", (502,), None)
    assert (found.severity, found.state) == (Severity.MEDIUM, FindingState.OPEN)
    edges = graphql(edges=[{"node": node()}], nodes=None)
    assert only(read(edges)).fingerprint == found.fingerprint


def test_a_dependency_without_a_weakness_is_a_vulnerable_component() -> None:
    bare = node()
    del bare["securityVulnerability"]["advisory"]["cwes"]
    assert only(read(graphql(bare))).cwes == (1395,)
    assert only(read(graphql(bare | {"fixedAt": "2026-01-12T09:30:00Z"}))).cwes == ()


def test_code_scanning() -> None:
    scan = read([code()])
    found = only(scan)
    assert (scan.tool, found.rule_id, found.cwes) == ("CodeQL", "py/sql-injection", (89,))
    assert found.severity is Severity.CRITICAL
    assert found.locations == (Location("app/cards.py", 12),)


def test_secret_scanning_is_masked() -> None:
    secret = "ghp_0123456789abcdef"
    alert = {
        "number": 2,
        "state": "resolved",
        "resolution": "revoked",
        "secret_type": "github_personal_access_token",
        "secret_type_display_name": "GitHub token",
        "secret": secret,
        "validity": "active",
        "locations_url": "https://api.github.com/repos/bank/web/secret-scanning/alerts/2/locations",
        "html_url": "https://github.com/bank/web/security/secret-scanning/2",
    }
    scan = read([alert])
    found = only(scan)
    assert secret not in str(scan.to_json())
    assert (found.cwes, found.severity) == ((798,), Severity.CRITICAL)
    assert (found.state, found.reason) == (FindingState.SUPPRESSED, "resolved: revoked")


@pytest.mark.parametrize(
    ("alert", "state"),
    [
        (dependabot(state="fixed"), FindingState.PASSED),
        (dependabot(state="auto_dismissed"), FindingState.SUPPRESSED),
        (code(state="dismissed", dismissed_reason="false positive"), FindingState.SUPPRESSED),
        (code(state="fixed"), FindingState.PASSED),
    ],
)
def test_states(alert: dict[str, Any], state: FindingState) -> None:
    found = only(read([alert]))
    assert found.state is state
    assert found.reason


def test_a_dismissal_that_only_its_time_tells() -> None:
    found = only(read(graphql(node(dismissedAt="2026-01-12T09:30:00Z", dismissReason="tolerable"))))
    assert (found.state, found.reason) == (FindingState.SUPPRESSED, "dismissed: tolerable")


def test_missing_pages_and_errors_are_no_proof() -> None:
    assert read(graphql()).problems == ()
    assert read(graphql(node(), pageInfo={"hasNextPage": True})).problems
    assert read(graphql(node(), totalCount=2)).problems
    assert read(graphql() | {"errors": [{"message": "timeout"}]}).problems
    closed = {"data": {"repository": {"vulnerabilityAlerts": None}}}
    assert read(closed).problems


def test_all_pages_together_are_the_whole_answer_in_a_list_or_one_behind_another() -> None:
    first = graphql(node(), totalCount=2, pageInfo={"hasNextPage": True})
    last = graphql(node(id="RVA_2", number=2), totalCount=2, pageInfo={"hasNextPage": False})
    for whole in ([first, last], json.dumps(first) + "\n" + json.dumps(last, indent=1)):
        scan = read(whole)
        assert (scan.account.read, scan.target, scan.problems) == (2, "bank/web", ())
    assert read([first]).problems
    two_lists = json.dumps([code()]) + json.dumps([code(number=43)])
    assert read(two_lists).account.findings == 2


def test_what_is_cut_off_after_a_whole_page_is_refused() -> None:
    with pytest.raises(UnreadableReport):
        read(json.dumps([code()]) + json.dumps([code(number=43)])[:-40])


def test_moved_lines_change_no_fingerprint_and_other_manifests_do() -> None:
    moved = code()
    moved["most_recent_instance"]["location"]["start_line"] = 99
    assert fingerprints(read([code()])) == fingerprints(read([moved]))
    two = read(graphql(node(), node(id="RVA_2", vulnerableManifestPath="api/pom.xml")))
    assert len(set(fingerprints(two))) == 2


def test_errors_of_the_server_and_broken_types_are_refused_or_counted() -> None:
    answer = {"message": "Not Found", "documentation_url": "https://docs.github.com/rest"}
    with pytest.raises(UnreadableReport, match="Not Found"):
        read(answer)
    with pytest.raises(UnreadableReport, match="vulnerabilityAlerts"):
        read({"data": {"repository": {"vulnerabilityAlerts": []}}})
    scan = read([dependabot(security_advisory=[], dependency=3), None, code(rule="x", tool=1)])
    assert (scan.account.read, scan.account.skipped) == (3, 1)
