"""One result of Nessus or of another product of Tenable to one finding, from XML or CSV.

Both are brought to an item: texts under the names of the elements of the XML report, lists where
an element can stand several times.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

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
    clean,
)
from checklist_app.domain.vocabulary import Severity
from checklist_app.domain.weakness_tags import cwes_in, tags_in
from checklist_app.scanners.base import fingerprint
from checklist_app.scanners.links import links_in
from checklist_app.scanners.values import probability_of, score_of, severity_of
from checklist_app.scanners.xml_text import local_name

TOOL = "Nessus"

_LONG = MAX_DESCRIPTION // 3
_SEVERITIES = {
    "4": Severity.CRITICAL,
    "3": Severity.HIGH,
    "2": Severity.MEDIUM,
    "1": Severity.LOW,
    "0": Severity.INFO,
    "critical": Severity.CRITICAL,
    "high": Severity.HIGH,
    "medium": Severity.MEDIUM,
    "low": Severity.LOW,
    "none": Severity.INFO,
    "info": Severity.INFO,
}
_COMPLIANCE = {
    "PASSED": FindingState.PASSED,
    "FAILED": FindingState.OPEN,
    "WARNING": FindingState.NEEDS_REVIEW,
    "ERROR": FindingState.NEEDS_REVIEW,
}
_SEVERITY_OF_COMPLIANCE = {"FAILED": "3", "WARNING": "2", "ERROR": "2", "PASSED": "0"}
"""What the XML report has as the severity of such a check."""
_CHECKED = re.compile(r'"?(.{1,400}?)"?\s{0,3}:\s{0,3}\[(?:PASSED|FAILED|WARNING|ERROR|INFO)\]')
_OF_COMPLIANCE = re.compile(r"<cm:(compliance-[a-z-]{2,30})>(.{0,6000}?)</cm:\1>", re.DOTALL)
_MANY = frozenset(("cve", "cwe", "xref", "see_also"))
_COLUMNS: dict[str, tuple[str, ...]] = {
    "pluginID": ("Plugin ID", "Plugin", "definition.id", "plugin.id"),
    "pluginName": ("Name", "Plugin Name", "definition.name", "plugin.name"),
    "severity": ("Risk", "Severity", "severity", "Risk Factor"),
    "host": (
        "Host",
        "DNS Name",
        "IP Address",
        "asset.host_name",
        "asset.display_fqdn",
        "asset.name",
        "asset.display_ipv4_address",
        "asset.ipv4_addresses",
    ),
    "port": ("Port", "port", "asset.port"),
    "protocol": ("Protocol", "protocol"),
    "synopsis": ("Synopsis", "definition.synopsis"),
    "description": ("Description", "definition.description"),
    "solution": ("Solution", "Steps to Remediate", "definition.solution"),
    "see_also": ("See Also", "definition.see_also"),
    "plugin_output": ("Plugin Output", "output"),
    "cve": ("CVE", "definition.cve"),
    "cwe": ("CWE", "definition.cwe"),
    "xref": ("XREF", "Cross References", "definition.references"),
    "cvss3_base_score": (
        "CVSS v3.0 Base Score",
        "CVSS V3 Base Score",
        "CVSS3 Base Score",
        "CVSSv3",
        "definition.cvss3.base_score",
    ),
    "cvss_base_score": (
        "CVSS v2.0 Base Score",
        "CVSS V2 Base Score",
        "CVSS Base Score",
        "CVSS",
        "definition.cvss2.base_score",
    ),
    "epss_score": ("EPSS Score", "definition.epss.score"),
    "accepted": ("Accept Risk Comment",),
    "state": ("state", "Vulnerability State"),
}
_SCORES = ("cvss4_base_score", "cvss3_base_score", "cvssv3", "cvss_base_score", "cvss")
_SEEN_AT = re.compile(r"\bon URL '(https?://[^'\s]{1,2000})'")
_SECRET = re.compile(
    r"(?im)^([ >|+_\t-]{0,40}(?:set-cookie2?|cookie|(?:proxy-)?authorization)\s{0,4}:)[^\n]*"
)


@dataclass(slots=True)
class Item:
    """A result in the words of the XML report."""

    texts: dict[str, str] = field(default_factory=dict)
    lists: dict[str, list[str]] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        """Return a text, empty if there is none."""
        return self.texts.get(name, "")

    def add(self, name: str, value: object) -> None:
        """Take a value under the name of its element."""
        text = clean(value, _LONG)
        if name in _MANY:
            self.lists.setdefault(name, []).append(text)
        elif text:
            self.texts[name] = text


def item_of_element(element: Element, host: str) -> Item:
    """Return an element ``ReportItem`` as an item."""
    item = Item({"host": host})
    for name, value in element.attrib.items():
        item.add(name, value)
    for child in element:
        item.add(local_name(child), child.text)
    return item


def item_of_row(row: Mapping[str, str]) -> Item:
    """Return a line of a CSV file as an item."""
    item = Item()
    for name, columns in _COLUMNS.items():
        values: Iterator[str] = (row[column] for column in columns if row.get(column))
        item.add(name, next(values, ""))
    _read_compliance(item)
    return item


def _read_compliance(item: Item) -> None:
    """Take what a check of compliance says, which a CSV file has no columns for.

    Nessus writes the result as the risk and the name before it into the description; Tenable.sc
    writes the elements of the XML report into the output of the plugin.
    """
    for name, value in _OF_COMPLIANCE.findall(item["plugin_output"]):
        item.add(name, value)
    word = item["severity"].upper()
    if word in _COMPLIANCE:
        checked = _CHECKED.match(item["description"])
        item.add("compliance-result", word)
        item.add("compliance-check-name", checked[1] if checked else "")
        item.add("severity", _SEVERITY_OF_COMPLIANCE[word])


def read_item(item: Item) -> ParsedFinding:
    """Return an item as a finding."""
    checked = item["compliance-check-name"]
    rule_id = f"{item['pluginID']}/{checked}" if checked else item["pluginID"]
    title = checked or item["pluginName"] or item["plugin_name"] or rule_id
    state, reason = _state(item)
    passed = state is FindingState.PASSED
    # Tenable.sc writes CWE #79 where the others have CWE:79.
    xrefs = [xref.replace("CWE #", "CWE-") for xref in item.lists.get("xref", [])]
    cves = " ".join(filter(None, item.lists.get("cve", [])))
    place = _place(item)
    scores = (score_of(item[name]) for name in _SCORES)
    return ParsedFinding(
        tool=TOOL,
        rule_id=clean(rule_id, MAX_RULE_ID),
        title=clean(title, MAX_TITLE) or "?",
        description=_described(item, cves),
        severity=Severity.INFO if passed else severity_of(item["severity"], _SEVERITIES),
        cwes=tuple(sorted({*cwes_in(item.lists.get("cwe"), bare=True), *cwes_in(xrefs)})),
        tags=tags_in(xrefs),
        locations=(Location(place),) if place else (),
        fingerprint=fingerprint(
            "nessus", rule_id, item["host"], item["port"], item["protocol"].lower(), cves
        ),
        state=state,
        reason=reason,
        solution=item["compliance-solution"] or _unless_empty(item["solution"]),
        references=links_in(item.lists.get("see_also", []), item["compliance-see-also"]),
        cvss=next((score for score in scores if score is not None), None),
        epss=probability_of(item["epss_score"]),
        snippet=clean(_SECRET.sub(r"\1 …", item["plugin_output"]), MAX_SNIPPET),
    )


def _state(item: Item) -> tuple[FindingState, str]:
    result = item["compliance-result"].upper()
    if result:
        state = _COMPLIANCE.get(result, FindingState.NEEDS_REVIEW)
        unsure = state is FindingState.NEEDS_REVIEW
        return state, f"compliance-result: {clean(result, 40)}" if unsure else ""
    if item["state"].lower() == "fixed":
        return FindingState.PASSED, ""
    if item["accepted"]:
        return FindingState.SUPPRESSED, clean(item["accepted"], MAX_SHORT)
    if severity_of(item["severity"], _SEVERITIES) is Severity.INFO:
        return FindingState.OBSERVATION, ""
    return FindingState.OPEN, ""


def _described(item: Item, cves: str) -> str:
    actual, wanted = item["compliance-actual-value"], item["compliance-policy-value"]
    parts: Iterable[str] = (
        item["synopsis"],
        item["compliance-info"] or item["description"],
        wanted and f"Expected: {wanted}",
        actual and f"Found: {actual}",
        cves,
    )
    return clean("\n\n".join(filter(None, parts)), MAX_DESCRIPTION)


def _unless_empty(solution: str) -> str:
    return "" if solution.lower() in ("n/a", "none") else solution


def _place(item: Item) -> str:
    """Return where it is: ``host:443/tcp``, or the URL that a scan of a web application names."""
    seen = _SEEN_AT.search(item["plugin_output"])
    if seen:
        return clean(seen[1], MAX_URI)
    host, port = clean(item["host"], MAX_SHORT), item["port"]
    if not port or port == "0" or "://" in host:
        return host
    return clean(f"{host}:{port}/{item['protocol'].lower()}".rstrip("/"), MAX_URI)
