"""What GitLab's security reports share: the scan, the identifiers of a weakness, its texts.

Source: GitLab's security report schemas, versions 1 to 15. All kinds of report have a list of
``vulnerabilities``, each with identifiers; the first one is the rule of the tool.
"""

from __future__ import annotations

import re
from typing import Any

from checklist_app.domain.findings import (
    MAX_DESCRIPTION,
    MAX_RULE_ID,
    MAX_SHORT,
    MAX_TITLE,
    MAX_TOOL,
    FindingState,
    clean,
)
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import Severity
from checklist_app.domain.weakness_tags import cwes_in, tags_in
from checklist_app.scanners.base import Head, Kind
from checklist_app.scanners.reading import Gathering
from checklist_app.scanners.shapes import members
from checklist_app.scanners.source_code import fail_of_errors
from checklist_app.scanners.values import moment
from checklist_app.untrusted.json_text import as_list, as_object, as_text

SEVERITIES = {
    "critical": Severity.CRITICAL,
    "high": Severity.HIGH,
    "medium": Severity.MEDIUM,
    "low": Severity.LOW,
    "info": Severity.INFO,
}

_EMPTY = re.compile(
    r'\{\s*(?:"version"\s*:\s*"[\d.]{1,20}"\s*,\s*"vulnerabilities"\s*:\s*\[\s*\]'
    r'|"vulnerabilities"\s*:\s*\[\s*\]\s*,\s*"version"\s*:\s*"[\d.]{1,20}")\s*\}\s*'
)
_IDENTIFIED = re.compile(r'"identifiers"\s*:\s*\[')
_LISTED = re.compile(r'"vulnerabilities"\s*:\s*\[')
_DYNAMIC = re.compile(r'"(?:type|category)"\s*:\s*"(?:dast|api_fuzzing)"')
_KINDS = "sast|secret_detection|(?:dependency|container|cluster_image)_scanning|coverage_fuzzing"
_STATIC = re.compile(rf'"(?:type|category)"\s*:\s*"(?:{_KINDS})"')
_CVE = re.compile(r"CVE-\d{4}-\d{4,10}")
_DIGEST = re.compile(r"[0-9a-f]{40}")
_WEAKNESSES = ("cwe", "owasp", "wasc")
_RULE_TYPE = re.compile(r"([a-z0-9_]{2,40}?)_(?:rule_id|test_id|rule_type|pluginid|id|type)")
_NAMES = {"zaproxy": "ZAP"}
_IGNORED = "ignore"
_WRONG = ("warn", "error", "fatal")


def is_gitlab(head: Head) -> bool:
    """Whether this is the beginning of any of GitLab's security reports."""
    if head.kind is not Kind.JSON:
        return False
    if head.text.startswith("["):  # the first of them, before they had a version
        return head.has_key("tool", "message", "file", "line", "cve")
    listed = _LISTED.search(head.text) is not None
    found = _IDENTIFIED.search(head.text) is not None and head.has_key("location", "value")
    scanned = head.has_key("scan", "scanner") and (
        head.has_key("analyzer") or _DYNAMIC.search(head.text) or _STATIC.search(head.text)
    )
    # What was scanned may take more than the beginning of a report without results.
    beside = any(head.has_key("version", name) for name in ("remediations", "dependency_files"))
    return bool((listed and (found or beside)) or scanned or _EMPTY.fullmatch(head.text))


def is_dynamic(head: Head) -> bool:
    """Whether a report of GitLab is about a running application, not about its source."""
    if _DYNAMIC.search(head.text) or head.has_key("scanned_resources"):
        return True
    return _STATIC.search(head.text) is None and head.has_key("hostname", "path")


def vulnerabilities(root: dict[str, Any]) -> list[Any]:
    """Return the results of a report."""
    return members(
        root,
        "vulnerabilities",
        text(
            "This GitLab report has no list of vulnerabilities. "
            "Download the artifact of the job again."
        ),
    )


def begin(root: dict[str, Any], form: str) -> Gathering:
    """Return what the report says of its scan, and why it may prove nothing."""
    scan = as_object(root.get("scan"))
    scanner = as_object(scan.get("scanner"))
    gathering = Gathering(
        form,
        tool_of({}, root),
        tool_version=as_text(scanner.get("version")).removeprefix("D-"),
        started_at=moment(scan.get("start_time")),
    )
    if scan.get("status", "success") != "success":
        gathering.fail(
            text(
                "The report says that its scan failed. "
                "Look into the log of the job and let it run again."
            )
        )
    told = [as_object(part) for part in as_list(scan.get("messages"))]
    wrong = [part for part in told if clean(part.get("level"), 20).lower() in _WRONG]
    fail_of_errors(gathering, [clean(part.get("value"), MAX_SHORT) for part in wrong])
    if not scan and not root.get("vulnerabilities"):
        gathering.fail(
            text(
                "The report lists nothing and names no scan, so it does not show that anything was "
                "scanned. Let a current version of the analyzer scan again."
            )
        )
    return gathering


def tool_of(vulnerability: dict[str, Any], root: dict[str, Any]) -> str:
    """Return the name of the tool that found something, or that of the whole scan."""
    scan = as_object(root.get("scan"))
    for holder in (vulnerability.get("scanner"), scan.get("scanner"), scan.get("analyzer")):
        scanner = as_object(holder)
        known = _NAMES.get(clean(scanner.get("id"), MAX_SHORT))
        name = known or clean(scanner.get("name"), MAX_TOOL)
        if name:
            return name
    own = clean(vulnerability.get("tool"), MAX_TOOL).replace("_", " ")
    return own or _tool_by_rule(vulnerability) or "GitLab"


def _tool_by_rule(vulnerability: dict[str, Any]) -> str:
    """Return the tool that a rule's type names, such as ``gitleaks_rule_id``; empty if none."""
    for part in identifiers(vulnerability):
        match = _RULE_TYPE.fullmatch(kind_of(part))
        if match:
            return _NAMES.get(match[1], match[1].replace("_", " "))
    return ""


def identifiers(vulnerability: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the names that the tools and lists of the world have for a weakness."""
    return [as_object(part) for part in as_list(vulnerability.get("identifiers"))]


def kind_of(identifier: dict[str, Any]) -> str:
    """Return the type of an identifier, such as ``cwe`` or ``semgrep_id``."""
    return clean(identifier.get("type"), MAX_SHORT).lower()


def rule_of(vulnerability: dict[str, Any], *preferred: str) -> str:
    """Return the rule: an identifier of a preferred type, else the first that is no weakness."""
    found = identifiers(vulnerability)
    wanted = [part for kind in preferred for part in found if kind_of(part) == kind]
    if preferred and not wanted:  # some tools name the CVE outside of their identifiers
        named = (clean(vulnerability.get(key), MAX_RULE_ID) for key in ("cve", "name"))
        wanted = [{"value": name} for name in named if _CVE.fullmatch(name)]
    own = [part for part in found if kind_of(part) not in _WEAKNESSES]
    chosen = next(iter([*wanted, *own, *found]), {})
    if not chosen:  # the first reports had no identifiers, but ended their compare key so
        return clean(vulnerability.get("cve"), MAX_RULE_ID).rpartition(":")[2]
    value, name = (clean(chosen.get(key), MAX_RULE_ID) for key in ("value", "name"))
    if _DIGEST.fullmatch(value):  # Dependency-Check writes that of the file, and `GHSA-… (NPM)`
        value = name.removesuffix(" (NPM)") or value
    # Some analyzers write a whole sentence as the value, and the rule as its name.
    return name if name and (not value or (" " in value and " " not in name)) else value


def weaknesses(vulnerability: dict[str, Any]) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Return the CWE numbers and the tags that the identifiers name."""
    found = identifiers(vulnerability)
    cwes = {
        cwe
        for part in found
        if kind_of(part) == "cwe"
        for cwe in cwes_in([part.get("name"), part.get("value")], bare=True)
    }
    tags = tags_in(clean(part.get(key), MAX_SHORT) for part in found for key in ("name", "value"))
    return tuple(sorted(cwes)), tags


def title_of(vulnerability: dict[str, Any], rule_id: str) -> str:
    """Return the name of a weakness; newer reports leave some of the older names out."""
    first = next(iter(identifiers(vulnerability)), {})
    names = (vulnerability.get("name"), vulnerability.get("message"), first.get("name"))
    return next(filter(None, (clean(name, MAX_TITLE) for name in names)), rule_id or "?")


def severity_word(vulnerability: dict[str, Any]) -> object:
    """Return the word for the severity; the first reports call it a priority."""
    return vulnerability.get("severity") or vulnerability.get("priority")


def description_of(vulnerability: dict[str, Any]) -> str:
    """Return what the report says of a weakness."""
    described = clean(vulnerability.get("description"), MAX_DESCRIPTION - 200)
    confidence = clean(vulnerability.get("confidence"), 40)
    return f"{described}\n\nconfidence: {confidence}" if confidence else described


def links_of(vulnerability: dict[str, Any]) -> list[object]:
    """Return the addresses that explain a weakness."""
    links = [as_object(part).get("url") for part in as_list(vulnerability.get("links"))]
    return [*links, *(part.get("url") for part in identifiers(vulnerability))]


def state_of(vulnerability: dict[str, Any]) -> tuple[FindingState, str]:
    """Return what the report itself says of a result, and why."""
    if clean(vulnerability.get("confidence"), 40).lower() == _IGNORED:
        return FindingState.SUPPRESSED, "confidence: Ignore"
    for part in as_list(vulnerability.get("flags")):
        flag = as_object(part)
        kind = clean(flag.get("type"), 80)
        if "false-positive" in kind:
            why = clean(flag.get("description"), 160)
            return FindingState.NEEDS_REVIEW, clean(f"{kind}: {why}".rstrip(": "), MAX_SHORT)
    return FindingState.OPEN, ""
