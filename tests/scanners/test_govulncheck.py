"""What govulncheck says: a stream of messages, and what was before it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import FindingState, Location
from checklist_app.domain.vocabulary import Severity
from checklist_app.scanners.table import parse_report
from tests.scanners.reports import fingerprints, only, read, result, sarif

CONFIG = {
    "config": {
        "protocol_version": "v1.0.0",
        "scanner_name": "govulncheck",
        "scanner_version": "v1.1.4",
        "scan_level": "symbol",
        "scan_mode": "source",
    }
}
SBOM = {"SBOM": {"modules": [{"path": "a.example/shop"}, {"path": "stdlib", "version": "v1.24"}]}}
FETCHING = {"progress": {"message": "Fetching vulnerabilities from the database..."}}
CHECKING = {"progress": {"message": "Checking the code against the vulnerabilities..."}}


def entry(name: str = "GO-2025-1", **more: Any) -> dict[str, Any]:
    """Return an entry of the database."""
    return {
        "id": name,
        "aliases": ["CVE-2025-1111", "GHSA-aaaa-bbbb-cccc"],
        "summary": "Reads too far in b.example/jwt",
        "details": "In some cases.",
        "affected": [{"package": {"name": "b.example/jwt", "ecosystem": "Go"}}],
        **more,
    }


def finding(level: str, line: int = 21, version: str = "v1.2.0") -> dict[str, Any]:
    """Return a finding: that a module is required, its package imported, or a symbol called."""
    frame: dict[str, Any] = {"module": "b.example/jwt", "version": version}
    trace = [frame]
    if level != "module":
        frame["package"] = "b.example/jwt/v2"
    if level == "symbol":
        frame.update(function="Parse", receiver="*Parser", position={"filename": "x.go", "line": 9})
        position = {"filename": "api/token.go", "line": line}
        trace.append({"module": "a.example/shop", "function": "Check", "position": position})
    return {"finding": {"osv": "GO-2025-1", "fixed_version": "v1.3.0", "trace": trace}}


def stream(*messages: dict[str, Any], indent: int | None = 2) -> str:
    """Return a report as the tool writes it."""
    return "\n".join(json.dumps(message, indent=indent) for message in messages)


def whole(*messages: dict[str, Any]) -> str:
    """Return a report that came to its end."""
    return stream(CONFIG, SBOM, FETCHING, {"osv": entry()}, CHECKING, *messages)


def test_a_stream_that_powershell_wrote() -> None:
    report = whole(finding("symbol"))
    for name in ("utf-16", "utf-16-be"):
        marked = report if name == "utf-16" else f"\ufeff{report}"
        assert read(marked.encode(name)).results == read(report).results


def test_all_findings_of_a_vulnerability_are_one_result() -> None:
    scan = read(whole(finding("module"), finding("package"), finding("symbol")))
    assert (scan.format, scan.tool_version, scan.target) == (
        "govulncheck",
        "v1.1.4",
        "a.example/shop",
    )
    found = only(scan)
    assert (found.rule_id, found.severity) == ("CVE-2025-1111", Severity.HIGH)
    assert found.title == "Reads too far in b.example/jwt: b.example/jwt@v1.2.0"
    assert found.locations == (
        Location("api/token.go", line=21, parameter="b.example/jwt/v2.Parser.Parse"),
    )
    assert (found.cwes, found.solution) == ((1395,), "Fixed in: b.example/jwt@v1.3.0")


@pytest.mark.parametrize(
    ("level", "severity"), [("package", Severity.MEDIUM), ("module", Severity.LOW)]
)
def test_what_is_not_called_is_less_severe(level: str, severity: Severity) -> None:
    found = only(read(whole(finding(level))))
    assert found.severity is severity
    assert found.locations == (Location("b.example/jwt@v1.2.0"),)


def test_an_entry_without_a_finding_does_not_apply() -> None:
    scan = read(whole())
    found = only(scan)
    assert (found.state, found.cwes) == (FindingState.NOT_APPLICABLE, ())
    assert (scan.account.read, scan.account.findings, scan.problems) == (1, 0, ())


def test_the_stream_may_be_in_lines_or_in_an_array() -> None:
    messages: list[dict[str, Any]] = [
        CONFIG,
        SBOM,
        FETCHING,
        {"osv": entry()},
        CHECKING,
        finding("symbol"),
    ]
    expected = read(stream(*messages))
    assert read(stream(*messages, indent=None)) == expected
    assert read(messages) == expected
    assert read("\ufeff" + stream(*messages)) == expected


def test_a_run_that_stopped_before_it_checked_is_not_clean() -> None:
    assert read(stream(CONFIG, SBOM, FETCHING, CHECKING)).problems == ()
    assert read(stream(CONFIG, SBOM, FETCHING, {"osv": entry()})).problems
    assert read(stream(CONFIG)).problems
    query = {"config": {**CONFIG["config"], "scan_mode": "query"}}
    assert read(stream(query, {"osv": entry()})).problems


def test_streams_before_the_protocol() -> None:
    modules = [
        {
            "path": "b.example/jwt",
            "found_version": "v1.2.0",
            "fixed_version": "v1.3.0",
            "packages": [
                {
                    "path": "b.example/jwt",
                    "callstacks": [
                        {
                            "symbol": "Parse",
                            "frames": [{"position": {"filename": "api/token.go", "line": 4}}],
                        }
                    ],
                }
            ],
        }
    ]
    preamble = {"preamble": {"query_kind": "Source", "callstack_mode": "Compact"}}
    vulnerability = {"vulnerability": {"osv": entry(), "modules": modules}}
    found = only(read(stream(preamble, vulnerability)))
    assert found.locations == (Location("api/token.go", line=4, parameter="b.example/jwt.Parse"),)
    assert (found.severity, found.solution) == (Severity.HIGH, "Fixed in: b.example/jwt@v1.3.0")


def test_the_first_version_wrote_one_object() -> None:
    vuln = {
        "OSV": entry(),
        "Symbol": "Parse",
        "PkgPath": "b.example/jwt",
        "ModPath": "b.example/jwt",
        "CallSink": 2,
        "ImportSink": 1,
        "RequireSink": 1,
    }
    site = {"Parent": 1, "Name": "Parse", "Pos": {"Filename": "api/token.go", "Line": 4}}
    report = {
        "Calls": {"Functions": {"2": {"ID": 2, "CallSites": [site]}}, "Entries": [1]},
        "Imports": {"Packages": {}},
        "Requires": {"Modules": {}},
        "Vulns": [vuln, {**vuln, "Symbol": "Other", "CallSink": 0}],
        "Modules": [
            {"Path": "b.example/jwt", "Version": "v1.2.0"},
            {"Path": "shop", "Version": ""},
        ],
    }
    scan = read(report)
    found = only(scan)
    assert (scan.target, found.severity) == ("shop", Severity.HIGH)
    assert found.locations == (Location("api/token.go", line=4, parameter="b.example/jwt.Parse"),)
    assert read({**report, "Vulns": None}).results == ()


def test_moved_lines_and_other_versions_are_the_same_finding() -> None:
    before = read(whole(finding("symbol")))
    assert fingerprints(before) == fingerprints(read(whole(finding("symbol", 99, "v1.2.1"))))
    assert fingerprints(before) == fingerprints(read(whole(finding("module"))))


def test_what_cannot_be_read() -> None:
    with pytest.raises(UnreadableReport):
        read(stream(CONFIG, SBOM) + "\ngovulncheck: no network")
    with pytest.raises(UnreadableReport, match="cut off"):
        read(whole(finding("symbol"))[:-9])
    with pytest.raises(UnreadableReport, match="Vulns should be"):
        read({"Calls": {"Functions": {}}, "Vulns": {"OSV": 1}})
    scan = read(whole(finding("symbol"), {"finding": {}}))
    assert (scan.account.read, scan.account.skipped) == (2, 1)


def test_its_sarif_is_read_as_sarif_and_refused_under_the_name_of_this_format(
    tmp_path: Path,
) -> None:
    path = tmp_path / "report"
    log = sarif(result("GO-2026-1"), tool={"driver": {"name": "govulncheck", "rules": []}})
    path.write_text(json.dumps(log))

    assert parse_report(path).format == "sarif"
    with pytest.raises(UnreadableReport, match="one of SARIF"):
        parse_report(path, named="govulncheck")


def test_a_stream_whose_configuration_names_the_tool_with_its_version_only() -> None:
    config = {"config": {"version": "govulncheck@v0.1.0", "go_version": "go1.20"}}
    frames = [{"module": "example.org/app", "package": "example.org/app"}]
    scan = read(
        "\n".join(
            json.dumps(message, indent=2)
            for message in (
                config,
                {"osv": entry()},
                {"finding": {"osv": "GO-2025-1", "frames": frames}},
            )
        )
    )
    assert (scan.format, scan.tool_version, scan.account.findings) == ("govulncheck", "v0.1.0", 1)
