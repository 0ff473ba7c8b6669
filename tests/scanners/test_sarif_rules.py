"""What SARIF says of a result through its rule: which one it is, its CWEs, how bad it is."""

from __future__ import annotations

from typing import Any

import pytest

from checklist_app.domain.vocabulary import Severity
from tests.scanners.reports import driver, only, read, result, sarif

RULE = {"id": "R1", "properties": {"tags": ["CWE-79"]}}
OTHER = {"id": "R2", "properties": {"tags": ["CWE-22"]}}


@pytest.mark.parametrize(
    ("tool", "reference"),
    [
        (driver(OTHER, RULE), {"ruleId": "R1"}),
        (driver(OTHER, RULE), {"ruleIndex": 1, "ruleId": None}),
        (driver(OTHER, RULE), {"rule": {"index": 1}, "ruleId": None}),
        (driver(OTHER, RULE), {"rule": {"id": "R1"}, "ruleId": None}),
        (driver(OTHER, RULE), {"ruleId": "R1/from-request"}),
        (driver(OTHER, RULE), {"ruleId": "R1", "ruleIndex": 0}),  # they disagree: the id wins
        (driver(OTHER, RULE), {"ruleId": "R1", "ruleIndex": 99}),
        (
            {**driver(OTHER), "extensions": [{"name": "pack", "rules": [RULE]}]},
            {"ruleId": "R1", "rule": {"index": 0, "toolComponent": {"index": 0}}},
        ),
        (
            {**driver(OTHER), "extensions": [{"name": "x"}, {"name": "pack", "rules": [RULE]}]},
            {"ruleId": None, "rule": {"index": 0, "toolComponent": {"name": "pack"}}},
        ),
        ({**driver(), "extensions": [{"name": "pack", "rules": [RULE]}]}, {"ruleId": "R1"}),
    ],
)
def test_a_rule_is_found_however_it_is_named(
    tool: dict[str, Any], reference: dict[str, Any]
) -> None:
    assert only(read(sarif({**result(), **reference}, tool=tool))).cwes == (79,)


CWE = {"toolComponent": {"name": "CWE"}}


@pytest.mark.parametrize(
    ("rule", "more", "run"),
    [
        ({"properties": {"tags": ["external/cwe/cwe-079"]}}, {}, {}),
        ({"properties": {"cwe": "CWE-79: Cross-site Scripting"}}, {}, {}),
        ({"properties": {"cwe": ["CWE-79"]}}, {}, {}),
        ({"relationships": [{"target": {"id": "CWE-79", **CWE}}]}, {}, {}),
        ({"relationships": [{"target": {"id": "79", **CWE}}]}, {}, {}),
        ({}, {"taxa": [{"id": "79", **CWE}]}, {}),
        ({}, {"properties": {"cwe": 79}}, {}),
        (
            {},
            {"taxa": [{"index": 0, "toolComponent": {"index": 0}}]},
            {"taxonomies": [{"name": "CWE", "taxa": [{"id": "79"}]}]},
        ),
        (
            {},
            {"taxa": [{"id": "79", "toolComponent": {"guid": "g"}}]},
            {"taxonomies": [{"name": "x"}, {"name": "CWE", "guid": "g"}]},
        ),
        (  # KICS leaves the number out, and names the entry by its guid alone
            {"relationships": [{"target": {"guid": "e79", "toolComponent": {"name": "CWE"}}}]},
            {},
            {"taxonomies": [{"name": "CWE", "taxa": [{"guid": "e79", "id": "79"}]}]},
        ),
        ({"helpUri": "https://cwe.mitre.org/data/definitions/79.html"}, {}, {}),
        ({"shortDescription": {"text": "CWE-79: Improper neutralisation of input"}}, {}, {}),
        ({"name": "CWE-79/reflected"}, {}, {}),
        ({"properties": {"CWE-ID": ["79"]}}, {}, {}),
        ({"properties": {"cweIDs": [{"id": "CWE-79"}]}}, {}, {}),
        ({"properties": {"metadata": {"cwe": "CWE-79"}}}, {}, {}),
        ({"properties": {"cweCategory": "CWE-79", "cweCount": 20}}, {}, {}),
        ({}, {"message": {"text": "Output is not encoded (CWE-79)."}}, {}),
        ({}, {"ruleId": "CWE-79"}, {}),
        ({"shortDescription": {"text": "Much is said here. " * 40 + "See CWE-79."}}, {}, {}),
        ({"fullDescription": {"text": "Much is said here. " * 40 + "See CWE-79."}}, {}, {}),
    ],
)
def test_cwe_is_found_wherever_it_stands(
    rule: dict[str, Any], more: dict[str, Any], run: dict[str, Any]
) -> None:
    tool = driver({"id": "R1", **rule})
    assert only(read(sarif(result(**more), tool=tool, **run))).cwes == (79,)


def test_the_message_names_a_cwe_only_where_nothing_else_does() -> None:
    tool = driver({"id": "R1", "properties": {"tags": ["CWE-79"]}})
    message = {"text": "Unlike CWE-80, this reaches scripts"}
    assert only(read(sarif(result(message=message), tool=tool))).cwes == (79,)


def test_a_rule_is_found_by_its_guid() -> None:
    tool = {**driver(), "extensions": [{"name": "pack", "rules": [{**RULE, "guid": "r-1"}]}]}
    found = only(read(sarif(result(ruleId=None, rule={"guid": "r-1"}), tool=tool)))
    assert (found.rule_id, found.cwes) == ("R1", (79,))


def test_entries_of_other_taxonomies_are_no_cwe() -> None:
    taxa = [{"id": "79", "toolComponent": {"name": "Requirement levels"}}]
    assert only(read(sarif(result(taxa=taxa)))).cwes == ()


@pytest.mark.parametrize(
    ("properties", "level", "severity"),
    [
        ({"security-severity": "9.8"}, "note", Severity.CRITICAL),
        ({"security-severity": 7}, "note", Severity.HIGH),
        ({"security-severity": "4.0"}, "error", Severity.MEDIUM),
        ({"security-severity": "0.1"}, "error", Severity.LOW),
        ({"security-severity": "0.0"}, "error", Severity.INFO),
        ({"security-severity": "CRITICAL"}, "note", Severity.CRITICAL),
        ({"security-severity": "Moderate"}, "note", Severity.MEDIUM),
        ({"security-severity": "nonsense"}, "error", Severity.HIGH),
        ({"security-severity": "11"}, "error", Severity.HIGH),
        ({"security-severity": "nan"}, "error", Severity.HIGH),
        ({"security-severity": True}, "error", Severity.HIGH),
        ({"cvssv2_score": 7.5, "cvssv2_severity": "HIGH"}, "warning", Severity.HIGH),
        ({"Severity": "High", "Status": "Open"}, None, Severity.HIGH),  # HCL AppScan
        ({}, "error", Severity.HIGH),
        ({}, "warning", Severity.MEDIUM),
        ({}, "note", Severity.LOW),
        ({}, "none", Severity.INFO),
        ({}, "ERROR", Severity.HIGH),
        ({}, "critical", Severity.CRITICAL),
        ({}, "unheard of", Severity.MEDIUM),
        ({}, None, Severity.MEDIUM),
    ],
)
def test_severity(properties: dict[str, Any], level: str | None, severity: Severity) -> None:
    tool = driver({"id": "R1", "properties": properties})
    assert only(read(sarif(result(level=level), tool=tool))).severity is severity


def test_a_severity_may_stand_in_the_title_only() -> None:
    short = {"text": "High severity - Prototype Pollution vulnerability in ajv"}
    tool = driver({"id": "R1", "shortDescription": short})
    assert only(read(sarif(result(level="note"), tool=tool))).severity is Severity.HIGH


def test_a_severity_may_stand_among_the_tags_only() -> None:
    tool = driver({"id": "R1", "properties": {"tags": ["vulnerability", "CRITICAL", "openssl"]}})
    assert only(read(sarif(result(level="error"), tool=tool))).severity is Severity.CRITICAL


def test_a_severity_may_stand_in_the_name_of_the_rule_only() -> None:
    name = "[MEDIUM] CVE-2017-16137"
    tool = driver({"id": name, "properties": {"tags": ["debug"]}})
    scan = read(sarif(result(ruleId=name, level="error"), tool=tool))
    assert only(scan).severity is Severity.MEDIUM


def test_a_severity_may_stand_behind_the_package_in_the_message() -> None:
    message = {"text": "[zlib - 1:1.2.11 - Low] An overflow in inflate."}
    assert only(read(sarif(result(level="error", message=message)))).severity is Severity.LOW


@pytest.mark.parametrize("descriptor", [{"id": "R1"}, {"index": 0}, {"guid": "g"}])
def test_the_level_of_a_rule_may_be_configured_for_a_run(descriptor: dict[str, Any]) -> None:
    rule = {"id": "R1", "guid": "g", "defaultConfiguration": {"level": "error"}}
    overrides = [{"descriptor": descriptor, "configuration": {"level": "note"}}]
    log = sarif(
        result(),
        result(level="warning"),
        tool=driver(rule),
        invocations=[
            {"executionSuccessful": True, "ruleConfigurationOverrides": overrides},
            {"executionSuccessful": True, "ruleConfigurationOverrides": [None, {"descriptor": 7}]},
        ],
    )
    configured, told = read(log).results
    assert (configured.severity, told.severity) == (Severity.LOW, Severity.MEDIUM)


def test_the_rule_says_the_level_if_the_result_does_not() -> None:
    tool = driver({"id": "R1", "defaultConfiguration": {"level": "error"}})
    assert only(read(sarif(result(), tool=tool))).severity is Severity.HIGH
