"""SARIF 2.1.0, the format most static analysers write (and 2.2 as far as it is the same).

Source: OASIS Standard "Static Analysis Results Interchange Format Version 2.1.0"; section numbers
below are of that document. A result is one element of ``runs[].results`` (3.27); a result of kind
``pass`` is evidence that a rule was checked, not a finding.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import (
    MAX_COMMAND,
    MAX_SHORT,
    MAX_TOOL,
    MAX_VERSION,
    ParsedFinding,
    ParsedScan,
    clean,
)
from checklist_app.domain.scan_account import Skipped
from checklist_app.domain.text import Text, text
from checklist_app.scanners.base import (
    About,
    Head,
    Kind,
    Parser,
    Report,
    Take,
    check_count,
    settle,
    wrong_type,
)
from checklist_app.scanners.sarif_log import ResultCount, results, without_results
from checklist_app.scanners.sarif_results import ResultReader
from checklist_app.untrusted.json_text import as_list, as_object, as_text, at_index

_VERSIONS = ("2.1", "2.2")
_SCHEMA = re.compile(r'"\$schema"\s*:\s*"[^"]*sarif', re.IGNORECASE)
_RUNS = re.compile(r'"runs"\s*:\s*[\[{"0-9ntf]')
_REPORT_EVERY = 500


def recognises(head: Head) -> bool:
    """Whether this is the beginning of a SARIF log."""
    if head.kind is not Kind.JSON or not head.text.startswith("{"):
        return False
    if _SCHEMA.search(head.text):
        return True
    return bool(_RUNS.search(head.text)) and any(
        head.has_key(name) for name in ("tool", "version", "results", "invocations")
    )


def parse(report: Report) -> ParsedScan:
    """Read a SARIF log.

    Raises:
        UnreadableReport: it is not JSON, not SARIF 2.1.0, or a field that carries the results has
            the wrong type.
    """
    found: list[ParsedFinding] = []
    scan = stream(report, found.append)
    return replace(scan, results=settle(found))


def stream(report: Report, take: Take) -> ParsedScan:
    """Do the same one result at a time; see :class:`checklist_app.scanners.base.Parser`."""
    log = without_results(report)
    runs = _runs(log)
    total = sum(_count(run, number) for number, run in enumerate(runs))
    check_count(total)
    problems = [] if runs else [text("The report holds no run: nothing was scanned.")]
    problems += [problem for run in runs for problem in _problems(run)]
    if any(as_list(as_object(part).get("results")) for part in as_list(_inline(log))):
        problems.append(text("Results beside the runs (inlineExternalProperties) are not read."))
    readers = [ResultReader(run, _tool(run)) for run in runs]
    broken = 0
    for done, (number, result) in enumerate(results(report) if total else (), 1):
        if isinstance(result, dict):
            take(readers[number].read(result))
        else:
            broken += 1
        if done % _REPORT_EVERY == 0:
            report.progress(done, total)
    report.progress(total, total)
    return ParsedScan(
        format=PARSER.format,
        tool=clean(", ".join(dict.fromkeys(map(_tool, runs))), MAX_TOOL) or "SARIF",
        tool_version=clean(
            ", ".join(dict.fromkeys(filter(None, map(_version, runs)))), MAX_VERSION
        ),
        target=_first(_target(run) for run in runs),
        started_at=min(filter(None, map(_started_at, runs)), default=None),
        results=(),
        results_read=total,
        skipped=_skipped(broken),
        problems=tuple(dict.fromkeys(problems)),
        command_line=_first(
            clean(as_object(part).get("commandLine"), MAX_COMMAND)
            for run in runs
            for part in as_list(run.get("invocations"))
        ),
    )


def _inline(log: Any) -> Any:
    return as_object(log).get("inlineExternalProperties")


def _runs(log: Any) -> list[dict[str, Any]]:
    if not isinstance(log, dict):
        raise wrong_type("(root)", "{…}")
    version = log.get("version")
    if "version" in log and not (isinstance(version, str) and version.startswith(_VERSIONS)):
        raise UnreadableReport(
            text(
                "This is SARIF %(version)s; only SARIF 2.1.0 can be read. "
                "Ask the tool for SARIF 2.1.0.",
                version=clean(version, 20) or "?",
            )
        )
    runs = log.get("runs")
    if runs is not None and not isinstance(runs, list):
        raise wrong_type("runs", "[…]")
    for number, run in enumerate(runs or []):
        if not isinstance(run, dict):
            raise wrong_type(f"runs[{number}]", "{…}")
        if not isinstance(run.get("tool"), dict):
            raise wrong_type(f"runs[{number}].tool", "{…}")
    return runs or []


def _count(run: dict[str, Any], number: int) -> int:
    found = run.get("results")
    if found is None:
        return 0
    if not isinstance(found, ResultCount):
        raise wrong_type(f"runs[{number}].results", "[…]")
    return found.count


def _problems(run: dict[str, Any]) -> list[Text]:
    """Say why the absence of results in this run would prove nothing."""
    tool = _tool(run)
    problems = []
    if run.get("results") is None:  # 3.14.23: null or absent = the scan did not take place
        problems.append(
            text("%(tool)s left no list of results: the scan did not take place.", tool=tool)
        )
    if as_list(as_object(run.get("externalPropertyFileReferences")).get("results")):
        problems.append(text("%(tool)s keeps results in other files: import those too.", tool=tool))
    invocations = [as_object(part) for part in as_list(run.get("invocations"))]
    if any(part.get("executionSuccessful") is False for part in invocations):
        problems.append(text("%(tool)s says that its run failed.", tool=tool))
    errors = sum(
        as_object(notice).get("level") == "error"
        for part in invocations
        for key in ("toolExecutionNotifications", "toolConfigurationNotifications")
        for notice in as_list(part.get(key))
    )
    if errors:
        problems.append(
            text("%(tool)s reports %(count)s errors of its own.", tool=tool, count=errors)
        )
    return problems


def _skipped(broken: int) -> tuple[Skipped, ...]:
    if not broken:
        return ()
    return (Skipped(broken, text("The result is not an object, so nothing can be read from it.")),)


def _tool(run: dict[str, Any]) -> str:
    driver = as_object(as_object(run.get("tool")).get("driver"))
    return clean(driver.get("name"), MAX_TOOL) or "SARIF"


def _version(run: dict[str, Any]) -> str:
    driver = as_object(as_object(run.get("tool")).get("driver"))
    found = as_text(driver.get("semanticVersion")) or as_text(driver.get("version"))
    return clean(found, MAX_VERSION).removeprefix("v")


def _target(run: dict[str, Any]) -> str:
    origin = at_index(run.get("versionControlProvenance"), 0)
    details = as_object(run.get("automationDetails"))
    return clean(as_text(origin.get("repositoryUri")) or as_text(details.get("id")), MAX_SHORT)


def _started_at(run: dict[str, Any]) -> datetime | None:
    for part in as_list(run.get("invocations")):
        try:
            found = datetime.fromisoformat(as_text(as_object(part).get("startTimeUtc")))
            # 3.9: times are UTC, whether they end in Z or forgot it.
            return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            continue
    return None


def _first(values: Any) -> str:
    return next(filter(None, values), "")


PARSER = Parser(
    "sarif",
    "SARIF 2.1.0",
    recognises,
    parse,
    About(
        versions="SARIF 2.1.0, and 2.2 as far as it is the same; many runs, rules in extensions.",
        source="OASIS Standard *Static Analysis Results Interchange Format Version 2.1.0*.",
        command="whatever the tool calls SARIF, such as `semgrep scan --sarif --output x.sarif`",
        result="An element of `runs[].results`, with all its locations.",
        keys="CWE in taxa, relationships, tags and properties; OWASP tags; rule `<tool>:<ruleId>`.",
        severity="`security-severity` by the CVSS scale, else level: error high, warning medium, "
        "note low, none informational.",
        clean="Kind `pass` is a passed check; an empty list of results ran and found nothing. No "
        "run, no list, or a failed invocation proves nothing.",
        differs="One finding for each result, not for each location; kinds other than fail and "
        "suppressed results are kept as what they are.",
    ),
    stream,
)
