"""Retire.js JSON: known vulnerabilities of JavaScript libraries in files and packages.

Source: the JSON reporter of Retire.js and its repository of vulnerabilities. A result is a
vulnerability of a component in a file, or of a package that others depend on. Version 2 and later
write an object with ``data`` and ``errors``; version 1 and ``jsonsimple`` write ``data`` alone.
"""

from __future__ import annotations

from typing import Any

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import (
    MAX_DESCRIPTION,
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
from checklist_app.scanners.links import links_in
from checklist_app.scanners.reading import Gathering, document
from checklist_app.scanners.shapes import root_object
from checklist_app.scanners.values import moment, severity_of
from checklist_app.untrusted.json_text import as_list, as_object, as_text

TOOL = "Retire.js"

_VULNERABLE_COMPONENT = (1395,)
_NUMBERS = ("issue", "bug", "PR", "retid", "tenable", "gist", "release", "commit", "osvdb")
_EMPTY = text("The entry has no content, so nothing can be read from it.")


def recognises(head: Head) -> bool:
    """Whether this is the beginning of a Retire.js report."""
    if head.kind is not Kind.JSON:
        return False
    library = head.has_key("results", "component", "version")
    if head.text.startswith("["):
        return library and (head.has_key("detection") or head.has_key("vulnerabilities"))
    return head.has_key("data") and (library or head.has_key("start", "messages", "errors"))


def parse(report: Report) -> ParsedScan:
    """Read a Retire.js report.

    Raises:
        UnreadableReport: it is no JSON, has no list of files, or one of the wrong type.
    """
    found = document(report)
    gathering = Gathering("retirejs", TOOL)
    several = isinstance(found, list) and any("data" in as_object(part) for part in found)
    for part in found if several else [found]:
        _read(gathering, root_object({"data": part} if isinstance(part, list) else part))
    return gathering.scan()


def _read(gathering: Gathering, root: dict[str, Any]) -> None:
    if "data" not in root:
        raise UnreadableReport(
            text("This Retire.js report has no list of files. Write it with --outputformat json.")
        )
    gathering.tool_version = gathering.tool_version or as_text(root.get("version"))
    gathering.started_at = gathering.started_at or moment(root.get("start"))
    for number, file in enumerate(_list(root, "data", "data")):
        where = f"data[{number}]"
        if not isinstance(file, dict):
            raise wrong_type(where, "{…}")
        for component in map(as_object, _list(file, "results", f"{where}.results")):
            _add_component(gathering, as_text(file.get("file")), component)
    errors = as_list(root.get("errors"))
    if errors:
        gathering.fail(
            text(
                "Retire.js met %(count)s errors, so files may not have been scanned. "
                "Solve them and scan again. %(message)s",
                count=len(errors),
                message=clean(errors[0], MAX_SHORT),
            )
        )


def _list(holder: dict[str, Any], name: str, where: str) -> list[Any]:
    found = holder.get(name)
    if found is not None and not isinstance(found, list):
        raise wrong_type(where, "[…]")
    return found or []


def _add_component(gathering: Gathering, file: str, component: dict[str, Any]) -> None:
    place = _place(file, component)
    name = clean(component.get("component"), MAX_SHORT)
    for vulnerability in _list(component, "vulnerabilities", "vulnerabilities"):
        if isinstance(vulnerability, dict) and vulnerability:
            gathering.add(_result(name, place, vulnerability))
        else:
            gathering.skip(_EMPTY)


def _place(file: str, component: dict[str, Any]) -> Location:
    """Return the file of a library, or for a package the packages that depend on it."""
    path = clean(file or component.get("file"), MAX_URI)
    shown = _shown(component)
    if not path:
        steps, parent = [shown], as_object(component.get("parent"))
        while parent:  # the reader of JSON limits the depth
            steps.append(_shown(parent))
            parent = as_object(parent.get("parent"))
        path = clean(" > ".join(reversed(steps)), MAX_URI)
    return Location(path, parameter=shown)


def _shown(component: dict[str, Any]) -> str:
    name = clean(component.get("component"), MAX_SHORT)
    return clean(f"{name}@{clean(component.get('version'), 80)}".rstrip("@"), MAX_SHORT)


def _result(component: str, place: Location, vulnerability: dict[str, Any]) -> ParsedFinding:
    identifiers = as_object(vulnerability.get("identifiers"))
    summary = clean(identifiers.get("summary"), MAX_TITLE)
    info = [clean(url, MAX_URI) for url in as_list(vulnerability.get("info"))]
    below = clean(vulnerability.get("below"), 80)
    rule_id = _rule_id(component, identifiers)
    shown = place.parameter
    where = place.uri.removeprefix("./") if place.uri != shown else component
    first = next(iter(info), "")
    return ParsedFinding(
        tool=TOOL,
        rule_id=rule_id or clean(f"{component}: {summary or first}", MAX_RULE_ID),
        title=clean(f"{summary or rule_id or first or '?'}: {shown}", MAX_TITLE),
        description=clean(vulnerability.get("details"), MAX_DESCRIPTION),
        severity=severity_of(vulnerability.get("severity")),
        cwes=cwes_in(vulnerability.get("cwe"), bare=True) or _VULNERABLE_COMPONENT,
        tags=(),
        locations=(place,) if place.uri else (),
        fingerprint=fingerprint("retirejs", component, where, rule_id or summary or first),
        solution=f"Fixed in: {below}" if below else "",
        references=links_in(info),
    )


def _rule_id(component: str, identifiers: dict[str, Any]) -> str:
    """Return the CVE, if there is just one, else GitHub's name, else the number of an issue."""
    named = identifiers.get("CVE")
    cves = [clean(cve, MAX_RULE_ID) for cve in (named if isinstance(named, list) else [named])]
    if len(cves) == 1 and cves[0]:
        return cves[0]
    github = clean(identifiers.get("githubID"), MAX_RULE_ID)
    if github:
        return github
    if len(cves) > 1:
        return clean(" ".join(cves), MAX_RULE_ID)
    for name in _NUMBERS:
        number = clean(identifiers.get(name), 80)
        if number:
            return clean(f"{component}:{name}-{number}", MAX_RULE_ID)
    return ""


PARSER = Parser(
    "retirejs",
    "Retire.js (JSON)",
    recognises,
    parse,
    About(
        versions="Retire.js 1 to 5: `json` and `jsonsimple`, and lists of such reports. Its "
        "formats `depcheck` and `cyclonedx` are read as what they are.",
        source="The JSON reporter of github.com/RetireJS/retire.js.",
        command="`retire --outputformat json --outputpath FILE`",
        result="A vulnerability of a component in a file, or of an installed package.",
        keys="`cwe` (since version 4), else CWE-1395; rule `retire-js:<CVE, GHSA or issue>`.",
        severity="Retire.js's word: critical, high, medium, low, none.",
        clean="No file has a vulnerable component and `errors` is empty.",
        differs="A run with `errors` is not clean.",
    ),
)
