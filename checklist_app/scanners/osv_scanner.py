"""OSV-Scanner JSON: the vulnerabilities of packages in lock files, bills of materials and images.

Source: the output format of OSV-Scanner 1 and 2 and the OSV schema. A result is one entry of the
``vulnerabilities`` of a package in a source, a licence that the run did not allow, or what another
detector found. One weakness that two databases name is two entries; ``groups`` gives the score that
they share.
"""

from __future__ import annotations

from typing import Any

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import (
    MAX_DESCRIPTION,
    MAX_RULE_ID,
    MAX_SHORT,
    MAX_TITLE,
    MAX_URI,
    Location,
    ParsedFinding,
    ParsedScan,
    clean,
)
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import Severity
from checklist_app.domain.weakness_tags import cwes_in
from checklist_app.scanners.base import About, Head, Kind, Parser, Report, fingerprint, wrong_type
from checklist_app.scanners.links import links_in
from checklist_app.scanners.osv_detectors import read_detection
from checklist_app.scanners.reading import Gathering, document
from checklist_app.scanners.shapes import root_object
from checklist_app.scanners.values import SEVERITIES, score_of, severity_of, severity_of_score
from checklist_app.untrusted.json_text import as_list, as_object, as_text

TOOL = "OSV-Scanner"

_VULNERABLE_COMPONENT = (1395,)
_MALICIOUS = "MAL-"
_UNNAMED = text("The entry names no vulnerability, so nothing can be read from it.")


def recognises(head: Head) -> bool:
    """Whether this is the beginning of an OSV-Scanner report."""
    if head.kind is not Kind.JSON or not head.text.startswith("{") or not head.has_key("results"):
        return False
    found = head.has_key("packages") and (
        head.has_key("package", "source") or head.has_key("Package", "packageSource")
    )
    return (found and head.has_key("ecosystem")) or head.has_key("experimental_config")


def parse(report: Report) -> ParsedScan:
    """Read an OSV-Scanner report.

    Raises:
        UnreadableReport: it is no JSON, has no list of results, or one of the wrong type.
    """
    root = root_object(document(report))
    if "results" not in root:
        raise UnreadableReport(
            text("This OSV-Scanner report has no list of results. Write it with --format json.")
        )
    gathering = Gathering("osv-scanner", TOOL)
    sources: list[str] = []
    for number, result in enumerate(_list(root, "results", "results")):
        where = f"results[{number}]"
        if not isinstance(result, dict):
            raise wrong_type(where, "{…}")
        source = as_object(result.get("source") or result.get("packageSource"))
        path = clean(source.get("path"), MAX_URI)
        sources.append(path)
        for package in map(as_object, _list(result, "packages", f"{where}.packages")):
            _add_package(gathering, path, package)
    detected = "experimental_generic_findings"
    for entry in map(as_object, _list(root, detected, detected)):
        found = read_detection(TOOL, entry)
        gathering.add(found) if found else gathering.skip(_UNNAMED)
    gathering.target = ", ".join(dict.fromkeys(filter(None, sources)))
    return gathering.scan()


def _list(holder: dict[str, Any], name: str, where: str) -> list[Any]:
    found = holder.get(name)
    if found is not None and not isinstance(found, list):  # a list without entries may be null
        raise wrong_type(where, "[…]")
    return found or []


def _add_package(gathering: Gathering, path: str, entry: dict[str, Any]) -> None:
    package = as_object(entry.get("package") or entry.get("Package"))
    groups = [as_object(group) for group in as_list(entry.get("groups"))]
    place = _place(path, package)
    identity = (clean(package.get("ecosystem"), 80), clean(package.get("name"), MAX_SHORT))
    for vulnerability in map(as_object, _list(entry, "vulnerabilities", "vulnerabilities")):
        own = clean(vulnerability.get("id"), MAX_RULE_ID)
        if not own:
            gathering.skip(_UNNAMED)
            continue
        group = next((group for group in groups if own in as_list(group.get("ids"))), {})
        gathering.add(
            _result(
                vulnerability,
                group,
                place,
                fingerprint("osv-scanner", own, *identity, path.removeprefix("./")),
            )
        )
    for licence in as_list(entry.get("license_violations")):
        name = clean(licence, MAX_SHORT)
        gathering.add(
            ParsedFinding(
                tool=TOOL,
                rule_id="license-violation",
                title=clean(f"{name}: {place.parameter}", MAX_TITLE),
                description="",
                severity=Severity.MEDIUM,
                cwes=(),
                tags=(),
                locations=(place,),
                fingerprint=fingerprint("osv-scanner", "license", name, *identity, path),
            )
        )


def _place(path: str, package: dict[str, Any]) -> Location:
    version = clean(package.get("version") or package.get("commit"), 80)
    name = clean(package.get("name"), MAX_SHORT)
    shown = clean(f"{name}@{version}".rstrip("@"), MAX_SHORT)
    return Location(path or name, parameter=shown)


def _result(
    vulnerability: dict[str, Any], group: dict[str, Any], place: Location, mark: str
) -> ParsedFinding:
    own = clean(vulnerability.get("id"), MAX_RULE_ID)
    aliases = [clean(name, MAX_RULE_ID) for name in as_list(vulnerability.get("aliases"))]
    summary = clean(vulnerability.get("summary"), MAX_TITLE) or own
    affected = [as_object(part) for part in as_list(vulnerability.get("affected"))]
    cvss = score_of(group.get("max_severity"))
    return ParsedFinding(
        tool=TOOL,
        rule_id=_rule_id(own, aliases),
        title=clean(f"{summary}: {place.parameter}", MAX_TITLE),
        description=clean(vulnerability.get("details"), MAX_DESCRIPTION),
        severity=_severity(vulnerability, affected, cvss),
        cwes=_cwes(vulnerability, affected) or _VULNERABLE_COMPONENT,
        tags=(),
        locations=(place,),
        fingerprint=mark,
        solution=_solution(affected),
        references=_references(vulnerability, own),
        cvss=cvss,
    )


def _rule_id(own: str, aliases: list[str]) -> str:
    """Return the CVE, if there is just one, else the name of the database."""
    cves = {name for name in (own, *aliases) if name.startswith("CVE-")}
    return own if own in cves or len(cves) != 1 else cves.pop()


def _severity(
    vulnerability: dict[str, Any], affected: list[dict[str, Any]], cvss: float | None
) -> Severity:
    """Return the word of the database, else what the score means; malware is always critical."""
    if as_text(vulnerability.get("id")).startswith(_MALICIOUS):
        return Severity.CRITICAL
    for part in (vulnerability, *affected):
        for name in ("database", "ecosystem"):
            word = clean(_specific(part, name).get("severity"), 40).lower()
            if word in SEVERITIES:
                return SEVERITIES[word]
    return severity_of_score(cvss) or severity_of("")


def _specific(part: dict[str, Any], whose: str) -> dict[str, Any]:
    """Return what only a database or an ecosystem says, in the spelling of any version."""
    return as_object(part.get(f"{whose}_specific", part.get(f"{whose}Specific")))


def _cwes(vulnerability: dict[str, Any], affected: list[dict[str, Any]]) -> tuple[int, ...]:
    named: list[object] = []
    for part in (vulnerability, *affected):
        specific = _specific(part, "database")
        named += [specific.get("cwe_ids"), specific.get("cwe")]
        named += [as_object(cwe).get("cweId") for cwe in as_list(specific.get("cwes"))]
    return cwes_in(named, bare=True)


def _solution(affected: list[dict[str, Any]]) -> str:
    versions = [
        clean(as_object(event).get("fixed"), 60)
        for part in affected
        for span in as_list(part.get("ranges"))
        if as_object(span).get("type") != "GIT"
        for event in as_list(as_object(span).get("events"))
    ]
    named = ", ".join(dict.fromkeys(filter(None, versions)))
    return clean(f"Fixed in: {named}", MAX_TITLE) if named else ""


def _references(vulnerability: dict[str, Any], own: str) -> tuple[str, ...]:
    named = (as_object(part).get("url") for part in as_list(vulnerability.get("references")))
    return links_in(f"https://osv.dev/{own}", *named)


PARSER = Parser(
    "osv-scanner",
    "OSV-Scanner (JSON)",
    recognises,
    parse,
    About(
        versions="OSV-Scanner 1 and 2: lock files, bills of materials, images.",
        source="google.github.io/osv-scanner/output and ossf.github.io/osv-schema.",
        command="`osv-scanner scan --format json DIR`",
        result="An entry of `vulnerabilities` of a package in a source, a licence that the run "
        "did not allow, or an entry of `experimental_generic_findings`.",
        keys="`cwe_ids` or `cwes` of the database, else CWE-1395; rule `osv-scanner:<CVE or id>`.",
        severity="The word of the database, else `max_severity` of the group as a CVSS score, else "
        "medium; malicious packages (MAL-) are critical.",
        clean="`results` is an empty list; before 1.5 nothing else is in the file, so that its "
        "format has to be named. A file without a byte, which old versions wrote, is "
        "refused.",
        differs="A file without a byte is no clean report; licences that break the rules count.",
    ),
    unsigned=('{"results":[]}', '{"results":null}'),
)
