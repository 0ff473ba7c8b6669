"""The compliance reports of the Trivy Operator: controls of a benchmark and their checks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import (
    MAX_RULE_ID,
    MAX_SHORT,
    MAX_TITLE,
    MAX_URI,
    FindingState,
    Location,
    ParsedFinding,
    clean,
)
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import Severity
from checklist_app.scanners.base import fingerprint, wrong_type
from checklist_app.scanners.kube_names import container_in, joined, steady_name
from checklist_app.scanners.trivy_results import TOOL, paragraphs, severity, steady_rule
from checklist_app.untrusted.json_text import as_index, as_list, as_object

_MAX_SOLUTION = 8_000
_MAX_OCCURRENCES = 1_000_000
_NOT_MADE = text(
    "This compliance report was not made yet. Wait for the operator, then export it again."
)


def compliance(item: dict[str, Any]) -> Iterator[ParsedFinding | None]:
    """Yield the results of a ``ClusterComplianceReport``; None for one that is no object.

    Raises:
        UnreadableReport: it was not made yet, or a list has the wrong type.
    """
    status = as_object(item.get("status"))
    detail = as_object(status.get("detailReport"))
    summary = as_object(status.get("summaryReport"))
    spec = as_object(as_object(item.get("spec")).get("compliance"))
    name = clean(spec.get("id") or as_object(item.get("metadata")).get("name"), MAX_SHORT)
    checks = {
        clean(control.get("id"), MAX_SHORT): _ids(control)
        for control in map(as_object, as_list(spec.get("controls")))
    }
    controls = _list(detail, "results", "status.detailReport")
    for control in controls:
        yield from _detailed(as_object(control), name, checks)
    counts = _list(summary or status, "controlCheck", "status")
    for control in [] if controls else counts:
        yield summed(control, name) if isinstance(control, dict) else None
    if not controls and not counts:
        raise UnreadableReport(_NOT_MADE)


def _list(holder: dict[str, Any], key: str, where: str) -> list[Any]:
    found = holder.get(key)
    if found is None:
        return []
    if not isinstance(found, list):
        raise wrong_type(f"{where}.{key}", "[…]")
    return found


def _ids(control: dict[str, Any]) -> tuple[str, ...]:
    found = (
        clean(as_object(part).get("id"), MAX_RULE_ID) for part in as_list(control.get("checks"))
    )
    return tuple(filter(None, found))


def _detailed(
    control: dict[str, Any], name: str, checks: dict[str, tuple[str, ...]]
) -> Iterator[ParsedFinding | None]:
    own = clean(control.get("id"), MAX_SHORT)
    for check in _list(control, "checks", f"control {own}"):
        if not isinstance(check, dict):
            yield None
        elif check.get("success") is True:
            yield _passed(control, check, name, checks.get(own))
        else:
            yield _failed(control, check, name)


def _passed(
    control: dict[str, Any], check: dict[str, Any], name: str, ids: tuple[str, ...] | None
) -> ParsedFinding:
    """Read a control of which nothing failed; the operator says so of those it cannot check too."""
    own = clean(control.get("id"), MAX_SHORT)
    rule_id = clean(check.get("checkID"), MAX_RULE_ID) or clean(f"{name}:{own}", MAX_RULE_ID)
    if ids is not None and len(ids) == 1:
        rule_id = ids[0]
    unchecked = ids == ()
    return ParsedFinding(
        tool=TOOL,
        rule_id=rule_id,
        title=clean(control.get("name"), MAX_TITLE) or own or "?",
        description=paragraphs(control.get("description"), f"{name} {own}"),
        severity=severity(control.get("severity")) if unchecked else Severity.INFO,
        cwes=(),
        tags=(),
        locations=(),
        fingerprint=fingerprint("trivy-operator", "control", name, own, steady_rule(rule_id)),
        state=FindingState.NEEDS_REVIEW if unchecked else FindingState.PASSED,
        reason="checks: []" if unchecked else "",
    )


def _failed(control: dict[str, Any], check: dict[str, Any], name: str) -> ParsedFinding:
    own = clean(control.get("id"), MAX_SHORT)
    rule_id = clean(check.get("checkID"), MAX_RULE_ID)
    target = clean(check.get("target"), MAX_URI).lstrip("/")
    messages = [part for part in as_list(check.get("messages")) if isinstance(part, str)]
    container = container_in(messages[0] if messages else "")
    return ParsedFinding(
        tool=TOOL,
        rule_id=rule_id or clean(f"{name}:{own}", MAX_RULE_ID),
        title=clean(check.get("title") or control.get("name"), MAX_TITLE) or rule_id or "?",
        description=paragraphs(
            *messages[:20],
            check.get("description"),
            f"{name} {own}: {clean(control.get('name'), MAX_TITLE)}",
        ),
        severity=severity(check.get("severity") or control.get("severity")),
        cwes=(),
        tags=(),
        locations=(Location(target, parameter=container),),
        fingerprint=fingerprint(
            "trivy-operator", "control", name, own, steady_rule(rule_id), _steady(target), container
        ),
        solution=clean(check.get("remediation"), _MAX_SOLUTION),
    )


def details(item: dict[str, Any]) -> Iterator[ParsedFinding | None]:
    """Yield the results of a ``ClusterComplianceDetailReport``, as the operator wrote them before
    0.7; None for one that is no object.

    Raises:
        UnreadableReport: it was not made yet, or a list has the wrong type.
    """
    report = as_object(item.get("report"))
    name = clean(as_object(report.get("type")).get("name"), MAX_SHORT)
    controls = _list(report, "controlCheck", "report")
    if not controls:
        raise UnreadableReport(_NOT_MADE)
    for control in map(as_object, controls):
        about = f"control {clean(control.get('id'), MAX_SHORT)}"
        for scanned in map(as_object, _list(control, "checkResults", about)):
            for entry in _list(scanned, "details", about):
                yield _detail(control, scanned, entry, name) if isinstance(entry, dict) else None


def _detail(
    control: dict[str, Any], scanned: dict[str, Any], entry: dict[str, Any], name: str
) -> ParsedFinding:
    kind, own = clean(scanned.get("objectType"), MAX_SHORT), clean(entry.get("name"), MAX_SHORT)
    if not own.lower().startswith(f"{kind.lower()}-"):
        own = f"{kind}-{own}"
    status = clean(entry.get("status"), 40).upper()
    check = {
        "checkID": scanned.get("id"),
        "target": joined(entry.get("namespace"), own),
        "messages": [entry.get("msg")],
        "remediation": scanned.get("remediation"),
    }
    found = _failed(control, check, name)
    if status == "PASS":
        return replace(found, state=FindingState.PASSED, severity=Severity.INFO)
    if status != "FAIL":
        return replace(found, state=FindingState.NEEDS_REVIEW, reason=f"status: {status or '?'}")
    return found


def _steady(target: str) -> str:
    """Return a target such as ``shop/replicaset-web-5d66dbcc85`` without its made-up end."""
    namespace, _, found = target.rpartition("/")
    kind, _, name = found.partition("-")
    return joined(namespace, kind, steady_name(kind, name))


def summed(control: dict[str, Any], name: str) -> ParsedFinding:
    """Read a control of a summary, which only counts how often it failed.

    Args:
        control: in the words of the operator.
        name: of the benchmark.
    """
    own = clean(control.get("id"), MAX_SHORT)
    failed = as_index(control.get("totalFail", control.get("failTotal")))
    passed = as_index(control.get("totalPass", control.get("passTotal")))
    state = (
        FindingState.NEEDS_REVIEW
    )  # nobody counted, or nothing was checked: a person has to look
    if failed == passed == 0:
        failed = None
    if failed is not None:
        state = FindingState.OPEN if failed else FindingState.PASSED
    return ParsedFinding(
        tool=TOOL,
        rule_id=clean(f"{name}:{own}", MAX_RULE_ID),
        title=clean(control.get("name"), MAX_TITLE) or own or "?",
        description=f"{name} {own}",
        severity=Severity.INFO if failed == 0 else severity(control.get("severity")),
        cwes=(),
        tags=(),
        locations=(),
        fingerprint=fingerprint("trivy-operator", "control", name, own),
        state=state,
        reason="totalFail: -" if failed is None else "",
        occurrences=min(failed or 1, _MAX_OCCURRENCES),
    )
