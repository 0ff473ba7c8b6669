"""kube-linter's JSON report.

Source: ``pkg/run`` and ``pkg/diagnostic`` of kube-linter. A result is one element of ``Reports``;
``Checks`` is the catalogue of what was looked for.
"""

from __future__ import annotations

from typing import Any

from checklist_app.domain.findings import (
    MAX_DESCRIPTION,
    MAX_RULE_ID,
    MAX_SHORT,
    MAX_TITLE,
    Location,
    ParsedFinding,
    ParsedScan,
    clean,
)
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import Severity
from checklist_app.scanners.base import About, Head, Kind, Parser, Report, fingerprint, wrong_type
from checklist_app.scanners.kube_names import container_in, joined, relative_path, steady_name
from checklist_app.scanners.reading import Gathering, document
from checklist_app.scanners.values import moment
from checklist_app.untrusted.json_text import as_list, as_object

TOOL = "kube-linter"
_MAX_SOLUTION = 8_000
_BROKEN = text("The result is not an object, so nothing can be read from it.")
_NOTHING = text("The report names nothing that was scanned, so it proves nothing.")


def recognises(head: Head) -> bool:
    """Whether this is the beginning of a report of kube-linter."""
    if head.kind is not Kind.JSON or not head.text.startswith("{"):
        return False
    if head.has_key("Diagnostic", "Check", "Object"):
        return True
    in_catalogue = head.has_key("template") and head.has_key("objectKinds")
    return head.has_key("Checks") and (
        in_catalogue or head.has_key("Reports") or head.has_key("ChecksStatus")
    )


def parse(report: Report) -> ParsedScan:
    """Read a report of kube-linter.

    Raises:
        UnreadableReport: it is no JSON, or has no list of reports.
    """
    data = as_object(document(report))
    summary = as_object(data.get("Summary"))
    reports = data.get("Reports", "")
    if reports is not None and not isinstance(reports, list):
        raise wrong_type("Reports", "[…]")
    checks = {
        clean(check.get("name"), MAX_RULE_ID): clean(check.get("description"), 2_000)
        for check in map(as_object, as_list(data.get("Checks")))
    }
    gathering = Gathering(
        format=PARSER.format,
        tool=TOOL,
        tool_version=clean(summary.get("KubeLinterVersion"), 60),
        started_at=moment(summary.get("CheckEndTime")),
    )
    for entry in as_list(reports):
        if isinstance(entry, dict):
            gathering.add(_finding(entry, checks))
        else:
            gathering.skip(_BROKEN)
    files = (found.locations[0].uri for found in gathering.results)
    gathering.target = ", ".join(list(dict.fromkeys(files))[:5])
    if not gathering.results and not checks:
        gathering.fail(_NOTHING)
    return gathering.scan()


def _finding(entry: dict[str, Any], checks: dict[str, str]) -> ParsedFinding:
    rule_id = clean(entry.get("Check"), MAX_RULE_ID)
    message = clean(as_object(entry.get("Diagnostic")).get("Message"), MAX_DESCRIPTION // 2)
    holder = as_object(entry.get("Object"))
    file = relative_path(as_object(holder.get("Metadata")).get("FilePath"))
    item = as_object(holder.get("K8sObject"))
    kind = as_object(item.get("GroupVersionKind")).get("Kind")
    space, name = item.get("Namespace"), item.get("Name")
    container = container_in(message)
    about = checks.get(rule_id, "")
    return ParsedFinding(
        tool=TOOL,
        rule_id=rule_id,
        title=clean(message, MAX_TITLE) or rule_id or "?",
        description="\n\n".join(dict.fromkeys(filter(None, (message, about)))),
        severity=Severity.MEDIUM,
        cwes=(),
        tags=(),
        locations=(
            Location(file, parameter=clean(joined(space, kind, name, container), MAX_SHORT)),
        ),
        fingerprint=fingerprint(
            "kube-linter", rule_id, file, joined(space, kind, steady_name(kind, name)), container
        ),
        solution=clean(entry.get("Remediation"), _MAX_SOLUTION),
    )


PARSER = Parser(
    "kube-linter",
    "kube-linter (JSON)",
    recognises,
    parse,
    About(
        versions="kube-linter 0.1 to 0.8.",
        source="`pkg/run` and `pkg/diagnostic` in the source of kube-linter.",
        command="`kube-linter lint --format json . > report.json`",
        result="A check that one object of a manifest fails.",
        keys="Rule `kube-linter:<check>`, such as `run-as-non-root`.",
        severity="The format has none: all are medium.",
        clean="A report with checks and without results ran and found nothing. Which check looked "
        "at which object it does not say, so there are no passes.",
    ),
)
