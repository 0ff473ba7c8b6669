"""What Yarn writes when it audits: one JSON object in each line, in version 1 and in version 4.

Version 1 writes a line for every path to a vulnerable package, each with the whole advisory of the
npm registry, and a summary at the end. Version 4 writes a line for every advisory of a package and
no end. A result is a line; those of version 1 on one advisory of a package are one finding, whose
versions and paths are its locations.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import Any

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import (
    MAX_LOCATIONS,
    MAX_RULE_ID,
    MAX_SHORT,
    MAX_TITLE,
    MAX_URI,
    Location,
    ParsedFinding,
    ParsedScan,
    clean,
)
from checklist_app.domain.text import text
from checklist_app.scanners.base import Head, Kind, Report, fingerprint
from checklist_app.scanners.links import links_in
from checklist_app.scanners.npm_advisories import VULNERABLE_COMPONENT, ghsa, read_advisory
from checklist_app.scanners.reading import Gathering, json_lines
from checklist_app.scanners.values import severity_of
from checklist_app.untrusted.json_text import as_index, as_list, as_object

YARN = "Yarn audit"

_UNMAINTAINED_COMPONENT = (1104,)
_DEPRECATION = "(deprecation)"
# Of version 1 only what speaks of the audit; version 4 gives errors a name, such as YN0035.
_ERROR_ALONE = re.compile(
    r'\{"type":"error","(?:data":"[^"\n]{0,500}\baudits?\b|name":\w+,"displayName":"YN)'
)
_UNNAMED = text("The entry names no vulnerability, so nothing can be read from it.")
_COUNTED = ("dependencies", "devDependencies", "optionalDependencies", "totalDependencies")


def is_yarn(head: Head) -> bool:
    """Whether this is the beginning of what Yarn 1 or Yarn 4 writes."""
    if head.kind is not Kind.JSON or not head.text.startswith("{"):
        return False
    if _ERROR_ALONE.match(head.text):
        return True
    first = '"auditAdvisory"' in head.text or '"auditSummary"' in head.text
    return (first and head.has_key("type", "data")) or head.has_key(
        "value", "children", "Vulnerable Versions"
    )


def read_yarn(gathering: Gathering, report: Report) -> ParsedScan:
    """Read the lines of Yarn.

    Raises:
        UnreadableReport: a line is no JSON, or none of them tells of an audit.
    """
    lines = [as_object(line) for line in json_lines(report)]
    if any("children" in line for line in lines):
        for line in lines:
            result = _of_version_4(line)
            gathering.add(result) if result else gathering.skip(_UNNAMED)
    else:
        _read_version_1(gathering, lines)
    return gathering.scan()


def _read_version_1(gathering: Gathering, lines: list[dict[str, Any]]) -> None:
    said: dict[str, list[dict[str, Any]]] = {}
    for line in lines:
        said.setdefault(clean(line.get("type"), MAX_SHORT), []).append(line)
    advisories: dict[tuple[str, str], dict[str, Any]] = {}
    counts: Counter[tuple[str, str]] = Counter()
    for data in (as_object(line.get("data")) for line in said.get("auditAdvisory", ())):
        advisory = as_object(data.get("advisory"))
        key = (
            clean(advisory.get("id"), MAX_RULE_ID)
            or clean(as_object(data.get("resolution")).get("id"), MAX_RULE_ID),
            clean(advisory.get("module_name"), MAX_SHORT),
        )
        known = advisories.setdefault(key, {**advisory, "findings": []})
        known["findings"] += _places(advisory, as_object(data.get("resolution")))
        counts[key] += 1
    for key, advisory in advisories.items():
        result = read_advisory(key[0], _each_place_once(advisory), YARN)
        if result:
            gathering.add(replace(result, results=counts[key]))
        else:
            gathering.skip(_UNNAMED, counts[key])
    errors = [clean(line.get("data"), MAX_SHORT) for line in said.get("error", ())]
    summaries = [as_object(line.get("data")) for line in said.get("auditSummary", ())]
    if not summaries and not advisories:
        raise UnreadableReport(
            text(
                "Yarn wrote no advisory and no summary: it could not check the project. "
                "%(message)s",
                message=next(iter(errors), ""),
            )
        )
    if not summaries or errors:
        gathering.fail(
            text("Yarn stopped before its summary, so advisories may be missing. Scan again.")
        )
    for summary in summaries:
        _compare(gathering, summary)


def _places(advisory: dict[str, Any], resolution: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the paths of an advisory with that of its line, which version 1 may tell alone."""
    found = [as_object(part) for part in as_list(advisory.get("findings"))]
    path = clean(resolution.get("path"), MAX_URI)
    told = {clean(one, MAX_URI) for part in found for one in as_list(part.get("paths"))}
    versions = {clean(part.get("version"), 80) for part in found}
    if path and path not in told:
        found.append({"version": versions.pop() if len(versions) == 1 else "", "paths": [path]})
    return found


def _each_place_once(advisory: dict[str, Any]) -> dict[str, Any]:
    """Return an advisory whose lines, each with all paths, tell every path once."""
    versions: dict[str, str] = {}
    for part in advisory["findings"]:
        for path in as_list(part.get("paths")):
            versions.setdefault(clean(path, MAX_URI), clean(part.get("version"), 80))
    findings = [{"version": version, "paths": [path]} for path, version in versions.items()]
    return {**advisory, "findings": findings}


def _compare(gathering: Gathering, summary: dict[str, Any]) -> None:
    counts = [as_index(summary.get(name)) for name in _COUNTED if name in summary]
    if counts and not any(counts):
        gathering.fail(text("No dependency was found, so nothing was checked."))
    told = as_object(summary.get("vulnerabilities")).values()
    if not gathering.results:  # otherwise Yarn counts paths, which are more than advisories
        gathering.expect(max((as_index(count) or 0 for count in told), default=0), 0)


def _of_version_4(line: dict[str, Any]) -> ParsedFinding | None:
    package = clean(line.get("value"), MAX_SHORT)
    children = as_object(line.get("children"))
    number = clean(children.get("ID"), MAX_RULE_ID)
    own = ghsa(children.get("URL")) or number
    if not package or not own:
        return None
    is_deprecation = number.endswith(_DEPRECATION)
    places = [
        Location(clean(dependent, MAX_URI), parameter=clean(f"{package}@{version}", MAX_SHORT))
        for version in (clean(one, 80) for one in as_list(children.get("Tree Versions")) or [""])
        for dependent in as_list(children.get("Dependents")) or [package]
    ]
    affected = clean(children.get("Vulnerable Versions"), MAX_SHORT)
    return ParsedFinding(
        tool=YARN,
        rule_id="deprecation" if is_deprecation else own,
        title=clean(f"{clean(children.get('Issue'), MAX_TITLE) or own}: {package}", MAX_TITLE),
        description=f"{package} {affected}".strip(),
        severity=severity_of(children.get("Severity")),
        cwes=_UNMAINTAINED_COMPONENT if is_deprecation else VULNERABLE_COMPONENT,
        tags=(),
        locations=tuple(places)[:MAX_LOCATIONS],
        fingerprint=fingerprint("yarn-audit", own, package),
        occurrences=max(1, len(places)),
        references=links_in(children.get("URL")),
    )
