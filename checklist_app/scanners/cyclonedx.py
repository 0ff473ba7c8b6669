"""CycloneDX, JSON and XML: vulnerabilities with what was decided about them, or components alone.

Source: the CycloneDX specification 1.0 to 1.7 and its older extension for vulnerabilities. A result
is an entry of ``vulnerabilities``, whatever number of components it affects. A bill of materials
without vulnerabilities holds observations, one for each component, and proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import MAX_SHORT, ParsedScan, clean
from checklist_app.domain.text import text
from checklist_app.scanners.base import About, Head, Kind, Parser, Report, wrong_type
from checklist_app.scanners.cyclonedx_vulnerabilities import (
    Component,
    read_component,
    read_vulnerability,
)
from checklist_app.scanners.reading import Gathering, document
from checklist_app.scanners.shapes import attested, root_object
from checklist_app.scanners.values import moment
from checklist_app.scanners.xml_text import local_name, walk
from checklist_app.untrusted.json_text import as_list, as_object, as_text

_LISTS = frozenset(
    ("advisories", "affects", "cwes", "ratings", "recommendations", "references", "versions")
)
_COMPONENTS = frozenset(("components", "component"))
_LIBRARIES = frozenset(("cyclonedx-python-lib", "cyclonedx-library", "cyclonedx-core-java"))
_UNNAMED = text("The entry names no vulnerability, so nothing can be read from it.")


def recognises(head: Head) -> bool:
    """Whether this is the beginning of a CycloneDX document."""
    if head.kind is Kind.XML:
        return head.root == "bom" and "cyclonedx.org/schema" in head.text
    is_json = head.kind is Kind.JSON and head.text.startswith("{")
    by_schema = "cyclonedx.org/schema/bom" in head.text and head.has_key("specVersion")
    return is_json and (by_schema or ("CycloneDX" in head.text and head.has_key("bomFormat")))


def parse(report: Report) -> ParsedScan:
    """Read a CycloneDX document.

    Raises:
        UnreadableReport: it is no XML or JSON, or lists neither components nor vulnerabilities.
    """
    is_xml = report.head().kind is Kind.XML
    root = _from_xml(report) if is_xml else root_object(attested(document(report)))
    components, vulnerabilities = _list(root, "components"), _list(root, "vulnerabilities")
    if components is None and vulnerabilities is None:
        raise UnreadableReport(
            text(
                "This CycloneDX document lists neither components nor vulnerabilities. "
                "Export it with the vulnerabilities that were found (VDR or VEX)."
            )
        )
    gathering = _gathering(as_object(root.get("metadata")))
    known = [Component.of(part) for part in _nested(components)]
    if vulnerabilities:
        _add_vulnerabilities(gathering, root, known, vulnerabilities)
    else:
        for component in known:
            gathering.add(read_component(gathering.tool, component))
        gathering.fail(
            text(
                "This bill of materials names no vulnerability, and it does not say whether "
                "anybody looked for any. Import the report of a scanner that read it."
            )
        )
    return gathering.scan()


def _add_vulnerabilities(
    gathering: Gathering, root: dict[str, Any], known: list[Component], found: list[Any]
) -> None:
    subject = as_object(root.get("metadata")).get("component")
    others = [Component.of(part) for part in _nested([subject], root.get("services"))]
    by_ref = {component.ref: component for component in (*others, *known)}
    for vulnerability in map(as_object, found):
        result = read_vulnerability(gathering.tool, vulnerability, by_ref)
        gathering.add(result) if result else gathering.skip(_UNNAMED)
    if not known:
        gathering.fail(
            text(
                "This document speaks of the vulnerabilities it names and lists no components, "
                "so it proves nothing about any other vulnerability."
            )
        )


def _gathering(metadata: dict[str, Any]) -> Gathering:
    tools = metadata.get("tools")
    if isinstance(tools, dict):  # since 1.5
        tools = [*as_list(tools.get("components")), *as_list(tools.get("services"))]
    named = [tool for tool in map(as_object, as_list(tools)) if tool.get("name")]
    # a library that wrote the document for the tool stands before it
    tool = next(
        (tool for tool in named if as_text(tool["name"]) not in _LIBRARIES), (named or [{}])[0]
    )
    subject = as_object(metadata.get("component"))
    version = clean(subject.get("version"), MAX_SHORT)
    return Gathering(
        "cyclonedx",
        clean(tool.get("name"), 100) or "CycloneDX",
        tool_version=as_text(tool.get("version")),
        target="@".join(filter(None, (clean(subject.get("name"), MAX_SHORT), version))),
        started_at=moment(metadata.get("timestamp")),
    )


def _list(root: dict[str, Any], name: str) -> list[Any] | None:
    found = root.get(name)
    if found is not None and not isinstance(found, list):
        raise wrong_type(name, "[…]")
    return found


def _nested(*lists: object) -> Iterator[dict[str, Any]]:
    """Yield components, or services, and those that they are made of.

    Retire.js writes lists of components in the list, and an empty text for one that it named
    before. The reader of JSON limits the depth.
    """
    for found in lists:
        for part in as_list(found):
            if isinstance(part, dict):
                yield part
                yield from _nested(part.get("components"), part.get("services"))
            else:
                yield from _nested(part)


def _from_xml(report: Report) -> dict[str, Any]:
    """Return the parts of an XML document that matter, in the words of the JSON format."""
    root: dict[str, Any] = {}
    path: list[str] = []
    inside: list[Any] = []
    for event, element in walk(report):
        name = local_name(element)
        if event == "start":
            path.append(name)
            if path[1:] in (["components"], ["services"], ["vulnerabilities"]):
                root.setdefault(name, [])
            continue
        above = path[1:-1]
        path.pop()
        if name == "component" and above and _COMPONENTS.issuperset(above):
            root["components"].append(_with_its_own(_tree(element), inside, root))
            inside = []
            element.clear()
        elif name == "service" and above == ["services"]:
            root["services"].append(_tree(element))
            element.clear()
        elif _is_vulnerability(name, above, element):
            entries = root.setdefault("vulnerabilities", [])
            held = above[:1] == ["components"]  # until the end of the component it stands in
            (inside if held else entries).append(_tree(element))
            element.clear()
        elif name == "metadata" and not above:
            root["metadata"] = {**as_object(_tree(element)), "tools": _tools(element)}
    return root


def _is_vulnerability(name: str, above: list[str], element: Element) -> bool:
    """Whether an element is one; the first versions of Grype left out the list around each."""
    if name == "vulnerabilities" and above[-1:] == ["component"]:
        return any(local_name(part) == "id" for part in element)
    return name == "vulnerability" and above[-1:] == ["vulnerabilities"]


def _with_its_own(component: Any, inside: list[Any], root: dict[str, Any]) -> dict[str, Any]:
    """Return a component, after its own vulnerabilities (of the extension) were told its name.

    Their ``ref`` is the name of the component for some tools, and a random number for others.
    """
    named: dict[str, Any] = as_object(component)
    if inside:
        ref = named.setdefault("bom-ref", named.get("purl") or f"#{len(root['components'])}")
        root["vulnerabilities"] += [{**as_object(part), "ref": ref} for part in inside]
    return named


def _tree(element: Element) -> Any:
    """Return an element as plain data: a text, an object of its parts, or a list of them."""
    name = local_name(element)
    parts = [(local_name(part), _tree(part)) for part in element]
    if name == "ratings" and parts and parts[0][0] != "rating":  # one, as Grype wrote it at first
        return [dict(parts)]
    if name in _LISTS:
        return [part for _, part in parts]
    if not parts:
        return (element.text or "").strip()
    attributes = {name.rpartition("}")[2]: value for name, value in element.attrib.items()}
    return {**attributes, **dict(parts)}


def _tools(metadata: Element) -> list[Any]:
    for part in metadata:
        if local_name(part) == "tools":
            named = ("tool", "component", "service")
            return [_tree(tool) for tool in part.iter() if local_name(tool) in named]
    return [_tree(part) for part in metadata if local_name(part) == "tool"]  # Grype at first


PARSER = Parser(
    "cyclonedx",
    "CycloneDX (JSON, XML)",
    recognises,
    parse,
    About(
        versions="CycloneDX 1.0 to 1.7, JSON and XML: VDR, VEX, BOM; the extension for "
        "vulnerabilities of XML before 1.4; also in a statement of in-toto.",
        source="The specification at cyclonedx.org.",
        command="`trivy ... --format cyclonedx --scanners vuln`, `grype ... -o cyclonedx-json`, "
        "an export of Dependency-Track, or a VEX document of a supplier",
        result="An entry of `vulnerabilities`; what it affects are its locations. In a bill of "
        "materials without vulnerabilities each component is an observation.",
        keys="`cwes`, else CWE-1395 (not for checks of configuration by Checkov or KICS); rule "
        "`<first tool of the metadata>:<CVE or own id>`.",
        severity="The worst rating of the source of the vulnerability, else of all; without a word "
        "by the score, else medium.",
        clean="Only where components and vulnerabilities are listed: without the latter nobody may "
        "have looked. `analysis.state` resolved is a pass, not_affected and false_positive are "
        "suppressed, in_triage needs review.",
        differs="Components are counted where no vulnerability is listed.",
    ),
)
