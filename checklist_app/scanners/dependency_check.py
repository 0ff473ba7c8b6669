"""OWASP Dependency-Check reports: XML of all schemas, JSON and CSV.

Source: the report templates and XML schemas of Dependency-Check. A result is a vulnerability of a
dependency; what a suppression rule hides stands beside it and is suppressed, its notes are the
reason. Retire.js writes the XML format too.
"""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import MAX_SHORT, FindingState, ParsedScan, clean
from checklist_app.domain.text import text
from checklist_app.scanners.base import About, Head, Kind, Parser, Report, wrong_type
from checklist_app.scanners.dependency_check_results import TOOL, read_vulnerability
from checklist_app.scanners.reading import Gathering, csv_rows, document
from checklist_app.scanners.shapes import root_object
from checklist_app.scanners.values import moment
from checklist_app.scanners.xml_text import local_name, walk
from checklist_app.untrusted.json_text import as_list, as_object

_OPEN, _SUPPRESSED = "vulnerabilities", "suppressedVulnerabilities"
_CSV_HEADER = "Project,ScanDate,DependencyName,DependencyPath,"
_RFC_1123 = ("%a, %d %b %Y %H:%M:%S GMT", "%a, %d %b %Y %H:%M:%S %z")
_UNNAMED = text("The entry names no vulnerability, so nothing can be read from it.")


def recognises(head: Head) -> bool:
    """Whether this is the beginning of a Dependency-Check report."""
    if head.kind is Kind.XML:
        return head.root == "analysis" and ("<scanInfo" in head.text or "<projectInfo" in head.text)
    if head.kind is Kind.OTHER:
        return head.text.replace('"', "").startswith(_CSV_HEADER)
    return head.kind is Kind.JSON and (
        head.has_key("reportSchema", "scanInfo") or head.has_key("scanInfo", "projectInfo")
    )


def parse(report: Report) -> ParsedScan:
    """Read a Dependency-Check report.

    Raises:
        UnreadableReport: it is no XML, JSON or CSV, or has no list of dependencies.
    """
    gathering = Gathering("dependency-check", TOOL)
    if report.head().kind is Kind.OTHER:
        _read_csv(gathering, report)
        return gathering.scan()
    is_xml = report.head().kind is Kind.XML
    count = (
        _read_xml(gathering, report)
        if is_xml
        else _read_json(gathering, root_object(document(report)))
    )
    if count is None:
        raise UnreadableReport(
            text(
                "This Dependency-Check report has no list of dependencies. "
                "Write it with --format XML or --format JSON."
            )
        )
    if not count:
        gathering.fail(text("No dependency was found, so nothing was checked."))
    return gathering.scan()


def _read_json(gathering: Gathering, root: dict[str, Any]) -> int | None:
    scan = as_object(root.get("scanInfo"))
    failures = [as_object(part) for part in as_list(scan.get("analysisExceptions"))]
    _describe(gathering, scan, as_object(root.get("projectInfo")))
    _note(gathering, [as_object(part.get("exception", part)) for part in failures])
    dependencies = root.get("dependencies")
    if dependencies is not None and not isinstance(dependencies, list):
        raise wrong_type("dependencies", "[…]")
    for dependency in dependencies or ():
        _add(gathering, as_object(dependency))
    return None if dependencies is None else len(dependencies)


def _read_xml(gathering: Gathering, report: Report) -> int | None:
    """Read the XML report dependency by dependency, each in the words of the JSON report."""
    count: int | None = None
    scan: dict[str, Any] = {}
    for event, element in walk(report):
        name = local_name(element)
        if event == "start":
            count = 0 if name == "dependencies" and count is None else count
        elif name == "dependency":
            count = (count or 0) + 1
            _add(gathering, _dependency(element))
            element.clear()
        elif name == "analysisExceptions":
            _note(gathering, [_texts(part) for part in element])
        elif name == "scanInfo":
            scan = _texts(element)
        elif name == "projectInfo":
            _describe(gathering, scan, _texts(element))
    return count


def _read_csv(gathering: Gathering, report: Report) -> None:
    """Read the CSV report, whose lines are vulnerabilities that no rule suppresses.

    Each line is put into the words of the JSON report, so that all three give the same findings.
    """
    for row in csv_rows(report):
        gathering.target = gathering.target or clean(row.get("Project"), MAX_SHORT)
        gathering.started_at = gathering.started_at or moment(row.get("ScanDate"), *_RFC_1123)
        package = clean(row.get("Identifiers"), MAX_SHORT).partition(",")[0]
        dependency = {
            "fileName": row.get("DependencyName"),
            "filePath": row.get("DependencyPath"),
            "packages": [{"id": package.strip()}],
        }
        vulnerability = {
            "name": row.get("CVE"),
            "cwe": row.get("CWE"),
            "description": row.get("Vulnerability"),
            "severity": row.get("Severity"),
            "cvssv2": {
                "severity": row.get("CVSSv2_Severity"),
                # Before version 5 this was the score; since then it is the vector.
                "score": row.get("CVSSv2_Score") or row.get("CVSSv2"),
            },
            **{
                f"cvssv{version}": {
                    "baseSeverity": row.get(f"CVSSv{version}_BaseSeverity"),
                    "baseScore": row.get(f"CVSSv{version}_BaseScore"),
                }
                for version in (3, 4)
            },
        }
        result = read_vulnerability(dependency, vulnerability, FindingState.OPEN)
        gathering.add(result) if result else gathering.skip(_UNNAMED)
    if not gathering.results:
        gathering.fail(
            text(
                "A CSV report of Dependency-Check names only what is vulnerable, so an empty one "
                "does not show that anything was checked. Write it with --format JSON."
            )
        )


def _describe(gathering: Gathering, scan: dict[str, Any], project: dict[str, Any]) -> None:
    gathering.tool_version = clean(scan.get("engineVersion"), MAX_SHORT)
    gathering.target = clean(project.get("name"), MAX_SHORT)
    gathering.started_at = moment(project.get("reportDate"))


def _note(gathering: Gathering, failures: list[dict[str, Any]]) -> None:
    if failures:
        gathering.fail(
            text(
                "Dependency-Check met %(count)s errors, so dependencies or vulnerabilities may be "
                "missing. Solve them and scan again. %(message)s",
                count=len(failures),
                message=clean(failures[0].get("message"), MAX_SHORT),
            )
        )


def _texts(element: Element) -> dict[str, Any]:
    return {local_name(child): (child.text or "").strip() for child in element}


def _dependency(element: Element) -> dict[str, Any]:
    dependency: dict[str, Any] = {**_texts(element), _OPEN: [], _SUPPRESSED: [], "packages": []}
    for child in element:
        match local_name(child):
            case "vulnerabilities":
                for part in child:
                    suppressed = local_name(part) == "suppressedVulnerability"
                    dependency[_SUPPRESSED if suppressed else _OPEN].append(_vulnerability(part))
            case "relatedDependencies":
                dependency["relatedDependencies"] = [_texts(part) for part in child]
            case "identifiers":
                dependency["packages"] = [
                    {"id": found.get("id") or found.get("name")}
                    for part in child.iter()
                    if local_name(part) == "package"
                    or (local_name(part) == "identifier" and part.get("type") != "cpe")
                    if (found := _texts(part))
                ]
    return dependency


def _vulnerability(element: Element) -> dict[str, Any]:
    vulnerability = _texts(element)
    for child in element:
        name = local_name(child)
        if name.startswith("cvssV"):
            vulnerability[name.lower()] = _texts(child)
        elif name == "cwes":
            vulnerability["cwes"] = [part.text for part in child]
        elif name == "references":
            vulnerability["references"] = [_texts(part) for part in child]
    return vulnerability


def _add(gathering: Gathering, dependency: dict[str, Any]) -> None:
    for name, state in ((_OPEN, FindingState.OPEN), (_SUPPRESSED, FindingState.SUPPRESSED)):
        found = dependency.get(name)
        if found is not None and not isinstance(found, list):
            raise wrong_type(f"dependencies[].{name}", "[…]")
        for vulnerability in map(as_object, found or ()):
            result = read_vulnerability(dependency, vulnerability, state)
            gathering.add(result) if result else gathering.skip(_UNNAMED)


PARSER = Parser(
    "dependency-check",
    "OWASP Dependency-Check (XML, JSON, CSV)",
    recognises,
    parse,
    About(
        versions="XML schemas 1.0 to 4.1 (Dependency-Check 1 to 12), JSON schemas 1.0 and 1.1, "
        "CSV since version 2, and the XML that Retire.js writes.",
        source="The report templates and schemas of github.com/dependency-check/DependencyCheck.",
        command="`dependency-check --scan DIR --format XML` or `--format JSON`, or `CSV`",
        result="A vulnerability of a dependency; its file and related files are locations.",
        keys="`cwes` or `cwe`, else CWE-1395; rule `dependency-check:<CVE or advisory>`.",
        severity="`severity`, else that of CVSS 4, 3 or 2, else by the score, else medium.",
        clean="There are dependencies, none has a vulnerability, and the run met no exception. CSV "
        "tells neither dependencies nor exceptions, so an empty one proves nothing.",
        differs="Suppressed vulnerabilities are counted too, as suppressed.",
    ),
)
