"""One CycloneDX vulnerability or component to one result, from XML or JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

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
from checklist_app.scanners.values import SEVERITIES, probability_of, score_of, severity_of_score
from checklist_app.untrusted.json_text import as_list, as_object, as_text

_VULNERABLE_COMPONENT = (1395,)
_STATES = {
    "resolved": FindingState.PASSED,
    "resolved_with_pedigree": FindingState.PASSED,
    "false_positive": FindingState.SUPPRESSED,
    "not_affected": FindingState.SUPPRESSED,
    "in_triage": FindingState.NEEDS_REVIEW,
}
_OF_EPSS = ("epss", "first")
_OF_CONFIGURATION = ("checkov", "kics")
"""Scanners of configuration, as sources: what they find is no known vulnerability."""


@dataclass(frozen=True, slots=True)
class Component:
    """A component: the name by which the document refers to it, and what it is."""

    ref: str
    purl: str
    name: str
    version: str

    @classmethod
    def of(cls, part: dict[str, Any]) -> Self:
        """Read a component of the document."""
        name = clean(part.get("name"), MAX_SHORT)
        group = clean(part.get("group"), MAX_SHORT)
        return cls(
            clean(part.get("bom-ref"), MAX_URI),
            clean(part.get("purl"), MAX_URI),
            f"{group}/{name}" if group else name,
            clean(part.get("version"), MAX_SHORT),
        )

    @classmethod
    def unknown(cls, ref: str) -> Self:
        """Return a component that this document does not list."""
        name = ref.rpartition("#")[2] if ref.startswith("urn:cdx:") else ref
        return cls(ref, name if name.startswith("pkg:") else "", name, "")

    def __str__(self) -> str:
        """Return it as people write it, such as ``lodash@4.17.20``."""
        return f"{self.name}@{self.version}" if self.version else self.name

    @property
    def identity(self) -> str:
        """Return what stays when its version changes."""
        bare = self.purl.partition("?")[0].partition("#")[0]
        name, _, version = bare.rpartition("@")
        return (name if name and "/" not in version else bare) or self.name

    @property
    def location(self) -> Location:
        """Return it as a place."""
        return Location(self.purl or self.name, parameter=clean(str(self), MAX_SHORT))


def read_component(tool: str, component: Component) -> ParsedFinding:
    """Return a component of a bill of materials as an observation."""
    return ParsedFinding(
        tool=tool,
        rule_id="",
        title=clean(str(component), MAX_TITLE) or component.purl or "?",
        description="",
        severity=Severity.INFO,
        cwes=(),
        tags=(),
        locations=(component.location,) if component.location.uri else (),
        fingerprint=fingerprint("cyclonedx", "component", component.identity or component.ref),
        state=FindingState.OBSERVATION,
    )


def read_vulnerability(
    tool: str, vulnerability: dict[str, Any], components: Mapping[str, Component]
) -> ParsedFinding | None:
    """Turn an entry of ``vulnerabilities`` into a finding; None if it has no name at all."""
    names = [vulnerability.get("id")]
    names += [as_object(part).get("id") for part in as_list(vulnerability.get("references"))]
    known = [name for name in (clean(name, MAX_RULE_ID) for name in names) if name]
    if not known:
        return None
    affected = _affected(vulnerability, components)
    state, reason = _state(as_object(vulnerability.get("analysis")))
    ratings = [as_object(part) for part in as_list(vulnerability.get("ratings"))]
    ours = _of_source(ratings, vulnerability)
    cvss = _cvss(ours) or _cvss(ratings)
    rule_id = _rule_id(known)
    cwes = cwes_in([*as_list(vulnerability.get("cwes")), vulnerability.get("cwe")], bare=True)
    if not cwes and state is not FindingState.PASSED and not _of_configuration(vulnerability):
        cwes = _VULNERABLE_COMPONENT
    first = min((component.identity for component in affected), default="")
    return ParsedFinding(
        tool=tool,
        rule_id=rule_id,
        title=clean(f"{rule_id}: {', '.join(map(str, affected[:3]))}".rstrip(": "), MAX_TITLE),
        description=_description(vulnerability),
        severity=_worst(ours) or _worst(ratings) or severity_of_score(cvss) or Severity.MEDIUM,
        cwes=cwes,
        tags=(),
        locations=tuple(component.location for component in affected)[:MAX_LOCATIONS],
        fingerprint=fingerprint("cyclonedx", known[0], first),
        state=state,
        reason=reason,
        occurrences=max(1, len(affected)),
        solution=_solution(vulnerability),
        references=_references(vulnerability),
        cvss=cvss,
        epss=_epss(ratings),
    )


def _of_configuration(vulnerability: dict[str, Any]) -> bool:
    source = as_object(vulnerability.get("source"))
    return as_text(source.get("name")).lower() in _OF_CONFIGURATION


def _affected(
    vulnerability: dict[str, Any], components: Mapping[str, Component]
) -> list[Component]:
    refs = [as_object(part).get("ref") for part in as_list(vulnerability.get("affects"))]
    refs.append(vulnerability.get("ref"))  # of the extension
    named = dict.fromkeys(clean(ref, MAX_URI) for ref in refs)
    return [components.get(ref) or Component.unknown(ref) for ref in named if ref]


def _rule_id(names: list[str]) -> str:
    """Return the CVE, if there is just one, else the first name."""
    cves = {name for name in names if name.startswith("CVE-")}
    return names[0] if names[0] in cves or len(cves) != 1 else cves.pop()


def _state(analysis: dict[str, Any]) -> tuple[FindingState, str]:
    """Return what was decided, and why if it is to be ignored or looked at."""
    word = clean(analysis.get("state"), 40).lower()
    state = _STATES.get(word, FindingState.OPEN)
    if state not in (FindingState.SUPPRESSED, FindingState.NEEDS_REVIEW):
        return state, ""
    told = (clean(analysis.get(name), MAX_TITLE) for name in ("justification", "detail"))
    return state, clean(": ".join((word, *filter(None, told))), MAX_TITLE)


def _of_source(
    ratings: list[dict[str, Any]], vulnerability: dict[str, Any]
) -> list[dict[str, Any]]:
    """Return the ratings by the source from which the tool took the vulnerability."""
    name = as_object(vulnerability.get("source")).get("name")
    return [part for part in ratings if name and as_object(part.get("source")).get("name") == name]


def _worst(ratings: list[dict[str, Any]]) -> Severity | None:
    words = (clean(part.get("severity"), 40).lower() for part in ratings)
    known = (SEVERITIES[word] for word in words if word in SEVERITIES)
    return min(known, key=lambda severity: severity.rank, default=None)


def _cvss(ratings: list[dict[str, Any]]) -> float | None:
    """Return the worst CVSS 3 or 4 base score; that of CVSS 2 only where it is alone."""
    newer: list[float] = []
    older: list[float] = []
    for part in ratings:
        method = as_text(part.get("method"))
        value = part.get("score")
        score = score_of(value.get("base") if isinstance(value, dict) else value)
        if score is not None and method.startswith("CVSS"):
            (older if method == "CVSSv2" else newer).append(score)
    return max(newer or older, default=None)


def _epss(ratings: list[dict[str, Any]]) -> float | None:
    for part in ratings:
        source = as_text(as_object(part.get("source")).get("name")).lower()
        if source.startswith(_OF_EPSS) and not as_text(part.get("method")).startswith("CVSS"):
            return probability_of(part.get("score"))
    return None


def _description(vulnerability: dict[str, Any]) -> str:
    told = (
        clean(vulnerability.get(name), MAX_DESCRIPTION // 2) for name in ("description", "detail")
    )
    return "\n\n".join(filter(None, told))


def _solution(vulnerability: dict[str, Any]) -> str:
    told = [vulnerability.get("recommendation"), vulnerability.get("workaround")]
    for part in as_list(vulnerability.get("recommendations")):
        told += part.values() if isinstance(part, dict) else [part]  # KICS wraps each twice
    return clean("\n".join(filter(None, (clean(part, 8_000) for part in told))), 8_000)


def _references(vulnerability: dict[str, Any]) -> tuple[str, ...]:
    named = (vulnerability.get("source"), *as_list(vulnerability.get("advisories")))
    return links_in(*(one.get("url") if isinstance(one, dict) else one for one in named))
