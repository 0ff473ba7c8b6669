"""Nmap reports in XML, and those of programs that write the same (Masscan).

Source: ``nmap.dtd`` and the chapter *Nmap Output Formats* of the reference guide. A result is an
open port, or what a script says of a port or host; a script that lists weaknesses or protocols
gives one result for each of them.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element

from checklist_app.domain.findings import MAX_SHORT, ParsedScan, clean
from checklist_app.domain.text import text
from checklist_app.scanners.base import About, Head, Kind, Parser, Report
from checklist_app.scanners.nmap_scripts import TOOL, Place, read_script
from checklist_app.scanners.reading import Gathering
from checklist_app.scanners.values import moment
from checklist_app.scanners.xml_text import walk

_OUTSIDE_OF_HOSTS = ("prescript", "postscript")


def recognises(head: Head) -> bool:
    """Whether this is the beginning of an Nmap report."""
    return head.kind is Kind.XML and head.root == "nmaprun"


def parse(report: Report) -> ParsedScan:
    """Read an Nmap report.

    Raises:
        UnreadableReport: it is no well-formed XML, as when the scan was killed.
    """
    gathering = Gathering(format=PARSER.format, tool=TOOL)
    targets: list[str] = []
    ended = False
    for event, element in walk(report):
        if event == "start":
            if element.tag == "nmaprun":
                _begin(gathering, element)
            continue
        if element.tag == "host":
            targets.append(_read_host(gathering, element))
            element.clear()
        elif element.tag in _OUTSIDE_OF_HOSTS:
            _read_scripts(gathering, element, Place(""))
            element.clear()
        elif element.tag == "runstats":
            ended = True
            _end(gathering, element)
    gathering.target = ", ".join(dict.fromkeys(filter(None, targets)))
    if not ended:
        gathering.fail(
            text("The report has no end (runstats): the scan was stopped. Run it again.")
        )
    return gathering.scan()


def _begin(gathering: Gathering, root: Element) -> None:
    gathering.tool_version = clean(root.get("version"), 40)
    gathering.command_line = root.get("args", "")
    start = clean(root.get("start"), 20)
    gathering.started_at = moment(int(start)) if start.isdecimal() else None


def _end(gathering: Gathering, stats: Element) -> None:
    finished, hosts = stats.find("finished"), stats.find("hosts")
    if finished is not None and finished.get("exit") == "error":
        message = clean(finished.get("errormsg"), MAX_SHORT)
        gathering.fail(text("The scan failed: %(message)s", message=message or "?"))
    if hosts is not None and hosts.get("up") == "0":
        gathering.fail(
            text("No host answered, so nothing was tested. Check the targets and scan again.")
        )


def _read_host(gathering: Gathering, host: Element) -> str:
    """Read a host; return its name."""
    status = host.find("status")
    if status is not None and status.get("state") == "down":
        return ""
    name = _name(host)
    if host.get("timedout") == "true":  # of --host-timeout: nothing that was seen is written
        gathering.fail(
            text(
                "%(target)s was not assessed to its end: %(message)s",
                target=name or "?",
                message="host timeout",
            )
        )
    for port in host.iterfind("ports/port"):
        _read_port(gathering, port, name)
    for scripts in host.iterfind("hostscript"):
        _read_scripts(gathering, scripts, Place(name))
    return name


def _name(host: Element) -> str:
    """Return how the user named the host, or its address."""
    for hostname in host.iterfind("hostnames/hostname"):
        if hostname.get("type") == "user":
            return clean(hostname.get("name"), MAX_SHORT)
    addresses = [found for found in host.iterfind("address") if found.get("addrtype") != "mac"]
    return clean(addresses[0].get("addr"), MAX_SHORT) if addresses else ""


def _read_port(gathering: Gathering, port: Element, host: str) -> None:
    number, protocol = clean(port.get("portid"), 10), clean(port.get("protocol"), 10)
    state, service = port.find("state"), port.find("service")
    place = Place(f"{host}:{number}/{protocol}")
    if state is not None and state.get("state") == "open":
        described = _service(service) if service is not None else ""
        title = f"Port {number}/{protocol} is open" + (f": {described}" if described else "")
        gathering.add(place.finding("open-port", "", title))
    _read_scripts(gathering, port, place)


def _service(service: Element) -> str:
    secured = "ssl/" if service.get("tunnel") == "ssl" else ""
    detail = [service.get(name) for name in ("product", "version", "extrainfo")]
    known = clean(" ".join(part for part in detail if part), MAX_SHORT)
    return f"{secured}{clean(service.get('name'), 80)}" + (f" ({known})" if known else "")


def _read_scripts(gathering: Gathering, holder: Element, place: Place) -> None:
    for script in holder.iterfind("script"):
        for found in read_script(script, place):
            gathering.add(found)


PARSER = Parser(
    "nmap",
    "Nmap (XML)",
    recognises,
    parse,
    About(
        versions="Nmap 5 to 7.9x with -oX or -oA; Masscan's XML.",
        source="nmap.dtd, the reference guide, and the library vulns of the scripting engine.",
        command="nmap -sV --script ssl-enum-ciphers,vulners -oX report.xml HOST",
        result="An open port; a script's output, or each weakness or protocol that it lists. "
        "Closed and filtered ports are none: Nmap lists or sums them up as it sees fit.",
        keys="The rule `nmap:<script>` (`nmap:ssl-enum-ciphers/TLSv1.0`); CVE in the title.",
        severity="The CVSS score or the risk factor of the script; for ciphers its grades A to F; "
        "old protocols are medium, SSL high.",
        clean="NOT VULNERABLE is a pass, an open port an observation. A run without end, with an "
        "error, with a host that timed out or without one that is up proves nothing.",
        differs="DefectDojo makes open ports findings; here they are observations, and what "
        "scripts say is counted too.",
    ),
)
