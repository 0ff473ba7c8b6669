"""SSLyze reports: JSON of versions 3 to 6, XML of versions 1 and 2.

Source: ``sslyze/json/json_output.py`` and the documentation of SSLyze. The format holds facts
rather than results; a result is what one command found at one server, or one value of it where a
command answers several questions.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from checklist_app.domain.errors import UnreadableReport
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
from checklist_app.scanners.sslyze_checks import Check, checks_of
from checklist_app.scanners.sslyze_xml import read_document
from checklist_app.scanners.values import moment
from checklist_app.untrusted.json_text import as_list, as_object

TOOL = "SSLyze"

_OF_VERSION_2 = ("accepted_targets", "invalid_targets")
_CONNECTED = ("", "COMPLETED")
_LISTS_OF_ERRORS = ("server_connectivity_errors", "invalid_server_strings")


def recognises(head: Head) -> bool:
    """Whether this is the beginning of an SSLyze report."""
    if head.kind is Kind.XML:
        return head.root == "document" and "SSLyzeVersion" in head.text
    if head.kind is not Kind.JSON or not head.text.startswith("{"):
        return False
    return head.has_key("server_scan_results") or head.has_key(*_OF_VERSION_2)


def parse(report: Report) -> ParsedScan:
    """Read an SSLyze report.

    Raises:
        UnreadableReport: it is no JSON or XML, or of SSLyze 2, or its list of servers is missing.
    """
    whole = read_document(report) if report.head().kind is Kind.XML else document(report)
    whole = as_object(whole)
    if any(name in whole for name in _OF_VERSION_2):
        raise UnreadableReport(
            text("This JSON report is of SSLyze 2. Scan again with SSLyze 3 or later (--json_out).")
        )
    servers = whole.get("server_scan_results")
    if not isinstance(servers, list):
        raise wrong_type("server_scan_results", "[…]")
    gathering = Gathering(format=PARSER.format, tool=TOOL)
    gathering.tool_version = clean(whole.get("sslyze_version"), 40)
    gathering.started_at = moment(whole.get("date_scans_started"))
    for name in _LISTS_OF_ERRORS:
        for error in map(as_object, as_list(whole.get(name))):
            _fail(gathering, error.get("server_string"), error.get("error_message"))
    hosts = [_read_server(gathering, as_object(server)) for server in servers]
    gathering.target = ", ".join(dict.fromkeys(filter(None, hosts)))
    if not gathering.results:
        gathering.fail(text("The report names nothing that was scanned, so it proves nothing."))
    return gathering.scan()


def _fail(gathering: Gathering, target: object, message: object) -> None:
    lines = clean(message, MAX_DESCRIPTION).splitlines()
    gathering.fail(
        text(
            "%(target)s was not assessed to its end: %(message)s",
            target=clean(target, MAX_SHORT) or "?",
            message=clean(lines[-1], MAX_SHORT) if lines else "?",
        )
    )


def _read_server(gathering: Gathering, server: dict[str, Any]) -> str:
    """Read what was found at a server; return its name."""
    location = as_object(
        server.get("server_location") or as_object(server.get("server_info")).get("server_location")
    )
    host = clean(location.get("hostname"), MAX_SHORT)
    place = f"{host}:{clean(location.get('port'), 10)}".strip(":")
    for status in ("connectivity_status", "scan_status"):
        word = clean(server.get(status), 60)
        if word not in _CONNECTED:
            _fail(gathering, place, server.get("connectivity_error_trace") or word)
            return host
    address = clean(location.get("ip_address"), 60)
    for check in _checks(server):
        gathering.add(_finding(check, place, "" if address == host else address))
    return host


def _checks(server: dict[str, Any]) -> Iterator[Check]:
    """Yield the checks of every command that was asked for, in both ways of writing them."""
    for command, attempt in as_object(server.get("scan_result")).items():
        of = as_object(attempt)
        if of.get("status") == "ERROR":
            yield _failed(command, of.get("error_reason"))
        elif isinstance(of.get("result"), dict):
            yield from checks_of(clean(command, 80), of["result"])
    for command, result in as_object(server.get("scan_commands_results")).items():
        if isinstance(result, dict):
            yield from checks_of(clean(command, 80), result)
    for command, error in as_object(server.get("scan_commands_errors")).items():
        yield _failed(command, as_object(error).get("reason"))


def _failed(command: str, reason: object) -> Check:
    told = f"error: {clean(reason, MAX_SHORT) or '?'}"
    return Check(clean(command, 80), told, FindingState.NEEDS_REVIEW)


def _finding(check: Check, place: str, address: str) -> ParsedFinding:
    unsure = check.state is FindingState.NEEDS_REVIEW
    otherwise = Severity.LOW if unsure else Severity.INFO
    return ParsedFinding(
        tool=TOOL,
        rule_id=check.rule,
        title=clean(f"{check.rule}: {check.told}", MAX_TITLE),
        description=clean(check.detail, MAX_DESCRIPTION),
        severity=check.severity or otherwise,
        cwes=(),
        tags=(),
        locations=(Location(place, parameter=address),) if place else (),
        fingerprint=fingerprint("sslyze", check.rule, check.of, place),
        state=check.state,
        reason=check.told if unsure else "",
    )


PARSER = Parser(
    "sslyze",
    "SSLyze (JSON, XML)",
    recognises,
    parse,
    About(
        versions="SSLyze 3 to 6 in JSON, SSLyze 1 and 2 in XML.",
        source="sslyze/json/json_output.py and the documentation of SSLyze.",
        command="sslyze --json_out=report.json HOST",
        result="What one command found at one server, or one value of it: an old protocol, an "
        "attack, what concerns a certificate. A command that was not asked for is none.",
        keys="The rule `sslyze:<path of the value>`, such as `sslyze:tls_1_0_cipher_suites` or "
        "`sslyze:robot`; the format names no weakness.",
        severity="Ours, by the value: SSLyze has none. Suites are judged as by its option "
        "--mozilla_config=intermediate.",
        clean="A value as it should be is a pass; TLS 1.2 or 1.3 not offered, curves and "
        "resumption are observations; a command with an error needs review. A server that was not "
        "reached proves nothing.",
        differs="DefectDojo reports what differs from a list of its own and cannot read a server "
        "that was not reached.",
    ),
)
