"""OWASP Dependency-Check reports: XML of all schemas, and JSON.

Source: the report templates and XML schemas of Dependency-Check. A result is a vulnerability of a
dependency; what a suppression rule hides stands beside it and is suppressed, its notes are the
reason. Retire.js writes the XML format too.
"""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import (
    MAX_DESCRIPTION,
    MAX_LOCATIONS,
    MAX_RULE_ID,
    MAX_SHORT,
    MAX_TITLE,
    MAX_URI,
    FindingState,
    Location,
    ParsedFinding,
    ParsedScan,
    clean,
)
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import Severity
from checklist_app.domain.weakness_tags import cwes_in
from checklist_app.scanners.base import About, Head, Kind, Parser, Report, fingerprint, wrong_type
from checklist_app.scanners.reading import (
    SEVERITIES,
    Gathering,
    document,
    moment,
    score_of,
    severity_of,
    severity_of_score,
)
from checklist_app.scanners.xml_text import local_name, walk
from checklist_app.untrusted.json_text import as_list, as_object

TOOL = "Dependency-Check"

_VULNERABLE_COMPONENT = (1395,)
_OPEN, _SUPPRESSED = "vulnerabilities", "suppressedVulnerabilities"
_UNNAMED = text("The entry names no vulnerability, so nothing can be read from it.")


def recognises(head: Head) -> bool:
    """Whether this is the beginning of a Dependency-Check report."""
    if head.kind is Kind.XML:
        return head.root == "analysis" and ("<scanInfo" in head.text or "<projectInfo" in head.text)
    return head.kind is Kind.JSON and (
        head.has_key("reportSchema", "scanInfo") or head.has_key("scanInfo", "projectInfo")
    )


def parse(report: Report) -> ParsedScan:
    """Read a Dependency-Check report.

    Raises:
        UnreadableReport: it is no XML or JSON, or has no list of dependencies.
    """
    gathering = Gathering("dependency-check", TOOL)
    is_xml = report.head().kind is Kind.XML
    count = _read_xml(gathering, report) if is_xml else _read_json(gathering, document(report))
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


def _read_json(gathering: Gathering, root: Any) -> int | None:
    if not isinstance(root, dict):
        raise wrong_type("(root)", "{…}")
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
        for vulnerability in map(as_object, as_list(dependency.get(name))):
            if clean(vulnerability.get("name"), MAX_RULE_ID):
                gathering.add(_result(dependency, vulnerability, state))
            else:
                gathering.skip(_UNNAMED)


def _result(
    dependency: dict[str, Any], vulnerability: dict[str, Any], state: FindingState
) -> ParsedFinding:
    name = clean(vulnerability.get("name"), MAX_RULE_ID)
    file = clean(dependency.get("fileName"), MAX_SHORT)
    packages = (
        clean(as_object(part).get("id"), MAX_SHORT) for part in as_list(dependency.get("packages"))
    )
    package = next(filter(None, packages), "")
    files = [dependency, *map(as_object, as_list(dependency.get("relatedDependencies")))]
    cvss = _cvss(vulnerability)
    notes = clean(vulnerability.get("notes"), MAX_TITLE)
    return ParsedFinding(
        tool=TOOL,
        rule_id=name,
        title=clean(f"{name}: {file or package}", MAX_TITLE),
        description=clean(vulnerability.get("description"), MAX_DESCRIPTION),
        severity=_severity(vulnerability, cvss),
        cwes=cwes_in([vulnerability.get("cwe"), vulnerability.get("cwes")], bare=True)
        or _VULNERABLE_COMPONENT,
        tags=(),
        locations=tuple(
            Location(clean(part.get("filePath"), MAX_URI), parameter=package)
            for part in files[:MAX_LOCATIONS]
            if clean(part.get("filePath"), MAX_URI)
        ),
        # "app.ear: lib-1.0.jar" is a library in an archive; its version is none of its identity.
        fingerprint=fingerprint(
            "dependency-check",
            name,
            _without_version(package) or file,
            file.rpartition(": ")[0],
        ),
        state=state,
        reason=(notes or "suppressedVulnerability") if state is FindingState.SUPPRESSED else "",
        occurrences=len(files),
        references=_references(vulnerability),
        cvss=cvss,
    )


def _without_version(package: str) -> str:
    """Return ``pkg:maven/org.a/b`` of ``pkg:maven/org.a/b@1.0``, ``org.a:b`` of ``org.a:b:1.0``."""
    if not package.startswith("pkg:"):
        return package.rpartition(":")[0] if package.count(":") > 1 else package
    bare = package.partition("?")[0]
    name, _, version = bare.rpartition("@")
    return name if name and "/" not in version else bare


def _cvss(vulnerability: dict[str, Any]) -> float | None:
    for part, field in (("cvssv4", "baseScore"), ("cvssv3", "baseScore"), ("cvssv2", "score")):
        score = score_of(as_object(vulnerability.get(part)).get(field))
        if score is not None:
            return score
    return score_of(vulnerability.get("cvssScore"))


def _severity(vulnerability: dict[str, Any], cvss: float | None) -> Severity:
    """Return the severity of the report; suppressed entries have it only in their scores."""
    words = [vulnerability.get("severity")]
    for part in ("cvssv4", "cvssv3", "cvssv2"):
        score = as_object(vulnerability.get(part))
        words += [score.get("baseSeverity"), score.get("severity")]
    known = (SEVERITIES.get(clean(word, 40).lower()) for word in words)
    found = next(filter(None, known), None)
    unscored = severity_of_score(vulnerability.get("severity"))
    return found or severity_of_score(cvss) or unscored or severity_of("")


def _references(vulnerability: dict[str, Any]) -> tuple[str, ...]:
    urls = (
        clean(as_object(part).get("url"), MAX_URI)
        for part in as_list(vulnerability.get("references"))
    )
    return tuple(dict.fromkeys(url for url in urls if url.startswith("http")))[:20]


PARSER = Parser(
    "dependency-check",
    "OWASP Dependency-Check (XML, JSON)",
    recognises,
    parse,
    About(
        versions="XML schemas 1.0 to 4.1 (Dependency-Check 1 to 12), JSON schemas 1.0 and 1.1, "
        "and the XML that Retire.js writes.",
        source="The report templates and schemas of github.com/dependency-check/DependencyCheck.",
        command="`dependency-check --scan DIR --format XML` or `--format JSON`",
        result="A vulnerability of a dependency; its file and related files are locations.",
        keys="`cwes` or `cwe`, else CWE-1395; rule `dependency-check:<CVE or advisory>`.",
        severity="`severity`, else that of CVSS 4, 3 or 2, else by the score, else medium.",
        clean="There are dependencies, none has a vulnerability, and the run met no exception.",
        differs="Suppressed vulnerabilities are counted too, as suppressed.",
    ),
)
