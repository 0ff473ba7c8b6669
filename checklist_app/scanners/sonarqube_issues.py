"""One issue or hotspot of SonarQube to one finding."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Self

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
from checklist_app.domain.weakness_tags import cwes_in, tags_in
from checklist_app.scanners.base import fingerprint, plain_text
from checklist_app.scanners.source_code import source_path
from checklist_app.scanners.values import severity_of, whole_number
from checklist_app.untrusted.json_text import as_list, as_object

TOOL = "SonarQube"

SEVERITIES = {
    "blocker": Severity.CRITICAL,
    "critical": Severity.HIGH,
    "high": Severity.HIGH,
    "major": Severity.MEDIUM,
    "medium": Severity.MEDIUM,
    "minor": Severity.LOW,
    "low": Severity.LOW,
    "info": Severity.INFO,
}
_TO_REVIEW = ("TO_REVIEW", "IN_REVIEW")
_DECIDED = ("RESOLVED", "CLOSED", "REVIEWED", "ACCEPTED", "FALSE_POSITIVE", "FIXED")
_CWE = re.compile(r"CWE-\d{1,5}(?!\d)", re.IGNORECASE)
_TOP10 = re.compile(r"A\d{1,2}[_:]20\d\d|20\d\d[_:]A\d{1,2}", re.IGNORECASE)
_LONGEST_RULE = 100_000


@dataclass(frozen=True, slots=True)
class RuleText:
    """What a report says of one rule; empty where it says nothing."""

    name: str
    severity: object
    description: str
    names: tuple[str, ...]

    @classmethod
    def of(cls, rule: dict[str, Any]) -> Self:
        """Read it once; descriptions are long, and many results share them."""
        parts = [
            as_object(part).get("content") for part in as_list(rule.get("descriptionSections"))
        ]
        told = [rule.get("htmlDesc") or rule.get("mdDesc"), *parts]
        html = clean("\n".join(clean(part, _LONGEST_RULE) for part in told), _LONGEST_RULE)
        standards = [clean(part, MAX_SHORT) for part in as_list(rule.get("securityStandards"))]
        return cls(
            name=clean(rule.get("name"), MAX_TITLE),
            severity=rule.get("severity"),
            description=plain_text(clean(html, MAX_DESCRIPTION // 2)),
            names=tuple(dict.fromkeys(_CWE.findall(html) + _TOP10.findall(html) + standards)),
        )


@dataclass(slots=True)
class Project:
    """What a report says beside its results: components and rules.

    Attributes:
        root: the whole document.
        target: name or key of the projects.
        external_rules: what a file for the import says of its rules, by their id.
    """

    root: dict[str, Any]
    target: str = field(init=False)
    external_rules: dict[str, dict[str, Any]] = field(init=False)
    _paths: dict[str, str] = field(init=False)
    _rules: dict[str, dict[str, Any]] = field(init=False)
    _known: dict[str, RuleText] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        components = [as_object(part) for part in as_list(self.root.get("components"))]
        self._paths = {
            clean(part.get("key"), MAX_URI): clean(part.get("path"), MAX_URI) for part in components
        }
        named = [self.root.get("sonarComponent") or self.root.get("projectName")]
        for name in ("issues", "hotspots"):
            entries = as_list(self.root.get(name))
            named += [as_object(part).get("project") for part in entries]
        named += [part.get("key") for part in components if part.get("qualifier") == "TRK"]
        found = dict.fromkeys(filter(None, (clean(name, MAX_SHORT) for name in named)))
        self.target = clean(", ".join(found), MAX_SHORT)
        self._rules = _rules(self.root.get("rules"))
        listed = [as_object(part) for part in as_list(self.root.get("rules"))]
        self.external_rules = {clean(rule.get("id"), MAX_RULE_ID): rule for rule in listed}

    def path(self, entry: dict[str, Any]) -> str:
        """Return the file of a result; components are named ``project:path``."""
        component = clean(entry.get("component"), MAX_URI)
        project = clean(entry.get("project"), MAX_URI)
        known = self._paths.get(component, "")
        return source_path(known or component.removeprefix(f"{project}:"))

    def rule(self, rule_id: str) -> RuleText:
        """Return what the report says of a rule; empty if nothing."""
        if rule_id not in self._known:
            self._known[rule_id] = RuleText.of(self._rules.get(rule_id, {}))
        return self._known[rule_id]


def _rules(found: object) -> dict[str, dict[str, Any]]:
    """Return the rules by key; older versions of sonar-report list them."""
    if isinstance(found, dict):
        return {key: as_object(rule) for key, rule in found.items()}
    rules = [as_object(part) for part in as_list(found)]
    return {clean(rule.get("key"), MAX_RULE_ID): rule for rule in rules}


def read_issue(entry: dict[str, Any], project: Project, *, hotspot: bool) -> ParsedFinding:
    """Turn an issue or a hotspot into a finding."""
    keys = ("rule", "ruleKey", "securityCategory")
    rule_id = next(filter(None, (clean(entry.get(key), MAX_RULE_ID) for key in keys)), "")
    rule = project.rule(rule_id)
    path = project.path(entry)
    message = clean(entry.get("message"), MAX_DESCRIPTION // 4)
    state, reason = _state(entry, hotspot=hotspot)
    cwes, tags = _weaknesses(entry, rule, message)
    own = clean(entry.get("key"), MAX_SHORT)
    line = whole_number(entry.get("line") or as_object(entry.get("textRange")).get("startLine"))
    return ParsedFinding(
        tool=TOOL,
        rule_id=rule_id,
        title=clean(message.partition("\n")[0], MAX_TITLE) or rule_id or "?",
        description=_description(entry, rule, message),
        severity=_severity(entry, rule, state),
        cwes=cwes,
        tags=tags,
        locations=(Location(path, line),) if path else (),
        fingerprint=fingerprint("sonarqube", rule_id, own or f"{path}\x1f{message}"),
        state=state,
        reason=reason,
    )


def _state(entry: dict[str, Any], *, hotspot: bool) -> tuple[FindingState, str]:
    status = clean(entry.get("status"), 40).upper()
    newer = clean(entry.get("issueStatus"), 40).upper()
    resolution = clean(entry.get("resolution"), 40).upper()
    reason = ": ".join(filter(None, (status or newer, resolution)))
    if status in _TO_REVIEW or (hotspot and status not in _DECIDED):
        return FindingState.NEEDS_REVIEW, reason
    # An acknowledged hotspot was reviewed: it is a risk, and it is still there.
    if resolution == "ACKNOWLEDGED" or (status not in _DECIDED and newer not in _DECIDED):
        return FindingState.OPEN, ""
    # What a person calls fixed is so when the next analysis closes it; a hotspot is never closed.
    # Hotspots among the issues, before version 8.2, were called fixed if they were none.
    of_its_own = hotspot and entry.get("type") is None
    told_by_analysis = of_its_own or status == "CLOSED" or (newer == "FIXED" and not status)
    if told_by_analysis and "FIXED" in (resolution, newer):
        return FindingState.PASSED, reason
    removed = resolution == "REMOVED"
    return FindingState.NOT_APPLICABLE if removed else FindingState.SUPPRESSED, reason


def _severity(entry: dict[str, Any], rule: RuleText, state: FindingState) -> Severity:
    if state in (FindingState.PASSED, FindingState.NOT_APPLICABLE):
        return Severity.INFO
    impacts = [as_object(part).get("severity") for part in as_list(entry.get("impacts"))]
    given = (entry.get("vulnerabilityProbability"), entry.get("severity"))
    words = [word for word in (*given, *impacts, rule.severity) if clean(word, 40)]
    return severity_of(words[0] if words else "", SEVERITIES)


def _weaknesses(
    entry: dict[str, Any], rule: RuleText, message: str
) -> tuple[tuple[int, ...], tuple[str, ...]]:
    own = (entry.get(key) for key in ("tags", "internalTags", "securityStandards"))
    named = [*(part for parts in own for part in as_list(parts)), *rule.names]
    return cwes_in([*named, *_CWE.findall(message)]), tags_in(named)


def _description(entry: dict[str, Any], rule: RuleText, message: str) -> str:
    facts = {
        "type": clean(entry.get("type"), 40),
        "category": clean(entry.get("securityCategory"), 80),
    }
    told = ", ".join(f"{name}: {value}" for name, value in facts.items() if value)
    name = rule.name or clean(entry.get("description"), MAX_TITLE)
    parts = dict.fromkeys(filter(None, (message, told, name, rule.description)))
    return clean("\n\n".join(parts), MAX_DESCRIPTION)
