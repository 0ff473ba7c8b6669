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
from checklist_app.scanners.nmap_known import KNOWN, Row, child, elem, rows_of
from checklist_app.scanners.values import probability_of, score_of, severity_of, severity_of_score

TOOL = "Nmap"

_STATE_IN_OUTPUT = re.compile(
    r"(?:\bState|\bMS\d\d-\d{3}|\(CVE-\d{4}-\d{4,7}\)): "
    r"(NOT VULNERABLE|LIKELY VULNERABLE|VULNERABLE|UNKNOWN)\b[^\n]{0,40}"
)
"""The oldest scripts write ``MS08-067: VULNERABLE``."""
_ONE_LINE = re.compile(
    r"[ \t]{0,8}\S{1,255} (?P<state>(?:NOT |LIKELY )?VULNERABLE|UNKNOWN)"
    r"(?: \([\w ]{1,40}\))? (?P<name>\S[^\n]{0,200})"
)
"""What stands for a weakness with ``vulns.short``: ``192.0.2.7 VULNERABLE CVE-2017-0143``."""
_RISK_IN_OUTPUT = re.compile(r"\bRisk factor: (High|Medium|Low)\b", re.IGNORECASE)
_SECRET = re.compile(
    r"(?im)^([ |_\t]{0,40}(?:set-cookie2?|cookie|(?:proxy-)?authorization)\s{0,4}:)[^\n]*"
)
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
    weaknesses = [table for table in tables if elem(table, "state") and elem(table, "title")]
    found: list[ParsedFinding] = []
    if weaknesses:
        # The risk stands in the output alone, so it can be told of a single weakness only.
        risk = _risk(script.get("output")) if len(weaknesses) == 1 else Severity.MEDIUM
        found = [_weakness(name, table, place, risk) for table in weaknesses]
    elif name in KNOWN:
        rows = rows_of(tables, script.get("output"))
        found = [_known(name, row, place) for row in rows]
    elif name == "ssl-enum-ciphers":
        found = [_protocol(table, place) for table in tables if child(table, "ciphers") is not None]
    else:
        found = _in_lines(name, script.get("output"), place)
    yield from found or [_by_output(name, script.get("output"), place)]


def _texts(table: Element, key: str) -> list[str]:
    """Return the texts of the list ``key``; a value without a list is a list of one."""
    found = child(table, key)
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
    state, reason = _states(elem(table, "state"))
    title = elem(table, "title")
    scores = child(table, "scores")
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


def _known(name: str, row: Row, place: Place) -> ParsedFinding:
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
    suites = child(table, "ciphers")
    rows = [(elem(suite, "name"), elem(suite, "strength")) for suite in suites or ()]
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


def _in_lines(name: str, output: str | None, place: Place) -> list[ParsedFinding]:
    """Return the weaknesses of a script that has one line for each, and nothing else."""
    lines = [line for line in clean(output, MAX_DESCRIPTION).splitlines() if line.strip()]
    told = [found for line in lines if (found := _ONE_LINE.fullmatch(line))]
    return [_of_line(name, found, place) for found in told] if len(told) == len(lines) else []


def _of_line(name: str, told: re.Match[str], place: Place) -> ParsedFinding:
    state, reason = _states(told["state"])
    return place.finding(
        name,
        told["name"].strip(),
        f"{name}: {told['name']}",
        snippet=told[0].strip(),
        severity=Severity.INFO if state is FindingState.PASSED else Severity.MEDIUM,
        state=state,
        reason=reason,
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
    elif shown.startswith("ERROR") or name in (*KNOWN, "vulscan"):
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
