"""What a SARIF log says, in the shapes in which tools really write it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from checklist_app.domain.findings import FindingState, Location, routing_keys
from checklist_app.domain.vocabulary import MappingKind, Severity
from tests.scanners.reports import SARIF, driver, fingerprints, only, read, result, sarif


def test_the_sample_adds_up_and_says_what_it_is() -> None:
    scan = read(SARIF.read_bytes())
    account = scan.account
    assert account.adds_up
    assert (account.read, account.findings, account.passes, account.suppressed) == (14, 12, 1, 1)
    assert (scan.format, scan.tool, scan.tool_version) == ("sarif", "Semgrep OSS", "1.182.0")
    assert scan.target == "https://git.example/bank/mobile-banking"
    assert scan.started_at == datetime(2026, 1, 12, 8, 15, tzinfo=UTC)
    assert scan.command_line.startswith("semgrep scan")
    assert scan.problems == ()


def test_a_result_becomes_a_finding() -> None:
    found = read(SARIF.read_bytes()).results[0]
    assert found.title == "SQL statement built from request data"
    assert found.description.startswith("The parameter `concept` reaches an SQL statement")
    assert found.severity is Severity.CRITICAL
    assert found.locations == (Location("backend/accounts/search.py", 48),)
    assert found.solution == "Hand the values to the driver as bound parameters."
    assert routing_keys(found) == (
        (MappingKind.CWE, "89"),
        (MappingKind.TAG, "owasp-top10-2021:A03"),
        (MappingKind.TAG, "owasp-top10-2025:A05"),
        (MappingKind.RULE, "semgrep-oss:banking.python.sql-built-from-text"),
        (MappingKind.CATEGORY, "owasp-top10-2021:A03"),
        (MappingKind.CATEGORY, "owasp-top10-2025:A05"),
    )


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ({}, FindingState.OPEN),
        ({"kind": "fail"}, FindingState.OPEN),
        ({"kind": "pass"}, FindingState.PASSED),
        ({"kind": "notApplicable"}, FindingState.NOT_APPLICABLE),
        ({"kind": "informational"}, FindingState.OBSERVATION),
        ({"kind": "open"}, FindingState.NEEDS_REVIEW),
        ({"kind": "review"}, FindingState.NEEDS_REVIEW),
        ({"kind": "something new"}, FindingState.NEEDS_REVIEW),
        ({"kind": "PASS"}, FindingState.PASSED),
        ({"suppressions": []}, FindingState.OPEN),
        ({"suppressions": [{"kind": "inSource"}]}, FindingState.SUPPRESSED),
        ({"suppressions": [{"kind": "external", "status": "accepted"}]}, FindingState.SUPPRESSED),
        ({"suppressions": [{"kind": "external", "status": "underReview"}]}, FindingState.OPEN),
        (
            {"suppressions": [{"kind": "inSource"}, {"kind": "external", "status": "rejected"}]},
            FindingState.OPEN,
        ),
        ({"baselineState": "absent"}, FindingState.OBSERVATION),
        ({"baselineState": "unchanged"}, FindingState.OPEN),
    ],
)
def test_state(more: dict[str, Any], state: FindingState) -> None:
    scan = read(sarif(result(**more)))
    assert only(scan).state is state
    assert scan.account.adds_up


def test_the_reason_of_a_suppression_is_kept() -> None:
    suppressions = [{"kind": "inSource", "justification": "Only used by tests."}]
    assert only(read(sarif(result(suppressions=suppressions)))).reason == (
        "inSource: Only used by tests."
    )


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ({"text": "Plain"}, "Plain"),
        ({"markdown": "**Mark**"}, "**Mark**"),
        ({"text": "{0} and {1} {{0}} {9}", "arguments": ["a", "b"]}, "a and b {0} {9}"),
        ({"id": "default", "arguments": ["ptr"]}, "Variable ptr"),
        ({"id": "global", "arguments": ["x"]}, "Global x"),
        ({"text": "A [user value](1) in [docs](https://a.example)"}, None),
    ],
)
def test_messages(message: dict[str, Any], expected: str | None) -> None:
    rule = {"id": "R1", "messageStrings": {"default": {"text": "Variable {0}"}}}
    tool = driver(rule, globalMessageStrings={"global": {"text": "Global {0}"}})
    found = only(read(sarif(result(message=message), tool=tool)))
    assert found.description == (expected or "A user value in [docs](https://a.example)")


def test_a_title_that_is_not_filled_in_gives_way_to_the_message() -> None:
    tool = driver({"id": "R1", "shortDescription": {"text": "Weak hash in `{library}`"}})
    found = only(read(sarif(result(message={"text": "Weak hash in `hashlib`"}), tool=tool)))
    assert found.title == "Weak hash in `hashlib`"


def test_the_secret_in_a_message_is_masked_and_still_tells_findings_apart() -> None:
    tool = driver({"id": "R1", "properties": {"tags": ["external/cwe/cwe-259"]}})
    messages = [{"text": f"Hard-coded password: 'hunter2{end}'"} for end in ("secret", "other")]
    scan = read(sarif(*(result(message=message) for message in messages), tool=tool))
    assert "hunter2secret" not in str(scan.to_json())
    assert len(set(fingerprints(scan))) == 2


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("src/a.py", "src/a.py"),
        ("./src/a.py", "src/a.py"),
        ("src\\a.py", "src/a.py"),
        ("file:///build/here/src/a.py", "src/a.py"),
        ("/build/here/src/a.py", "src/a.py"),
        ("file:///github/workspace/src/a.py", "src/a.py"),
        ("file:///home/runner/work/Bank/Bank/src/a.py", "src/a.py"),
        ("github/workspace/src/a.py", "src/a.py"),
        ("../github/workspace/src/a.py", "src/a.py"),
        ("file:///D:/a/Bank/Bank/src/a.py", "src/a.py"),
        ("D:\\a\\1\\s\\src\\a.py", "src/a.py"),
        ("/var/jenkins_home/workspace/bank-nightly/src/a.py", "src/a.py"),
        ("/workspace/src/a.py", "src/a.py"),
        ("/app/src/src/a.py", "src/a.py"),
        # folders of the sources that happen to be called so
        ("packages/workspace/src/a.ts", "packages/workspace/src/a.ts"),
        ("myworkspace/a.ts", "myworkspace/a.ts"),
        ("workspace/a.ts", "workspace/a.ts"),
        ("builds/linux/x64/a.c", "builds/linux/x64/a.c"),
        ("web/app/src/src/a.ts", "web/app/src/src/a.ts"),
        ("file:///C:/code/a.c", "C:/code/a.c"),
        ("file:src/a.c", "src/a.c"),
        ("src/a%20b.py", "src/a b.py"),
        ("src/a%00b.py", "src/ab.py"),
        ("https://a.example/x%20y", "https://a.example/x%20y"),
    ],
)
def test_paths_look_the_same_on_every_machine(uri: str, expected: str) -> None:
    bases = {"SRCROOT": {"uri": "file:///build/here/"}}
    found = only(read(sarif(result(uri=uri), originalUriBaseIds=bases)))
    assert [place.uri for place in found.locations] == [expected]


def test_locations_by_artifact_index_request_and_target() -> None:
    by_index: dict[str, Any] = {
        "locations": [{"physicalLocation": {"artifactLocation": {"index": 0}}}]
    }
    request: dict[str, Any] = {
        "locations": [],
        "webRequest": {"method": "POST", "target": "https://a.example/x"},
    }
    target: dict[str, Any] = {"locations": [], "analysisTarget": {"uri": "lib/b.py"}}
    scan = read(
        sarif(
            result(**by_index),
            result(**request),
            result(**target),
            artifacts=[{"location": {"uri": "lib/a.py"}}],
        )
    )
    assert [str(found.locations[0]) for found in scan.results] == [
        "lib/a.py",
        "POST https://a.example/x",
        "lib/b.py",
    ]


def test_an_address_is_told_with_the_method_of_its_request() -> None:
    request = {"target": "https://a.example/x", "method": "POST"}
    scan = read(
        sarif(
            result(uri="https://a.example/x", webRequest=request),
            result(uri="https://a.example/x", webRequest={**request, "method": "GET"}),
        )
    )
    assert [str(found.locations[0]) for found in scan.results] == [
        "POST https://a.example/x:1",
        "GET https://a.example/x:1",
    ]
    assert len(set(fingerprints(scan))) == 2


def test_a_logical_location_may_stand_in_the_run() -> None:
    place = {"logicalLocations": [{"index": 1}]}
    run = {"logicalLocations": [{"name": "a"}, {"fullyQualifiedName": "bank.Login.check"}]}
    assert only(read(sarif(result(locations=[place]), **run))).locations == (
        Location("", parameter="bank.Login.check"),
    )


def test_who_committed_a_secret_does_not_identify_it() -> None:
    told = {"author": "alice.example", "email": "alice-at-bank.example"}
    secrets = [result(line=n, code=f"key {n}", partialFingerprints=told) for n in (1, 2)]
    later = [result(line=7, code="key 2", partialFingerprints={**told, "author": "bob.example"})]
    assert fingerprints(read(sarif(*later)))[0] in fingerprints(read(sarif(*secrets)))


def test_one_result_with_many_locations_is_one_finding() -> None:
    places = [*result(line=9)["locations"], *result(line=3)["locations"]]
    scan = read(sarif(result(locations=places)))
    found = only(scan)
    assert [place.line for place in found.locations] == [3, 9]
    assert (found.results, found.occurrences, scan.results_read) == (1, 2, 1)


def test_several_runs_are_one_report() -> None:
    log = sarif(result())
    log["runs"] += sarif(result(uri="b.py"), tool={"driver": {"name": "Other"}})["runs"]
    scan = read(log)
    assert scan.tool == "Tool, Other"
    assert [found.tool for found in scan.results] == ["Tool", "Other"]
    assert scan.account.read == 2


@pytest.mark.parametrize(
    "log",
    [
        {"version": "2.1.0", "runs": []},
        {"version": "2.1.0", "runs": None},
        sarif(results=None),
        sarif(invocations=[{"executionSuccessful": False}]),
        sarif(invocations=[{"toolExecutionNotifications": [{"level": "error"}]}]),
        sarif(externalPropertyFileReferences={"results": [{"location": {"uri": "more.sarif"}}]}),
    ],
)
def test_a_scan_that_failed_is_not_a_clean_one(log: dict[str, Any]) -> None:
    scan = read(log)
    assert scan.account.read == 0
    assert scan.problems


def test_a_scan_that_found_nothing_is_clean() -> None:
    scan = read(sarif(invocations=[{"executionSuccessful": True}]))
    assert (scan.account.read, scan.problems) == (0, ())


def test_a_result_that_is_no_object_is_skipped_with_its_reason() -> None:
    scan = read(sarif(result(), 42))
    assert (scan.account.read, scan.account.findings, scan.account.skipped) == (2, 1, 1)
    assert "not an object" in str(scan.skipped[0].reason)
    assert scan.account.adds_up


def test_a_report_without_a_version_is_read() -> None:
    log = sarif(result())
    del log["version"]
    assert read(log).account.read == 1


def test_a_base_inside_of_the_sources_is_part_of_a_path() -> None:
    bases = {
        "ROOT": {"uri": "file:///home/me/bank/"},
        "APP": {"uri": "services/api/", "uriBaseId": "ROOT"},
        "SRC": {"uri": "src", "uriBaseId": "APP"},
        "LOOP": {"uri": "x/", "uriBaseId": "LOOP"},
    }
    for base, uri, expected in (
        ("SRC", "cards.py", "services/api/src/cards.py"),
        ("ROOT", "services/web/a.ts", "services/web/a.ts"),
        ("SRC", "file:///home/me/bank/b.py", "b.py"),
        ("SRC", "/etc/hosts", "/etc/hosts"),
        ("NONE", "src/c.py", "src/c.py"),
    ):
        place = {"physicalLocation": {"artifactLocation": {"uri": uri, "uriBaseId": base}}}
        found = only(read(sarif(result(locations=[place]), originalUriBaseIds=bases)))
        assert found.locations[0].uri == expected
    place = {"physicalLocation": {"artifactLocation": {"uri": "a", "uriBaseId": "LOOP"}}}
    assert only(read(sarif(result(locations=[place]), originalUriBaseIds=bases))).locations


def test_results_beside_the_runs_are_not_passed_over_in_silence() -> None:
    scan = read({**sarif(), "inlineExternalProperties": [{"results": [result()]}]})
    assert "not read" in str(scan.problems[0])
