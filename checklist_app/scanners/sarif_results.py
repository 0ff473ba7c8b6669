"""One SARIF result (3.27) to one finding: message, severity, state, fingerprint."""

from __future__ import annotations

import re
from functools import lru_cache
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
    tool_key,
)
from checklist_app.domain.vocabulary import Severity
from checklist_app.domain.weakness_tags import cwes_in
from checklist_app.scanners.base import fingerprint
from checklist_app.scanners.links import links_in
from checklist_app.scanners.sarif_places import RunPlaces
from checklist_app.scanners.sarif_rules import RunRules, named_in_prose
from checklist_app.scanners.source_code import SECRET_CWES, guarded
from checklist_app.untrusted.json_text import as_index, as_list, as_object, as_text

_STATES = {
    "fail": FindingState.OPEN,
    "pass": FindingState.PASSED,
    "notapplicable": FindingState.NOT_APPLICABLE,
    "informational": FindingState.OBSERVATION,
    "open": FindingState.NEEDS_REVIEW,
    "review": FindingState.NEEDS_REVIEW,
}
_LEVELS = {
    "error": Severity.HIGH,
    "warning": Severity.MEDIUM,
    "note": Severity.LOW,  # 3.27.10: "a minor problem"
    "none": Severity.INFO,
}
_WORDS = {
    "critical": Severity.CRITICAL,
    "very-high": Severity.CRITICAL,
    "high": Severity.HIGH,
    "important": Severity.HIGH,
    "medium": Severity.MEDIUM,
    "moderate": Severity.MEDIUM,
    "low": Severity.LOW,
    "minor": Severity.LOW,
    "info": Severity.INFO,
    "informational": Severity.INFO,
    "none": Severity.INFO,
}
_SEVERITY_KEYS = (
    "security-severity", "cvssv3_baseScore", "severity", "issue_severity",
    "cvssv4_baseScore", "cvssv2_score", "cvssv2_severity",
)  # fmt: skip
_ARGUMENT = re.compile(r"\{\{|\}\}|\{(\d{1,3})\}")
_NUMBERED_LINK = re.compile(r"\[([^\[\]\n]{1,200})\]\(\d{1,6}\)")
_MOVING = re.compile(r"\b(lines?|at|col(?:umn)?s?)([ :#]{1,3})\d+|:\d+(?::\d+)?\b", re.IGNORECASE)
_SPACE = re.compile(r"\s+")
_STABLE_VALUE = re.compile(r"[A-Za-z0-9+/=:_.-]{8,512}")
_UNSTABLE_KEY = re.compile(r"column|file|commit|date|guid|author|email", re.IGNORECASE)
_SEVERITY_FIRST = re.compile(r"(Critical|High|Medium|Low) severity - ")
_SEVERITY_IN_ID = re.compile(r"\[(CRITICAL|HIGH|MEDIUM|LOW)\] ")
_SEVERITY_OF_PACKAGE = re.compile(r"\[[^\[\]]{1,200} - (Critical|High|Medium|Low)\] ")
_SEVERITY_TAGS = frozenset(("CRITICAL", "HIGH", "MEDIUM", "LOW"))
_NOT_FILLED_IN = re.compile(r"\{\w*\}|\$[A-Z][A-Z0-9_]*\b")
_MAX_HELP = 2_000


class ResultReader:
    """Reads the results of one run."""

    def __init__(self, run: dict[str, Any], tool: str) -> None:
        self._rules = RunRules(run)
        self._places = RunPlaces(run)
        self._tool = tool
        self._rule_severities: dict[int, Severity | None] = {}

    def read(self, result: dict[str, Any]) -> ParsedFinding:
        """Turn a result into a finding."""
        name, rule = self._rules.rule_of(result)
        rule_id = clean(name, MAX_RULE_ID)
        message = self._message(result, rule)
        places = self._places.places(result)
        cwes, tags = self._rules.weaknesses(result, rule)
        if not cwes:  # tools without tags write "… (CWE-120)"
            described = _text(rule.get("fullDescription"))
            cwes = cwes_in(name) or named_in_prose(message) or named_in_prose(described)
        state, reason = _state(result)
        shown = guarded(message) if SECRET_CWES.intersection(cwes) else message
        return ParsedFinding(
            tool=self._tool,
            rule_id=rule_id,
            title=_title(rule, rule_id, shown),
            description=_description(rule, shown),
            severity=self._severity(result, rule, state),
            cwes=cwes,
            tags=tags,
            locations=self._places.shown(places, result),
            fingerprint=self._fingerprint(result, rule_id, message, places),
            state=state,
            reason=reason,
            occurrences=max(1, len(places), as_index(result.get("occurrenceCount")) or 0),
            solution=_of_rule(_text(rule.get("help")), _MAX_HELP),
            references=links_in(
                rule.get("helpUri"), result.get("hostedViewerUri"), result.get("workItemUris")
            ),
        )

    def _message(self, result: dict[str, Any], rule: dict[str, Any]) -> str:
        """Return the message with its arguments filled in (3.11.5) and its links made text."""
        message = as_object(result.get("message"))
        found = as_text(message.get("text")) or as_text(message.get("markdown"))
        if not found:
            found = self._rules.message_string(rule, as_text(message.get("id")))
        arguments = [as_text(part) for part in as_list(message.get("arguments"))]
        found = found[: MAX_DESCRIPTION * 2]
        if arguments:
            found = _ARGUMENT.sub(lambda match: _argument(match, arguments), found)
        if "](" in found:
            found = _NUMBERED_LINK.sub(r"\1", found)
        return clean(found, MAX_DESCRIPTION)

    def _severity(
        self, result: dict[str, Any], rule: dict[str, Any], state: FindingState
    ) -> Severity:
        if state in (FindingState.PASSED, FindingState.NOT_APPLICABLE):
            return Severity.INFO
        told = _told_severity(result) or self._severity_of_rule(rule) or _in_message(result)
        if told is not None:
            return told
        levels = (as_text(result.get("level")).lower(), self._rules.level_of(rule).lower())
        known = (_LEVELS.get(level) or _WORDS.get(level) for level in levels)
        return next(filter(None, known), Severity.MEDIUM)  # 3.27.10: "warning" if nobody says it

    def _severity_of_rule(self, rule: dict[str, Any]) -> Severity | None:
        if not rule:  # made up for a rule that the report does not describe
            return None
        if id(rule) not in self._rule_severities:  # rules live as long as the run
            self._rule_severities[id(rule)] = _told_severity(rule) or _in_words(rule)
        return self._rule_severities[id(rule)]

    def _fingerprint(
        self,
        result: dict[str, Any],
        rule_id: str,
        message: str,
        places: list[tuple[Location, str]],
    ) -> str:
        """Identify a result by rule and file, and there by what does not move with the lines."""
        place, snippet = places[0] if places else (Location(""), "")
        here = _own_fingerprint(result)
        if not here:
            # A line number would move; the code itself, else the message without numbers, stays.
            words = snippet.strip() or _MOVING.sub(r"\1", message)
            here = f"{place.method}\x1f{place.parameter}\x1f{_SPACE.sub(' ', words)}"
        return fingerprint("sarif", tool_key(self._tool), rule_id, place.uri, clean(here, 8_000))


def _own_fingerprint(result: dict[str, Any]) -> str:
    """Return the tool's own stable fingerprint (3.27.17, 3.27.18), empty if it has none to trust.

    Not every value is one: a free Semgrep writes "requires login" for all results, and some keys
    hold the column or a hash of the entire file. Of several, the first by name is taken, so that a
    tool which adds a second version later changes nothing.
    """
    for holder in ("partialFingerprints", "fingerprints"):
        values = as_object(result.get(holder))
        for key in sorted(values):
            value = as_text(values[key])
            if _STABLE_VALUE.fullmatch(value) and not _UNSTABLE_KEY.search(key):
                return f"{key}={value}"
    return ""


def _argument(match: re.Match[str], arguments: list[str]) -> str:
    if match[1] is None:
        return match[0][0]
    index = int(match[1])
    return arguments[index][:2_000] if index < len(arguments) else match[0]


def _state(result: dict[str, Any]) -> tuple[FindingState, str]:
    """Return what the report says of a result, and why."""
    kind = result.get("kind", "fail")
    # A kind that the standard does not know is for a person to look at, not to be dropped.
    word = kind.lower() if isinstance(kind, str) else ""
    state = _STATES.get(word, FindingState.NEEDS_REVIEW)
    if result.get("baselineState") == "absent":
        return FindingState.OBSERVATION, "baselineState: absent"
    suppressions = [as_object(part) for part in as_list(result.get("suppressions"))]
    pending = [part for part in suppressions if part.get("status", part.get("state")) in _PENDING]
    if state in (FindingState.OPEN, FindingState.NEEDS_REVIEW) and suppressions:
        reason = clean("; ".join(filter(None, map(_why, suppressions))), MAX_SHORT)
        if not pending:  # 3.27.23: suppressed only if nobody still has to agree
            return FindingState.SUPPRESSED, reason
        return state, reason
    return state, "" if state is not FindingState.NEEDS_REVIEW else clean(f"kind: {kind}", 60)


_PENDING = ("underReview", "rejected")


def _why(suppression: dict[str, Any]) -> str:
    parts = (suppression.get("kind"), suppression.get("status"), suppression.get("justification"))
    return ": ".join(filter(None, (clean(part, MAX_SHORT) for part in parts)))


def _told_severity(holder: dict[str, Any]) -> Severity | None:
    """Return what the properties of a result or of a rule say."""
    properties = as_object(holder.get("properties"))
    for key in _SEVERITY_KEYS if properties else ():
        found = _rated(properties.get(key, properties.get(key.capitalize())))
        if found is not None:
            return found
    return None


def _in_words(rule: dict[str, Any]) -> Severity | None:
    """Return the severity that Snyk wrote into titles, and Trivy into names and tags."""
    match = _SEVERITY_FIRST.match(_text(rule.get("shortDescription")))
    match = match or _SEVERITY_IN_ID.match(as_text(rule.get("id")))
    tags = as_list(as_object(rule.get("properties")).get("tags"))
    words = [match[1]] if match else [tag for tag in map(as_text, tags) if tag in _SEVERITY_TAGS]
    return _WORDS[words[0].lower()] if words else None


def _in_message(result: dict[str, Any]) -> Severity | None:
    """Return the severity that Clair writes behind the package: `[zlib - 1.2 - High] ...`."""
    match = _SEVERITY_OF_PACKAGE.match(_text(result.get("message")))
    return _WORDS[match[1].lower()] if match else None


def _rated(value: object) -> Severity | None:
    """Return the severity of a CVSS-like number (0 to 10) or of a word; None of anything else."""
    if isinstance(value, str):
        word = value.strip().lower()[:20]
        if word in _WORDS:
            return _WORDS[word]
        try:
            value = float(word)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 10:
        return None
    bounds = ((9, Severity.CRITICAL), (7, Severity.HIGH), (4, Severity.MEDIUM))
    low = Severity.LOW if value > 0 else Severity.INFO
    return next((severity for least, severity in bounds if value >= least), low)


def _text(value: object) -> str:
    holder = as_object(value)
    return as_text(holder.get("text")) or as_text(holder.get("markdown"))


@lru_cache(maxsize=1000)
def _of_rule(value: str, limit: int) -> str:
    """Clean a text of a rule, which thousands of results may repeat."""
    return clean(value, limit)


def _title(rule: dict[str, Any], rule_id: str, message: str) -> str:
    short = _of_rule(_text(rule.get("shortDescription")), MAX_TITLE)
    # "Semgrep Finding: <id>" says nothing, and in "{name} is weak" the name is not filled in.
    if short and not (rule_id and rule_id in short) and not _NOT_FILLED_IN.search(short):
        return short.partition("\n")[0]
    name = clean(rule.get("name"), MAX_TITLE)
    return message.partition("\n")[0][:MAX_TITLE] or name or rule_id or "?"


def _description(rule: dict[str, Any], message: str) -> str:
    full = _of_rule(_text(rule.get("fullDescription")), _MAX_HELP)
    return message if full in message else clean(f"{message}\n\n{full}", MAX_DESCRIPTION)
