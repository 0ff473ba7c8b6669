"""What a script of Nmap says of a port or host, as findings.

Three kinds say more than their output: scripts that use the library *vulns* name a state of each
weakness, *vulners* (and *vulners_enterprise*) lists what is known of a version,
*ssl-enum-ciphers* grades every protocol.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
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
from checklist_app.scanners.base import fingerprint
from checklist_app.scanners.links import links_in
from checklist_app.scanners.reading import (
    probability_of,
    score_of,
    severity_of,
    severity_of_score,
)

TOOL = "Nmap"

_STATE_IN_OUTPUT = re.compile(
    r"\bState: (NOT VULNERABLE|LIKELY VULNERABLE|VULNERABLE|UNKNOWN)\b[^\n]{0,40}"
)
_RISK_IN_OUTPUT = re.compile(r"\bRisk factor: (High|Medium|Low)\b", re.IGNORECASE)
_SECRET = re.compile(
    r"(?im)^([ |_\t]{0,40}(?:set-cookie2?|cookie|(?:proxy-)?authorization)\s{0,4}:)[^\n]*"
)
_KNOWN = ("vulners", "vulners_enterprise")
"""Scripts that list what is known of a version, each as a row of a table named as the version."""
_CPE = re.compile(r"\s{0,8}(cpe:\S{3,200}?):?\s{0,4}")
_ROW = re.compile(
    r"\s{1,12}([\w:.-]{3,80})\t+(?:cvss[\d.]{1,4}: )?(\d{1,2}(?:\.\d{1,2})?)\t+"
    r"https://vulners\.com/(\w{1,40})/\S{1,200}(\t+\*EXPLOIT\*)?\s{0,4}"
)
_LONGEST_LIST = 1_000_000
_OLD_PROTOCOLS = {
    "SSLv2": Severity.HIGH,
    "SSLv3": Severity.HIGH,
    "TLSv1.0": Severity.MEDIUM,
    "TLSv1.1": Severity.MEDIUM,
}
_GRADES = {
    "a": Severity.INFO,
    "b": Severity.LOW,
    "c": Severity.MEDIUM,
    "d": Severity.MEDIUM,
    "e": Severity.HIGH,
    "f": Severity.HIGH,
    # Until Nmap 6.47 there were words instead.
    "strong": Severity.INFO,
    "unknown strength": Severity.LOW,
    "weak": Severity.MEDIUM,
    "broken": Severity.HIGH,
}


@dataclass(frozen=True, slots=True)
class _Row:
    """What *vulners* knows of a version: a weakness, or an exploit for one."""

    identifier: str
    component: str
    kind: str
    score: str
    is_exploit: bool
    epss: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A port, or a host as a whole; ``name`` is what stays the same from run to run."""

    name: str

    def finding(self, rule_id: str, identity: str, title: str, **more: object) -> ParsedFinding:
        """Return a result at this place; an observation unless ``more`` says otherwise."""
        values: dict[str, object] = {
            "description": "",
            "severity": Severity.INFO,
            "cwes": (),
            "tags": (),
            "state": FindingState.OBSERVATION,
            **more,
        }
        return ParsedFinding(
            tool=TOOL,
            rule_id=clean(rule_id, MAX_RULE_ID),
            title=clean(title, MAX_TITLE) or "?",
            locations=(Location(clean(self.name, MAX_URI)),) if self.name else (),
            fingerprint=fingerprint("nmap", rule_id, identity, self.name),
            **values,  # type: ignore[arg-type]
        )


def read_script(script: Element, place: Place) -> Iterator[ParsedFinding]:
    """Yield what a script says: one result, or one for each weakness that it names."""
    name = clean(script.get("id"), MAX_RULE_ID)
    tables = [child for child in script if child.tag == "table"]
    weaknesses = [table for table in tables if _elem(table, "state") and _elem(table, "title")]
    found: list[ParsedFinding] = []
    if weaknesses:
        # The risk stands in the output alone, so it can be told of a single weakness only.
        risk = _risk(script.get("output")) if len(weaknesses) == 1 else Severity.MEDIUM
        found = [_weakness(name, table, place, risk) for table in weaknesses]
    elif name in _KNOWN:
        rows = list(_rows(tables)) or list(_rows_of_output(script.get("output")))
        found = [_known(name, row, place) for row in rows]
    elif name == "ssl-enum-ciphers":
        found = [
            _protocol(table, place) for table in tables if _child(table, "ciphers") is not None
        ]
    yield from found or [_by_output(name, script.get("output"), place)]


def _elem(table: Element, key: str) -> str:
    found = _child(table, key)
    return clean(found.text, MAX_DESCRIPTION) if found is not None else ""


def _child(table: Element, key: str) -> Element | None:
    return next((child for child in table if child.get("key") == key), None)


def _texts(table: Element, key: str) -> list[str]:
    """Return the texts of the list ``key``; a value without a list is a list of one."""
    found = _child(table, key)
    if found is None:
        return []
    texts = [clean(child.text, MAX_DESCRIPTION) for child in found] or [clean(found.text, 4000)]
    return [part for part in texts if part]


def _states(word: str) -> tuple[FindingState, str]:
    """Return state and reason for what the library *vulns* writes."""
    if word.startswith("VULNERABLE"):
        return FindingState.OPEN, ""
    if word.startswith("NOT VULNERABLE"):
        return FindingState.PASSED, ""
    return FindingState.NEEDS_REVIEW, f"state: {word}"


def _risk(output: str | None) -> Severity:
    match = _RISK_IN_OUTPUT.search(clean(output, MAX_DESCRIPTION))
    return severity_of(match[1]) if match else Severity.MEDIUM


def _weakness(name: str, table: Element, place: Place, risk: Severity) -> ParsedFinding:
    state, reason = _states(_elem(table, "state"))
    title = _elem(table, "title")
    scores = _child(table, "scores")
    numbers = [score_of(clean(score.text, 40).split(" ")[0]) for score in scores or ()]
    cvss = max((number for number in numbers if number is not None), default=None)
    parts = [
        *_texts(table, "description"),
        *_texts(table, "check_results"),
        *_texts(table, "extra_info"),
        " ".join(_texts(table, "ids")),
    ]
    passed = state is FindingState.PASSED
    return place.finding(
        name,
        title,
        title,
        description=clean("\n\n".join(filter(None, parts)), MAX_DESCRIPTION),
        severity=Severity.INFO if passed else severity_of_score(cvss) or risk,
        state=state,
        reason=reason,
        cvss=cvss,
        references=links_in(*_texts(table, "refs")),
    )


def _rows(tables: list[Element]) -> Iterator[_Row]:
    """Yield the lines of *vulners*: a table for each version, in it one for each weakness.

    What is no table of its own tells of the group, such as that its name is no CPE.
    """
    for table in tables:
        for row in table.iterfind("table"):
            kind = clean(_elem(row, "type"), 40)
            yield _Row(
                identifier=clean(_elem(row, "id"), MAX_SHORT),
                component=clean(table.get("key"), MAX_SHORT),
                kind=kind,
                score=_elem(row, "cvss"),
                # The newest versions say of a weakness too that there is an exploit for it.
                is_exploit=_elem(row, "is_exploit").lower() == "true" and kind != "cve",
                epss=_elem(row, "epss"),
            )


def _rows_of_output(output: str | None) -> Iterator[_Row]:
    """Yield the same from the text, which is all that *vulners* wrote before its version 1.3."""
    component = ""
    for line in clean(output, _LONGEST_LIST).splitlines():
        named = _CPE.fullmatch(line)
        found = _ROW.fullmatch(line)
        if named:
            component = clean(named[1], MAX_SHORT)
        elif found:
            identifier, score, kind, exploit = found.groups()
            yield _Row(identifier, component, kind, score, bool(exploit))


def _known(name: str, row: _Row, place: Place) -> ParsedFinding:
    """Return one line of *vulners*; exploits stand among the weaknesses that they use."""
    cvss = score_of(row.score)
    page = f"https://vulners.com/{row.kind}/{row.identifier}"
    what = "exploit for" if row.is_exploit else "known weakness of"
    return place.finding(
        name,
        f"{row.component.rpartition(':')[0]} {row.identifier}",
        f"{row.identifier}: {what} {row.component}",
        severity=Severity.INFO if row.is_exploit else severity_of_score(cvss) or Severity.MEDIUM,
        state=FindingState.OBSERVATION if row.is_exploit else FindingState.OPEN,
        cvss=cvss,
        epss=probability_of(row.epss),
        references=(page,) if row.kind and row.identifier else (),
    )


def _protocol(table: Element, place: Place) -> ParsedFinding:
    version = clean(table.get("key"), 40)
    suites = _child(table, "ciphers")
    rows = [(_elem(suite, "name"), _elem(suite, "strength")) for suite in suites or ()]
    warnings = _texts(table, "warnings")
    graded = [severity_of(grade, _GRADES) for _, grade in rows]
    if version in _OLD_PROTOCOLS:
        graded.append(_OLD_PROTOCOLS[version])
    if warnings:
        graded.append(Severity.LOW)
    worst = min(graded, key=lambda severity: severity.rank, default=Severity.MEDIUM)
    passed = worst is Severity.INFO
    how = "with strong suites only" if passed else "with weak suites or settings"
    return place.finding(
        f"ssl-enum-ciphers/{version}",
        "",
        f"{version} is offered" if version in _OLD_PROTOCOLS else f"{version} is offered {how}",
        description=clean(
            "\n".join(warnings + [f"{suite} - {grade}" for suite, grade in rows]), MAX_DESCRIPTION
        ),
        severity=worst,
        state=FindingState.PASSED if passed else FindingState.OPEN,
    )


def _by_output(name: str, output: str | None, place: Place) -> ParsedFinding:
    """Return what a script says in prose; older ones name the state of a weakness there too."""
    shown = _SECRET.sub(r"\1 …", clean(output, MAX_SNIPPET))
    first_line = shown.partition("\n")[0]
    state, reason, severity = FindingState.OBSERVATION, "", Severity.INFO
    states = [_states(word) for word in _STATE_IN_OUTPUT.findall(shown)]
    if states:
        state, reason = min(states, key=_worst_first)
        severity = Severity.INFO if state is FindingState.PASSED else _risk(shown)
    elif shown.startswith("ERROR") or name in (*_KNOWN, "vulscan"):
        state, reason = FindingState.NEEDS_REVIEW, clean(first_line, MAX_SHORT)
    elif name == "sslv2" and shown:
        state, severity = FindingState.OPEN, Severity.HIGH
    return place.finding(
        name,
        "",
        f"{name}: {first_line}" if first_line else name,
        snippet=shown,
        state=state,
        reason=reason,
        severity=severity,
    )


def _worst_first(found: tuple[FindingState, str]) -> int:
    return (FindingState.OPEN, FindingState.NEEDS_REVIEW, FindingState.PASSED).index(found[0])
