"""Checkov's JSON report: one object for a kind of files, or a list of them.

Source: ``checkov/common/output/report.py`` and ``record.py``. A result is one element of
``results.passed_checks``, ``failed_checks`` or ``skipped_checks``. Without a single check the
report is an object of zeros.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import FindingState, ParsedScan, clean
from checklist_app.domain.text import text
from checklist_app.scanners.base import About, Head, Kind, Parser, Report, wrong_type
from checklist_app.scanners.checkov_checks import TOOL, finding
from checklist_app.scanners.reading import Gathering, document
from checklist_app.untrusted.json_text import as_index, as_list, as_object

_LISTS: Mapping[str, FindingState] = {
    "failed_checks": FindingState.OPEN,
    "passed_checks": FindingState.PASSED,
    "skipped_checks": FindingState.SUPPRESSED,
}
_BROKEN = text("The result is not an object, so nothing can be read from it.")
_NOTHING = text("The report names nothing that was scanned, so it proves nothing.")


def recognises(head: Head) -> bool:
    """Whether this is the beginning of a report of Checkov."""
    if head.kind is not Kind.JSON or head.has_key("profiles"):  # HDF holds such a report whole
        return False
    if head.has_key("check_type", "results"):
        return True
    return head.has_key("passed", "failed", "skipped", "checkov_version")


def parse(report: Report) -> ParsedScan:
    """Read a report of Checkov.

    Raises:
        UnreadableReport: it is no JSON, or a field that carries the results has the wrong type.
    """
    data = document(report)
    gathering = Gathering(format=PARSER.format, tool=TOOL)
    kinds: list[str] = []
    checked = 0
    for number, part in enumerate(data if isinstance(data, list) else [data]):
        if not isinstance(part, dict):
            raise wrong_type(f"[{number}]", "{…}")
        kinds.append(clean(part.get("check_type"), 40))
        checked += _read(gathering, part)
    gathering.target = ", ".join(dict.fromkeys(filter(None, kinds)))
    if not checked and not gathering.results:
        gathering.fail(_NOTHING)
    return gathering.scan()


def _read(gathering: Gathering, part: dict[str, Any]) -> int:
    """Read the report of one kind of files and return how many checks it counts."""
    summary = as_object(part.get("summary")) or part
    gathering.tool_version = clean(summary.get("checkov_version"), 60) or gathering.tool_version
    if "results" in part:
        results = part["results"]
        if not isinstance(results, dict):
            raise wrong_type("results", "{…}")
        if "failed_checks" not in results:
            raise wrong_type("results.failed_checks", "[…]")
        for name in _LISTS:
            _read_list(gathering, results, name, clean(part.get("check_type"), 40))
        gathering.expect(
            as_index(summary.get("failed")) or 0, len(as_list(results["failed_checks"]))
        )
        _note_errors(gathering, results, summary)
    elif "checkov_version" not in part:
        raise UnreadableReport(
            text("This report of Checkov has no results. Write it with --output json.")
        )
    return sum(as_index(summary.get(name)) or 0 for name in ("passed", "failed", "skipped"))


def _read_list(gathering: Gathering, results: dict[str, Any], name: str, kind: str) -> None:
    found = results.get(name)
    if found is None:
        return
    if not isinstance(found, list):
        raise wrong_type(f"results.{name}", "[…]")
    for check in found:
        if isinstance(check, dict):
            gathering.add(finding(check, kind, _LISTS[name]))
        else:
            gathering.skip(_BROKEN)


def _note_errors(gathering: Gathering, results: dict[str, Any], summary: dict[str, Any]) -> None:
    count = max(
        len(as_list(results.get("parsing_errors"))), as_index(summary.get("parsing_errors")) or 0
    )
    if count:
        gathering.fail(
            text(
                "%(count)s files could not be read by the scanner, so they were not checked.",
                count=count,
            )
        )


PARSER = Parser(
    "checkov",
    "Checkov (JSON)",
    recognises,
    parse,
    About(
        versions="Checkov 1.0 to 3.3: one object, a list of them, `--quiet` and `--compact`.",
        source="`checkov/common/output` in the source of Checkov.",
        command="`checkov -d . -o json > report.json`",
        result="A check of one resource: failed, passed or skipped.",
        keys="Rule `checkov:<check_id>`; for packages with known vulnerabilities the name of the "
        "vulnerability and CWE-1395; CWE-798 for secrets; `cwe` and `owasp` of checks of code.",
        severity="Checkov's words, which it gives with a key for its platform only; the CVSS "
        "score, else medium, without.",
        clean="`passed_checks` are passes (left out by `--quiet`), `skipped_checks` are suppressed "
        "with their comment. Files that could not be parsed, or no check at all, prove nothing.",
        differs="Other importers read failed checks only. The code around a secret is left out, "
        "because Checkov shows a part of the secret.",
    ),
)
