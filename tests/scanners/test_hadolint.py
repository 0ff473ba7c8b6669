"""What hadolint says of a Dockerfile."""

from __future__ import annotations

from typing import Any

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import FindingState, Location, routing_keys
from checklist_app.domain.vocabulary import MappingKind, Severity
from tests.scanners.reports import fingerprints, only, read


def entry(code: str = "DL3002", line: int = 9, **more: Any) -> dict[str, Any]:
    return {
        "line": line,
        "code": code,
        "message": "Last USER should not be root",
        "column": 1,
        "file": "./docker/Dockerfile",
        "level": "warning",
        **more,
    }


def test_a_rule_that_is_broken() -> None:
    scan = read([entry()])
    found = only(scan)
    assert (scan.format, scan.tool, scan.target) == ("hadolint", "hadolint", "docker/Dockerfile")
    assert (MappingKind.RULE, "hadolint:DL3002") in routing_keys(found)
    assert found.locations == (Location("docker/Dockerfile", 9),)
    assert found.references == ("https://github.com/hadolint/hadolint/wiki/DL3002",)
    assert scan.problems == ()


@pytest.mark.parametrize(
    ("level", "severity"),
    [
        ("error", Severity.HIGH),
        ("warning", Severity.MEDIUM),
        ("info", Severity.INFO),
        ("style", Severity.INFO),
    ],
)
def test_severity(level: str, severity: Severity) -> None:
    assert only(read([entry(level=level)])).severity is severity


def test_the_same_rule_on_two_lines_is_two_findings_wherever_they_move() -> None:
    before = read([entry(line=9), entry(line=25)])
    after = read([entry(line=30), entry(line=14)])
    assert len(set(fingerprints(before))) == 2
    assert fingerprints(before) == fingerprints(after)


def test_paths_of_windows_are_those_of_others() -> None:
    windows = read([entry(file="docker\\Dockerfile")])
    assert fingerprints(windows) == fingerprints(read([entry()]))


def test_what_it_writes_for_gitlab_says_the_same() -> None:
    own = [entry(level=level, line=n) for n, level in enumerate(("error", "warning", "info"), 1)]
    severities = ("blocker", "major", "info")
    written = [
        {
            "categories": ["Bug Risk"],
            "check_name": told["code"],
            "description": told["message"],
            "location": {"path": told["file"], "lines": {"begin": told["line"], "end": 9}},
            "severity": severity,
            "type": "issue",
        }
        for told, severity in zip(own, severities, strict=True)
    ]
    assert read(written).to_json() == read(own).to_json()


def test_checkstyle_says_the_same() -> None:
    own = [entry(line=n, message=f"Is {n} < 3?") for n in (1, 2)]
    errors = "".join(
        f'<error line="{told["line"]}" column="1" severity="{told["level"]}" '
        f'message="{told["message"].replace("<", "&lt;")}" source="{told["code"]}"/>'
        for told in own
    )
    file = f'<file name="{own[0]["file"]}">{errors}</file>'
    written = f'<?xml version="1.0"?><checkstyle version="4.3">{file}</checkstyle>'
    assert read(written).to_json() == read(own).to_json()


def test_a_file_that_was_not_parsed_was_not_checked() -> None:
    scan = read([entry("DL1000", level="error"), entry("SC2086", file="b/Dockerfile")])
    assert scan.results[0].state is FindingState.OBSERVATION
    assert "1 files could not be read" in str(scan.problems[0])


def test_what_is_no_report_of_hadolint_is_refused() -> None:
    shellcheck = [{**entry(), "code": 2086, "endLine": 9, "endColumn": 4}]
    for data in ([], shellcheck, {"results": [entry()]}):
        with pytest.raises(UnreadableReport, match="not a scanner report"):
            read(data)
    assert read([entry(), 7]).account.skipped == 1
