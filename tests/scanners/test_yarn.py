"""What Yarn writes when it audits: the lines of version 1 and those of version 4."""

from __future__ import annotations

import json
from typing import Any

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import Location, ParsedScan
from checklist_app.domain.vocabulary import Severity
from tests.scanners.reports import fingerprints, only, read

SUMMARY = {
    "type": "auditSummary",
    "data": {"vulnerabilities": {"critical": 2}, "dependencies": 43, "devDependencies": 0},
}


def lines(*entries: dict[str, Any]) -> ParsedScan:
    return read("\n".join(json.dumps(entry) for entry in entries) + "\n")


def line(path: str, *paths: str, **more: Any) -> dict[str, Any]:
    """Return a line of version 1: an advisory on one of its paths."""
    advisory = {
        "id": 1097678,
        "title": "Prototype Pollution",
        "module_name": "minimist",
        "github_advisory_id": "GHSA-xvch-5gv4-984h",
        "cves": ["CVE-2021-44906"],
        "severity": "critical",
        "cwe": ["CWE-1321"],
        "url": "https://a.example/GHSA-xvch-5gv4-984h",
        "findings": [{"version": "1.2.5", "paths": list(paths)}],
        **more,
    }
    resolution = {"id": 1097678, "path": path, "dev": False}
    return {"type": "auditAdvisory", "data": {"resolution": resolution, "advisory": advisory}}


def package(value: str = "minimist", **more: Any) -> dict[str, Any]:
    """Return a line of version 4."""
    children = {
        "ID": 1097678,
        "Issue": "Prototype Pollution in minimist",
        "URL": "https://a.example/advisories/GHSA-xvch-5gv4-984h",
        "Severity": "critical",
        "Vulnerable Versions": ">=1.0.0 <1.2.6",
        "Tree Versions": ["1.2.5"],
        "Dependents": ["mkdirp@npm:0.5.1", "shop@workspace:."],
        **more,
    }
    return {"value": value, "children": children}


def test_an_advisory_of_version_1_is_one_finding_on_all_its_paths() -> None:
    scan = lines(line("a>minimist", "a>minimist", "b>minimist"), line("b>minimist"), SUMMARY)

    assert (scan.format, scan.tool, scan.problems) == ("npm-audit", "Yarn audit", ())
    found = only(scan)
    assert (found.rule_id, found.cwes, found.severity) == (
        "CVE-2021-44906",
        (1321,),
        Severity.CRITICAL,
    )
    assert found.locations == (
        Location("a>minimist", parameter="minimist@1.2.5"),
        Location("b>minimist", parameter="minimist@1.2.5"),
    )
    assert (found.occurrences, scan.account.read, scan.account.merged) == (2, 2, 1)


def test_what_version_1_says_besides_is_no_result() -> None:
    warning = {"type": "warning", "data": "package.json: No license field"}

    assert len(lines(warning, line("minimist", "minimist"), SUMMARY).results) == 1


def test_a_summary_without_advisories_is_clean_if_there_were_dependencies() -> None:
    def summary(**data: Any) -> ParsedScan:
        return lines({"type": "auditSummary", "data": {"vulnerabilities": {}, **data}})

    assert summary(dependencies=12).problems == ()
    assert summary(dependencies=0, totalDependencies=0).problems
    assert lines(SUMMARY).problems  # it counts what the file does not list


def test_version_1_without_its_summary_proves_no_absence() -> None:
    assert lines(line("minimist", "minimist")).problems
    error = {"type": "error", "data": "The registry is away"}
    assert lines(line("minimist", "minimist"), error, SUMMARY).problems


def test_a_package_of_version_4_is_a_finding() -> None:
    found = only(lines(package()))

    assert (found.rule_id, found.cwes) == ("GHSA-xvch-5gv4-984h", (1395,))
    assert found.title == "Prototype Pollution in minimist: minimist"
    assert found.locations == (
        Location("mkdirp@npm:0.5.1", parameter="minimist@1.2.5"),
        Location("shop@workspace:.", parameter="minimist@1.2.5"),
    )
    assert found.references == ("https://a.example/advisories/GHSA-xvch-5gv4-984h",)


def test_a_deprecated_package_is_an_unmaintained_component() -> None:
    old = package("request", ID="request (deprecation)", URL=None, Severity="moderate")

    found = lines(package(), old).results[1]

    assert (found.rule_id, found.cwes) == ("deprecation", (1104,))
    assert found.severity is Severity.MEDIUM


def test_the_same_advisory_in_other_versions_and_numbers_is_the_same_finding() -> None:
    before = lines(package())
    changed: dict[str, Any] = {"ID": 1099999, "Tree Versions": ["1.2.4"], "Dependents": []}
    after = lines(package(**changed))

    assert fingerprints(before) == fingerprints(after)


@pytest.mark.parametrize("value", [[], {}, None, 3, {"value": ""}, {"value": "x", "children": []}])
def test_a_line_that_names_nothing_is_counted_and_not_kept(value: Any) -> None:
    scan = lines(package(), {"children": {}, "value": value})

    assert scan.account.skipped == 1
    assert scan.account.adds_up


def test_what_cannot_be_read() -> None:
    head = json.dumps(line("minimist", "minimist"))
    with pytest.raises(UnreadableReport, match="Line 2"):
        read(head + "\n" + head[:40])
    with pytest.raises(UnreadableReport, match="no advisory and no summary"):
        lines(
            {"type": "info", "data": {"auditSummary": 1}}, {"type": "error", "data": "No lock file"}
        )


@pytest.mark.parametrize(
    "line",
    [
        '{"type":"error","data":"Error: https://registry.example/-/npm/v1/security/audits: 410"}',
        '{"type":"error","name":35,"displayName":"YN0035","indent":"","data":"Bad Request: 410"}',
    ],
)
def test_an_error_alone_is_refused_in_its_words(line: str) -> None:
    with pytest.raises(UnreadableReport, match=r"could not check the project.*410"):
        read(line)
