"""What an Nmap report says: open ports, and what scripts found."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import FindingState, Location
from checklist_app.domain.vocabulary import Severity
from tests.scanners.reports import fingerprints, only, read

ENDED = '<runstats><finished time="1700000050" exit="success"/><hosts up="1" down="0" total="1"/>'
PORT = (
    '<port protocol="tcp" portid="{number}"><state state="{state}"/>'
    '<service name="https" product="nginx" version="1.24" tunnel="ssl"/>{scripts}</port>'
)


def port(scripts: str = "", number: int = 443, state: str = "open") -> str:
    """Return a port."""
    return PORT.format(number=number, state=state, scripts=scripts)


def report(ports: str, ended: str = f"{ENDED}</runstats>", start: int = 1700000000) -> str:
    """Return a report of one host."""
    return (
        '<?xml version="1.0"?><!DOCTYPE nmaprun>'
        f'<nmaprun scanner="nmap" args="nmap -sV bank.example" start="{start}" version="7.94">'
        '<host><status state="up"/><address addr="192.0.2.7" addrtype="ipv4"/>'
        '<hostnames><hostname name="bank.example" type="user"/></hostnames>'
        f"<ports>{ports}</ports></host>{ended}</nmaprun>"
    )


def weakness(state: str, scores: str = "") -> str:
    """Return a script that uses the library vulns."""
    return (
        f'<script id="ssl-poodle" output="State: {state}&#10;Risk factor: High">'
        '<table key="CVE-2014-3566"><elem key="title">SSL POODLE information leak</elem>'
        f'<elem key="state">{state}</elem><table key="ids"><elem>CVE:CVE-2014-3566</elem></table>'
        f'{scores}<table key="refs"><elem>https://cve.example/3566</elem></table></table></script>'
    )


def test_an_open_port_is_an_observation_and_a_closed_one_no_result() -> None:
    scan = read(report(port() + port(number=22, state="closed")))
    found = only(scan)
    assert (scan.format, scan.tool, scan.tool_version) == ("nmap", "Nmap", "7.94")
    assert (scan.target, scan.command_line) == ("bank.example", "nmap -sV bank.example")
    assert scan.started_at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert (found.state, found.rule_id) == (FindingState.OBSERVATION, "open-port")
    assert found.title == "Port 443/tcp is open: ssl/https (nginx 1.24)"
    assert found.locations == (Location("bank.example:443/tcp"),)
    assert scan.problems == ()


@pytest.mark.parametrize(
    ("state", "expected", "severity"),
    [
        ("VULNERABLE", FindingState.OPEN, Severity.HIGH),
        ("LIKELY VULNERABLE", FindingState.NEEDS_REVIEW, Severity.HIGH),
        ("NOT VULNERABLE", FindingState.PASSED, Severity.INFO),
    ],
)
@pytest.mark.parametrize("structured", [True, False])
def test_the_state_of_a_weakness(
    state: str, expected: FindingState, severity: Severity, structured: bool
) -> None:
    script = weakness(state)
    if not structured:  # as old versions write it
        script = f'<script id="ssl-poodle" output="State: {state}&#10;Risk factor: High"/>'
    found = read(report(port(script))).results[1]
    assert (found.rule_id, found.state, found.severity) == ("ssl-poodle", expected, severity)
    assert bool(found.reason) == (expected is FindingState.NEEDS_REVIEW)


def test_the_score_of_a_weakness_counts_more_than_its_risk() -> None:
    scores = '<table key="scores"><elem key="CVSSv2">9.3 (HIGH) (AV:N)</elem></table>'
    found = read(report(port(weakness("VULNERABLE", scores)))).results[1]
    assert (found.severity, found.cvss) == (Severity.CRITICAL, 9.3)
    assert found.references == ("https://cve.example/3566",)


def test_every_known_weakness_of_a_version_is_a_finding_and_exploits_are_not() -> None:
    rows = "".join(
        f'<table><elem key="id">{name}</elem><elem key="type">{kind}</elem>'
        f'<elem key="cvss">7.5</elem><elem key="is_exploit">{exploit}</elem></table>'
        for name, kind, exploit in (
            ("CVE-2024-1111", "cve", "false"),
            ("EDB-ID:1", "exploitdb", "true"),
        )
    )
    script = (
        f'<script id="vulners" output="…"><table key="cpe:/a:f5:nginx:1.24">{rows}</table></script>'
    )
    _, known, exploit = read(report(port(script))).results
    assert (known.rule_id, known.severity, known.cvss) == ("vulners", Severity.HIGH, 7.5)
    assert "CVE-2024-1111" in known.title
    assert exploit.state is FindingState.OBSERVATION
    newer = script.replace("1.24", "1.25")
    assert fingerprints(read(report(port(script)))) == fingerprints(read(report(port(newer))))


def test_every_protocol_is_judged_by_its_grades() -> None:
    def protocol(name: str, grade: str) -> str:
        return (
            f'<table key="{name}"><table key="ciphers"><table><elem key="name">TLS_X</elem>'
            f'<elem key="strength">{grade}</elem></table></table></table>'
        )

    tables = protocol("TLSv1.0", "A") + protocol("TLSv1.2", "C") + protocol("TLSv1.3", "A")
    script = f'<script id="ssl-enum-ciphers" output="…">{tables}</script>'
    judged = {
        found.rule_id: (found.state, found.severity)
        for found in read(report(port(script))).results[1:]
    }
    assert judged == {
        "ssl-enum-ciphers/TLSv1.0": (FindingState.OPEN, Severity.MEDIUM),
        "ssl-enum-ciphers/TLSv1.2": (FindingState.OPEN, Severity.MEDIUM),
        "ssl-enum-ciphers/TLSv1.3": (FindingState.PASSED, Severity.INFO),
    }


@pytest.mark.parametrize(
    ("word", "state", "severity"),
    [
        ("strong", FindingState.PASSED, Severity.INFO),
        ("unknown strength", FindingState.OPEN, Severity.LOW),
        ("weak", FindingState.OPEN, Severity.MEDIUM),
        ("broken", FindingState.OPEN, Severity.HIGH),
    ],
)
def test_older_versions_have_words_for_grades(
    word: str, state: FindingState, severity: Severity
) -> None:
    script = (
        '<script id="ssl-enum-ciphers" output="…"><table key="TLSv1.2"><table key="ciphers"><table>'
        f'<elem key="name">TLS_X</elem><elem key="strength">{word}</elem></table></table></table>'
        '<elem key="least strength">weak</elem></script>'
    )
    found = read(report(port(script))).results[1]
    assert (found.state, found.severity) == (state, severity)


def test_values_of_cookies_and_authorisations_are_not_kept() -> None:
    output = "&#10;  Server: nginx&#10;  Set-Cookie: sid=topsecret; HttpOnly"
    found = read(report(port(f'<script id="http-headers" output="{output}"/>'))).results[1]
    assert "topsecret" not in str(found.to_json())
    assert "Server: nginx" in found.snippet


@pytest.mark.parametrize(
    "ended",
    [
        "",
        '<runstats><finished exit="error" errormsg="no route"/><hosts up="1"/></runstats>',
        '<runstats><finished exit="success"/><hosts up="0" down="1" total="1"/></runstats>',
    ],
)
def test_a_run_that_failed_or_reached_nobody_proves_nothing(ended: str) -> None:
    assert read(report("", ended)).problems


def test_the_same_port_is_the_same_finding_in_a_later_run() -> None:
    assert fingerprints(read(report(port()))) == fingerprints(
        read(report(port(), start=1800000000))
    )


def test_a_killed_scan_is_refused() -> None:
    with pytest.raises(UnreadableReport, match="cut off"):
        read(report(port())[:-40])


def test_what_is_known_of_a_version_in_the_words_of_other_versions_of_the_script() -> None:
    row = (
        '<table><elem key="id">CVE-2024-1111</elem><elem key="type">cve</elem>'
        '<elem key="cvss">9.8</elem><elem key="is_exploit">true</elem>'
        '<elem key="epss">0.5</elem></table>'
    )
    newest = (
        '<script id="vulners_enterprise" output="…"><table key="nginx 1.24">'
        f'<elem key="identity">software</elem>{row}</table></script>'
    )
    _, known = read(report(port(newest))).results
    assert (known.state, known.rule_id) == (FindingState.OPEN, "vulners_enterprise")
    assert (known.severity, known.epss) == (Severity.CRITICAL, 0.5)
    oldest = (
        '<script id="vulners" output="&#10;  cpe:/a:f5:nginx:1.24: &#10;'
        "&#9;CVE-2024-1111&#9;5.0&#9;https://vulners.com/cve/CVE-2024-1111&#10;"
        '&#9;EDB-ID:1&#9;7.2&#9;https://vulners.com/exploitdb/EDB-ID:1&#9;*EXPLOIT*"/>'
    )
    _, known, exploit = read(report(port(oldest))).results
    assert known.title == "CVE-2024-1111: known weakness of cpe:/a:f5:nginx:1.24"
    assert (known.state, known.severity) == (FindingState.OPEN, Severity.MEDIUM)
    assert exploit.state is FindingState.OBSERVATION


def script(output: str, name: str = "smb-vuln-ms17-010") -> str:
    """Return a script that says nothing but its text."""
    return f'<script id="{name}" output="{output}"/>'


@pytest.mark.parametrize(
    ("line", "state"),
    [
        ("192.0.2.7 VULNERABLE CVE-2017-0143", FindingState.OPEN),
        ("bank.example VULNERABLE (Exploitable) CVE-2017-0143", FindingState.OPEN),
        ("192.0.2.7 LIKELY VULNERABLE CVE-2017-0143", FindingState.NEEDS_REVIEW),
        ("192.0.2.7 NOT VULNERABLE CVE-2017-0143", FindingState.PASSED),
        ("192.0.2.7 UNKNOWN (unable to test) CVE-2017-0143", FindingState.NEEDS_REVIEW),
    ],
)
def test_the_short_form_of_a_weakness_has_a_state_too(line: str, state: FindingState) -> None:
    found = read(report(port(script(f"&#xa;  {line}&#xa;  {line}4&#xa;")))).results[1:]
    assert [one.state for one in found] == [state, state]
    assert found[0].title == "smb-vuln-ms17-010: CVE-2017-0143"
    assert len({one.fingerprint for one in found}) == 2


@pytest.mark.parametrize(
    ("output", "state"),
    [
        ("MS08-067: VULNERABLE&#xa;Conficker: Likely CLEAN", FindingState.OPEN),
        ("MS08-067: NOT VULNERABLE&#xa;regsvc DoS: CHECK DISABLED", FindingState.PASSED),
        ("SMBv2 DoS (CVE-2009-3103): VULNERABLE", FindingState.OPEN),
        ("This host is VULNERABLE to nothing&#xa;Name: UNKNOWN", FindingState.OBSERVATION),
    ],
)
def test_the_oldest_scripts_name_the_state_behind_the_check(
    output: str, state: FindingState
) -> None:
    found = read(report(port(script(f"&#xa;  {output}&#xa;", "smb-check-vulns")))).results[1:]
    assert [one.state for one in found] == [state]
