"""What reports of TruffleHog 2 and 3 and of trufflehog3 say."""

from __future__ import annotations

import json
from typing import Any

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import Location
from checklist_app.domain.vocabulary import Severity
from tests.scanners.reports import fingerprints, only, read

SECRET = "bank-t0ken-0123456789"


def detected(line: int = 4, **more: Any) -> dict[str, Any]:
    """Return one object of version 3."""
    place = {
        "commit": "fbc14303",
        "file": "keys",
        "email": "person@bank.example",
        "repository": f"https://user:{SECRET}@git.example/bank",
        "timestamp": "2026-01-12 09:30:00 +0000",
        "line": line,
    }
    return {
        "SourceMetadata": {"Data": {"Git": place}},
        "SourceName": "trufflehog - git",
        "DetectorName": "AWS",
        "Verified": False,
        "Raw": SECRET,
        "RawV2": f"{SECRET}:more",
        "Redacted": SECRET[:12],
        "ExtraData": {"rotation_guide": "https://rotate.example/aws", "account": "1"},
        **more,
    }


def change(**more: Any) -> dict[str, Any]:
    """Return one object of version 2."""
    return {
        "branch": "origin/main",
        "commit": "Add keys",
        "commitHash": "288f35ed",
        "date": "2021-01-30 19:50:09",
        "diff": f"+secret = '{SECRET}'\n" * 3,
        "path": "keys.py",
        "printDiff": f"\x1b[93msecret = '{SECRET}'\x1b[0m",
        "reason": "Generic Secret",
        "stringsFound": [f"secret = '{SECRET}'", "secret = 'second-one'"],
        **more,
    }


def log(**more: Any) -> dict[str, Any]:
    """Return one line of the log."""
    return {"level": "info-0", "ts": "2026-01-12T09:30:00Z", "logger": "trufflehog", **more}


ENDED = log(msg="finished scanning", bytes=900, trufflehog_version="3.90.1")


def lines(*objects: Any) -> str:
    """Return a report in lines."""
    return "".join(json.dumps(one) + "\n" for one in objects)


def test_a_secret_of_version_3() -> None:
    scan = read(lines(detected(), detected(line=9)))
    found = scan.results[0]
    assert (scan.format, scan.tool) == ("trufflehog", "TruffleHog")
    assert scan.target == "https://****@git.example/bank"
    assert (found.rule_id, found.cwes) == ("AWS", (798,))
    assert found.locations == (Location("keys", 4),)
    assert found.references == ("https://rotate.example/aws",)
    assert read([detected()]).results[0].rule_id == "AWS"  # as a list


@pytest.mark.parametrize(
    ("more", "severity"),
    [
        ({"Verified": True}, Severity.CRITICAL),
        ({"Verified": False}, Severity.MEDIUM),
        ({"VerificationError": f"GET https://{SECRET}@x: timeout"}, Severity.HIGH),
    ],
)
def test_severity_is_what_the_verification_found(more: Any, severity: Severity) -> None:
    scan = read(lines(detected(**more)))
    assert only(scan).severity is severity
    assert SECRET not in str(scan.to_json())


def test_a_change_of_version_2() -> None:
    scan = read(lines(change(), change(reason="High Entropy")))
    found = scan.results[0]
    assert (found.rule_id, found.severity) == ("Generic Secret", Severity.HIGH)
    assert (found.occurrences, found.locations) == (2, (Location("keys.py"),))
    assert scan.results[1].severity is Severity.LOW
    assert SECRET not in str(scan.to_json())
    assert "second-one" not in str(scan.to_json())


def test_a_match_of_trufflehog3() -> None:
    match = {
        "rule": {"id": "slack.bot-token", "message": "Slack Bot Token", "severity": "HIGH"},
        "path": "/lib/slack.py",
        "line": "18",
        "secret": SECRET,
        "context": {"18": f"SlackClient({SECRET})"},
        "id": "0b58588a",
    }
    scan = read([match])
    found = only(scan)
    assert (found.rule_id, found.title) == ("slack.bot-token", "Slack Bot Token")
    assert found.locations == (Location("/lib/slack.py", 18),)
    assert SECRET not in str(scan.to_json())


def test_the_log_tells_whether_the_scan_ended() -> None:
    clean = read(lines(log(msg="running source"), ENDED))
    assert (clean.account.read, clean.problems, clean.tool_version) == (0, (), "3.90.1")
    assert read(lines(log(msg="running source"), detected())).problems
    wrong = log(level="error", msg="failed to scan")
    assert "failed to scan" in str(read(lines(wrong, ENDED)).problems[0])
    assert read(lines(ENDED | {"bytes": 0})).problems


def test_lines_do_not_count_but_secrets_and_commits_do() -> None:
    assert fingerprints(read(lines(detected()))) == fingerprints(read(lines(detected(line=90))))
    both = read(lines(detected(), detected(Raw="an0ther-secret-of-us")))
    assert len(set(fingerprints(both))) == 2
    assert len(set(fingerprints(read(lines(change(), change(commitHash="1")))))) == 2


def test_broken_types_are_refused_or_counted() -> None:
    scan = read(lines(detected(), detected(SourceMetadata=[], Raw=None, DetectorName={}), {}))
    assert (scan.account.read, scan.account.skipped) == (3, 1)
    with pytest.raises(UnreadableReport, match="Line 2"):
        read(lines(detected()) + '{"SourceMetadata": \n')


@pytest.mark.parametrize(
    ("data", "place", "target"),
    [
        (
            {"GCS": {"bucket": "b", "filename": "a.env", "link": "https://g.example/a"}},
            "a.env",
            "b",
        ),
        ({"Jira": {"issue": "BANK-7", "author": "x"}}, "BANK-7", ""),
        ({"Azure": {"container": "c", "file": "a.env"}}, "a.env", "c"),
        ({"Elasticsearch": {"index": "logs", "document_id": "d7"}}, "d7", "logs"),
        ({"NPM": {"file": "index.js", "package": "left"}}, "index.js", "left"),
        ({"Forager": {"metadata": {"Npm": {"file": "i.js", "package": "p"}}}}, "i.js", "p"),
        ({"Webhook": {"Data": {"Vector": {"link": "vector-1"}}}}, "vector-1", ""),
        ({"Stdin": {}}, "", ""),
        ({}, "", ""),
    ],
)
def test_every_kind_of_source_names_its_place(
    data: dict[str, Any], place: str, target: str
) -> None:
    scan = read([detected(SourceMetadata={"Data": data})])
    assert [location.uri for location in only(scan).locations] == ([place] if place else [])
    assert scan.target == target


def test_lines_in_the_encoding_of_powershell_are_read() -> None:
    lines = "\r\n".join(json.dumps(detected(line=n)) for n in (4, 9))
    assert read(lines.encode("utf-16")).account.findings == 2
