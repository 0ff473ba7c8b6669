"""testssl.sh reports: flat JSON, pretty JSON and CSV.

Source: the manual page of testssl.sh, sections *File output options* and *Rating*, and the
functions ``fileout`` of the script. A result is one row: an object of the flat list, of a section
of ``scanResult[]`` or a line of the CSV file. Where a check or a target fails, many versions forget
or double the commas of the JSON (issues 597, 1112, 1414, 2053 and 2198 of testssl.sh); they are
mended before it is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import (
    MAX_COMMAND,
    MAX_DESCRIPTION,
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
from checklist_app.domain.text import Text, text
from checklist_app.domain.vocabulary import Severity
from checklist_app.domain.weakness_tags import cwes_in
from checklist_app.scanners.base import About, Head, Kind, Parser, Report, fingerprint, wrong_type
from checklist_app.scanners.reading import Gathering, csv_rows, decoded
from checklist_app.scanners.values import moment, severity_of
from checklist_app.untrusted.json_text import as_object, load_json

TOOL = "testssl"

_CSV_HEADER = "id,fqdn/ip,port,severity,finding"
_WEAK = {
    "critical": Severity.CRITICAL,
    "high": Severity.HIGH,
    "medium": Severity.MEDIUM,
    "low": Severity.LOW,
}
_SEVERITIES = {
    **dict.fromkeys(("ok", "info", "debug", "warn", "fatal"), Severity.INFO),
    **_WEAK,
}
_STATES = {
    "ok": FindingState.PASSED,
    "info": FindingState.OBSERVATION,
    "debug": FindingState.OBSERVATION,
    "fatal": FindingState.OBSERVATION,
    **dict.fromkeys(_WEAK, FindingState.OPEN),
}
_OF_ONE_CERTIFICATE = re.compile(r" ?<[A-Za-z]{0,12}#\d{1,4}>| #\d{1,4}")
_OF_ONE_MEMBER = re.compile(
    r"\A(BEAST_CBC|cipher(?:-[a-z0-9_]{1,10}(?=_x))?(?=_x)|cipher_?order|clientsimulation"
    r"|grade_cap_(?:reason|warning)|prioritize_chacha|supportedciphers)[-_].*"
)
"""Names that testssl.sh makes for one cipher, client or protocol of a check."""
_ABOUT_THE_SCAN = ("engine_problem", "old_fart", "too_old_openssl")
_INTERRUPTED = "Scan interrupted"
# The end of the file ends a string too, so that the pattern never goes back.
_COMMAS = re.compile(
    r'(?P<string>"[^"\\]*+(?:\\.?[^"\\]*+)*+(?:"|\Z))|[\s,]++|(?<=[}\]])(?=[{\["])', re.DOTALL
)
_LONG = 160


def recognises(head: Head) -> bool:
    """Whether this is the beginning of a testssl.sh report."""
    if head.kind is Kind.JSON:
        if head.text.startswith("["):
            return head.has_key("id", "ip", "port", "severity", "finding")
        return head.has_key("scanResult", "Invocation", "openssl")
    first_line = head.text.partition("\n")[0].replace('"', "").replace(" ", "")
    return head.kind is Kind.OTHER and first_line.startswith(_CSV_HEADER)


def parse(report: Report) -> ParsedScan:
    """Read a testssl.sh report.

    Raises:
        UnreadableReport: it is no JSON or CSV, or the list of results is missing.
    """
    gathering = Gathering(format=PARSER.format, tool=TOOL)
    targets: dict[str, None] = {}
    for row in _rows(report, gathering):
        if not isinstance(row, dict) or not clean(row.get("id"), MAX_RULE_ID):
            gathering.skip(text("The entry has no content, so nothing can be read from it."))
            continue
        host = _host(row)[0]
        if host:
            targets[host] = None
        gathering.add(_finding(row))
        problem = _problem(row)
        if problem:
            gathering.fail(problem)
    gathering.target = ", ".join(targets)
    if not gathering.results:
        gathering.fail(text("The report names nothing that was scanned, so it proves nothing."))
    return gathering.scan()


def _rows(report: Report, gathering: Gathering) -> Iterator[Any]:
    if report.head().kind is not Kind.JSON:
        # Files of several targets that were joined have the header of each.
        yield from (row for row in csv_rows(report) if row.get("id") != "id")
        return
    whole = _load(report.read())
    if isinstance(whole, list):
        yield from whole
    else:
        yield from _pretty_rows(as_object(whole), gathering)


def _load(data: bytes) -> Any:
    """Return the document; if its commas are wrong as testssl.sh gets them wrong, mended."""
    try:
        return load_json(data)
    except UnreadableReport as error:
        mended = _COMMAS.sub(_comma, decoded(data))
        try:
            return load_json(mended.encode("utf-8", "surrogatepass"))
        except UnreadableReport:
            raise error from None


def _comma(found: re.Match[str]) -> str:
    """Return what belongs between two parts of a document: a comma between two values."""
    if found["string"]:
        return found["string"]
    before = found.string[max(found.start() - 1, 0) : found.start()]
    after = found.string[found.end() : found.end() + 1]
    return "," if before not in "{[:" and after not in "}]:" else ""


def _pretty_rows(whole: dict[str, Any], gathering: Gathering) -> Iterator[Any]:
    if "scanResult" not in whole:
        raise UnreadableReport(
            text("This testssl.sh report has no scanResult: it was cut off. Run the scan again.")
        )
    if not isinstance(whole["scanResult"], list):
        raise wrong_type("scanResult", "[…]")
    gathering.tool_version = clean(whole.get("version"), 60)
    gathering.command_line = clean(whole.get("Invocation"), MAX_COMMAND)
    started = clean(whole.get("startTime"), 40)
    gathering.started_at = moment(int(started) if started.isdecimal() else started)
    if clean(whole.get("scanTime"), 40) == _INTERRUPTED:
        gathering.fail(_interrupted())
    for name, value in whole.items():
        if name.startswith("clientProblem") and isinstance(value, list):
            yield from value
    for target in whole["scanResult"]:
        yield from _rows_of(target)


def _rows_of(target: object) -> Iterator[Any]:
    """Yield the rows of one target; a problem stands among the targets as a row of its own."""
    if not isinstance(target, dict) or "id" in target:
        yield target
        return
    host = clean(target.get("targetHost", target.get("target host")), MAX_SHORT)
    address = clean(target.get("ip"), MAX_SHORT)
    where = {"ip": f"{host}/{address}", "port": target.get("port")}
    for section in target.values():
        if isinstance(section, list):
            yield from ({**where, **row} if isinstance(row, dict) else row for row in section)


def _host(row: dict[str, Any]) -> tuple[str, str]:
    """Return host and address of a row, which stand there as ``host/address``."""
    host, _, address = clean(row.get("ip", row.get("fqdn/ip")), MAX_SHORT).partition("/")
    return host or address, address


def _finding(row: dict[str, Any]) -> ParsedFinding:
    name = clean(row.get("id"), MAX_RULE_ID)
    rule_id = _OF_ONE_MEMBER.sub(r"\1", _OF_ONE_CERTIFICATE.sub("", name))
    found = clean(row.get("finding"), MAX_DESCRIPTION)
    cve = clean(row.get("cve"), MAX_SHORT)
    state = _state(name, row)
    host, address = _host(row)
    place = f"{host}:{clean(row.get('port'), 10)}".strip(":")
    location = Location(place[:MAX_URI], parameter="" if address == host else address)
    severity = clean(row.get("severity"), 40)
    return ParsedFinding(
        tool=TOOL,
        rule_id=rule_id,
        title=clean(f"{name}: {found}" if found and len(found) < _LONG else name, MAX_TITLE),
        description="\n\n".join(filter(None, (found, cve))),
        severity=severity_of(severity, _SEVERITIES),
        cwes=cwes_in(row.get("cwe")),
        tags=(),
        locations=(location,) if place else (),
        fingerprint=fingerprint("testssl", name, place),
        state=state,
        reason=f"severity: {severity}" if state is FindingState.NEEDS_REVIEW else "",
        solution=clean(row.get("hint"), MAX_DESCRIPTION),
    )


def _state(name: str, row: dict[str, Any]) -> FindingState:
    """Return the state; a word that is none of testssl.sh's has to be looked at, as WARN has."""
    if name in _ABOUT_THE_SCAN:
        return FindingState.OBSERVATION
    return _STATES.get(clean(row.get("severity"), 40).lower(), FindingState.NEEDS_REVIEW)


def _problem(row: dict[str, Any]) -> Text | None:
    """Return why the scan proves nothing, if this row says so."""
    word, found = clean(row.get("severity"), 40).lower(), clean(row.get("finding"), MAX_SHORT)
    if found == _INTERRUPTED:
        return _interrupted()
    if word == "fatal" or (word == "warn" and clean(row.get("id"), MAX_RULE_ID) == "scanProblem"):
        return text(
            "The scan of a target failed: %(message)s Mend the cause and scan again.",
            message=found if found.endswith((".", "!", "?")) else f"{found}.",
        )
    return None


def _interrupted() -> Text:
    return text("The scan was interrupted before its end. Run it again.")


PARSER = Parser(
    "testssl",
    "testssl.sh (JSON, CSV)",
    recognises,
    parse,
    About(
        versions="testssl.sh 2.9 to 3.3: flat JSON, pretty JSON, CSV.",
        source="The manual page of testssl.sh and the functions `fileout` of the script.",
        command="testssl.sh --jsonfile-pretty report.json https://…",
        result="One row: what one check says of one address of the target.",
        keys="`cwe` where the row has one, and the rule `testssl:<id>` without what it says of a "
        "single cipher, client or certificate (`cipher-tls1_x2f` is `cipher-tls1`).",
        severity="The words of testssl.sh: CRITICAL, HIGH, MEDIUM, LOW.",
        clean="OK is a pass, INFO an observation, WARN needs review because the check could not be "
        "done. FATAL, an interrupted scan or a report without rows prove nothing.",
        differs="Every row is counted; DefectDojo drops OK and makes WARN and FATAL harmless.",
    ),
)
