"""What results of Nuclei say, of its versions 2 and 3."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import FindingState, Location
from checklist_app.domain.vocabulary import Severity
from tests.scanners.reports import fingerprints, only, read

INFO = {
    "name": "Git Config File",
    "author": ["pdteam"],
    "tags": ["config", "git", "exposure"],
    "description": "The Git configuration can be read.",
    "reference": ["https://git.example/config"],
    "severity": "medium",
    "remediation": "Deny access to it.",
    "classification": {
        "cve-id": None,
        "cwe-id": ["cwe-200", "cwe-"],
        "cvss-score": 5.3,
        "epss-score": 0.12,
    },
}


def match(**more: Any) -> dict[str, Any]:
    return {
        "template-id": "git-config",
        "info": INFO,
        "type": "http",
        "host": "https://bank.example",
        "matched-at": "https://bank.example/.git/config",
        "timestamp": "2026-01-12T10:30:00.123456789+01:00",
        "request": "GET /.git/config HTTP/1.1\r\nCookie: sid=abc\r\n\r\n",
        "response": "HTTP/1.1 200 OK\r\n\r\n[core]",
        "matcher-status": True,
        **more,
    }


def lines(*matches: dict[str, Any]) -> str:
    return "\n".join(json.dumps(one) for one in matches) + "\n"


def test_a_match_has_its_template_weakness_and_place() -> None:
    scan = read(lines(match(), match(timestamp="2026-01-12T09:29:00Z", host="other.example")))
    assert (scan.format, scan.tool) == ("nuclei", "Nuclei")
    assert scan.started_at == datetime(2026, 1, 12, 9, 29, tzinfo=UTC)
    assert scan.target == "https://bank.example, other.example"
    found = scan.results[0]
    assert (found.rule_id, found.severity, found.cwes) == ("git-config", Severity.MEDIUM, (200,))
    assert (found.cvss, found.epss) == (5.3, 0.12)
    assert found.locations == (Location("https://bank.example/.git/config"),)
    assert found.references == ("https://git.example/config",)
    assert (
        found.snippet == "GET /.git/config HTTP/1.1\nCookie: sid=***\n\nHTTP/1.1 200 OK\n\n[core]"
    )


def test_lines_an_array_and_one_object_say_the_same() -> None:
    expected = fingerprints(read(lines(match())))
    assert fingerprints(read([match()])) == expected
    assert fingerprints(read(match())) == expected


def test_older_keys_and_flat_results_are_read() -> None:
    older = {
        "templateID": "git-config",
        "info": {
            "name": "Git",
            "severity": "low",
            "tags": "git,cwe-538",
            "reference": "- https://a.example/1\n- https://a.example/2\n",
        },
        "matcher_name": "core",
        "matched": "https://bank.example/.git/config",
        "host": "https://bank.example",
    }
    found = only(read(older))
    assert (found.rule_id, found.title, found.cwes) == ("git-config", "Git: core", (538,))
    assert found.references == ("https://a.example/1", "https://a.example/2")
    flat = {
        "template": "git-config",
        "type": "http",
        "matched": "https://bank.example/.git/config",
        "name": "Git",
        "severity": "high",
    }
    assert only(read(flat)).severity is Severity.HIGH


def test_each_missing_header_is_a_rule_of_its_own() -> None:
    names = {"template-id": "http-missing-security-headers", "matcher-name": "x-frame-options"}
    found = only(read(match(info={**INFO, "severity": "info", "tags": ["misconfig"]}, **names)))
    assert found.rule_id == "http-missing-security-headers:x-frame-options"
    assert found.state is FindingState.OPEN


def test_what_only_says_what_is_there_is_an_observation() -> None:
    seen = {**INFO, "name": "Technology", "severity": "info", "tags": ["tech"]}
    assert only(read(match(info=seen))).state is FindingState.OBSERVATION
    weak = {**INFO, "name": "OpenSSH Detection", "severity": "low", "tags": ["detect"]}
    assert only(read(match(info=weak))).state is FindingState.OPEN


def test_a_template_that_did_not_match_is_a_pass_and_an_error_is_none() -> None:
    passed = match(**{"matcher-status": False})
    failed = match(**{"matcher-status": False, "error": "connection refused"})
    scan = read(lines(passed, failed))
    assert (scan.account.passes, scan.account.skipped, scan.account.read) == (1, 1, 2)
    assert scan.problems
    assert read(lines(passed)).problems == ()


def test_another_payload_is_the_same_finding_and_another_path_is_not() -> None:
    before = read(lines(match(**{"matched-at": "https://bank.example/a?x=1"})))
    after = read(lines(match(**{"matched-at": "https://bank.example/a?x=2"})))
    other = read(lines(match(**{"matched-at": "https://bank.example/b?x=1"})))
    assert fingerprints(before) == fingerprints(after)
    assert fingerprints(before) != fingerprints(other)


def test_a_broken_line_is_named() -> None:
    with pytest.raises(UnreadableReport, match="Line 2"):
        read(lines(match()) + '{"template-id": ')


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_lines_that_end_with_a_comma_are_read(count: int, mark: str) -> None:
    matches = [match(**{"template-id": f"t{number}"}) for number in range(count)]
    written = mark + lines(*matches).replace("}\n", "},\n")
    assert [found.rule_id for found in read(written).findings] == ["t0", "t1", "t2"][:count]
    with pytest.raises(UnreadableReport, match=f"Line {count + 1}"):
        read(written + '{"template-id": "t')
