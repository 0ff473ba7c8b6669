"""What a baseline of detect-secrets says."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import FindingState, Location
from checklist_app.domain.vocabulary import Severity
from tests.scanners.reports import fingerprints, only, read

HASH = "33414068174ad408345154357676f77a18cf8981"


def secret(**more: Any) -> dict[str, Any]:
    """Return one secret."""
    return {
        "type": "AWS Access Key",
        "filename": "deploy/prod.env",
        "hashed_secret": HASH,
        "is_verified": False,
        "line_number": 2,
        **more,
    }


def baseline(*secrets: Any, **root: Any) -> dict[str, Any]:
    """Return a baseline with the secrets of one file."""
    return {
        "version": "1.5.0",
        "plugins_used": [{"name": "AWSKeyDetector"}],
        "filters_used": [],
        "results": {"./deploy/prod.env": list(secrets)} if secrets else {},
        "generated_at": "2026-01-12T09:30:00Z",
        **root,
    }


def test_a_secret_has_its_rule_weakness_severity_and_place() -> None:
    scan = read(baseline(secret()))
    found = only(scan)
    assert (scan.format, scan.tool_version) == ("detect-secrets", "1.5.0")
    assert scan.started_at == datetime(2026, 1, 12, 9, 30, tzinfo=UTC)
    assert (found.rule_id, found.severity, found.cwes) == ("AWS Access Key", Severity.HIGH, (798,))
    assert found.locations == (Location("deploy/prod.env", 2),)
    assert HASH not in str(scan.to_json())


def test_a_secret_that_works_is_critical() -> None:
    assert only(read(baseline(secret(is_verified=True)))).severity is Severity.CRITICAL


def test_what_an_audit_called_no_secret_is_suppressed() -> None:
    assert only(read(baseline(secret(is_secret=False)))).state is FindingState.SUPPRESSED
    assert only(read(baseline(secret(is_secret=True)))).state is FindingState.OPEN


def test_a_baseline_without_secrets_is_clean() -> None:
    scan = read(baseline())
    assert (scan.account.read, scan.problems) == (0, ())


def test_the_old_form_without_names_in_the_entries() -> None:
    old = {"hashed_secret": HASH, "line_number": 9, "type": "Hex High Entropy String"}
    document = {
        "exclude": {"files": None, "lines": None},
        "generated_at": "2019-08-01T10:00:00Z",
        "plugins_used": [{"hex_limit": 3, "name": "HexHighEntropyString"}],
        "results": {"a.py": [old]},
        "version": "0.12.5",
    }
    assert only(read(document)).locations == (Location("a.py", 9),)


def test_moved_lines_change_no_fingerprint_and_other_secrets_do() -> None:
    there, moved = read(baseline(secret())), read(baseline(secret(line_number=99)))
    assert fingerprints(there) == fingerprints(moved)
    other = read(baseline(secret(), secret(hashed_secret="0bdf77c5cd2d37e8", line_number=3)))
    assert len(set(fingerprints(other))) == 2


def test_broken_types_are_refused_or_counted() -> None:
    assert read(baseline(secret(), 3)).account.skipped == 1
    broken: list[Any] = [[], {"a.py": {}}]
    for results in broken:
        with pytest.raises(UnreadableReport, match="results"):
            read(baseline() | {"results": results})
    with pytest.raises(UnreadableReport, match="no results"):
        read({"plugins_used": [], "filters_used": []})


def test_the_report_of_an_audit_says_what_persons_decided_and_its_secrets_are_not_kept() -> None:
    value = "AKIA" + "Q3EGRZXCVBNMKJHG"
    entries = [
        {
            "category": category,
            "filename": "deploy/prod.env",
            "lines": {"2": f"KEY={value}", "9": f"OLD={value}"},
            "secrets": value,
            "types": ["AWS Access Key", "Secret Keyword"],
        }
        for category in ("VERIFIED_FALSE", "VERIFIED_TRUE", "UNVERIFIED")
    ]
    scan = read({"results": entries})
    states = [found.state for found in scan.results]
    assert states == [FindingState.SUPPRESSED, FindingState.OPEN, FindingState.OPEN]
    found = scan.results[0]
    assert found.locations == (Location("deploy/prod.env", 2), Location("deploy/prod.env", 9))
    assert (found.rule_id, found.cwes, found.occurrences) == ("AWS Access Key", (798,), 2)
    assert value not in str(scan.to_json())


def test_a_secret_is_the_same_finding_in_a_baseline_and_in_the_report_of_its_audit() -> None:
    value = "AKIA" + "Q3EGRZXCVBNMKJHG"
    entry = {
        "category": "UNVERIFIED",
        "filename": "deploy/prod.env",
        "lines": {"2": value},
        "secrets": value,
        "types": ["AWS Access Key"],
    }
    hashed = hashlib.sha1(value.encode(), usedforsecurity=False).hexdigest()
    known = baseline(secret(hashed_secret=hashed))
    assert fingerprints(read({"results": [entry]})) == fingerprints(read(known))
