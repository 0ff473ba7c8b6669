"""npm audit JSON: the reports of npm 6 and pnpm, and those of npm 7 and later.

Source: the audit reports of npm. In npm 6 a result is an advisory of ``advisories``; the paths by
which its package is depended on are its locations. Since npm 7 a result is an entry of
``vulnerabilities``: a package with advisories of its own, or one that depends on such a package. A
run without a usable registry or lock file writes an error document, which is refused.
"""

from __future__ import annotations

import re
from typing import Any

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import (
    MAX_DESCRIPTION,
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
from checklist_app.domain.weakness_tags import cwes_in
from checklist_app.scanners.base import About, Head, Kind, Parser, Report, fingerprint, wrong_type
from checklist_app.scanners.reading import Gathering, document, score_of, severity_of
from checklist_app.scanners.shapes import root_object
from checklist_app.untrusted.json_text import as_index, as_list, as_object

TOOL = "npm audit"

_VULNERABLE_COMPONENT = (1395,)
_GHSA = re.compile(r"GHSA(?:-[0-9a-z]{4}){3}", re.IGNORECASE)
_STARTS_WITH_ERROR = re.compile(r'\{\s*"(?:error|message)"\s*:')
_STARTS_WITH_ACTIONS = re.compile(r'\{\s*"actions"\s*:\s*\[')
_UNNAMED = text("The entry names no vulnerability, so nothing can be read from it.")


def recognises(head: Head) -> bool:
    """Whether this is the beginning of a report of npm audit, or of its error."""
    if head.kind is not Kind.JSON or not head.text.startswith("{"):
        return False
    if _STARTS_WITH_ERROR.match(head.text) is not None:
        return head.has_key("error", "summary", "detail")
    newer = head.has_key("auditReportVersion") or head.has_key("via", "effects", "fixAvailable")
    advisories = head.has_key("advisories") and (
        head.has_key("module_name", "vulnerable_versions") or head.has_key("actions", "muted")
    )
    actions = _STARTS_WITH_ACTIONS.match(head.text) is not None and head.has_key("resolves")
    return newer or advisories or actions


def parse(report: Report) -> ParsedScan:
    """Read a report of npm audit.

    Raises:
        UnreadableReport: it is no JSON, an error instead of a report, or its list is missing or of
            the wrong type.
    """
    root = root_object(document(report))
    name = next((name for name in ("vulnerabilities", "advisories") if name in root), None)
    if name is None or root.get("error"):
        raise _refused(root)
    entries = root[name]
    if not isinstance(entries, dict):
        raise wrong_type(name, "{…}")
    gathering = Gathering("npm-audit", TOOL)
    for key, entry in entries.items():
        read = _package if name == "vulnerabilities" else _advisory
        result = read(key, entry) if isinstance(entry, dict) and entry else None
        gathering.add(result) if result else gathering.skip(_UNNAMED)
    if not entries:  # otherwise npm 6 counts paths, which are more than advisories
        gathering.expect(_counted(root), 0)
    if not entries and _dependencies(root) == 0:
        gathering.fail(text("No dependency was found, so nothing was checked."))
    return gathering.scan()


def _refused(root: dict[str, Any]) -> UnreadableReport:
    error = as_object(root.get("error"))
    told = (clean(part, MAX_SHORT) for part in (error.get("code"), error.get("summary")))
    message = ": ".join(filter(None, told)) or clean(root.get("message"), MAX_SHORT)
    if error or message:
        return UnreadableReport(
            text(
                "npm audit could not check the project and wrote an error instead of a report: "
                "%(message)s Solve it and scan again.",
                message=message,
            )
        )
    return UnreadableReport(
        text(
            "This report of npm audit has no list of vulnerabilities or advisories. "
            "Write it with npm audit --json."
        )
    )


def _counted(root: dict[str, Any]) -> int:
    by_severity = as_object(as_object(root.get("metadata")).get("vulnerabilities"))
    return max((as_index(count) or 0 for count in by_severity.values()), default=0)


def _dependencies(root: dict[str, Any]) -> object:
    metadata = as_object(root.get("metadata"))
    counted = as_object(metadata.get("dependencies")).get("total")
    return metadata.get("totalDependencies") if counted is None else counted


def _advisory(key: str, advisory: dict[str, Any]) -> ParsedFinding | None:
    """Read an advisory of npm 6, pnpm or yarn."""
    package = clean(advisory.get("module_name") or advisory.get("name"), MAX_SHORT)
    own = _ghsa(advisory.get("github_advisory_id"), advisory.get("url")) or clean(
        advisory.get("id") or key, MAX_RULE_ID
    )
    if not package and not own:
        return None
    places = _paths(package, [as_object(part) for part in as_list(advisory.get("findings"))])
    return ParsedFinding(
        tool=TOOL,
        rule_id=_rule_id(own, advisory.get("cves")),
        title=clean(f"{clean(advisory.get('title'), MAX_TITLE) or own}: {package}", MAX_TITLE),
        description=clean(advisory.get("overview"), MAX_DESCRIPTION),
        severity=severity_of(advisory.get("severity")),
        cwes=cwes_in(advisory.get("cwe"), bare=True) or _VULNERABLE_COMPONENT,
        tags=(),
        locations=tuple(places)[:MAX_LOCATIONS],
        fingerprint=fingerprint("npm-audit", own, package),
        occurrences=max(1, len(places)),
        solution=clean(advisory.get("recommendation"), MAX_TITLE),
        references=_urls(advisory.get("url")),
        cvss=_cvss(advisory),
    )


def _paths(package: str, findings: list[dict[str, Any]]) -> list[Location]:
    found = []
    for finding in findings:
        shown = clean(f"{package}@{clean(finding.get('version'), 80)}".rstrip("@"), MAX_SHORT)
        paths = (clean(path, MAX_URI) for path in as_list(finding.get("paths")))
        found += [Location(path, parameter=shown) for path in paths if path]
    return found


def _package(key: str, entry: dict[str, Any]) -> ParsedFinding | None:
    """Read a package of npm 7 or later, with all its advisories."""
    name = clean(entry.get("name") or key, MAX_SHORT)
    if not name:
        return None
    via = as_list(entry.get("via"))
    advisories = [part for part in via if isinstance(part, dict)]
    others = ", ".join(filter(None, (clean(part, MAX_SHORT) for part in via)))
    names = {own for part in advisories if (own := _ghsa(part.get("url")))}
    titles = "; ".join(
        dict.fromkeys(filter(None, (clean(part.get("title"), 200) for part in advisories)))
    )
    nodes = [node for part in as_list(entry.get("nodes")) if (node := clean(part, MAX_URI))]
    scores = [score for part in advisories if (score := _cvss(part)) is not None]
    shown = clean(f"{name} {clean(entry.get('range'), 120)}", MAX_SHORT)
    return ParsedFinding(
        tool=TOOL,
        rule_id=names.pop() if len(names) == 1 else name,
        title=clean(f"{titles}: {name}" if titles else f"{name}: {others}", MAX_TITLE),
        description=_description(advisories, others),
        severity=severity_of(entry.get("severity")),
        cwes=cwes_in([part.get("cwe") for part in advisories], bare=True) or _VULNERABLE_COMPONENT,
        tags=(),
        locations=tuple(Location(node, parameter=shown) for node in nodes[:MAX_LOCATIONS]),
        fingerprint=fingerprint("npm-audit", "package", name),
        occurrences=max(1, len(nodes)),
        solution=_fix(entry.get("fixAvailable")),
        references=_urls(*(part.get("url") for part in advisories)),
        cvss=max(scores, default=None),
    )


def _ghsa(*values: object) -> str:
    """Return the name of the advisory; the numbers that npm gives change with every revision."""
    for value in values:
        match = _GHSA.search(clean(value, MAX_URI))
        if match:
            return match[0]
    return ""


def _rule_id(own: str, cves: object) -> str:
    """Return the CVE, if there is just one, else the advisory."""
    names = {name for name in (clean(cve, MAX_RULE_ID) for cve in as_list(cves)) if name}
    return names.pop() if len(names) == 1 else own


def _cvss(advisory: dict[str, Any]) -> float | None:
    cvss = as_object(advisory.get("cvss"))
    # Without a vector the 0 stands for an advisory that nobody scored.
    return score_of(cvss.get("score")) if cvss.get("vectorString") else None


def _description(advisories: list[dict[str, Any]], others: str) -> str:
    lines = [
        " ".join(filter(None, (clean(part.get(name), 400) for name in ("title", "range", "url"))))
        for part in advisories
    ]
    return clean("\n".join(filter(None, (*lines, others))), MAX_DESCRIPTION)


def _fix(fix: object) -> str:
    package = as_object(fix)
    name, version = clean(package.get("name"), MAX_SHORT), clean(package.get("version"), 80)
    return f"Upgrade to: {name}@{version}" if name and version else ""


def _urls(*values: object) -> tuple[str, ...]:
    found = (clean(value, MAX_URI) for value in values)
    return tuple(dict.fromkeys(url for url in found if url.startswith("http")))[:20]


PARSER = Parser(
    "npm-audit",
    "npm audit (JSON)",
    recognises,
    parse,
    About(
        versions="npm 6 and pnpm (`advisories`), npm 7 to 11 (`auditReportVersion` 2).",
        source="github.com/npm/npm-audit-report and github.com/npm/cli.",
        command="`npm audit --json` or `pnpm audit --json`",
        result="npm 6: an advisory, its paths are locations. npm 7: a package in `vulnerabilities` "
        "with all its advisories, or one that depends on such a package.",
        keys="`cwe`, else CWE-1395; rule `npm-audit:<CVE or GHSA>`, or the name of the package "
        "where it has several advisories or only depends on one.",
        severity="npm's word: critical, high, moderate, low, info.",
        clean="An empty list, unless the report counts no dependency at all. An error document is "
        "refused.",
        differs="",
    ),
)
