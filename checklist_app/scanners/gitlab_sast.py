"""GitLab security reports on sources: SAST, secrets, dependencies, containers, coverage fuzzing.

Source: GitLab's security report schemas. A result is one element of ``vulnerabilities``. Secrets
stand in the reports of secret detection; nothing of them is kept. A dependency with a known
vulnerability is named with its version.
"""

from __future__ import annotations

from typing import Any

from checklist_app.domain.findings import (
    MAX_SHORT,
    Location,
    ParsedFinding,
    ParsedScan,
    clean,
    tool_key,
)
from checklist_app.scanners.base import About, Head, Parser, Report, fingerprint
from checklist_app.scanners.gitlab_report import (
    SEVERITIES,
    begin,
    description_of,
    identifiers,
    is_dynamic,
    is_gitlab,
    kind_of,
    links_of,
    rule_of,
    severity_word,
    state_of,
    title_of,
    tool_of,
    vulnerabilities,
    weaknesses,
)
from checklist_app.scanners.links import links_in
from checklist_app.scanners.reading import document
from checklist_app.scanners.shapes import NO_CONTENT, root_object
from checklist_app.scanners.source_code import (
    HARD_CODED,
    SECRET_CWES,
    guarded,
    source_path,
)
from checklist_app.scanners.values import severity_of, whole_number
from checklist_app.untrusted.json_text import as_list, as_object

_VULNERABLE_COMPONENT = (1395,)
_SECRET_RULES = ("gitleaks_rule_id", "trufflehog_rule_id")
_SIGNATURES = ("scope_offset_compressed", "scope_offset", "location", "hash")
_MAX_SOLUTION = 8_000


def recognises(head: Head) -> bool:
    """Whether this is the beginning of a GitLab report on sources."""
    return is_gitlab(head) and not is_dynamic(head)


def parse(report: Report) -> ParsedScan:
    """Read a GitLab report on sources.

    Raises:
        UnreadableReport: it is no JSON, or has no list of vulnerabilities.
    """
    whole = document(report)
    root = {"vulnerabilities": whole} if isinstance(whole, list) else root_object(whole)
    found = vulnerabilities(root)
    gathering = begin(root, "gitlab-sast")
    for vulnerability in found:
        if isinstance(vulnerability, dict) and vulnerability:
            gathering.add(_finding(vulnerability, root))
        else:
            gathering.skip(NO_CONTENT)
    tools = dict.fromkeys(result.tool for result in gathering.results)
    gathering.tool = ", ".join(tools) or gathering.tool
    return gathering.scan()


def _finding(vulnerability: dict[str, Any], root: dict[str, Any]) -> ParsedFinding:
    package = _package(vulnerability)
    preferred = ("cve", "ghsa") if package else ()
    rule_id = rule_of(vulnerability, *preferred)
    place = _place(vulnerability, package)
    cwes, tags = weaknesses(vulnerability)
    cwes = cwes or _constant(vulnerability, root, package)
    tool = tool_of(vulnerability, root)
    state, reason = state_of(vulnerability)
    title, described = title_of(vulnerability, rule_id), description_of(vulnerability)
    if SECRET_CWES.intersection(cwes):
        title, described = guarded(title), guarded(described)
    return ParsedFinding(
        tool=tool,
        rule_id=rule_id,
        title=title,
        description=described,
        severity=severity_of(severity_word(vulnerability), SEVERITIES),
        cwes=cwes,
        tags=tags,
        locations=(place,) if place.uri or place.parameter else (),
        fingerprint=fingerprint(
            "gitlab-sast", tool_key(tool), rule_id, place.uri, package, _here(vulnerability)
        ),
        state=state,
        reason=reason,
        solution=clean(vulnerability.get("solution"), _MAX_SOLUTION),
        references=links_in(links_of(vulnerability)),
    )


def _location(vulnerability: dict[str, Any]) -> dict[str, Any]:
    found = vulnerability.get("location")
    if found is None:  # as the first reports named it
        found = {"file": vulnerability.get("file"), "start_line": vulnerability.get("line")}
    return as_object(found)


def _dependency(vulnerability: dict[str, Any]) -> dict[str, Any]:
    return as_object(_location(vulnerability).get("dependency"))


def _package(vulnerability: dict[str, Any]) -> str:
    return clean(as_object(_dependency(vulnerability).get("package")).get("name"), MAX_SHORT)


def _place(vulnerability: dict[str, Any], package: str) -> Location:
    location = _location(vulnerability)
    image = clean(location.get("image"), MAX_SHORT)
    version = clean(_dependency(vulnerability).get("version"), MAX_SHORT)
    names = [clean(location.get(key), MAX_SHORT) for key in ("class", "method", "crash_type")]
    named = f"{package}@{version}".rstrip("@") if package else ".".join(filter(None, names))
    return Location(
        uri=source_path(location.get("file")) or image,
        line=whole_number(location.get("start_line")),
        parameter=clean(named, MAX_SHORT),
    )


def _constant(vulnerability: dict[str, Any], root: dict[str, Any], package: str) -> tuple[int, ...]:
    """Return the weakness that a result has by its nature, where the report names none."""
    if package:
        return _VULNERABLE_COMPONENT
    kinds = (vulnerability.get("category"), as_object(root.get("scan")).get("type"))
    by_rule = any(kind_of(part) in _SECRET_RULES for part in identifiers(vulnerability))
    return HARD_CODED if by_rule or "secret_detection" in kinds else ()


def _here(vulnerability: dict[str, Any]) -> str:
    """Return what identifies a result in its file, and does not move with the lines.

    That is a signature of newer reports, else the compare key of older ones without its line.
    """
    for item in as_list(as_object(vulnerability.get("tracking")).get("items")):
        signatures = [as_object(part) for part in as_list(as_object(item).get("signatures"))]
        values = {clean(part.get("algorithm"), 40): part.get("value") for part in signatures}
        for algorithm in _SIGNATURES:
            if value := clean(values.get(algorithm), 500):
                return value
    location = _location(vulnerability)
    line = clean(location.get("start_line"), 20)
    parts = clean(vulnerability.get("cve"), 1_000).split(":")
    kept = [part for part in parts if not line or part != line]
    names = [clean(location.get(key), 200) for key in ("class", "method", "crash_state")]
    return ":".join([*kept, *names])


PARSER = Parser(
    "gitlab-sast",
    "GitLab (SAST, secrets, dependencies, containers)",
    recognises,
    parse,
    About(
        versions="Schemas 1 to 15: SAST, secret detection, dependency, container and cluster image "
        "scanning, coverage fuzzing.",
        source="GitLab's repository security-report-schemas.",
        command="the artifact of the job, such as `gl-sast-report.json`",
        result="An element of `vulnerabilities`.",
        keys="Identifiers of type `cwe` and `owasp`; CWE-798 for secrets and CWE-1395 for packages "
        "without one. The rule is the first identifier, for packages the CVE, under the name of "
        "the scanner: `semgrep:bandit.B303-1`.",
        severity="`severity`: Critical, High, Medium, Low, Info; Unknown is medium.",
        clean="A scan with the status success and no result ran and found nothing.",
        differs="Unknown is not harmless; a likely false positive needs review; a report that "
        "names no scan is never clean.",
    ),
)
