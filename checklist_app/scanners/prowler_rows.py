"""One result of Prowler to one finding, whichever of its reports it stands in.

Every shape is first brought to a row of texts under the names of ``_NAMES``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from checklist_app.domain.findings import (
    MAX_DESCRIPTION,
    MAX_RULE_ID,
    MAX_SHORT,
    MAX_TITLE,
    MAX_URI,
    FindingState,
    Location,
    ParsedFinding,
    clean,
)
from checklist_app.domain.vocabulary import Severity
from checklist_app.domain.weakness_tags import tags_in
from checklist_app.scanners.base import fingerprint
from checklist_app.scanners.links import links_in
from checklist_app.scanners.values import SEVERITIES, severity_of
from checklist_app.untrusted.json_text import as_list, as_object

TOOL = "Prowler"

_LONG = MAX_DESCRIPTION // 4
_NAMES: dict[str, tuple[str, ...]] = {
    "check": ("CHECK_ID", "CheckID"),
    "title": ("CHECK_TITLE", "CheckTitle"),
    "status": ("STATUS", "Status"),
    "extended": ("STATUS_EXTENDED", "StatusExtended"),
    "muted": ("MUTED", "Muted"),
    "severity": ("SEVERITY", "Severity"),
    "resource": ("RESOURCE_UID", "RESOURCE_ARN", "ResourceArn", "RESOURCE_ID", "ResourceId"),
    "name": ("RESOURCE_NAME", "RESOURCE_ID", "ResourceId", "ResourceName"),
    "region": ("REGION", "Region", "NAMESPACE", "Namespace"),
    "account": (
        "ACCOUNT_UID",
        "ACCOUNT_ID",
        "AccountId",
        "SUBSCRIPTION",
        "Subscription",
        "PROJECT_ID",
        "ProjectId",
        "CONTEXT",
        "Context",
    ),
    "uid": ("FINDING_UID", "FINDING_UNIQUE_ID", "FindingUniqueId"),
    "description": ("DESCRIPTION", "Description"),
    "risk": ("RISK", "Risk"),
    "fix": ("REMEDIATION_RECOMMENDATION_TEXT",),
    "urls": ("REMEDIATION_RECOMMENDATION_URL", "RELATED_URL", "RelatedUrl", "ADDITIONAL_URLS"),
    "compliance": ("COMPLIANCE",),
    "notes": ("NOTES", "Notes"),
    "version": ("PROWLER_VERSION", "ProwlerVersion"),
    "time": ("TIMESTAMP", "ASSESSMENT_START_TIME", "AssessmentStartTime"),
}
_STATES = {
    "PASS": FindingState.PASSED,
    "PASSED": FindingState.PASSED,
    "SUCCESS": FindingState.PASSED,
    "FAIL": FindingState.OPEN,
    "FAILED": FindingState.OPEN,
    "FAILURE": FindingState.OPEN,
    "MUTED": FindingState.SUPPRESSED,
    # The name of a muted failure in Prowler 3.0 to 3.10, and in the format of Security Hub.
    "WARNING": FindingState.SUPPRESSED,
}


def read_csv_row(line: dict[str, Any]) -> dict[str, str]:
    """Return a line of the CSV file as a row."""
    row = {}
    for ours, theirs in _NAMES.items():
        values = [clean(line.get(name), _LONG) for name in theirs]
        row[ours] = next(filter(None, values), "")
    row["urls"] = " ".join(clean(line.get(name), _LONG) for name in _NAMES["urls"])
    return row


def read_native(entry: dict[str, Any]) -> dict[str, str]:
    """Return an element of the JSON of version 3 as a row."""
    advice = as_object(as_object(entry.get("Remediation")).get("Recommendation"))
    return {
        **read_csv_row(entry),
        "fix": clean(advice.get("Text"), _LONG),
        "urls": f"{clean(advice.get('Url'), MAX_URI)} {clean(entry.get('RelatedUrl'), MAX_URI)}",
        "compliance": _compliance(entry.get("Compliance")),
    }


def read_ocsf(event: dict[str, Any]) -> dict[str, str]:
    """Return an event of the OCSF JSON as a row: Detection Finding, or Security Finding of 3."""
    metadata = as_object(event.get("metadata"))
    finding = as_object(event.get("finding_info")) or as_object(event.get("finding"))
    resource = as_object(next(iter(as_list(event.get("resources"))), None))
    unmapped = as_object(event.get("unmapped"))
    account = as_object(as_object(event.get("cloud")).get("account"))
    fix = as_object(event.get("remediation")) or as_object(finding.get("remediation"))
    references = as_list(fix.get("references")) or as_list(fix.get("kb_articles"))
    found = {
        "check": metadata.get("event_code") or _check_in(finding.get("uid")),
        "title": finding.get("title"),
        "status": event.get("status_code") or as_object(event.get("compliance")).get("status"),
        "extended": event.get("status_detail") or event.get("message"),
        "muted": event.get("status") == "Suppressed" and "true",
        "severity": event.get("severity"),
        "resource": resource.get("uid") or resource.get("name"),
        "name": resource.get("name"),
        "region": resource.get("region") or resource.get("namespace"),
        "account": account.get("uid") or unmapped.get("provider_uid"),
        "uid": finding.get("uid"),
        "description": finding.get("desc"),
        "risk": event.get("risk_details"),
        "fix": fix.get("desc"),
        "urls": " ".join(clean(part, MAX_URI) for part in references[:20]),
        "compliance": _compliance(unmapped.get("compliance")),
        "notes": unmapped.get("notes"),
        "version": as_object(metadata.get("product")).get("version"),
        "time": event.get("time_dt") or event.get("time"),
    }
    row = {name: clean(value, _LONG) for name, value in found.items()}
    row["status"] = row["status"] or clean(event.get("status"), 40)
    return row


def read_asff(entry: dict[str, Any]) -> dict[str, str]:
    """Return an element of the JSON for AWS Security Hub (ASFF) as a row."""
    product = as_object(entry.get("ProductFields"))
    resource = as_object(next(iter(as_list(entry.get("Resources"))), None))
    advice = as_object(as_object(entry.get("Remediation")).get("Recommendation"))
    compliance = as_object(entry.get("Compliance"))
    standards = as_list(compliance.get("AssociatedStandards"))[:40]
    named = (clean(as_object(part).get("StandardsId"), 120) for part in standards)
    found = {
        "check": clean(entry.get("GeneratorId"), MAX_RULE_ID).removeprefix("prowler-"),
        "title": entry.get("Title"),
        "status": compliance.get("Status"),
        "severity": as_object(entry.get("Severity")).get("Label"),
        "resource": resource.get("Id"),
        "region": resource.get("Region"),
        "account": entry.get("AwsAccountId"),
        "uid": entry.get("Id"),
        "description": entry.get("Description"),
        "fix": advice.get("Text"),
        "urls": advice.get("Url"),
        "compliance": " | ".join(filter(None, named)),
        "version": product.get("ProviderVersion"),
        "time": entry.get("CreatedAt") or entry.get("FirstObservedAt"),
    }
    return {name: clean(found.get(name), _LONG) for name in _NAMES}


def _check_in(uid: object) -> str:
    """Return the check of ``prowler-aws-<check>-<account>-…``, as Prowler 3 names findings."""
    parts = clean(uid, MAX_SHORT).split("-")
    return parts[2] if len(parts) > 3 and parts[0] == "prowler" else ""


def _compliance(frameworks: object) -> str:
    named = (
        f"{clean(name, 80)}: {', '.join(clean(entry, 80) for entry in as_list(entries)[:20])}"
        for name, entries in as_object(frameworks).items()
    )
    return clean(" | ".join(named), _LONG)


def read_row(row: dict[str, str]) -> ParsedFinding:
    """Return a row as a finding."""
    state, reason = _state(row)
    check = clean(row["check"], MAX_RULE_ID)
    where = (row["account"], row["region"], row["resource"] or row["name"])
    place = Location(clean(where[2], MAX_URI), parameter=clean(row["region"], MAX_SHORT))
    passed = state is FindingState.PASSED
    return ParsedFinding(
        tool=TOOL,
        rule_id=check,
        title=clean(row["title"] or check, MAX_TITLE),
        description=_described(row),
        severity=Severity.INFO if passed else severity_of(row["severity"], SEVERITIES),
        cwes=(),
        tags=tags_in(row["compliance"].split(" | ")),
        locations=(place,) if place.uri else (),
        fingerprint=fingerprint("prowler", check, row["uid"], *where),
        state=state,
        reason=reason,
        solution=row["fix"],
        references=links_in(row["urls"]),
    )


def _described(row: dict[str, str]) -> str:
    parts: Iterable[str] = (row[name] for name in ("extended", "description", "risk", "notes"))
    compliance = row["compliance"] and f"Compliance: {row['compliance']}"
    return clean("\n\n".join(filter(None, (*parts, compliance))), MAX_DESCRIPTION)


def _state(row: dict[str, str]) -> tuple[FindingState, str]:
    """Return state and reason; a word that is none of these has to be looked at, as MANUAL has."""
    status = row["status"]
    state = _STATES.get(status.upper(), FindingState.NEEDS_REVIEW)
    if row["muted"].lower() == "true" and state is not FindingState.PASSED:
        return FindingState.SUPPRESSED, "muted"
    if state in (FindingState.SUPPRESSED, FindingState.NEEDS_REVIEW):
        return state, f"status: {clean(status, 40)}"
    return state, ""
