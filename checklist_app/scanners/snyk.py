"""Snyk JSON: ``snyk test``, ``snyk container test`` and ``snyk iac test``.

Source: the JSON output of the Snyk CLI. A result is one entry of ``vulnerabilities``, which is one
path to a vulnerable package (or, with ``--group-issues``, all its paths), an entry of
``infrastructureAsCodeIssues``, or a vulnerability of a program in an image that no package manager
installed. Images carry the projects that were found in them in ``applications``; a run over many
projects is an array. What a policy ignores or patches is suppressed. Snyk Code writes SARIF.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import MAX_SHORT, MAX_URI, FindingState, ParsedScan, clean
from checklist_app.domain.text import text
from checklist_app.scanners.base import About, Head, Kind, Parser, Report, wrong_type
from checklist_app.scanners.reading import Gathering, document
from checklist_app.scanners.snyk_issues import (
    TOOL,
    Project,
    read_misconfiguration,
    read_vulnerability,
)
from checklist_app.untrusted.json_text import as_list, as_object, as_text

_STARTS_WITH_ERROR = re.compile(r'(?:\[\s*)?\{\s*"(?:ok|error|path|code)"\s*:')
_OF_PACKAGES = ("vulnerabilities", "issues")
_UNNAMED = text("The entry names no vulnerability, so nothing can be read from it.")


def recognises(head: Head) -> bool:
    """Whether this is the beginning of a Snyk report, or of its error."""
    if head.kind is not Kind.JSON or head.has_key("runs"):
        return False
    if _STARTS_WITH_ERROR.match(head.text) is not None and head.has_key("ok", "error", "path"):
        return True
    if head.has_key("infrastructureAsCodeIssues") or head.has_key("issues", "issueId", "pkgName"):
        return True
    by_snyk = head.has_key("packageManager", "ok") or head.has_key("packageManager", "identifiers")
    issue = head.has_key("CVSSv3", "semver") or head.has_key("cvssScore", "upgradePath")
    return head.has_key("vulnerabilities") and (by_snyk or issue)


def parse(report: Report) -> ParsedScan:
    """Read a Snyk report.

    Raises:
        UnreadableReport: it is no JSON, it is an error instead of a report, or it lacks the list
            of vulnerabilities.
    """
    root = document(report)
    projects = root if isinstance(root, list) else [root]
    gathering = Gathering("snyk", TOOL)
    targets: list[str] = []
    tested = 0
    for number, project in enumerate(projects):
        if not isinstance(project, dict):
            raise wrong_type(f"[{number}]" if isinstance(root, list) else "(root)", "{…}")
        if project.get("error") is not None:
            _refuse_or_note(gathering, project, alone=len(projects) == 1)
            continue
        for part in (project, *map(as_object, _list(project, "applications"))):
            targets.append(_name(part))
            tested += _read_project(gathering, part)
    if not tested and not gathering.results:
        gathering.fail(text("No dependency and no file was tested, so this scan proves nothing."))
    gathering.target = ", ".join(dict.fromkeys(filter(None, targets)))
    return gathering.scan()


def _refuse_or_note(gathering: Gathering, project: dict[str, Any], *, alone: bool) -> None:
    """Refuse an error in place of a report; one of many projects makes the scan incomplete."""
    message = clean(project.get("error"), MAX_SHORT) or clean(
        as_object(project.get("error")).get("message"), MAX_SHORT
    )
    if alone:
        raise UnreadableReport(
            text(
                "Snyk could not test the project and wrote an error instead of a report: "
                "%(message)s Solve it and scan again.",
                message=message,
            )
        )
    gathering.fail(
        text(
            "Snyk could not test %(path)s: %(message)s",
            path=clean(project.get("path"), MAX_SHORT) or "?",
            message=message,
        )
    )


def _name(project: dict[str, Any]) -> str:
    return clean(project.get("projectName") or project.get("path"), MAX_SHORT)


def _read_project(gathering: Gathering, source: dict[str, Any]) -> int:
    """Read one project; return how many dependencies and files were tested in it."""
    file = source.get("displayTargetFile") or source.get("targetFile")
    project = Project(_name(source), clean(file, MAX_URI).replace("\\", "/"))
    misconfigurations = source.get("infrastructureAsCodeIssues")
    if misconfigurations is None and all(source.get(name) is None for name in _OF_PACKAGES):
        raise UnreadableReport(
            text(
                "This Snyk report has no list of vulnerabilities. "
                "Write it with snyk test --json or snyk container test --json."
            )
        )
    for issue, state in _issues(source):
        result = read_vulnerability(as_object(issue), project, state)
        gathering.add(result) if result else gathering.skip(_UNNAMED)
    for issue in _list(source, "infrastructureAsCodeIssues"):
        result = read_misconfiguration(as_object(issue), project)
        gathering.add(result) if result else gathering.skip(_UNNAMED)
    count = source.get("dependencyCount")
    if misconfigurations is not None or type(count) is not int:
        return 1  # a file was tested; or an older version, which does not count
    return count


def _issues(source: dict[str, Any]) -> Iterator[tuple[object, FindingState]]:
    """Yield what was found, what is ignored or patched, and what programs without package have."""
    found = _list(source, "vulnerabilities") or list(_unmanaged(source))
    yield from ((issue, FindingState.OPEN) for issue in found)
    filtered = as_object(source.get("filtered"))
    for name in ("ignore", "patch"):
        yield from ((issue, FindingState.SUPPRESSED) for issue in as_list(filtered.get(name)))
    known = {_identity(as_object(issue)) for issue in found}
    for issue in _binaries(as_object(as_object(source.get("docker")).get("binariesVulns"))):
        if _identity(issue) not in known:  # older versions list them twice
            yield issue, FindingState.OPEN


def _unmanaged(source: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the issues of C and C++ code, where they refer to what is known of them."""
    data = as_object(source.get("issuesData"))
    for issue in map(as_object, _list(source, "issues")):
        name = clean(issue.get("issueId"), MAX_SHORT)
        yield {
            "id": name,
            **as_object(data.get(name)),
            "name": issue.get("pkgName"),
            "version": issue.get("pkgVersion"),
        }


def _identity(issue: dict[str, Any]) -> tuple[str, str, str]:
    return (as_text(issue.get("id")), as_text(issue.get("name")), as_text(issue.get("version")))


def _binaries(binaries: dict[str, Any]) -> Iterator[dict[str, Any]]:
    data = as_object(binaries.get("issuesData"))
    for affected in as_object(binaries.get("affectedPkgs")).values():
        package = as_object(as_object(affected).get("pkg"))
        for name in as_object(as_object(affected).get("issues")):
            yield {
                "id": name,
                **as_object(data.get(name)),
                "name": package.get("name"),
                "version": package.get("version"),
            }


def _list(source: dict[str, Any], name: str) -> list[Any]:
    found = source.get(name)
    if found is not None and not isinstance(found, list):
        raise wrong_type(name, "[…]")
    return found or []


PARSER = Parser(
    "snyk",
    "Snyk (JSON)",
    recognises,
    parse,
    About(
        versions="Snyk CLI 1: one project, an array of projects, images with `applications`, "
        "infrastructure as code, C and C++ (`unmanaged`). Snyk Code writes SARIF, which is read as "
        "such.",
        source="The JSON output of github.com/snyk/cli.",
        command="`snyk test --json`, `snyk container test --json` or `snyk iac test --json`",
        result="An entry of `vulnerabilities` of a project or of an application in an image, "
        "or of `infrastructureAsCodeIssues`.",
        keys="`identifiers.CWE`, else CWE-1395 (not for licences); rule `snyk:<CVE or Snyk id>`.",
        severity="Snyk's word: critical, high, medium, low.",
        clean="At least one dependency or file was tested and nothing found; an error in place of "
        "a project makes the scan incomplete, one in place of the report is refused.",
        differs="`applications` are read too; ignored and patched issues count as suppressed.",
    ),
)
