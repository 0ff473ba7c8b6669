"""What must be true of every report that was read, whatever was in it."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from datetime import timedelta

from checklist_app.domain.findings import (
    MAX_COMMAND,
    MAX_DESCRIPTION,
    MAX_LINE,
    MAX_LOCATIONS,
    MAX_OCCURRENCES,
    MAX_RULE_ID,
    MAX_SHORT,
    MAX_SNIPPET,
    MAX_TITLE,
    MAX_TOOL,
    MAX_URI,
    MAX_VERSION,
    FindingState,
    Location,
    ParsedFinding,
    ParsedScan,
)
from checklist_app.domain.vocabulary import Severity

_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_MOST_TAGS = _MOST_REFERENCES = _MOST_CWES = 1000
_LARGEST_CWE = 2**31 - 1
_TOP_SCORE = 10


def assert_honest(scan: ParsedScan) -> None:
    """Fail unless a scan adds up, fits into its tables, and survives the way out of the child."""
    assert scan.account.adds_up
    assert min(part.count for part in scan.skipped) > 0 if scan.skipped else True
    assert len({result.fingerprint for result in scan.results}) == len(scan.results)
    assert 0 < len(scan.tool) <= MAX_TOOL
    assert len(scan.tool_version) <= MAX_VERSION
    assert len(scan.target) <= MAX_SHORT
    assert len(scan.command_line) <= MAX_COMMAND
    assert scan.started_at is None or scan.started_at.utcoffset() == timedelta(0)
    for result in scan.results:
        _assert_fits(result)
    for said in _texts(scan):
        assert "\0" not in said
        said.encode("utf-8")  # a lone surrogate would not
    written = json.dumps(scan.to_json(), ensure_ascii=False, allow_nan=False).encode("utf-8")
    assert ParsedScan.from_json(json.loads(written)) == scan


def _assert_fits(result: ParsedFinding) -> None:
    assert isinstance(result.severity, Severity)
    assert isinstance(result.state, FindingState)
    assert 0 < len(result.tool) <= MAX_TOOL
    assert len(result.rule_id) <= MAX_RULE_ID
    assert 0 < len(result.title) <= MAX_TITLE
    assert len(result.description) <= MAX_DESCRIPTION + 10
    assert len(result.solution) <= MAX_DESCRIPTION
    assert len(result.reason) <= MAX_DESCRIPTION
    assert len(result.snippet) <= MAX_SNIPPET
    assert _FINGERPRINT.fullmatch(result.fingerprint)
    assert result.results >= 1
    assert 1 <= result.occurrences <= MAX_OCCURRENCES
    assert list(result.cwes) == sorted(set(result.cwes))
    assert all(type(cwe) is int and 0 < cwe <= _LARGEST_CWE for cwe in result.cwes)
    assert list(result.tags) == sorted(set(result.tags))
    assert all(0 < len(tag) <= MAX_SHORT for tag in result.tags)
    assert all(0 < len(url) <= MAX_URI for url in result.references)
    assert max(map(len, (result.cwes, result.tags, result.references))) <= _MOST_TAGS
    assert result.cvss is None or 0 <= result.cvss <= _TOP_SCORE
    assert result.epss is None or 0 <= result.epss <= 1
    assert not any(map(math.isnan, filter(None, (result.cvss, result.epss))))
    assert len(result.locations) <= MAX_LOCATIONS
    for place in result.locations:
        _assert_place(place)


def _assert_place(place: Location) -> None:
    assert len(place.uri) <= MAX_URI
    assert len(place.method) <= MAX_SHORT
    assert len(place.parameter) <= MAX_URI
    assert place.line is None or (type(place.line) is int and 0 < place.line <= MAX_LINE)


def _texts(scan: ParsedScan) -> Iterator[str]:
    yield from (scan.tool, scan.tool_version, scan.target, scan.command_line)
    yield from map(str, scan.problems)
    yield from (str(part.reason) for part in scan.skipped)
    for result in scan.results:
        yield from (result.tool, result.title, result.description, result.rule_id, result.reason)
        yield from (result.solution, result.snippet, *result.references, *result.tags)
        for place in result.locations:
            yield from (place.uri, place.method, place.parameter)
