"""What the detectors of OSV-Scanner 2 find beside known vulnerabilities, such as weak passwords.

They stand in ``experimental_generic_findings``, each with the advice of its detector.
"""

from __future__ import annotations

from typing import Any

from checklist_app.domain.findings import (
    MAX_DESCRIPTION,
    MAX_RULE_ID,
    MAX_TITLE,
    MAX_URI,
    Location,
    ParsedFinding,
    clean,
)
from checklist_app.domain.vocabulary import Severity
from checklist_app.scanners.base import fingerprint
from checklist_app.scanners.values import severity_of
from checklist_app.untrusted.json_text import as_list, as_object

_LEVELS = {
    1: Severity.INFO,
    2: Severity.LOW,
    3: Severity.MEDIUM,
    4: Severity.HIGH,
    5: Severity.CRITICAL,
}
_MAX_SOLUTION = 8_000


def read_detection(tool: str, entry: dict[str, Any]) -> ParsedFinding | None:
    """Turn an entry of ``experimental_generic_findings`` into a finding; None if it has no name."""
    advice = as_object(entry.get("Adv"))
    named = as_object(advice.get("ID"))
    rule_id = clean(named.get("Reference"), MAX_RULE_ID)
    title = clean(advice.get("Title"), MAX_TITLE)
    if not rule_id and not title:
        return None
    level = advice.get("Sev")
    where = clean(as_object(entry.get("Target")).get("Extra"), MAX_DESCRIPTION // 2)
    plugins = (clean(plugin, MAX_URI) for plugin in as_list(entry.get("Plugins")))
    place = where.partition(": ")[0] if where.startswith("/") else next(filter(None, plugins), "")
    told = (where, clean(advice.get("Description"), MAX_DESCRIPTION // 2))
    return ParsedFinding(
        tool=tool,
        rule_id=rule_id,
        title=title or rule_id,
        description="\n\n".join(filter(None, told)),
        severity=_LEVELS.get(level, Severity.MEDIUM)
        if isinstance(level, int)
        else severity_of(level),
        cwes=(),
        tags=(),
        locations=(Location(clean(place, MAX_URI)),) if place else (),
        fingerprint=fingerprint("osv-scanner", "detector", rule_id or title, place),
        solution=clean(advice.get("Recommendation"), _MAX_SOLUTION),
    )
