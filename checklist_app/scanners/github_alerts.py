"""What GitHub's alerts share, and one alert of Dependabot to one finding, by REST or GraphQL."""

from __future__ import annotations

import re
from collections.abc import Iterator
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
from checklist_app.domain.weakness_tags import cwes_in
from checklist_app.scanners.base import fingerprint
from checklist_app.scanners.links import links_in
from checklist_app.scanners.source_code import source_path
from checklist_app.scanners.values import probability_of, score_of, severity_of
from checklist_app.untrusted.json_text import as_list, as_object

_FOR_PACKAGES = "Dependabot"

_REPOSITORY = re.compile(r"https?://[^/]+/(?:api/v3/)?(?:repos/)?([\w.-]{1,100}/[\w.-]{1,100})")
_VULNERABLE_COMPONENT = (1395,)
_SEVERITIES = {
    "critical": Severity.CRITICAL,
    "high": Severity.HIGH,
    "error": Severity.HIGH,
    "moderate": Severity.MEDIUM,
    "medium": Severity.MEDIUM,
    "warning": Severity.MEDIUM,
    "low": Severity.LOW,
    "note": Severity.LOW,
    "none": Severity.INFO,
}
_STATES = {
    "open": FindingState.OPEN,
    "fixed": FindingState.PASSED,
    "dismissed": FindingState.SUPPRESSED,
    "auto_dismissed": FindingState.SUPPRESSED,
    "resolved": FindingState.SUPPRESSED,
}
_WHEN = {
    "dismissed": ("dismissed_at", "dismissedAt"),
    "auto_dismissed": ("auto_dismissed_at", "autoDismissedAt"),
    "fixed": ("fixed_at", "fixedAt"),
}
_WHY = (
    "dismissed_reason",
    "dismissReason",
    "resolution",
    "dismissed_comment",
    "dismissComment",
    "resolution_comment",
)


def repository_of(holder: dict[str, Any]) -> str:
    """Return the repository of an alert, as ``owner/name``; empty if it names none."""
    repository = as_object(holder.get("repository"))
    named = repository.get("full_name") or repository.get("nameWithOwner")
    if not named:
        named = holder.get("nameWithOwner")
    if named:
        return clean(named, MAX_SHORT)
    match = _REPOSITORY.match(clean(holder.get("html_url") or holder.get("url"), MAX_URI))
    return match[1] if match else ""


def _either(holder: dict[str, Any], *names: str) -> Any:
    """Return the first of these that is there; REST and GraphQL spell them differently."""
    return next((holder[name] for name in names if holder.get(name) is not None), None)


def _object(holder: dict[str, Any], *names: str) -> dict[str, Any]:
    return as_object(_either(holder, *names))


def state_of(alert: dict[str, Any]) -> tuple[FindingState, str]:
    """Return what GitHub or a person decided, and why."""
    named = clean(alert.get("state"), 40).lower()
    if not named:  # older queries ask for the times alone
        named = next((name for name, keys in _WHEN.items() if _either(alert, *keys)), "open")
    state = _STATES.get(named, FindingState.OPEN)
    if state is FindingState.OPEN:
        return state, ""
    told = [named, *(clean(alert.get(key), MAX_SHORT) for key in _WHY)]
    return state, clean(": ".join(dict.fromkeys(filter(None, told))), MAX_SHORT)


def severity_in(word: object, state: FindingState) -> Severity:
    """Return the severity that GitHub's word means; what is fixed has none."""
    if state is FindingState.PASSED:
        return Severity.INFO
    return severity_of(word, _SEVERITIES)


def read_dependency(alert: dict[str, Any], repository: str) -> ParsedFinding:
    """Turn an alert of Dependabot into a finding."""
    vulnerability = _object(alert, "security_vulnerability", "securityVulnerability")
    advisory = {
        **as_object(vulnerability.get("advisory")),
        **_object(alert, "security_advisory", "securityAdvisory"),
    }
    depends = as_object(alert.get("dependency"))
    package = as_object(vulnerability.get("package")) or as_object(depends.get("package"))
    name = clean(package.get("name"), MAX_SHORT)
    manifest = source_path(
        depends.get("manifest_path")
        or _either(alert, "vulnerableManifestPath", "vulnerableManifestFilename")
    )
    rule_id = next(iter(_identifiers(advisory)), "")
    state, reason = state_of(alert)
    cwes = cwes_in(list(_cwe_names(advisory)))
    summary = clean(advisory.get("summary"), MAX_TITLE)
    # Without a manifest two alerts on one package are told apart by their number only.
    where = manifest or clean(_either(alert, "number", "id"), MAX_SHORT)
    return ParsedFinding(
        tool=_FOR_PACKAGES,
        rule_id=rule_id,
        title=clean(": ".join(filter(None, (name, summary or rule_id))), MAX_TITLE) or "?",
        description=clean(advisory.get("description"), MAX_DESCRIPTION) or summary,
        severity=severity_in(_either(vulnerability, "severity") or advisory.get("severity"), state),
        cwes=cwes or (() if state is FindingState.PASSED else _VULNERABLE_COMPONENT),
        tags=(),
        locations=(Location(manifest or repository or name, parameter=name),),
        fingerprint=fingerprint(
            "github", _FOR_PACKAGES, repository, clean(package.get("ecosystem"), 40).lower(),
            name, rule_id, where,
        ),
        state=state,
        reason=reason,
        solution=_patched(vulnerability),
        references=links_in(*_links(alert, advisory)),
        cvss=_cvss(advisory),
        epss=_epss(advisory),
    )  # fmt: skip


def _identifiers(advisory: dict[str, Any]) -> list[str]:
    """Return the names of an advisory, that of the CVE list first."""
    named = [as_object(part).get("value") for part in as_list(advisory.get("identifiers"))]
    named += [advisory.get(key) for key in ("cve_id", "cveId", "ghsa_id", "ghsaId")]
    found = [name for name in (clean(part, MAX_RULE_ID) for part in named) if name]
    order = ("CVE-", "GHSA-")
    ranks = {prefix: rank for rank, prefix in enumerate(order)}
    return sorted(found, key=lambda name: ranks.get(name.partition("-")[0] + "-", len(order)))


def _cwe_names(advisory: dict[str, Any]) -> Iterator[object]:
    cwes = advisory.get("cwes")
    listed = as_object(cwes).get("nodes") if isinstance(cwes, dict) else cwes
    for part in as_list(listed):
        yield _either(as_object(part), "cwe_id", "cweId")


def _cvss(advisory: dict[str, Any]) -> float | None:
    """Return the score; GitHub writes 0 where nobody has rated an advisory."""
    severities = _object(advisory, "cvss_severities", "cvssSeverities")
    holders = (
        _object(severities, "cvss_v4", "cvssV4"),
        _object(severities, "cvss_v3", "cvssV3"),
        as_object(advisory.get("cvss")),
    )
    return next(filter(None, (score_of(holder.get("score")) for holder in holders)), None)


def _epss(advisory: dict[str, Any]) -> float | None:
    given = advisory.get("epss")
    first = as_object(given[0] if isinstance(given, list) and given else given)
    return probability_of(first.get("percentage"))


def _patched(vulnerability: dict[str, Any]) -> str:
    version = _object(vulnerability, "first_patched_version", "firstPatchedVersion")
    fixed = clean(version.get("identifier"), MAX_SHORT)
    affected = _either(vulnerability, "vulnerable_version_range", "vulnerableVersionRange")
    facts = {"affected": clean(affected, MAX_SHORT), "fixed in": fixed}
    return ", ".join(f"{name}: {value}" for name, value in facts.items() if value)


def _links(alert: dict[str, Any], advisory: dict[str, Any]) -> Iterator[object]:
    yield alert.get("html_url")
    yield as_object(_object(alert, "dependabotUpdate").get("pullRequest")).get("permalink")
    yield advisory.get("permalink")
    for part in as_list(advisory.get("references")):
        yield as_object(part).get("url")
