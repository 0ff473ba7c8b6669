"""npm audit JSON: the reports of npm 6 and pnpm, those of npm 7 and later, and Yarn's.

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
from checklist_app.scanners.links import links_in
from checklist_app.scanners.npm_advisories import (
    TOOL,
    VULNERABLE_COMPONENT,
    cvss,
    ghsa,
    read_advisory,
)
from checklist_app.scanners.reading import Gathering, document
from checklist_app.scanners.shapes import root_object
from checklist_app.scanners.values import severity_of
from checklist_app.scanners.yarn_lines import YARN, is_yarn, read_yarn
from checklist_app.untrusted.json_text import as_index, as_list, as_object

_STARTS_WITH_ERROR = re.compile(r'\{\s*"(?:error|message)"\s*:')
_BY_PNPM = re.compile(r'"code"\s*:\s*"ERR_PNPM_')
_STARTS_WITH_ACTIONS = re.compile(r'\{\s*"actions"\s*:\s*\[')
_UNNAMED = text("The entry names no vulnerability, so nothing can be read from it.")


def recognises(head: Head) -> bool:
    """Whether this is the beginning of a report of npm audit, or of its error."""
    if head.kind is not Kind.JSON or not head.text.startswith("{"):
        return False
    if is_yarn(head):
        return True
    if _STARTS_WITH_ERROR.match(head.text) is not None:
        return head.has_key("error", "summary", "detail") or _BY_PNPM.search(head.text) is not None
    newer = head.has_key("auditReportVersion") or head.has_key("via", "effects", "fixAvailable")
    advisories = head.has_key("advisories") and (
        head.has_key("module_name", "vulnerable_versions")
        or head.has_key("actions", "muted")
        or head.has_key("metadata", "totalDependencies")
    )
    actions = _STARTS_WITH_ACTIONS.match(head.text) is not None and head.has_key("resolves")
    return newer or advisories or actions


def parse(report: Report) -> ParsedScan:
    """Read a report of npm audit.

    Raises:
        UnreadableReport: it is no JSON, an error instead of a report, or its list is missing or of
            the wrong type.
    """
    if is_yarn(report.head()):
        return read_yarn(Gathering("npm-audit", YARN), report)
    root = root_object(document(report))
    if isinstance(root.get("audit"), dict):  # npm audit fix tells first what it changed
        root = root["audit"]
    name = next((name for name in ("vulnerabilities", "advisories") if name in root), None)
    if name is None or root.get("error"):
        raise _refused(root)
    entries = root[name]
    if not isinstance(entries, dict):
        raise wrong_type(name, "{…}")
    gathering = Gathering("npm-audit", TOOL)
    for key, entry in entries.items():
        read = _package if name == "vulnerabilities" else read_advisory
        result = read(key, entry) if isinstance(entry, dict) and entry else None
        gathering.add(result) if result else gathering.skip(_UNNAMED)
    if not entries:  # otherwise npm 6 counts paths, which are more than advisories
        gathering.expect(_counted(root), 0)
    if not entries and _dependencies(root) == 0:
        gathering.fail(text("No dependency was found, so nothing was checked."))
    return gathering.scan()


def _refused(root: dict[str, Any]) -> UnreadableReport:
    error = as_object(root.get("error"))
    summary = error.get("summary") or error.get("message")
    told = (clean(part, MAX_SHORT) for part in (error.get("code"), summary))
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


def _package(key: str, entry: dict[str, Any]) -> ParsedFinding | None:
    """Read a package of npm 7 or later, with all its advisories."""
    name = clean(entry.get("name") or key, MAX_SHORT)
    if not name:
        return None
    via = as_list(entry.get("via"))
    advisories = [part for part in via if isinstance(part, dict)]
    others = ", ".join(filter(None, (clean(part, MAX_SHORT) for part in via)))
    names = {own for part in advisories if (own := ghsa(part.get("url")))}
    titles = "; ".join(
        dict.fromkeys(filter(None, (clean(part.get("title"), 200) for part in advisories)))
    )
    nodes = [node for part in as_list(entry.get("nodes")) if (node := clean(part, MAX_URI))]
    scores = [score for part in advisories if (score := cvss(part)) is not None]
    shown = clean(f"{name} {clean(entry.get('range'), 120)}", MAX_SHORT)
    return ParsedFinding(
        tool=TOOL,
        rule_id=names.pop() if len(names) == 1 else name,
        title=clean(f"{titles}: {name}" if titles else f"{name}: {others}", MAX_TITLE),
        description=_description(advisories, others),
        severity=severity_of(entry.get("severity")),
        cwes=cwes_in([part.get("cwe") for part in advisories], bare=True) or VULNERABLE_COMPONENT,
        tags=(),
        locations=tuple(Location(node, parameter=shown) for node in nodes[:MAX_LOCATIONS]),
        fingerprint=fingerprint("npm-audit", "package", name),
        occurrences=max(1, len(nodes)),
        solution=_fix(entry.get("fixAvailable")),
        references=links_in(*(part.get("url") for part in advisories)),
        cvss=max(scores, default=None),
    )


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


PARSER = Parser(
    "npm-audit",
    "npm audit, Yarn audit (JSON)",
    recognises,
    parse,
    About(
        versions="npm 6, pnpm, Yarn 2 and 3 (`advisories`), npm 7 to 11 (`auditReportVersion` 2); "
        "the lines of Yarn 1 (`auditAdvisory`) and of Yarn 4 (`value`, `children`).",
        source="github.com/npm/npm-audit-report and github.com/npm/cli; the reporters of "
        "github.com/yarnpkg/yarn and github.com/yarnpkg/berry.",
        command="`npm audit --json`, `pnpm audit --json`, `yarn audit --json` or "
        "`yarn npm audit --all --recursive --json`",
        result="npm 6: an advisory, its paths are locations. npm 7: a package in `vulnerabilities` "
        "with all its advisories, or one that depends on such a package. Yarn: a line; those of "
        "Yarn 1 on one advisory of a package are one finding with all its paths. A deprecated "
        "package counts as an advisory.",
        keys="`cwe`, else CWE-1395; rule `npm-audit:<CVE or GHSA>`, or the name of the package "
        "where it has several advisories or only depends on one; with Yarn "
        "`yarn-audit:<CVE or GHSA>`, and CWE-1104 with `yarn-audit:deprecation`.",
        severity="npm's word: critical, high, moderate, low, info.",
        clean="An empty list, unless the report counts no dependency at all; of Yarn 1 the last "
        "line (`auditSummary`). Yarn 4 writes nothing where it finds nothing: an empty file proves "
        "nothing and is refused, as an error document is.",
        differs="",
    ),
)
