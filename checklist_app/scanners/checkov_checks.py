"""One check of Checkov to one finding."""

from __future__ import annotations

from typing import Any

from checklist_app.domain.findings import (
    MAX_DESCRIPTION,
    MAX_RULE_ID,
    MAX_SHORT,
    MAX_SNIPPET,
    MAX_TITLE,
    FindingState,
    Location,
    ParsedFinding,
    clean,
)
from checklist_app.domain.vocabulary import Severity
from checklist_app.domain.weakness_tags import cwes_in, tags_in
from checklist_app.scanners.base import fingerprint
from checklist_app.scanners.kube_names import relative_path
from checklist_app.scanners.links import links_in
from checklist_app.scanners.values import (
    SEVERITIES,
    score_of,
    severity_of,
    severity_of_score,
    whole_number,
)
from checklist_app.untrusted.json_text import as_list, as_object, as_text

TOOL = "Checkov"
_STATES = {
    "FAILED": FindingState.OPEN,
    "PASSED": FindingState.PASSED,
    "SKIPPED": FindingState.SUPPRESSED,
    "UNKNOWN": FindingState.NEEDS_REVIEW,
}


def finding(check: dict[str, Any], kind: str, listed: FindingState) -> ParsedFinding:
    """Return the finding of a check.

    Args:
        check: the record.
        kind: of files, such as ``terraform``.
        listed: the state that the list it stands in gives it.
    """
    outcome = as_object(check.get("check_result"))
    state = _STATES.get(clean(outcome.get("result"), 20), listed)
    details = as_object(check.get("vulnerability_details"))
    known = clean(details.get("id"), MAX_RULE_ID)
    rule_id = known or clean(check.get("check_id"), MAX_RULE_ID)
    secret = rule_id.startswith("CKV_SECRET") or kind == "secrets"
    resource = clean(check.get("resource_address") or check.get("resource"), MAX_SHORT)
    file = relative_path(check.get("file_path")).lstrip("/")
    package = " ".join(
        filter(None, (clean(details.get(f"package_{part}"), 120) for part in ("name", "version")))
    )
    score = score_of(details.get("cvss"))
    return ParsedFinding(
        tool=TOOL,
        rule_id=rule_id,
        title=_title(check, known, package) or rule_id or "?",
        description=_description(check, details, kind, package),
        severity=_severity(check, state, score),
        cwes=() if state is FindingState.PASSED else _cwes(check, known, secret=secret),
        tags=tags_in([*as_list(check.get("owasp")), check.get("owasp")]),
        locations=_places(check, file, "" if secret else package or resource),
        fingerprint=fingerprint(
            "checkov", rule_id, file, clean(details.get("package_name"), MAX_SHORT) or resource
        ),
        state=state,
        reason=clean(outcome.get("suppress_comment"), MAX_SHORT),
        solution=_solution(details),
        references=links_in(check.get("guideline"), details.get("link")),
        cvss=score,
        snippet="" if secret else _snippet(check),
    )


def _title(check: dict[str, Any], known: str, package: str) -> str:
    if known:
        return clean(f"{known}: {package}" if package else known, MAX_TITLE)
    return clean(check.get("check_name"), MAX_TITLE)


def _description(check: dict[str, Any], details: dict[str, Any], kind: str, package: str) -> str:
    benchmarks = ", ".join(
        clean(f"{name} {_numbers(part)}", MAX_SHORT)
        for name, part in list(as_object(check.get("benchmarks")).items())[:10]
    )
    found = (
        clean(check.get("check_name"), MAX_TITLE),
        clean(details.get("description") or check.get("description"), MAX_DESCRIPTION // 2),
        f"package: {package}" if package else "",
        f"check_type: {kind}" if kind else "",
        f"benchmarks: {benchmarks}" if benchmarks else "",
    )
    return "\n\n".join(dict.fromkeys(filter(None, found)))


def _numbers(part: object) -> str:
    """Return the numbers of a benchmark: texts, or objects with a name."""
    found = (as_text(entry) or as_object(entry).get("name") for entry in as_list(part)[:20])
    return ", ".join(filter(None, (clean(number, 40) for number in found)))


def _severity(check: dict[str, Any], state: FindingState, score: float | None) -> Severity:
    """Return the severity; without a key for its platform, Checkov knows of none."""
    if state is FindingState.PASSED:
        return Severity.INFO
    details = as_object(check.get("vulnerability_details"))
    word = check.get("severity") or details.get("severity")
    if isinstance(word, dict):  # old versions wrote the object itself
        word = word.get("name")
    return severity_of(word, SEVERITIES, severity_of_score(score) or Severity.MEDIUM)


def _cwes(check: dict[str, Any], known: str, *, secret: bool) -> tuple[int, ...]:
    own = cwes_in(check.get("cwe"), bare=True)
    if own:
        return own
    if secret:
        return (798,)
    return (1395,) if known else ()


def _places(check: dict[str, Any], file: str, part: str) -> tuple[Location, ...]:
    """Return the place itself, and the file that uses the module it is in."""
    lines = as_list(check.get("file_line_range"))
    places = [Location(file, whole_number(lines[0] if lines else None), parameter=part)]
    caller = relative_path(check.get("caller_file_path")).lstrip("/")
    if caller:
        lines = as_list(check.get("caller_file_line_range"))
        places.append(Location(caller, whole_number(lines[0] if lines else None)))
    return tuple(places)


def _solution(details: dict[str, Any]) -> str:
    fixed = clean(details.get("lowest_fixed_version"), MAX_SHORT)
    status = clean(details.get("status"), MAX_SHORT)
    return f"lowest_fixed_version: {fixed}" if fixed else status


def _snippet(check: dict[str, Any]) -> str:
    """Return the code, whose lines are pairs of number and text."""
    lines = (as_list(line) for line in as_list(check.get("code_block"))[:200])
    return clean("".join(as_text(line[1])[:1000] for line in lines if len(line) > 1), MAX_SNIPPET)
