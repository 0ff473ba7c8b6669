"""Reports of Qualys SSL Labs: the JSON of its API and of ``ssllabs-scan``.

Source: ``ssllabs-api-docs-v3.md`` (versions 2 to 4 of the API). The format holds facts rather than
results; a result is one check of one endpoint (IP address) of a host: its grade, each attack, old
protocol, set of bad suites, certificate and header. Their meaning is that of the documentation.
"""

from __future__ import annotations

from typing import Any

from checklist_app.domain.findings import (
    MAX_DESCRIPTION,
    MAX_SHORT,
    MAX_TITLE,
    FindingState,
    Location,
    ParsedFinding,
    ParsedScan,
    clean,
)
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import Severity
from checklist_app.scanners.base import About, Head, Kind, Parser, Report, fingerprint, wrong_type
from checklist_app.scanners.reading import Gathering, document
from checklist_app.scanners.ssl_labs_checks import Check, checks_of
from checklist_app.scanners.values import moment
from checklist_app.untrusted.json_text import as_list, as_object

TOOL = "SSL Labs"

_READY = "READY"
_ENDPOINT_READY = "Ready"


def recognises(head: Head) -> bool:
    """Whether this is the beginning of a report of SSL Labs."""
    if head.kind is not Kind.JSON or not head.has_key("criteriaVersion"):
        return False
    return head.has_key("endpoints") or head.has_key("certs") or head.has_key("host", "status")


def parse(report: Report) -> ParsedScan:
    """Read a report of SSL Labs.

    Raises:
        UnreadableReport: it is no JSON, or a field that carries the results has the wrong type.
    """
    whole = document(report)
    hosts = whole if isinstance(whole, list) else [whole]
    gathering = Gathering(format=PARSER.format, tool=TOOL)
    targets: list[str] = []
    for number, host in enumerate(hosts):
        if not isinstance(host, dict):
            raise wrong_type(f"[{number}]", "{…}")
        targets.append(_read_host(gathering, host))
    gathering.target = ", ".join(dict.fromkeys(filter(None, targets)))
    if not gathering.results:
        gathering.fail(text("The report names nothing that was scanned, so it proves nothing."))
    return gathering.scan()


def _read_host(gathering: Gathering, host: dict[str, Any]) -> str:
    name = clean(host.get("host"), MAX_SHORT)
    place = f"{name}:{clean(host.get('port'), 10)}".strip(":")
    gathering.tool_version = gathering.tool_version or clean(host.get("engineVersion"), 40)
    gathering.started_at = gathering.started_at or moment(host.get("startTime"))
    status = clean(host.get("status"), 40)
    if status != _READY:
        _fail(gathering, place, clean(host.get("statusMessage"), MAX_SHORT) or status)
    endpoints = host.get("endpoints", [])
    if not isinstance(endpoints, list):
        raise wrong_type("endpoints", "[…]")
    certificates = {
        clean(found.get("id"), MAX_SHORT): found
        for found in map(as_object, as_list(host.get("certs")))
    }
    for endpoint in map(as_object, endpoints):
        address = clean(endpoint.get("ipAddress"), 60)
        message = clean(endpoint.get("statusMessage"), MAX_SHORT)
        is_ready = message in ("", _ENDPOINT_READY)
        if not is_ready:
            _fail(gathering, f"{place} ({address})", message)
        for check in checks_of(endpoint, certificates):
            # What an assessment did not come to is missing too, and looks like a pass.
            if is_ready or check.state is not FindingState.PASSED:
                gathering.add(_finding(check, place, address))
    return name


def _fail(gathering: Gathering, target: str, message: str) -> None:
    gathering.fail(
        text(
            "%(target)s was not assessed to its end: %(message)s",
            target=target,
            message=message or "?",
        )
    )


def _finding(check: Check, place: str, address: str) -> ParsedFinding:
    location = Location(place, parameter="" if place.startswith(f"{address}:") else address)
    unsure = check.state is FindingState.NEEDS_REVIEW
    otherwise = Severity.LOW if unsure else Severity.INFO
    return ParsedFinding(
        tool=TOOL,
        rule_id=check.rule,
        title=clean(check.title, MAX_TITLE),
        description=clean(check.detail, MAX_DESCRIPTION),
        severity=check.severity or otherwise,
        cwes=(),
        tags=(),
        locations=(location,) if place else (),
        fingerprint=fingerprint("ssl-labs", check.rule, place),
        state=check.state,
        reason=check.told if unsure else "",
    )


PARSER = Parser(
    "ssl-labs",
    "Qualys SSL Labs (JSON)",
    recognises,
    parse,
    About(
        versions="Versions 2 to 4 of the API; ssllabs-scan.",
        source="ssllabs-api-docs-v3.md of ssllabs/ssllabs-scan.",
        command="ssllabs-scan --quiet HOST > report.json",
        result="A check of one endpoint (IP address): the grade, an attack, an old protocol, "
        "insecure or weak suites, a certificate, its chain, HSTS.",
        keys="The rule `ssl-labs:<field>`, such as `ssl-labs:heartbleed`, `protocol/TLS-1.0`, "
        "`weak-suites`, `certificate`, `hsts`; the format names no weakness.",
        severity="Ours, by the field: SSL Labs has no words for it. Grade B is medium, below high.",
        clean="What the documentation calls not vulnerable is a pass, unknown an observation, a "
        "failed test needs review. A host or endpoint that is not ready proves nothing: it has no "
        "passes.",
        differs="DefectDojo has one finding for each endpoint, by its grade.",
    ),
)
