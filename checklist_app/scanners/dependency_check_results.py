"""One vulnerability of a Dependency-Check report to one finding, in the words of its JSON."""

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
from checklist_app.scanners.values import SEVERITIES, score_of, severity_of, severity_of_score
from checklist_app.untrusted.json_text import as_list, as_object

TOOL = "Dependency-Check"

_VULNERABLE_COMPONENT = (1395,)


def read_vulnerability(
    dependency: dict[str, Any], vulnerability: dict[str, Any], state: FindingState
) -> ParsedFinding | None:
    """Turn a vulnerability of a dependency into a finding; None if it has no name."""
    name = clean(vulnerability.get("name"), MAX_RULE_ID)
    if not name:
        return None
    file = clean(dependency.get("fileName"), MAX_SHORT)
    packages = (
        clean(as_object(part).get("id"), MAX_SHORT) for part in as_list(dependency.get("packages"))
    )
    package = next(filter(None, packages), "")
    files = [dependency, *map(as_object, as_list(dependency.get("relatedDependencies")))]
    cvss = _cvss(vulnerability)
    notes = clean(vulnerability.get("notes"), MAX_TITLE)
    return ParsedFinding(
        tool=TOOL,
        rule_id=name,
        title=clean(f"{name}: {file or package}", MAX_TITLE),
        description=clean(vulnerability.get("description"), MAX_DESCRIPTION),
        severity=_severity(vulnerability, cvss),
        cwes=cwes_in([vulnerability.get("cwe"), vulnerability.get("cwes")], bare=True)
        or _VULNERABLE_COMPONENT,
        tags=(),
        locations=tuple(
            Location(clean(part.get("filePath"), MAX_URI), parameter=package or file)
            for part in files[:MAX_LOCATIONS]
            if clean(part.get("filePath"), MAX_URI)
        ),
        # "app.ear: lib-1.0.jar" is a library in an archive; its version is none of its identity.
        fingerprint=fingerprint(
            "dependency-check",
            name,
            _without_version(package) or file,
            file.rpartition(": ")[0],
        ),
        state=state,
        reason=(notes or "suppressedVulnerability") if state is FindingState.SUPPRESSED else "",
        occurrences=len(files),
        references=_references(vulnerability),
        cvss=cvss,
    )


def _without_version(package: str) -> str:
    """Return ``pkg:maven/org.a/b`` of ``pkg:maven/org.a/b@1.0``, ``org.a:b`` of ``org.a:b:1.0``."""
    if not package.startswith("pkg:"):
        return package.rpartition(":")[0] if package.count(":") > 1 else package
    bare = package.partition("?")[0]
    name, _, version = bare.rpartition("@")
    return name if name and "/" not in version else bare


def _cvss(vulnerability: dict[str, Any]) -> float | None:
    for part, field in (("cvssv4", "baseScore"), ("cvssv3", "baseScore"), ("cvssv2", "score")):
        score = score_of(as_object(vulnerability.get(part)).get(field))
        if score is not None:
            return score
    return score_of(vulnerability.get("cvssScore"))


def _severity(vulnerability: dict[str, Any], cvss: float | None) -> Severity:
    """Return the severity of the report, else that of the newest CVSS; suppressed entries, and JSON
    before version 6, have it only in their scores.
    """
    own = SEVERITIES.get(clean(vulnerability.get("severity"), 40).lower())
    unscored = severity_of_score(vulnerability.get("severity"))
    scored = (_severity_of_cvss(vulnerability, part) for part in ("cvssv4", "cvssv3", "cvssv2"))
    return (
        own
        or next(filter(None, scored), None)
        or severity_of_score(cvss)
        or unscored
        or (severity_of(""))
    )


def _severity_of_cvss(vulnerability: dict[str, Any], part: str) -> Severity | None:
    """Return what the word of a CVSS part means, else its score on the scale of CVSS 3 and 4."""
    known = as_object(vulnerability.get(part))
    words = (known.get("baseSeverity"), known.get("severity"))
    found = (SEVERITIES.get(clean(word, 40).lower()) for word in words)
    score = None if part == "cvssv2" else severity_of_score(known.get("baseScore"))
    return next(filter(None, found), None) or score


def _references(vulnerability: dict[str, Any]) -> tuple[str, ...]:
    named = as_list(vulnerability.get("references"))
    return links_in(*(as_object(part).get("url") for part in named))
