"""One Snyk issue to one finding: a vulnerability, a licence, or a misconfiguration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from checklist_app.domain.findings import (
    MAX_DESCRIPTION,
    MAX_RULE_ID,
    MAX_SHORT,
    MAX_TITLE,
    FindingState,
    Location,
    ParsedFinding,
    clean,
)
from checklist_app.domain.vocabulary import Severity
from checklist_app.domain.weakness_tags import cwes_in
from checklist_app.scanners.base import fingerprint
from checklist_app.scanners.links import links_in
from checklist_app.scanners.values import probability_of, score_of, severity_of, whole_number
from checklist_app.untrusted.json_text import as_list, as_object

TOOL = "Snyk"

_VULNERABLE_COMPONENT = (1395,)


@dataclass(frozen=True, slots=True)
class Project:
    """What was tested: its name, and the file that lists its dependencies."""

    name: str
    file: str


def read_vulnerability(
    issue: dict[str, Any], project: Project, state: FindingState
) -> ParsedFinding | None:
    """Turn an entry of ``vulnerabilities`` into a finding; None if it names nothing."""
    own = clean(issue.get("id"), MAX_RULE_ID)
    if not own:
        return None
    package = clean(
        issue.get("name") or issue.get("packageName") or issue.get("moduleName"), MAX_SHORT
    )
    paths = _paths(issue.get("from"))
    shown = f"{package}@{clean(issue.get('version'), 80)}".rstrip("@")
    title = clean(issue.get("title"), MAX_TITLE) or own
    place = Location(project.file or project.name, parameter=clean(shown, MAX_SHORT))
    return ParsedFinding(
        tool=TOOL,
        rule_id=_rule_id(own, as_object(issue.get("identifiers"))),
        title=clean(f"{title}: {shown}", MAX_TITLE),
        description=_description(issue, paths),
        severity=_severity(issue),
        cwes=_cwes(issue, own),
        tags=(),
        locations=(place,) if place.uri else (),
        fingerprint=fingerprint(
            "snyk", own, package, project.name, project.file, *map(_without_versions, paths[:1])
        ),
        state=state,
        reason=_reason(issue) if state is FindingState.SUPPRESSED else "",
        occurrences=max(1, len(paths)),
        solution=_solution(issue),
        references=_references(issue),
        cvss=score_of(issue.get("cvssScore")),
        epss=probability_of(as_object(issue.get("epssDetails")).get("probability")),
    )


def read_misconfiguration(issue: dict[str, Any], project: Project) -> ParsedFinding | None:
    """Turn an entry of ``infrastructureAsCodeIssues`` into a finding; None if it names nothing."""
    own = clean(issue.get("id") or issue.get("publicId"), MAX_RULE_ID)
    if not own:
        return None
    told = {**as_object(issue.get("iacDescription")), **issue}
    where = [clean(part, MAX_SHORT) for part in as_list(issue.get("path"))]
    resource = clean(".".join(where) or issue.get("msg"), MAX_SHORT)
    ignored = issue.get("isIgnored") is True
    return ParsedFinding(
        tool=TOOL,
        rule_id=own,
        title=clean(issue.get("title"), MAX_TITLE) or own,
        description=clean(
            "\n\n".join(filter(None, (_prose(told, "issue"), _prose(told, "impact")))),
            MAX_DESCRIPTION,
        ),
        severity=severity_of(issue.get("severity")),
        cwes=cwes_in(as_object(issue.get("identifiers")).get("CWE"), bare=True),
        tags=(),
        locations=(
            Location(
                project.file or project.name,
                line=whole_number(issue.get("lineNumber")),
                parameter=resource,
            ),
        ),
        fingerprint=fingerprint("snyk", own, project.file or project.name, resource),
        state=FindingState.SUPPRESSED if ignored else FindingState.OPEN,
        reason="isIgnored" if ignored else "",
        solution=_prose(told, "resolve"),
        references=_references(issue),
    )


def _severity(issue: dict[str, Any]) -> Severity:
    """Return Snyk's word; versions that knew no critical wrote it into a field of its own."""
    word, later = (
        clean(issue.get(name), 40).lower() for name in ("severity", "severityWithCritical")
    )
    return severity_of(later if later == "critical" or not word else word)


def _prose(told: dict[str, Any], name: str) -> str:
    return clean(told.get(name), MAX_DESCRIPTION // 2)


def _paths(value: object) -> list[list[str]]:
    """Return the ways by which a package is depended on; grouped issues have several."""
    listed = as_list(value)
    ways = listed if any(isinstance(way, list) for way in listed) else [listed]
    found = [[clean(step, MAX_SHORT) for step in as_list(way)] for way in ways]
    return [way for way in found if way]


def _without_versions(path: list[str]) -> str:
    # The first step is the project itself, whose version changes with every release.
    return ">".join(step.rpartition("@")[0] or step for step in path[1:])


def _rule_id(own: str, identifiers: dict[str, Any]) -> str:
    """Return the CVE, if there is just one, else Snyk's name."""
    cves = {clean(name, MAX_RULE_ID) for name in as_list(identifiers.get("CVE"))} - {""}
    return cves.pop() if len(cves) == 1 else own


def _cwes(issue: dict[str, Any], own: str) -> tuple[int, ...]:
    named = cwes_in(as_object(issue.get("identifiers")).get("CWE"), bare=True)
    licence = issue.get("type") == "license" or own.startswith("snyk:lic:")
    return named or (() if licence else _VULNERABLE_COMPONENT)


def _description(issue: dict[str, Any], paths: list[list[str]]) -> str:
    ways = "\n".join(" > ".join(path) for path in paths[:20])
    told = clean(issue.get("description"), MAX_DESCRIPTION)
    return clean("\n\n".join(filter(None, (ways, told))), MAX_DESCRIPTION)


def _solution(issue: dict[str, Any]) -> str:
    versions = (clean(version, 60) for version in as_list(issue.get("fixedIn")))
    fixed = ", ".join(filter(None, versions))
    steps = (clean(step, MAX_SHORT) for step in as_list(issue.get("upgradePath")))
    upgrade = next(filter(None, steps), "")
    lines = (f"Upgrade to: {upgrade}" if upgrade else "", f"Fixed in: {fixed}" if fixed else "")
    return clean("\n".join(filter(None, lines)), MAX_TITLE)


def _references(issue: dict[str, Any]) -> tuple[str, ...]:
    own = clean(issue.get("id"), MAX_RULE_ID)
    page = f"https://security.snyk.io/vuln/{own}" if own.startswith("SNYK-") else ""
    named = (issue.get("documentation"), *as_list(issue.get("references")))
    return links_in(page, *(one.get("url") if isinstance(one, dict) else one for one in named))


def _reason(issue: dict[str, Any]) -> str:
    """Return why a policy ignores an issue, in the words of whoever wrote the policy."""
    filtered = as_object(issue.get("filtered"))
    rules = [as_object(rule) for name in filtered for rule in as_list(filtered[name])]
    reasons = (clean(rule.get("reason"), MAX_SHORT) for rule in rules)
    kinds = ", ".join(clean(name, 40) for name in filtered)
    return clean("; ".join(dict.fromkeys(filter(None, reasons))) or kinds or "filtered", MAX_TITLE)
