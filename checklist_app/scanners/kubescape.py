"""Kubescape's JSON report: by resource since version 2, by framework before.

Source: ``reporthandling`` of kubescape/opa-utils. A result is one element of
``results[].controls``, each control of ``summaryDetails`` that no resource names, and each
vulnerability of an image. In the older form it is one element of ``ruleResponses``, or a control
without any.
"""

from __future__ import annotations

from typing import Any

from checklist_app.domain.findings import (
    MAX_SHORT,
    FindingState,
    ParsedScan,
    clean,
)
from checklist_app.domain.text import text
from checklist_app.scanners.base import About, Head, Kind, Parser, Report, wrong_type
from checklist_app.scanners.kubescape_frameworks import read_frameworks
from checklist_app.scanners.kubescape_images import vulnerabilities
from checklist_app.scanners.kubescape_results import (
    BROKEN,
    TOOL,
    Control,
    Resource,
    exceptions,
    finding,
    list_in,
    paths,
    resource_of,
)
from checklist_app.scanners.reading import Gathering, document
from checklist_app.scanners.values import moment
from checklist_app.untrusted.json_text import as_index, as_list, as_object

_STATES = {
    "failed": FindingState.OPEN,
    "passed": FindingState.PASSED,
    "skipped": FindingState.NEEDS_REVIEW,
    "excluded": FindingState.SUPPRESSED,
    "irrelevant": FindingState.NOT_APPLICABLE,
}
_WITH_EXCEPTIONS = "w/exceptions"
_FIRST_YEAR = 2020  # Go writes the year 1 where it knows no time.
_UNNAMED = text("The entry names no vulnerability, so nothing can be read from it.")
_NOTHING = text("The report names nothing that was scanned, so it proves nothing.")


def recognises(head: Head) -> bool:
    """Whether this is the beginning of a report of Kubescape."""
    if head.kind is not Kind.JSON:
        return False
    if head.has_key("controlReports"):
        return head.has_key("controlID") or head.has_key("ruleReports")
    if head.has_key("summaryDetails") and head.has_key("controlID"):
        return True
    return head.has_key("customerGUID", "clusterName") and any(
        head.has_key(name) for name in ("summaryDetails", "resourceID", "frameworks", "reportGUID")
    )


def parse(report: Report) -> ParsedScan:
    """Read a report of Kubescape.

    Raises:
        UnreadableReport: it is no JSON, has no results, or a field that carries them has the wrong
            type.
    """
    data = document(report)
    gathering = Gathering(format=PARSER.format, tool=TOOL)
    for part in data if _is_several(data) else [data]:
        holder = as_object(part)
        _note_origin(gathering, holder)
        if "results" in holder or "summaryDetails" in holder:
            _by_resource(gathering, holder)
        else:
            read_frameworks(gathering, part)
    if all(found.state is FindingState.NOT_APPLICABLE for found in gathering.results):
        gathering.fail(_NOTHING)
    return gathering.scan()


def _is_several(data: Any) -> bool:
    """Whether a list holds whole reports, and not the frameworks of one."""
    return isinstance(data, list) and any(
        "results" in as_object(part) or "summaryDetails" in as_object(part) for part in data
    )


def _note_origin(gathering: Gathering, data: dict[str, Any]) -> None:
    metadata = as_object(data.get("metadata"))
    scan = as_object(metadata.get("scanMetadata"))
    places = as_object(metadata.get("targetMetadata"))
    targets = (
        data.get("clusterName"),
        as_object(metadata.get("clusterMetadata")).get("contextName"),
        as_object(places.get("clusterContextMetadata")).get("contextName"),
        as_object(places.get("gitRepoContextMetadata")).get("repo"),
        as_object(places.get("fileContextMetadata")).get("filePath"),
        as_object(places.get("directoryContextMetadata")).get("basePath"),
    )
    gathering.target = next(filter(None, (clean(part, MAX_SHORT) for part in targets)), "")
    gathering.tool_version = clean(scan.get("kubescapeVersion"), 60).removeprefix("v")
    when = moment(data.get("generationTime"))
    gathering.started_at = when if when and when.year >= _FIRST_YEAR else None


def _summary(data: dict[str, Any]) -> dict[str, Any]:
    found = data.get("summaryDetails") or {}
    if not isinstance(found, dict):
        raise wrong_type("summaryDetails", "{…}")
    return found


def _by_resource(gathering: Gathering, data: dict[str, Any]) -> None:
    known = {
        clean(entry.get("resourceID"), 2_000): entry
        for entry in map(as_object, list_in(data, "resources"))
    }
    details = _summary(data)
    summary = as_object(details.get("controls"))
    seen: set[str] = set()
    for number, result in enumerate(list_in(data, "results")):
        if not isinstance(result, dict):
            raise wrong_type(f"results[{number}]", "{…}")
        identifier = clean(result.get("resourceID"), 2_000)
        entry = known.get(identifier) or as_object(result.get("rawResource"))
        resource = resource_of(identifier, entry)
        for entry in list_in(result, "controls", f"results[{number}]."):
            if not isinstance(entry, dict):
                gathering.skip(BROKEN)
                continue
            control = _control(entry, as_object(summary.get(clean(entry.get("controlID"), 60))))
            seen.add(control.number)
            gathering.add(finding(control, resource))
    for name, about in summary.items():
        if name not in seen:
            gathering.add(finding(_unseen(clean(name, 60), as_object(about)), Resource()))
    for found in vulnerabilities(details):
        gathering.add(found) if found else gathering.skip(_UNNAMED)


def _control(entry: dict[str, Any], summary: dict[str, Any]) -> Control:
    rules = [as_object(rule) for rule in as_list(entry.get("rules"))]
    status = as_object(entry.get("status"))
    word = clean(status.get("status") or entry.get("status"), 40)
    more = clean(status.get("subStatus") or entry.get("subStatus"), 40)
    if not word:
        word, more = _status_of(rules)
    state = _STATES.get(word, FindingState.NEEDS_REVIEW)
    excused = ", ".join(dict.fromkeys(filter(None, map(exceptions, rules))))
    reason = ""
    if more == _WITH_EXCEPTIONS or (word == "passed" and more and "exception" in more):
        state, reason = FindingState.SUPPRESSED, excused or more
    elif more == "irrelevant":
        state = FindingState.NOT_APPLICABLE
    elif state is FindingState.NEEDS_REVIEW:
        reason = ": ".join(filter(None, (word, more, clean(status.get("info"), MAX_SHORT))))
    details = (detail for rule in rules for detail in paths(rule))
    return Control(
        number=clean(entry.get("controlID"), 60),
        name=clean(entry.get("name") or summary.get("name"), 500),
        score=summary.get("scoreFactor"),
        state=state,
        reason=reason,
        details=tuple(dict.fromkeys(details)) if state is not FindingState.PASSED else (),
    )


def _status_of(rules: list[dict[str, Any]]) -> tuple[str, str]:
    """Return the status of a control by those of its rules, as Kubescape itself does it.

    A rule that failed with an exception has passed; otherwise the worst rule decides.
    """
    words = {clean(rule.get("status"), 40) for rule in rules if not rule.get("exception")}
    excused = any(rule.get("exception") and rule.get("status") == "failed" for rule in rules)
    if "failed" in words:
        return "failed", ""
    if "skipped" in words:
        return "skipped", ""
    if excused:
        return "passed", _WITH_EXCEPTIONS
    return "passed", ""


def _unseen(number: str, summary: dict[str, Any]) -> Control:
    """Return a control of the summary that no resource names: it had nothing to look at, asks for
    a person, or its resources were left out of the report.
    """
    info = as_object(summary.get("statusInfo"))
    word = clean(info.get("status") or summary.get("status"), 40)
    more = clean(info.get("subStatus"), 40)
    counts = as_object(summary.get("ResourceCounters"))
    total = sum(as_index(counts.get(f"{kind}Resources")) or 0 for kind in ("passed", "failed"))
    state = _STATES.get(word, FindingState.NEEDS_REVIEW)
    if more == _WITH_EXCEPTIONS:
        state = FindingState.SUPPRESSED
    elif (
        more == "irrelevant"
        or (state is FindingState.PASSED and not total)
        or (not word and counts and not any(counts.values()))
    ):
        state = FindingState.NOT_APPLICABLE
    explained = state in (FindingState.NEEDS_REVIEW, FindingState.SUPPRESSED)
    words = (word, more, clean(info.get("info"), MAX_SHORT))
    failed = as_index(counts.get("failedResources")) or 0
    return Control(
        number=number,
        name=clean(summary.get("name"), 500),
        score=summary.get("scoreFactor"),
        state=state,
        reason=": ".join(filter(None, words)) if explained else "",
        occurrences=max(1, failed) if state is FindingState.OPEN else 1,
    )


PARSER = Parser(
    "kubescape",
    "Kubescape (JSON)",
    recognises,
    parse,
    About(
        versions="Kubescape 1.0 to 3: results by resource (`--format-version v2`) and the older "
        "form by framework, alone, as a list or in `frameworks`.",
        source="`reporthandling` in the source of kubescape/opa-utils.",
        command="`kubescape scan --format json --format-version v2 --verbose -o report.json`",
        result="A control on a resource, and a control that no resource names; in the older form "
        "an alert of a rule, and a control without alerts. With `--scan-images` also a "
        "vulnerability of an image.",
        keys="Rule `kubescape:<controlID>`, such as `C-0057`; for vulnerabilities of images "
        "`kubescape:<CVE>` and CWE-1395.",
        severity="The weight of the control: 9 and more critical, 7 high, 4 medium, 1 low.",
        clean="passed is a pass; with exceptions suppressed; irrelevant, or without any resource, "
        "not applicable; skipped needs a person. A report in which nothing applies proves nothing.",
        differs="Others count failed rules or controls, and leave out passes and exceptions.",
    ),
)
