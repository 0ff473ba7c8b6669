"""One Grype match to one finding, in the words of any version."""

from __future__ import annotations

from typing import Any

from checklist_app.domain.findings import (
    MAX_DESCRIPTION,
    MAX_LOCATIONS,
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
from checklist_app.scanners.values import (
    SEVERITIES,
    probability_of,
    score_of,
    severity_of,
    severity_of_score,
)
from checklist_app.untrusted.json_text import as_list, as_object, as_text

TOOL = "Grype"

_VULNERABLE_COMPONENT = (1395,)


def read_match(match: dict[str, Any], state: FindingState) -> ParsedFinding | None:
    """Turn a match into a finding; None if it names no vulnerability."""
    vulnerability = as_object(match.get("vulnerability"))
    own = clean(vulnerability.get("id"), MAX_RULE_ID)
    if not own:
        return None
    related = [as_object(part) for part in as_list(match.get("relatedVulnerabilities"))]
    artifact = as_object(match.get("artifact"))
    package = clean(artifact.get("name"), MAX_SHORT)
    version = clean(artifact.get("version"), MAX_SHORT)
    places = _places(artifact, f"{package}@{version}")
    told = [vulnerability, *related]
    cvss = next((score for part in told if (score := _cvss(part)) is not None), None)
    rule_id = _rule_id(own, [clean(part.get("id"), MAX_RULE_ID) for part in related])
    return ParsedFinding(
        tool=TOOL,
        rule_id=rule_id,
        title=clean(f"{rule_id}: {package}@{version}", MAX_TITLE),
        description=next(filter(None, (_prose(part) for part in told)), ""),
        severity=severity_of(
            vulnerability.get("severity"),
            SEVERITIES,
            severity_of_score(cvss) or Severity.MEDIUM,
        ),
        cwes=_cwes(told) or _VULNERABLE_COMPONENT,
        tags=(),
        locations=tuple(places)[:MAX_LOCATIONS] or _named(package, version),
        fingerprint=fingerprint("grype", own, package, *(_stable(at.uri) for at in places)),
        state=state,
        reason=_reason(match) if state is FindingState.SUPPRESSED else "",
        occurrences=max(1, len(places)),
        solution=_solution(vulnerability),
        references=_references(vulnerability),
        cvss=cvss,
        epss=_epss(vulnerability),
    )


def _rule_id(own: str, related: list[str]) -> str:
    """Return the CVE, if there is just one, else the name of the tool."""
    cves = {name for name in (own, *related) if name.startswith("CVE-")}
    return own if own in cves or len(cves) != 1 else cves.pop()


def _places(artifact: dict[str, Any], package: str) -> list[Location]:
    paths = {clean(as_object(at).get("path"), MAX_URI) for at in as_list(artifact.get("locations"))}
    found = sorted(paths - {""}) or [clean(artifact.get("purl"), MAX_URI)]
    return [Location(path, parameter=clean(package, MAX_SHORT)) for path in found if path]


def _named(package: str, version: str) -> tuple[Location, ...]:
    """Return the package as the place, where neither its files nor its URL are told."""
    return (Location(package, parameter=f"{package}@{version}".rstrip("@")),) if package else ()


def _stable(path: str) -> str:
    """Return a path as all versions of the tool write it, or a package URL without its version."""
    if not path.startswith("pkg:"):
        return path.removeprefix("./").lstrip("/")
    package = path.partition("?")[0]
    name, _, version = package.rpartition("@")
    return name if name and "/" not in version else package


def _prose(part: dict[str, Any]) -> str:
    return clean(part.get("description"), MAX_DESCRIPTION)


def _cvss(part: dict[str, Any]) -> float | None:
    """Return the worst CVSS 3 or 4 base score; that of CVSS 2 only where it is alone."""
    by_version: dict[bool, list[float]] = {True: [], False: []}
    listed = [
        (as_text(entry.get("version")), as_object(entry.get("metrics")).get("baseScore"))
        for entry in map(as_object, as_list(part.get("cvss")))
    ]
    for version in "32":
        for name in (f"cvssV{version}", f"cvss-v{version}"):
            entry = as_object(part.get(name))
            listed.append((version, entry.get("baseScore", entry.get("base-score"))))
    for version, value in listed:
        score = score_of(value)
        if score is not None:
            by_version[not version.startswith("2")].append(score)
    return max(by_version[True] or by_version[False], default=None)


def _epss(vulnerability: dict[str, Any]) -> float | None:
    found = [
        probability_of(as_object(part).get("epss")) for part in as_list(vulnerability.get("epss"))
    ]
    return max((value for value in found if value is not None), default=None)


def _cwes(told: list[dict[str, Any]]) -> tuple[int, ...]:
    """Return the weaknesses that the databases name, the list of exploited vulnerabilities too."""
    exploited = (as_object(entry) for part in told for entry in as_list(part.get("knownExploited")))
    named = [
        entry.get("cwe") if isinstance(entry, dict) else entry
        for part in (*told, *exploited)
        for entry in as_list(part.get("cwes"))
    ]
    return cwes_in(named, bare=True)


def _solution(vulnerability: dict[str, Any]) -> str:
    versions = as_list(as_object(vulnerability.get("fix")).get("versions"))
    older = vulnerability.get("fixedInVersion", vulnerability.get("fixed-in-version"))
    named = ", ".join(filter(None, (clean(version, 60) for version in (*versions, older))))
    return clean(f"Fixed in: {named}", MAX_TITLE) if named else ""


def _references(vulnerability: dict[str, Any]) -> tuple[str, ...]:
    return links_in(*(vulnerability.get(key) for key in ("dataSource", "urls", "links")))


def _reason(match: dict[str, Any]) -> str:
    """Return the rules by which a match is ignored, in the words of Grype's configuration."""
    rules = []
    for rule in map(as_object, as_list(match.get("appliedIgnoreRules"))):
        parts = {**as_object(rule.get("package")), **rule}
        told = ((name, clean(value, MAX_SHORT)) for name, value in parts.items())
        rules.append(", ".join(f"{clean(name, 40)}: {value}" for name, value in told if value))
    return clean("; ".join(filter(None, rules)) or "ignoredMatches", MAX_TITLE)
