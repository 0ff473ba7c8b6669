"""One issue of the file by which other tools hand their issues to SonarQube, to one finding.

Source: *Generic formatted issue data* in the documentation of SonarQube, in both of its forms: each
issue says all of itself, or (since version 10.3) what issues share stands in ``rules``.
"""

from __future__ import annotations

import re
from typing import Any

from checklist_app.domain.findings import (
    MAX_DESCRIPTION,
    MAX_RULE_ID,
    MAX_TITLE,
    MAX_TOOL,
    FindingState,
    Location,
    ParsedFinding,
    clean,
    tool_key,
)
from checklist_app.domain.weakness_tags import cwes_in, tags_in
from checklist_app.scanners.base import Head, fingerprint, plain_text
from checklist_app.scanners.sonarqube_issues import SEVERITIES
from checklist_app.scanners.source_code import guarded, source_path
from checklist_app.scanners.values import severity_of, whole_number
from checklist_app.untrusted.json_text import as_list, as_object

_ABOUT_SECRETS = re.compile(r"passw|secret|credential|token|\bapi.?key|private.?key", re.IGNORECASE)
_HOTSPOT = "SECURITY_HOTSPOT"


def is_external_file(head: Head) -> bool:
    """Whether this is the beginning of such a file."""
    found = head.text.startswith("{") and head.has_key("issues", "primaryLocation", "filePath")
    return found and head.has_key("ruleId")


def is_external(entry: object) -> bool:
    """Whether an issue is one that another tool found, for SonarQube to import."""
    return "primaryLocation" in as_object(entry)


def read_external(entry: dict[str, Any], rules: dict[str, dict[str, Any]]) -> ParsedFinding:
    """Turn such an issue into a finding of the tool that found it.

    Args:
        entry: the issue.
        rules: what the file says of rules, by their id; empty in the older form.
    """
    rule_id = clean(entry.get("ruleId"), MAX_RULE_ID)
    rule = rules.get(rule_id, {})
    tool = clean(entry.get("engineId") or rule.get("engineId"), MAX_TOOL) or "SonarQube"
    place = as_object(entry.get("primaryLocation"))
    message = clean(place.get("message"), MAX_DESCRIPTION // 4)
    name = clean(rule.get("name"), MAX_TITLE)
    described = plain_text(clean(rule.get("description"), MAX_DESCRIPTION // 2))
    kind = clean(entry.get("type") or rule.get("type"), 40)
    path = source_path(place.get("filePath"))
    shown = guarded(message) if _ABOUT_SECRETS.search(message) else message
    texts = [rule_id, name, message, described]
    return ParsedFinding(
        tool=tool,
        rule_id=rule_id,
        title=clean(shown.partition("\n")[0], MAX_TITLE) or name or rule_id or "?",
        description="\n\n".join(dict.fromkeys(filter(None, [shown, name, described]))),
        severity=severity_of(_severity(entry) or _severity(rule), SEVERITIES),
        cwes=cwes_in(texts),
        tags=tags_in(texts),
        locations=tuple(_places(entry)) if path else (),
        fingerprint=fingerprint("sonarqube-external", tool_key(tool), rule_id, path, message),
        state=FindingState.NEEDS_REVIEW if kind == _HOTSPOT else FindingState.OPEN,
        reason=kind if kind == _HOTSPOT else "",
    )


def _severity(holder: dict[str, Any]) -> str:
    """Return the word of an issue or a rule: that for security, if there are several."""
    impacts = [as_object(part) for part in as_list(holder.get("impacts"))]
    impacts.sort(key=lambda part: part.get("softwareQuality") != "SECURITY")
    words = [part.get("severity") for part in impacts] + [holder.get("severity")]
    return next(filter(None, (clean(word, 40) for word in words)), "")


def _places(entry: dict[str, Any]) -> dict[Location, None]:
    found: dict[Location, None] = {}
    for part in (entry.get("primaryLocation"), *as_list(entry.get("secondaryLocations"))[:50]):
        place = as_object(part)
        path = source_path(place.get("filePath"))
        if path:
            line = whole_number(as_object(place.get("textRange")).get("startLine"))
            found[Location(path, line)] = None
    return found
