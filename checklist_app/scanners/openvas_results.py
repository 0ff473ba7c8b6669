"""One result of OpenVAS to one finding, from XML or CSV."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from checklist_app.domain.findings import (
    MAX_DESCRIPTION,
    MAX_RULE_ID,
    MAX_SHORT,
    MAX_TITLE,
    MAX_URI,
    FindingState,
    Location,
    ParsedFinding,
    clean,
)
from checklist_app.domain.vocabulary import Severity
from checklist_app.domain.weakness_tags import cwes_in
from checklist_app.scanners.base import fingerprint
from checklist_app.scanners.links import links_in
from checklist_app.scanners.values import probability_of, score_of, severity_of

TOOL = "OpenVAS"

_LONG = MAX_DESCRIPTION // 5
_SEVERITIES = {
    "critical": Severity.CRITICAL,
    "alarm": Severity.HIGH,
    "high": Severity.HIGH,
    "medium": Severity.MEDIUM,
    "low": Severity.LOW,
}
_COMPLIANCE = {
    "yes": FindingState.PASSED,
    "no": FindingState.OPEN,
    "incomplete": FindingState.NEEDS_REVIEW,
}
_HARMLESS = ("log", "debug", "info", "none")
_REFUTED = ("false positive", "false_positive")
_NOT_A_NUMBER_OF_A_PORT = "general"
_TAG_NAME = re.compile(r"[a-zA-Z_]{2,40}\Z")


@dataclass(frozen=True, slots=True)
class Row:
    """A result in plain texts.

    Attributes:
        threat: the word of the report after overrides: High, Medium, Low, Log, …
        threat_before: the word before overrides, empty if there are none.
        override: what the person wrote who changed the threat.
        references: CVE numbers, names of advisories and URLs.
    """

    oid: str
    name: str
    host: str
    port: str
    threat: str
    score: str
    description: tuple[str, ...]
    solution: str
    references: tuple[str, ...]
    threat_before: str = ""
    override: str = ""
    epss: str = ""
    compliance: str = ""
    """Of audits: yes, no or incomplete."""
    delta: str = ""
    """Of comparisons: new, same, changed or gone."""

    def finding(self) -> ParsedFinding:
        """Return it as a finding."""
        state, reason = self._state()
        cves = [part for part in self.references if "://" not in part]
        score = score_of(self.score)
        place = self.host
        if self.port and not self.port.startswith(_NOT_A_NUMBER_OF_A_PORT):
            place = f"{self.host}:{self.port}"
        texts = (*self.description, " ".join(cves))
        harmless = state in (FindingState.OBSERVATION, FindingState.PASSED)
        return ParsedFinding(
            tool=TOOL,
            rule_id=clean(self.oid, MAX_RULE_ID),
            title=clean(self.name or self.oid, MAX_TITLE) or "?",
            description=clean("\n\n".join(filter(None, texts)), MAX_DESCRIPTION),
            severity=Severity.INFO if harmless else severity_of(self.threat, _SEVERITIES),
            cwes=cwes_in(cves),
            tags=(),
            locations=(Location(clean(place, MAX_URI)),) if place else (),
            fingerprint=fingerprint("openvas", self.oid or self.name, self.host, self.port),
            state=state,
            reason=reason,
            solution=self.solution,
            references=links_in(*self.references),
            cvss=score or None,
            epss=probability_of(self.epss),
        )

    def _state(self) -> tuple[FindingState, str]:
        if self.delta == "gone":
            return FindingState.OBSERVATION, f"delta: {self.delta}"
        audited = _COMPLIANCE.get(self.compliance)
        if audited is FindingState.NEEDS_REVIEW:
            return audited, f"compliance: {self.compliance}"
        return (audited, "") if audited else self._state_by_threat()

    def _state_by_threat(self) -> tuple[FindingState, str]:
        threat = self.threat.lower()
        if threat in _REFUTED:
            return FindingState.SUPPRESSED, self.override or self.threat
        if threat in _HARMLESS:
            overridden = self.override if self.threat_before.lower() in _SEVERITIES else ""
            state = FindingState.SUPPRESSED if overridden else FindingState.OBSERVATION
            return state, overridden
        if threat == "error":
            return FindingState.NEEDS_REVIEW, "threat: Error"
        return FindingState.OPEN, ""


def row_of_element(result: Element) -> Row:
    """Return an element ``result`` as a row."""
    nvt = result.find("nvt")
    nvt = Element("nvt") if nvt is None else nvt
    tags = _tags(nvt.findtext("tags"))
    score = clean(result.findtext("severity") or nvt.findtext("cvss_base"), 20)
    override = next((found for found in result.iterfind("overrides/override")), None)
    texts = (result.findtext("description"), *(tags.get(name) for name in _DESCRIBING))
    solution = nvt.findtext("solution") or tags.get("solution")
    return Row(
        oid=clean(nvt.get("oid"), MAX_RULE_ID),
        name=clean(result.findtext("name") or nvt.findtext("name"), MAX_TITLE),
        host=_host(result.find("host")),
        port=clean(result.findtext("port"), 60),
        threat=_threat(result.findtext("threat"), score),
        score=score,
        description=tuple(clean(part, _LONG) for part in texts),
        solution=clean(solution, _LONG),
        references=tuple(_references(nvt)),
        threat_before=clean(result.findtext("original_threat"), 40),
        override="" if override is None else clean(override.findtext("text"), MAX_SHORT) or "?",
        epss=_epss(nvt),
        compliance=clean(result.findtext("compliance"), 20).lower(),
        delta=clean(result.findtext("delta"), 20).lower(),
    )


_DESCRIBING = ("summary", "insight", "impact", "affected", "vuldetect")


def _host(host: Element | None) -> str:
    """Return the address; the name stands in a child and differs with the name server."""
    if host is None:
        return ""
    return clean(host.text, MAX_SHORT) or clean(host.findtext("ip"), MAX_SHORT)


def _threat(word: str | None, score: str) -> str:
    """Return the threat; reports of newer versions may hold the number alone."""
    if word and word.strip():
        return clean(word, 40)
    number = score_of(score)
    if number is None:
        return "False Positive" if score.startswith("-1") else ""
    for least, name in ((9.0, "Critical"), (7.0, "High"), (4.0, "Medium"), (0.1, "Low")):
        if number >= least:
            return name
    return "Log"


def _tags(value: str | None) -> dict[str, str]:
    """Return the parts of ``summary=…|insight=…``; a text may hold a bar of its own."""
    tags: dict[str, str] = {}
    name = ""
    for part in clean(value, 4 * MAX_DESCRIPTION).split("|"):
        before, found, after = part.partition("=")
        if found and _TAG_NAME.match(before):
            name = before
            tags[name] = after
        elif name:
            tags[name] += f"|{part}"
    return tags


def _references(nvt: Element) -> Iterator[str]:
    """Yield ids and URLs: ``refs/ref`` of newer versions, ``cve`` and ``xref`` of older ones."""
    for ref in list(nvt.iterfind("refs/ref"))[:500]:
        yield clean(ref.get("id"), MAX_URI)
    for name in ("cve", "xref"):
        for part in clean(nvt.findtext(name), _LONG).split(","):
            found = part.strip().removeprefix("URL:")
            if found and found not in ("NOCVE", "NOXREF"):
                yield found


def _epss(nvt: Element) -> str:
    for path in ("epss/max_severity/score", "epss/max_epss/score", "epss/score"):
        found = clean(nvt.findtext(path), 40)
        if found:
            return found
    return ""


def row_of_line(line: Mapping[str, str]) -> Row:
    """Return a line of the CSV file as a row."""
    port = "/".join(filter(None, (line.get("Port"), line.get("Port Protocol"))))
    names = (
        "Specific Result",
        "Summary",
        "Vulnerability Insight",
        "Impact",
        "Affected Software/OS",
    )
    cves, others = line.get("CVEs", ""), line.get("Other References", "")
    score = clean(line.get("CVSS"), 20)
    return Row(
        oid=clean(line.get("NVT OID"), MAX_RULE_ID),
        name=clean(line.get("NVT Name"), MAX_TITLE),
        host=clean(line.get("IP"), MAX_SHORT) or clean(line.get("Hostname"), MAX_SHORT),
        port=clean(port, 60),
        threat=_threat(line.get("Severity"), score),
        score=score,
        description=tuple(clean(line.get(name), _LONG) for name in names),
        solution=clean(line.get("Solution"), _LONG),
        references=(*clean(cves, _LONG).split(","), *links_in(others)),
        epss=clean(line.get("Max Severity EPSS score"), 40),
    )
