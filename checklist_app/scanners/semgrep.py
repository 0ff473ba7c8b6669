"""Semgrep JSON: matches of code rules, of secrets rules and of vulnerable dependencies.

Source: ``semgrep_output_v1.atd``, the specification of the JSON output. A result is one element of
``results``. Where the tool lists matches that a comment hides, they are marked as ``is_ignored``.
Whatever stands in ``errors`` above the level *info* was not scanned in full.
"""

from __future__ import annotations

import re
from typing import Any

from checklist_app.domain.findings import ParsedScan, clean
from checklist_app.domain.text import text
from checklist_app.scanners.base import About, Head, Kind, Parser, Report
from checklist_app.scanners.reading import Gathering, document
from checklist_app.scanners.semgrep_results import TOOL, is_secret, learn, read_result
from checklist_app.scanners.shapes import add_each, members, root_object
from checklist_app.scanners.source_code import (
    NOTHING_SCANNED,
    KnownSecrets,
    fail_of_errors,
    source_path,
    told_by_semgrep,
)
from checklist_app.untrusted.json_text import as_list, as_object, as_text

_PART = r'(?:"(?:results|errors)"\s*:\s*\[\s*\]|"version"\s*:\s*"[^"]{0,60}")'
_FOUND_NOTHING = re.compile(rf"\{{\s*{_PART}(?:\s*,\s*{_PART}){{1,2}}\s*\}}\s*")
_ERRORS_FIRST = re.compile(r'\{\s*"errors"\s*:\s*\[\s*\{')
"""So many errors may come first that nothing else is in the beginning of a file."""
_LEFT_OUT = ("analysis_failed_parser_or_internal_error", "too_many_matches")


def recognises(head: Head) -> bool:
    """Whether this is the beginning of a Semgrep report."""
    if head.kind is not Kind.JSON or not head.text.startswith("{"):
        return False
    if head.has_key("errors", "paths", "scanned") or head.has_key("check_id", "extra"):
        return True
    if head.has_key("results", "engine_requested"):
        return True
    if _ERRORS_FIRST.match(head.text) and head.has_key("code", "level", "type"):
        return True
    return head.has_key("results", "errors") and _FOUND_NOTHING.fullmatch(head.text) is not None


def parse(report: Report) -> ParsedScan:
    """Read a Semgrep report.

    Raises:
        UnreadableReport: it is no JSON, or has no list of results.
    """
    root = root_object(document(report))
    results = members(
        root,
        "results",
        text("This Semgrep report has no list of results. Write it with the option --json."),
    )
    gathering = Gathering("semgrep", TOOL, tool_version=as_text(root.get("version")))
    _check(gathering, root)
    if not results and not as_list(as_object(root.get("paths")).get("scanned")):
        gathering.fail(NOTHING_SCANNED)
    secrets = KnownSecrets()
    for result in results:
        if is_secret(as_object(result)):
            learn(secrets, result)
    add_each(gathering, results, lambda result: read_result(result, secrets))
    return gathering.scan()


def _check(gathering: Gathering, root: dict[str, Any]) -> None:
    errors = [as_object(part) for part in as_list(root.get("errors"))]
    told = [
        told_by_semgrep(part) for part in errors if clean(part.get("level"), 20).lower() != "info"
    ]
    for part in as_list(as_object(root.get("paths")).get("skipped")):
        skipped = as_object(part)
        if skipped.get("reason") in _LEFT_OUT:
            told.append(f"{source_path(skipped.get('path'))}: {skipped['reason']}")
    for part in as_list(root.get("skipped_rules")):
        rule = as_object(part)
        told.append(f"{clean(rule.get('rule_id'), 200)}: {clean(rule.get('details'), 200)}")
    fail_of_errors(gathering, told)


PARSER = Parser(
    "semgrep",
    "Semgrep (JSON)",
    recognises,
    parse,
    About(
        versions="Semgrep 0.2 to 1.1xx and Opengrep, `--json`, with Supply Chain and Secrets.",
        source="`semgrep_output_v1.atd` in the repository semgrep-interfaces.",
        command="`semgrep scan --json -o semgrep.json --config <rules>`",
        result="An element of `results`: one match of a rule.",
        keys="`metadata.cwe` and `metadata.owasp`, text or list; rule `semgrep:<check_id>`.",
        severity="ERROR high, WARNING medium, INFO low; CRITICAL to LOW as they are.",
        clean="No result, no error and at least one file in `paths.scanned`.",
        differs="Every match is a finding; what a nosemgrep comment hides is suppressed; "
        "code of secrets is left out.",
    ),
)
