"""The sections of a MobSF report, each entry one finding, in the shapes of all versions."""

from __future__ import annotations

from collections.abc import Iterator
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
from checklist_app.domain.weakness_tags import cwes_in, tags_in
from checklist_app.scanners.base import fingerprint, plain_text
from checklist_app.scanners.links import links_in
from checklist_app.scanners.mobsf_names import (
    SEVERITIES,
    TOOL,
    rule_named,
    standards_of,
    state_of,
    without_markup,
)
from checklist_app.scanners.source_code import source_path
from checklist_app.scanners.values import score_of, severity_of, whole_number
from checklist_app.untrusted.json_text import as_list, as_object

Entries = Iterator[ParsedFinding | None]
"""Findings of a section; None for an entry from which nothing can be read."""

_BAD_IF_SET = ("rpath", "runpath")
_NOT_APPLICABLE = "Not Applicable"
_RESPONSE = "This is indicated by the response"
"""What follows in a Firebase entry is the configuration itself, keys included."""


def simple(app: str, rule_id: str, place: str, **more: Any) -> ParsedFinding:
    """Return a finding that is known by its rule and its place in the app."""
    cwes = more.pop("cwes", ())
    standards = more.pop("standards", ())
    rule_id, place = clean(rule_id, MAX_RULE_ID), clean(place, MAX_URI)
    location = Location(place) if place else None
    values: dict[str, Any] = {
        "title": rule_id or "?",
        "description": "",
        "locations": (location,) if location else (),
        "fingerprint": fingerprint("mobsf", app, rule_id, place),
        **more,
    }
    return ParsedFinding(
        tool=TOOL,
        rule_id=rule_id,
        cwes=cwes,
        tags=tags_in(standards),
        **values,
    )


def rules(found: object, app: str) -> Entries:
    """Yield rules by name: code analysis, APIs, behaviour, and the rules for iOS binaries."""
    holder = as_object(found)
    holder = as_object(holder["findings"]) if "findings" in holder else holder
    for name, rule in holder.items():
        if name != "summary":
            yield _rule(name, rule, app) if isinstance(rule, dict) else None


def _rule(name: str, rule: dict[str, Any], app: str) -> ParsedFinding:
    meta = as_object(rule.get("metadata")) or rule
    described = clean(meta.get("description") or meta.get("detailed_desc") or name, MAX_DESCRIPTION)
    word = meta.get("severity", meta.get("level", "info"))
    cwes = cwes_in(meta.get("cwe"), bare=True)
    places = tuple(places_of(rule.get("files", rule.get("path"))))
    by_name = "detailed_desc" in meta or "metadata" not in rule
    title = name if by_name else described.partition("\n")[0]
    return simple(
        app,
        name,
        "",
        title=clean(title, MAX_TITLE) or "?",
        description=described,
        severity=severity_of(word, SEVERITIES),
        cwes=cwes,
        standards=standards_of(meta),
        locations=tuple(dict.fromkeys(places))[:MAX_LOCATIONS],
        state=state_of(word, cwes),
        occurrences=max(1, len(places)),
        references=links_in(meta.get("ref"), meta.get("reference")),
        cvss=score_of(meta.get("cvss")) or None,
    )


def places_of(files: object) -> Iterator[Location]:
    """Yield the places of a rule: lines by file, files, or matches as mobsfscan writes them."""
    if isinstance(files, dict):
        for path, lines in files.items():
            numbers = clean(lines, MAX_DESCRIPTION).split(",") if lines else [""]
            for number in numbers:
                yield Location(source_path(path), whole_number(number.strip()))
    for match in as_list(files):
        if isinstance(match, dict):
            lines = as_list(match.get("match_lines"))
            line = whole_number(lines[0]) if lines else None
            yield Location(source_path(match.get("file_path")), line)
        elif isinstance(match, str):
            yield Location(source_path(match))


def flat(section: str, found: object, app: str) -> Entries:
    """Yield entries that are objects with a title, a severity and a description."""
    for entry in as_list(found):
        yield _flat(section, entry, app) if isinstance(entry, dict) and entry else None


def _flat(section: str, entry: dict[str, Any], app: str) -> ParsedFinding:
    described = first_of(entry, "description", "desc", "info").partition(_RESPONSE)[0]
    title = without_markup(first_of(entry, "title", "issue", "crime", "name") or described)
    word = first_of(entry, "severity", "stat", "status", "level") or "info"
    scope = ", ".join(clean(part, MAX_SHORT) for part in as_list(entry.get("scope")))
    component = [without_markup(part) for part in as_list(entry.get("component"))]
    place = scope or first_of(entry, "file") or " ".join(component)
    cwes = cwes_in(entry.get("cwe"), bare=True)
    own = clean(entry.get("rule") or entry.get("rule_id"), MAX_RULE_ID)
    # The same check may speak of several components and hosts, which only its title names.
    mark = fingerprint("mobsf", app, own or rule_named(section, title), place, title)
    return simple(
        app,
        own or rule_named(section, title),
        place,
        title=clean(title, MAX_TITLE) or own or "?",
        description=plain_text(described.strip()),
        severity=severity_of(word, SEVERITIES),
        cwes=cwes,
        standards=standards_of(entry),
        fingerprint=mark,
        state=state_of(word, cwes),
        cvss=score_of(entry.get("cvss")) or None,
    )


def first_of(entry: dict[str, Any], *names: str) -> str:
    """Return the first of these fields that holds a text."""
    texts = (clean(entry.get(name), MAX_DESCRIPTION) for name in names)
    return next((found for found in texts if found), "")


def manifest(found: object, app: str) -> Entries:
    """Yield the findings about the manifest."""
    return flat("manifest", as_object(found).get("manifest_findings", found), app)


def network(found: object, app: str) -> Entries:
    """Yield the findings about the network security configuration of Android."""
    return flat("network", as_object(found).get("network_findings", found), app)


def transport(found: object, app: str) -> Entries:
    """Yield the findings about the App Transport Security of iOS."""
    return flat("ats", as_object(found).get("ats_findings", found), app)


def certificate(found: object, app: str) -> Entries:
    """Yield the findings about the signing certificate: severity, description, maybe a title."""
    for entry in as_list(as_object(found).get("certificate_findings", found)):
        parts = [clean(part, MAX_DESCRIPTION) for part in as_list(entry)]
        if len(parts) < 2:
            yield None
            continue
        yield simple(
            app,
            rule_named("certificate", f"{parts[1]} {' '.join(parts[2:])}"),
            "",
            title=clean(parts[-1], MAX_TITLE),
            description=parts[1],
            severity=severity_of(parts[0], SEVERITIES),
            state=state_of(parts[0], ()),
        )


def binary(found: object, app: str, kind: str = "binary") -> Entries:
    """Yield what is said of binaries: checks of each file, rules by name, or flat entries.

    Args:
        found: the section.
        app: name of the app.
        kind: begins the names of checks: ``binary`` for Android, ``macho`` for iOS.
    """
    if isinstance(found, dict) and not _is_checks(found):
        yield from rules(found, app)
        return
    for entry in [found] if isinstance(found, dict) else as_list(found):
        if isinstance(entry, dict) and _is_checks(entry):
            yield from _checks(entry, app, kind)
        else:
            yield from flat("binary", [entry], app)


def _is_checks(entry: dict[str, Any]) -> bool:
    values = [value for name, value in entry.items() if name != "name"]
    return "findings" not in entry and any(
        isinstance(value, dict) and "severity" in value and "detailed_desc" not in value
        for value in values
    )


def _checks(entry: dict[str, Any], app: str, kind: str) -> Entries:
    path = source_path(entry.get("name"))
    for name, check in entry.items():
        if name != "name" and isinstance(check, dict):
            finding = _check(name, check)
            yield simple(app, f"{kind}.{name}", path, **finding)
        elif name != "name":
            yield None


def _check(name: str, check: dict[str, Any]) -> dict[str, Any]:
    described = clean(check.get("description"), MAX_DESCRIPTION)
    word = clean(check.get("severity"), 40).lower()
    state = state_of(word, ())
    if state is FindingState.OBSERVATION:
        state = FindingState.PASSED if _holds(name, check) else FindingState.NOT_APPLICABLE
    first = described.partition(". ")[0]
    return {
        "title": clean(f"{name.replace('_', ' ')}: {first}", MAX_TITLE),
        "description": described,
        "severity": severity_of(word, SEVERITIES),
        "state": state,
    }


def _holds(name: str, check: dict[str, Any]) -> bool:
    """Whether a check that MobSF calls harmless is so because the protection is there."""
    measured = [value for key, value in check.items() if key not in ("severity", "description")]
    is_set = any(measured) and measured[0] != _NOT_APPLICABLE
    return not is_set if name in _BAD_IF_SET else is_set
