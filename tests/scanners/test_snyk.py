"""What Snyk reports say: projects, images, infrastructure as code, errors."""

from __future__ import annotations

from typing import Any

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import FindingState, Location
from checklist_app.domain.vocabulary import Severity
from tests.scanners.reports import fingerprints, only, read


def issue(**more: Any) -> dict[str, Any]:
    """Return one vulnerability."""
    return {
        "id": "SNYK-JS-LEFT-1",
        "title": "Prototype Pollution",
        "severity": "medium",
        "cvssScore": 6.5,
        "identifiers": {"CVE": ["CVE-2024-1111"], "CWE": ["CWE-1321"]},
        "semver": {"vulnerable": ["<2.0.0"]},
        "description": "## Overview",
        "references": [{"title": "Fix", "url": "https://code.example/fix"}],
        "epssDetails": {"probability": "0.00197", "percentile": "0.5"},
        "from": ["shop@1.0.0", "express@4.0.0", "left@1.0.0"],
        "upgradePath": [False, "express@4.1.0"],
        "fixedIn": ["2.0.0"],
        "name": "left",
        "version": "1.0.0",
        "packageManager": "npm",
        **more,
    }


def snyk(*issues: Any, **more: Any) -> dict[str, Any]:
    """Return the report of one project."""
    return {
        "vulnerabilities": list(issues),
        "ok": not issues,
        "dependencyCount": 12,
        "packageManager": "npm",
        "projectName": "shop",
        "displayTargetFile": "web\\package-lock.json",
        **more,
    }


def test_a_vulnerability_is_a_finding() -> None:
    scan = read(snyk(issue()))
    assert (scan.format, scan.tool, scan.target) == ("snyk", "Snyk", "shop")
    found = only(scan)
    assert (found.rule_id, found.title) == ("CVE-2024-1111", "Prototype Pollution: left@1.0.0")
    assert (found.cwes, found.severity) == ((1321,), Severity.MEDIUM)
    assert (found.cvss, found.epss) == (6.5, 0.00197)
    assert found.locations == (Location("web/package-lock.json", parameter="left@1.0.0"),)
    assert found.solution == "Upgrade to: express@4.1.0\nFixed in: 2.0.0"


def test_a_licence_is_no_vulnerable_component() -> None:
    licence = issue(id="snyk:lic:npm:left:GPL-3.0", type="license", identifiers=None)
    found = only(read(snyk(licence)))
    assert (found.cwes, found.rule_id) == ((), "snyk:lic:npm:left:GPL-3.0")
    assert only(read(snyk(issue(identifiers={"CWE": []})))).cwes == (1395,)


def test_an_image_carries_its_applications_and_programs_without_a_package() -> None:
    binaries = {
        "issuesData": {"SNYK-UPSTREAM-NODE-1": {"title": "Node", "severity": "low"}},
        "affectedPkgs": {
            "node@5": {
                "pkg": {"name": "node", "version": "5"},
                "issues": {"SNYK-UPSTREAM-NODE-1": {"issueId": "SNYK-UPSTREAM-NODE-1"}},
            }
        },
    }
    image = snyk(
        issue(),
        docker={"binariesVulns": binaries},
        applications=[snyk(issue(), projectName="inner")],
    )
    scan = read(image)
    assert (scan.account.read, scan.target) == (3, "shop, inner")
    assert len(set(fingerprints(scan))) == 3
    twice = snyk(
        issue(id="SNYK-UPSTREAM-NODE-1", name="node", version="5"),
        docker={"binariesVulns": binaries},
    )
    assert read(twice).account.read == 1


def test_what_a_policy_ignores_is_suppressed_with_its_reason() -> None:
    ignored = issue(filtered={"ignored": [{"reason": "not reachable", "path": ["*"]}]})
    scan = read(snyk(filtered={"ignore": [ignored], "patch": []}))
    found = only(scan)
    assert (found.state, found.reason) == (FindingState.SUPPRESSED, "not reachable")
    assert scan.problems == ()


def test_infrastructure_as_code() -> None:
    problem = {
        "id": "SNYK-CC-K8S-1",
        "title": "Container is privileged",
        "severity": "high",
        "lineNumber": 12,
        "path": ["[DocId: 0]", "spec", "privileged"],
        "iacDescription": {"issue": "It may do all.", "resolve": "Set it to false."},
        "isIgnored": False,
    }
    before, after = (
        read(
            {
                "vulnerabilities": [],
                "infrastructureAsCodeIssues": [{**problem, "lineNumber": line}],
                "targetFile": "deploy.yaml",
                "packageManager": "k8sconfig",
                "ok": False,
                "dependencyCount": 0,
            }
        )
        for line in (12, 40)
    )
    found = only(before)
    assert found.locations == (
        Location("deploy.yaml", line=12, parameter="[DocId: 0].spec.privileged"),
    )
    assert (found.rule_id, found.solution) == ("SNYK-CC-K8S-1", "Set it to false.")
    assert fingerprints(before) == fingerprints(after)


def test_a_project_without_a_dependency_proves_nothing() -> None:
    assert read(snyk()).problems == ()
    assert read([snyk(), snyk(dependencyCount=0)]).problems == ()
    assert read(snyk(dependencyCount=0)).problems


def test_an_error_is_refused_and_one_of_several_makes_the_scan_incomplete() -> None:
    error = {"ok": False, "error": "Authentication failed.", "path": "/shop"}
    with pytest.raises(UnreadableReport, match="Authentication failed"):
        read(error)
    scan = read([error, snyk(issue())])
    assert scan.account.findings == 1
    assert [str(problem) for problem in scan.problems] == [
        "Snyk could not test /shop: Authentication failed."
    ]


def test_what_cannot_be_read() -> None:
    with pytest.raises(UnreadableReport, match="vulnerabilities should be"):
        read(snyk(vulnerabilities={"packageManager": "npm"}))
    with pytest.raises(UnreadableReport, match="applications should be"):
        read(snyk(issue(), applications={"packageManager": "npm"}))
    scan = read(snyk(issue(), 7))
    assert (scan.account.read, scan.account.skipped) == (2, 1)


def test_other_versions_of_the_same_path_are_the_same_finding() -> None:
    newer = issue(**{"from": ["shop@2.0.0", "express@4.0.9", "left@1.0.1"], "version": "1.0.1"})
    assert fingerprints(read(snyk(issue()))) == fingerprints(read(snyk(newer)))
    other = issue(**{"from": ["shop@1.0.0", "koa@1.0.0", "left@1.0.0"]})
    assert len(set(fingerprints(read(snyk(issue(), other))))) == 2


def test_c_and_c_plus_plus_refer_to_what_is_known_of_an_issue() -> None:
    known = {
        "id": "SNYK-UNMANAGED-CURL-1",
        "title": "Open Redirect",
        "severity": "high",
        "cvssScore": 7.5,
        "identifiers": {"CVE": ["CVE-2022-1"], "CWE": ["CWE-601"]},
        "name": "https://curl.se|curl@7.58.0",
    }
    issue = {
        "pkgName": "https://curl.se|curl",
        "pkgVersion": "7.58.0",
        "issueId": "SNYK-UNMANAGED-CURL-1",
    }
    project = {
        "issues": [issue, {"pkgName": "x"}],
        "issuesData": {"SNYK-UNMANAGED-CURL-1": known},
        "path": "/src",
        "dependencyCount": 4,
    }
    scan = read([project])
    found = only(scan)
    assert (scan.format, scan.target, scan.account.skipped) == ("snyk", "/src", 1)
    assert (found.rule_id, found.severity, found.cwes) == ("CVE-2022-1", Severity.HIGH, (601,))
    assert found.locations == (Location("/src", parameter="https://curl.se|curl@7.58.0"),)
    listed = {**project, "vulnerabilities": [{**known, "from": ["https://curl.se|curl@7.58.0"]}]}
    assert read([listed]).account.read == 1
