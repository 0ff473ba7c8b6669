"""kube-hunter's JSON report.

Source: ``kube_hunter/modules/report`` of kube-hunter. A result is one element of
``vulnerabilities``, or one of ``services``: an open port, which is an observation.
"""

from __future__ import annotations

import re
from typing import Any

from checklist_app.domain.findings import (
    MAX_DESCRIPTION,
    MAX_RULE_ID,
    MAX_SHORT,
    MAX_SNIPPET,
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
from checklist_app.scanners.base import About, Head, Kind, Parser, Report, fingerprint, wrong_type
from checklist_app.scanners.links import links_in
from checklist_app.scanners.reading import Gathering, document
from checklist_app.scanners.values import severity_of
from checklist_app.untrusted.json_text import as_object

TOOL = "kube-hunter"
_POD = re.compile(r"\ALocal to Pod\b.*", re.DOTALL)
# It shows the tokens that it found.
_TOKEN = re.compile(r"\beyJ[\w-]{8,}(?:\.[\w-]*){0,2}")
_BROKEN = text("The result is not an object, so nothing can be read from it.")
_NOTHING = text("The report names nothing that was scanned, so it proves nothing.")


def recognises(head: Head) -> bool:
    """Whether this is the beginning of a report of kube-hunter."""
    return (
        head.kind is Kind.JSON
        and head.text.startswith("{")
        and head.has_key("nodes")
        and (
            head.has_key("services", "service", "location")
            or head.has_key("kburl")
            # Without anything found, old versions write three empty lists and no address.
            or head.has_key("services", "vulnerabilities")
        )
    ) or (head.kind is Kind.JSON and head.has_key("vid", "hunter", "evidence", "vulnerabilities"))


def parse(report: Report) -> ParsedScan:
    """Read a report of kube-hunter.

    Raises:
        UnreadableReport: it is no JSON, or a field that carries the results has the wrong type.
    """
    data = as_object(document(report))
    if "vulnerabilities" not in data:
        raise wrong_type("vulnerabilities", "[…]")
    gathering = Gathering(format=PARSER.format, tool=TOOL)
    nodes = [as_object(node) for node in _list(data, "nodes")]
    places = (clean(node.get("location"), 100) for node in nodes)
    gathering.target = ", ".join(list(dict.fromkeys(filter(None, places)))[:5])
    manual = clean(data.get("kburl"), MAX_URI)
    for entry in _list(data, "vulnerabilities"):
        if isinstance(entry, dict):
            gathering.add(_vulnerability(entry, manual))
        else:
            gathering.skip(_BROKEN)
    for entry in _list(data, "services"):
        if isinstance(entry, dict):
            gathering.add(_service(entry))
        else:
            gathering.skip(_BROKEN)
    if not gathering.results and not nodes:
        gathering.fail(_NOTHING)
    return gathering.scan()


def _list(data: dict[str, Any], key: str) -> list[Any]:
    found = data.get(key)
    if found is None:
        return []
    if not isinstance(found, list):
        raise wrong_type(key, "[…]")
    return found


def _vulnerability(entry: dict[str, Any], manual: str) -> ParsedFinding:
    number = clean(entry.get("vid"), MAX_RULE_ID)
    rule_id = "" if number == "None" else number
    name = clean(entry.get("vulnerability"), MAX_TITLE)
    place = clean(entry.get("location"), MAX_URI)
    category = clean(entry.get("category"), MAX_SHORT)
    hunter = clean(entry.get("hunter"), MAX_SHORT)
    uri = clean(entry.get("avd_reference"), MAX_URI)
    if not uri and rule_id:
        uri = manual.replace("{vid}", rule_id)
    found = (
        _masked(entry.get("description"), MAX_DESCRIPTION // 2),
        category and f"category: {category}",
        hunter and f"hunter: {hunter}",
    )
    return ParsedFinding(
        tool=TOOL,
        rule_id=rule_id,
        title=name or rule_id or "?",
        description="\n\n".join(filter(None, found)),
        severity=severity_of(entry.get("severity")),
        cwes=(),
        tags=(),
        locations=(Location(place),) if place else (),
        fingerprint=fingerprint(
            "kube-hunter", rule_id or name, _POD.sub("Local to Pod", place), hunter
        ),
        references=links_in(uri),
        snippet=_masked(entry.get("evidence"), MAX_SNIPPET),
    )


def _service(entry: dict[str, Any]) -> ParsedFinding:
    name = clean(entry.get("service"), MAX_TITLE)
    place = clean(entry.get("location"), MAX_URI)
    return ParsedFinding(
        tool=TOOL,
        rule_id="",
        title=name or clean(place, MAX_TITLE) or "?",
        description=clean(entry.get("description"), MAX_DESCRIPTION),
        severity=Severity.INFO,
        cwes=(),
        tags=(),
        locations=(Location(place),) if place else (),
        fingerprint=fingerprint("kube-hunter", "service", name, place),
        state=FindingState.OBSERVATION,
    )


def _masked(value: object, limit: int) -> str:
    """Return a text in which tokens are cut after four characters."""
    return _TOKEN.sub(lambda match: f"{match[0][:4]}****", clean(value, limit))


PARSER = Parser(
    "kube-hunter",
    "kube-hunter (JSON)",
    recognises,
    parse,
    About(
        versions="kube-hunter 0.2 to 0.6.",
        source="`kube_hunter/modules/report` in the source of kube-hunter.",
        command="`kube-hunter --remote NODE --report json > report.json`",
        result="A vulnerability in a place, or an open service.",
        keys="Rule `kube-hunter:<vid>`, such as `KHV044`.",
        severity="The tool's words: low, medium, high.",
        clean="Nodes without vulnerabilities were hunted on and are clean; a report without nodes "
        "found no cluster and proves nothing.",
        differs="Open services are observations. What is equal in everything is merged.",
    ),
)
