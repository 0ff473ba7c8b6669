"""Rules of an XCCDF checklist and what a test of a system says of them, as findings."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from xml.etree.ElementTree import Element

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
from checklist_app.scanners.base import fingerprint
from checklist_app.scanners.links import links_in
from checklist_app.scanners.values import severity_of
from checklist_app.scanners.xml_text import local_name

_LONG = MAX_DESCRIPTION // 4
_BREAKS = frozenset(("br", "p", "li", "pre", "tr"))
_SPACES = re.compile(r"[ \t]{2,}")
_REVISION = re.compile(r"r\d{1,12}(?=_rule\Z)")
"""DISA counts the revisions of a rule in its name: SV-230222r627750_rule."""
_SEVERITIES = {
    "high": Severity.HIGH,
    "medium": Severity.MEDIUM,
    "low": Severity.LOW,
    "info": Severity.INFO,
}
_STATES = {
    "pass": FindingState.PASSED,
    "fixed": FindingState.PASSED,
    "fail": FindingState.OPEN,
    "error": FindingState.NEEDS_REVIEW,
    "unknown": FindingState.NEEDS_REVIEW,
    "notchecked": FindingState.NEEDS_REVIEW,
    "notapplicable": FindingState.NOT_APPLICABLE,
    "informational": FindingState.OBSERVATION,
}
"""The results of the specification but ``notselected``, which is no result of a test."""
_JUDGED = (FindingState.PASSED, FindingState.OPEN, FindingState.NEEDS_REVIEW)


@dataclass(frozen=True, slots=True)
class Rule:
    """What the checklist says of a rule."""

    title: str = ""
    description: str = ""
    fix: str = ""
    severity: str = ""
    names: tuple[str, ...] = ()
    """Identifiers in other systems, such as CCE, CCI, CVE or CWE."""
    urls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class System:
    """The system that was tested, and what tested it."""

    name: str
    tool: str


def read_rule(element: Element) -> Rule:
    """Return what an element ``Rule`` says."""
    texts = (_prose(child) for child in _all(element, "description", "rationale"))
    references = [child.get("href") or child.text for child in _all(element, "reference")]
    return Rule(
        title=next((_prose(child) for child in _all(element, "title")), ""),
        description="\n\n".join(filter(None, texts)),
        fix=next((_prose(child) for child in _all(element, "fixtext")), ""),
        severity=clean(element.get("severity"), 20),
        names=_names(element),
        urls=links_in(*references),
    )


def _all(element: Element, *names: str) -> Iterable[Element]:
    return (child for child in element if local_name(child) in names)


def _names(element: Element) -> tuple[str, ...]:
    return tuple(clean(child.text, MAX_SHORT) for child in _all(element, "ident"))


def _prose(element: Element) -> str:
    """Return the text of an element in which HTML may stand."""
    parts: list[str] = []
    for child in element.iter():
        parts.append("\n" if local_name(child) in _BREAKS else "")
        parts.append(child.text or "")
        if child is not element:
            parts.append(child.tail or "")
    return clean(_SPACES.sub(" ", clean("".join(parts), 4 * _LONG)), _LONG)


def result_of(element: Element) -> str:
    """Return the word of an element ``rule-result``."""
    return clean(next((child.text for child in _all(element, "result")), ""), 40).lower()


def read_result(element: Element, rules: dict[str, Rule], system: System) -> ParsedFinding:
    """Return an element ``rule-result`` as a finding."""
    rule_id = clean(element.get("idref"), MAX_RULE_ID)
    rule = rules.get(rule_id, Rule())
    state, reason = _state(element)
    names = tuple(dict.fromkeys((*rule.names, *_names(element))))
    instances = [_instance(child) for child in _all(element, "instance")]
    messages = [clean(child.text, MAX_SHORT) for child in _all(element, "message")]
    severity = severity_of(element.get("severity") or rule.severity, _SEVERITIES)
    place = Location(clean(system.name, MAX_URI), parameter=clean(", ".join(instances), MAX_SHORT))
    texts = (*messages, rule.description, ", ".join(names))
    harmless = state in (FindingState.PASSED, FindingState.NOT_APPLICABLE, FindingState.OBSERVATION)
    return ParsedFinding(
        tool=system.tool,
        rule_id=rule_id,
        title=clean(rule.title or rule_id, MAX_TITLE) or "?",
        description=clean("\n\n".join(filter(None, texts)), MAX_DESCRIPTION),
        severity=Severity.INFO if harmless else severity,
        cwes=cwes_in(names),
        tags=tags_in(names),
        locations=(place,) if place.uri or place.parameter else (),
        fingerprint=fingerprint(
            "xccdf", _REVISION.sub("", rule_id), system.name, *sorted(instances)
        ),
        state=state,
        reason=reason,
        solution=rule.fix,
        references=rule.urls,
    )


def _state(element: Element) -> tuple[FindingState, str]:
    """Return state and reason; a failure that a person overrode is suppressed."""
    word = result_of(element)
    state = _STATES.get(word, FindingState.NEEDS_REVIEW)
    for override in _all(element, "override"):
        words = {local_name(child): clean(child.text, MAX_SHORT) for child in override}
        if words.get("old-result") == "fail" and state is not FindingState.OPEN:
            remark = words.get("remark") or clean(override.get("authority"), MAX_SHORT)
            return FindingState.SUPPRESSED, remark or "override"
    return state, f"result: {word}" if state is FindingState.NEEDS_REVIEW else ""


def _instance(element: Element) -> str:
    context = clean(element.get("context"), 80)
    named = "" if context in ("", "undefined") else f"{context}="
    return clean(f"{named}{clean(element.text, MAX_SHORT)}", MAX_SHORT)


def is_judged(result: ParsedFinding) -> bool:
    """Whether the rule was really looked at, or has to be by a person."""
    return result.state in (*_JUDGED, FindingState.SUPPRESSED)
