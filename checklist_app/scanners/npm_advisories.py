"""Advisories of the npm registry, as npm, pnpm and Yarn write them, to findings."""

from __future__ import annotations

import re
from typing import Any

from checklist_app.domain.findings import (
    MAX_DESCRIPTION,
    MAX_LOCATIONS,
    MAX_RULE_ID,
    MAX_SHORT,
    MAX_TITLE,
    MAX_URI,
    Location,
    ParsedFinding,
    clean,
    tool_key,
)
from checklist_app.domain.weakness_tags import cwes_in
from checklist_app.scanners.base import fingerprint
from checklist_app.scanners.links import links_in
from checklist_app.scanners.values import score_of, severity_of
from checklist_app.untrusted.json_text import as_list, as_object

TOOL = "npm audit"
VULNERABLE_COMPONENT = (1395,)

_GHSA = re.compile(r"GHSA(?:-[0-9a-z]{4}){3}", re.IGNORECASE)


def read_advisory(key: str, advisory: dict[str, Any], tool: str = TOOL) -> ParsedFinding | None:
    """Read an advisory of npm 6, pnpm or Yarn 1; None if it has no name."""
    package = clean(advisory.get("module_name") or advisory.get("name"), MAX_SHORT)
    own = ghsa(advisory.get("github_advisory_id"), advisory.get("url")) or clean(
        advisory.get("id") or key, MAX_RULE_ID
    )
    if not package and not own:
        return None
    places = _paths(package, [as_object(part) for part in as_list(advisory.get("findings"))])
    return ParsedFinding(
        tool=tool,
        rule_id=rule_id(own, advisory.get("cves")),
        title=clean(f"{clean(advisory.get('title'), MAX_TITLE) or own}: {package}", MAX_TITLE),
        description=clean(advisory.get("overview"), MAX_DESCRIPTION),
        severity=severity_of(advisory.get("severity")),
        cwes=cwes_in(advisory.get("cwe"), bare=True) or VULNERABLE_COMPONENT,
        tags=(),
        locations=tuple(places)[:MAX_LOCATIONS],
        fingerprint=fingerprint(tool_key(tool), own, package),
        occurrences=max(1, len(places)),
        solution=clean(advisory.get("recommendation"), MAX_TITLE),
        references=links_in(advisory.get("url")),
        cvss=cvss(advisory),
    )


def _paths(package: str, findings: list[dict[str, Any]]) -> list[Location]:
    found = []
    for finding in findings:
        shown = clean(f"{package}@{clean(finding.get('version'), 80)}".rstrip("@"), MAX_SHORT)
        paths = (clean(path, MAX_URI) for path in as_list(finding.get("paths")))
        found += [Location(path, parameter=shown) for path in paths if path]
    return found


def ghsa(*values: object) -> str:
    """Return the name of the advisory; the numbers that npm gives change with every revision."""
    for value in values:
        match = _GHSA.search(clean(value, MAX_URI))
        if match:
            return match[0]
    return ""


def rule_id(own: str, cves: object) -> str:
    """Return the CVE, if there is just one, else the advisory."""
    names = {name for name in (clean(cve, MAX_RULE_ID) for cve in as_list(cves)) if name}
    return names.pop() if len(names) == 1 else own


def cvss(advisory: dict[str, Any]) -> float | None:
    """Return the score of an advisory."""
    given = as_object(advisory.get("cvss"))
    # Without a vector the 0 stands for an advisory that nobody scored.
    return score_of(given.get("score")) if given.get("vectorString") else None
