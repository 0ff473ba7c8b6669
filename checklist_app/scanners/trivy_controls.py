"""Trivy's compliance reports: the controls of a benchmark, with results or with counts alone.

Source: ``pkg/compliance/report`` of Trivy. Of ``--report all`` a result is one of a target of a
control, as in Trivy's other reports; of ``--report summary`` it is a control.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from checklist_app.domain.findings import (
    MAX_RULE_ID,
    MAX_SHORT,
    MAX_TITLE,
    MAX_URI,
    FindingState,
    ParsedFinding,
    clean,
)
from checklist_app.domain.vocabulary import Severity
from checklist_app.scanners.base import Head, fingerprint, wrong_type
from checklist_app.scanners.kube_names import relative_path
from checklist_app.scanners.trivy_compliance import summed
from checklist_app.scanners.trivy_results import LISTS, TOOL, Where, paragraphs, severity

_SUMMARY = "SummaryControls"
_MANUAL = "Manual"
"""Trivy itself knows by this word in its name that a control is for a person to look at."""


def is_compliance(head: Head) -> bool:
    """Whether this is the beginning of a compliance report."""
    if not head.text.startswith("{"):
        return False
    if head.has_key(_SUMMARY):
        return True
    return head.has_key("ID", "Title", "RelatedResources", "Results") and not (
        head.has_key("SchemaVersion", "ArtifactName")
    )


def is_controls(data: dict[str, Any]) -> bool:
    """Whether a document is a compliance report."""
    return _SUMMARY in data or ("RelatedResources" in data and "ArtifactName" not in data)


def benchmark_of(data: dict[str, Any]) -> str:
    """Return the name of the benchmark, such as ``k8s-cis-1.23``."""
    names = (data.get(key) for key in ("ID", "ReportID", "Title", "ReportTitle"))
    return next(filter(None, (clean(name, MAX_SHORT) for name in names)), "")


def controls(data: dict[str, Any]) -> Iterator[ParsedFinding | None]:
    """Yield the results of all controls; None for one that is no object.

    Raises:
        UnreadableReport: a list has the wrong type.
    """
    name = benchmark_of(data)
    for control in _list(data, _SUMMARY, ""):
        yield _summed(control, name) if isinstance(control, dict) else None
    for number, control in enumerate(_list(data, "Results", "")):
        if not isinstance(control, dict):
            raise wrong_type(f"Results[{number}]", "{…}")
        yield from _results(control, name, f"Results[{number}].")


def _summed(control: dict[str, Any], name: str) -> ParsedFinding:
    words = {key[:1].lower() + key[1:]: value for key, value in control.items()}
    words["id"] = words.get("id", words.get("iD"))
    return summed(words, name)


def _results(control: dict[str, Any], name: str, where: str) -> Iterator[ParsedFinding | None]:
    own = clean(control.get("ID"), MAX_SHORT)
    targets = _list(control, "Results", where)
    found = 0
    for number, target in enumerate(targets):
        if not isinstance(target, dict):
            raise wrong_type(f"{where}Results[{number}]", "{…}")
        uri = relative_path(clean(target.get("Target"), MAX_URI))
        place = Where(uri, f"{name}:{own}\x1f{uri}")
        for key, reader in LISTS.items():
            for entry in _list(target, key, f"{where}Results[{number}]."):
                found += 1
                if isinstance(entry, dict):
                    told = {**entry, "Severity": entry.get("Severity") or control.get("Severity")}
                    yield _of_control(reader(told, place), control, f"{name} {own}")
                else:
                    yield None
    if not found:
        yield _silent(control, name, own)


def _of_control(found: ParsedFinding, control: dict[str, Any], named: str) -> ParsedFinding:
    about = f"{named}: {clean(control.get('Name'), MAX_TITLE)}"
    return replace(found, description=paragraphs(found.description, about))


def _silent(control: dict[str, Any], name: str, own: str) -> ParsedFinding:
    """Return a control that nothing failed; one for a person, or that fails unless it was checked,
    has to be looked at.
    """
    title = clean(control.get("Name"), MAX_TITLE)
    default = clean(control.get("DefaultStatus"), 40)
    unchecked = default.upper() == "FAIL" or _MANUAL in title
    return ParsedFinding(
        tool=TOOL,
        rule_id=clean(f"{name}:{own}", MAX_RULE_ID),
        title=title or own or "?",
        description=paragraphs(control.get("Description"), f"{name} {own}"),
        severity=severity(control.get("Severity")) if unchecked else Severity.INFO,
        cwes=(),
        tags=(),
        locations=(),
        fingerprint=fingerprint("trivy", "control", name, own),
        state=FindingState.NEEDS_REVIEW if unchecked else FindingState.PASSED,
        reason=(f"DefaultStatus: {default}" if default else _MANUAL) if unchecked else "",
    )


def _list(holder: dict[str, Any], key: str, where: str) -> list[Any]:
    found = holder.get(key)
    if found is None:
        return []
    if not isinstance(found, list):
        raise wrong_type(where + key, "[…]")
    return found
