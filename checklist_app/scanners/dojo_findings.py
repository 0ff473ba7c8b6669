"""One finding of DefectDojo's generic format, as JSON or as a line of CSV."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from checklist_app.domain.findings import (
    MAX_DESCRIPTION,
    MAX_LOCATIONS,
    MAX_RULE_ID,
    MAX_SHORT,
    MAX_SNIPPET,
    MAX_TITLE,
    MAX_URI,
    FindingState,
    Location,
    ParsedFinding,
    clean,
)
from checklist_app.domain.weakness_tags import cwes_in, tags_in
from checklist_app.scanners.base import fingerprint, plain_text
from checklist_app.scanners.links import links_in
from checklist_app.scanners.source_code import source_path
from checklist_app.scanners.values import probability_of, score_of, severity_of, whole_number
from checklist_app.scanners.web_evidence import masked, masked_url, without_query
from checklist_app.untrusted.json_text import as_list, as_object

FIELDS = (
    "title", "severity", "description", "date", "cwe", "cwes", "cve", "vulnerability_ids",
    "epss_score", "epss_percentile", "cvssv3", "cvssv3_score", "cvssv4", "cvssv4_score",
    "mitigation", "impact", "steps_to_reproduce", "severity_justification", "references",
    "active", "verified", "false_p", "out_of_scope", "risk_accepted", "under_review",
    "is_mitigated", "thread_id", "mitigated", "numerical_severity", "param", "payload", "line",
    "file_path", "component_name", "component_version", "static_finding", "dynamic_finding",
    "scanner_confidence", "unique_id_from_tool", "vuln_id_from_tool", "sast_source_object",
    "sast_sink_object", "sast_source_line", "sast_source_file_path", "nb_occurences",
    "publish_date", "service", "planned_remediation_date", "planned_remediation_version",
    "effort_for_fixing", "tags", "kev_date", "known_exploited", "ransomware_used",
    "fix_available", "fix_version", "endpoints", "files",
)  # fmt: skip
"""Every field that a finding may have."""

_COLUMNS = {
    "Title": "title",
    "Description": "description",
    "Severity": "severity",
    "Mitigation": "mitigation",
    "Impact": "impact",
    "References": "references",
    "CweId": "cwe",
    "epss_score": "epss_score",
    "CVSSV4_score": "cvssv4_score",
}
_FLAGS = {
    "Active": "active",
    "FalsePositive": "false_p",
    "Duplicate": "duplicate",
    "IsMitigated": "is_mitigated",
}
_SUPPRESSED = {
    "false_p": "false positive",
    "risk_accepted": "risk accepted",
    "out_of_scope": "out of scope",
    "duplicate": "duplicate",
    "is_mitigated": "mitigated",
}


def from_row(row: dict[str, str]) -> dict[str, Any]:
    """Return a line of the CSV in the words of the JSON."""
    finding: dict[str, Any] = {ours: row.get(theirs, "") for theirs, ours in _COLUMNS.items()}
    for theirs, ours in _FLAGS.items():
        if row.get(theirs, "").strip():
            finding[ours] = row[theirs].strip().lower().startswith("t")
    finding["severity"] = finding["severity"] or "Info"
    finding["endpoints"] = [row["Url"]] if row.get("Url", "").strip() else []
    finding["cwes"] = row.get("CweIds", "").replace(",", " ").split()
    ids = (row.get("CVE", ""), row.get("Vulnerability Id", ""))
    finding["vulnerability_ids"] = [found for found in ids if found.strip()]
    return finding


def read_finding(finding: dict[str, Any], tool: str) -> ParsedFinding:
    """Turn a finding into ours."""
    title = clean(finding.get("title"), MAX_TITLE) or "?"
    ids = tuple(dict.fromkeys(_ids(finding)))
    rule_id = clean(finding.get("vuln_id_from_tool"), MAX_RULE_ID) or next(iter(ids), "")
    places = tuple(dict.fromkeys(_places(finding)))[:MAX_LOCATIONS]
    state, reason = _state(finding)
    said = (finding.get(key) for key in ("description", "impact", "steps_to_reproduce"))
    prose = [clean(part, MAX_DESCRIPTION // 3) for part in said]
    return ParsedFinding(
        tool=tool,
        rule_id=rule_id,
        title=title,
        description=plain_text("\n\n".join(filter(None, [*prose, ", ".join(ids)]))),
        severity=severity_of(finding.get("severity")),
        cwes=cwes_in([finding.get("cwe"), finding.get("cwes")], bare=True),
        tags=tags_in(_tags(finding.get("tags"))),
        locations=places,
        fingerprint=_mark(finding, tool, (rule_id, title), places),
        state=state,
        reason=reason,
        occurrences=whole_number(finding.get("nb_occurences"))
        or max(1, len(as_list(finding.get("endpoints")))),
        solution=plain_text(clean(finding.get("mitigation"), MAX_DESCRIPTION // 2)),
        references=links_in(finding.get("references")),
        cvss=_first_score(finding),
        epss=probability_of(finding.get("epss_score")),
        snippet=clean(masked(clean(finding.get("payload"), MAX_SNIPPET)), MAX_SNIPPET),
    )


def _ids(finding: dict[str, Any]) -> Iterator[str]:
    for part in [finding.get("cve"), *as_list(finding.get("vulnerability_ids"))]:
        found = clean(as_object(part).get("vulnerability_id", part), MAX_RULE_ID)
        if found:
            yield found


def _tags(value: object) -> list[Any]:
    return as_list(value) if isinstance(value, list) else [value]


def _first_score(finding: dict[str, Any]) -> float | None:
    scores = (score_of(finding.get(key)) for key in ("cvssv4_score", "cvssv3_score"))
    return next((found for found in scores if found is not None), None)


def _state(finding: dict[str, Any]) -> tuple[FindingState, str]:
    for key, reason in _SUPPRESSED.items():
        if finding.get(key) is True:
            return FindingState.SUPPRESSED, reason
    if finding.get("active") is False:
        return FindingState.SUPPRESSED, "inactive"
    if finding.get("under_review") is True:
        return FindingState.NEEDS_REVIEW, "under review"
    return FindingState.OPEN, ""


def _places(finding: dict[str, Any]) -> Iterator[Location]:
    parameter = clean(finding.get("param"), MAX_SHORT)
    path = source_path(finding.get("file_path"))
    if path:
        yield Location(path, whole_number(finding.get("line")), parameter=parameter)
    for endpoint in as_list(finding.get("endpoints")):
        uri = _address(endpoint) if isinstance(endpoint, dict) else masked_url(endpoint)
        if uri:
            yield Location(uri, parameter=parameter)
    component = clean(finding.get("component_name"), MAX_SHORT)
    if component:
        version = clean(finding.get("component_version"), MAX_SHORT)
        yield Location(f"{component}@{version}" if version else component)


def _address(endpoint: dict[str, Any]) -> str:
    host = clean(endpoint.get("host"), MAX_SHORT)
    port, protocol = clean(endpoint.get("port"), 10), clean(endpoint.get("protocol"), 20)
    path, query = clean(endpoint.get("path"), MAX_URI), clean(endpoint.get("query"), MAX_URI)
    scheme = f"{protocol}://" if protocol else ""
    path = f"/{path.lstrip('/')}" if path else ""
    whole = f"{scheme}{host}{':' if port else ''}{port}{path}{'?' if query else ''}{query}"
    return masked_url(whole) if host else ""


def _mark(
    finding: dict[str, Any], tool: str, names: tuple[str, str], places: tuple[Location, ...]
) -> str:
    own = clean(finding.get("unique_id_from_tool"), MAX_SHORT)
    if own:
        return fingerprint("dojo-generic", tool, own)
    where = sorted({f"{without_query(place.uri)} {place.parameter}" for place in places})
    component = clean(finding.get("component_name"), MAX_SHORT)
    where = [part for part in where if not component or not part.startswith(f"{component}@")]
    return fingerprint("dojo-generic", tool, *names, component, *where)
