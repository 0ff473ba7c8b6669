"""WPScan's JSON reports, versions 3.0 to 3.8.

Source: the templates in ``app/views/json`` of WPScan. A result is a known vulnerability of
WordPress, a plugin or a theme, or one thing that was found: a file, a user, a password. Plugins and
themes themselves are an inventory and no results.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import (
    MAX_DESCRIPTION,
    MAX_RULE_ID,
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
from checklist_app.domain.weakness_tags import cwes_in
from checklist_app.scanners.base import About, Head, Kind, Parser, Report, fingerprint, wrong_type
from checklist_app.scanners.links import links_in
from checklist_app.scanners.reading import Gathering, document
from checklist_app.scanners.shapes import root_object
from checklist_app.scanners.values import (
    SEVERITIES,
    moment,
    score_of,
    severity_of,
    severity_of_score,
)
from checklist_app.scanners.web_evidence import masked, masked_url
from checklist_app.untrusted.json_text import as_list, as_object

TOOL = "WPScan"
_KNOWN_VULNERABILITY = 1395
"""CWE of depending on a component with known flaws; WPScan names no CWE of the flaws."""

_OBSERVED = ("headers", "robots_txt", "mu_plugins", "multisite", "medias")
_KINDS: Mapping[str, Severity] = {
    "backup_db": Severity.HIGH,
    "config_backups": Severity.HIGH,
    "db_exports": Severity.HIGH,
    "debug_log": Severity.MEDIUM,
    "duplicator_installer_log": Severity.MEDIUM,
    "emergency_pwd_reset_script": Severity.HIGH,
    "password_attack": Severity.CRITICAL,
    "search_replace_db2": Severity.HIGH,
    "tmm_db_migrate": Severity.HIGH,
    "upload_directory_listing": Severity.MEDIUM,
    "upload_sql_dump": Severity.HIGH,
    "full_path_disclosure": Severity.LOW,
    "registration": Severity.LOW,
    "backup_folders": Severity.MEDIUM,
}
"""How bad what was found is; WPScan says it of backup folders only. Others are info."""
_ITEMS = ("main_theme", "plugins", "plugin", "themes", "theme", "timthumbs")
_FOUND = ("config_backups", "db_exports", "backup_folders", "medias", "users")


def recognises(head: Head) -> bool:
    """Whether this is the beginning of a WPScan report."""
    if head.kind is not Kind.JSON or not head.text.startswith("{"):
        return False
    has_banner = head.has_key("banner") and "WordPress Security Scanner" in head.text
    return has_banner or head.has_key("interesting_findings", "target_url", "to_s", "found_by")


def parse(report: Report) -> ParsedScan:
    """Read a WPScan report.

    Raises:
        UnreadableReport: it is no JSON, or neither a scan nor the account of an aborted one.
    """
    data = root_object(document(report))
    if "target_url" not in data and "scan_aborted" not in data:
        raise UnreadableReport(
            text("This WPScan report names no target. Run the scan again with --format json.")
        )
    gathering = Gathering(
        format="wpscan",
        tool=TOOL,
        tool_version=clean(as_object(data.get("banner")).get("version"), MAX_SHORT),
        target=masked_url(data.get("effective_url") or data.get("target_url")),
        started_at=moment(data.get("start_time")),
    )
    _check(data, gathering)
    for finding in _list(data, "interesting_findings"):
        _add_interesting(gathering, finding)
    for name, item in _components(data):
        for vulnerability in _list(item, "vulnerabilities"):
            _add_vulnerability(gathering, name, item, vulnerability)
    _add_all_found(data, gathering)
    return gathering.scan()


def _add_all_found(data: dict[str, Any], gathering: Gathering) -> None:
    for kind in _FOUND:
        for name, found in _named(data, kind).items():
            _add_found(gathering, kind, name, as_object(found))
    for user in _named(data, "password_attack"):  # the password itself is nobody's evidence
        _add_found(gathering, "password_attack", user, {})


def _check(data: dict[str, Any], gathering: Gathering) -> None:
    """Note what keeps this scan from proving anything."""
    aborted = clean(data.get("scan_aborted"), MAX_SHORT)
    if aborted:
        gathering.fail(
            text("The scan was aborted: %(reason)s. Put that right and scan again.", reason=aborted)
        )
    if data.get("response_status_codes_warning") is True:
        warnings = ", ".join(_strings(data.get("response_status_codes_warnings")))
        message = warnings or "response_status_codes_warning"
        gathering.fail(text("The scan reports an error: %(message)s", message=message))
    api = as_object(data.get("vuln_api"))
    reason = next((api[name] for name in ("http_error", "parse_error", "error") if name in api), "")
    if reason:
        gathering.fail(
            text(
                "Known vulnerabilities were not looked up: %(reason)s. "
                "Give the scanner an API token (--api-token) and scan again.",
                reason=clean(reason, MAX_SHORT).partition("\n")[0].rstrip("."),
            )
        )


def _list(holder: dict[str, Any], name: str) -> list[Any]:
    found = holder.get(name) or []
    if not isinstance(found, list):
        raise wrong_type(name, "[…]")
    return found


def _named(holder: dict[str, Any], name: str) -> dict[str, Any]:
    found = holder.get(name) or {}
    if not isinstance(found, dict):
        raise wrong_type(name, "{…}")
    return found


def _components(data: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield WordPress itself, then themes with their parents, and plugins, by their names."""
    yield "wordpress", _named(data, "version")
    for kind in _ITEMS:
        holder = _named(data, kind)
        items = {"": holder} if kind == "main_theme" else holder
        for slug, value in items.items():
            item = as_object(value)
            yield clean(item.get("slug") or slug, MAX_SHORT), item
            for parent in as_list(item.get("parents")):
                yield clean(as_object(parent).get("slug"), MAX_SHORT), as_object(parent)
            if kind == "timthumbs":
                yield "timthumb", as_object(item.get("version"))


def _add_interesting(gathering: Gathering, finding: object) -> None:
    fields = as_object(finding)
    kind = clean(fields.get("type"), MAX_RULE_ID).lower()
    if not kind:
        gathering.skip(text("The entry has no type, so nothing can be read from it."))
        return
    _add_found(gathering, kind, clean(fields.get("url"), MAX_DESCRIPTION), fields)


def _add_found(gathering: Gathering, kind: str, name: str, fields: dict[str, Any]) -> None:
    """Add something that was found at an address, or a user."""
    where = name if "://" in name else gathering.target
    person = "" if "://" in name else clean(name, MAX_SHORT)
    shown = clean(fields.get("to_s"), MAX_TITLE)
    if not shown or "://" in shown.partition(" ")[0]:  # before 3.6 it was but the address
        shown = f"{kind.replace('_', ' ').capitalize()}: {person or where}"
    entries = "\n".join(clean(one, MAX_TITLE) for one in as_list(fields.get("interesting_entries")))
    word = fields.get("severity")
    severity = _KINDS.get(kind, Severity.INFO)
    gathering.add(
        ParsedFinding(
            tool=TOOL,
            rule_id=kind,
            title=masked(clean(shown, MAX_TITLE)),
            description=clean(
                masked("\n".join(filter(None, (clean(fields.get("found_by"), 200), entries)))),
                MAX_DESCRIPTION,
            ),
            severity=severity_of(word, SEVERITIES) if word else severity,
            cwes=(),
            tags=(),
            locations=(Location(masked_url(where), parameter=person),),
            fingerprint=fingerprint("wpscan", kind, where, person),
            state=FindingState.OBSERVATION if kind in _OBSERVED else FindingState.OPEN,
            references=_links(fields),
        )
    )


def _add_vulnerability(
    gathering: Gathering, name: str, item: dict[str, Any], vulnerability: object
) -> None:
    fields = as_object(vulnerability)
    title = clean(fields.get("title"), MAX_TITLE)
    if not title:
        gathering.skip(text("The vulnerability has no name, so nothing can be read from it."))
        return
    references = as_object(fields.get("references"))
    cves = [f"CVE-{number.removeprefix('CVE-')}" for number in _strings(references.get("cve"))]
    known = [clean(fields.get("uuid"), MAX_SHORT), *_strings(references.get("wpvulndb"))]
    identity = next(filter(None, [*cves, *known]), title)
    cvss = as_object(fields.get("cvss"))
    score = score_of(cvss.get("score", fields.get("cvss")))
    version = as_object(item.get("version")).get("number", item.get("number"))
    fixed = clean(fields.get("fixed_in"), MAX_SHORT)
    facts = (
        ", ".join(cves),
        f"{name} {clean(version, MAX_SHORT)}".strip(),
        clean(fields.get("affected_versions"), MAX_TITLE),
        clean(fields.get("poc"), MAX_DESCRIPTION // 4),
    )
    where = masked_url(item.get("location") or gathering.target)
    gathering.add(
        ParsedFinding(
            tool=TOOL,
            rule_id=clean(identity, MAX_RULE_ID),
            title=title,
            description=masked(clean("\n".join(filter(None, facts)), MAX_DESCRIPTION)),
            severity=severity_of_score(score) or Severity.MEDIUM,
            cwes=cwes_in(references.get("cwe"), bare=True) or (_KNOWN_VULNERABILITY,),
            tags=(),
            locations=(Location(where, parameter=name),),
            fingerprint=fingerprint("wpscan", gathering.target, name, identity, title),
            solution=f"{name} {fixed}" if fixed else "",
            references=_links(fields),
            cvss=score,
        )
    )


def _strings(value: object) -> list[str]:
    return [clean(one, MAX_SHORT) for one in as_list(value) if clean(one, MAX_SHORT)]


def _links(fields: dict[str, Any]) -> tuple[str, ...]:
    """Return the addresses among the references, and WPScan's own page of the vulnerability."""
    references = as_object(fields.get("references"))
    pages = (
        f"https://wpscan.com/vulnerability/{number}"
        for number in _strings(references.get("wpvulndb"))
    )
    return links_in(" ".join([*pages, *_strings(references.get("url"))]))


PARSER = Parser(
    "wpscan",
    "WPScan (JSON)",
    recognises,
    parse,
    About(
        versions="WPScan 3.0 to 3.8, `--format json`.",
        source="The templates in `app/views/json` of WPScan.",
        command="`wpscan --url https://… --api-token … --format json --output wpscan.json`",
        result="A known vulnerability of WordPress, a theme or a plugin; a file, user or password "
        "that was found.",
        keys="CWE-1395 for known vulnerabilities, of which WPScan names no CWE; rule "
        "`wpscan:<CVE or WPScan id>`, or the kind of what was found: `wpscan:config_backups`.",
        severity="CVSS of the vulnerability where it is given, medium otherwise; by kind for the "
        "rest: a guessed password is critical, a backup high, a readme info.",
        clean="Components without known vulnerabilities are no passes. Without an API token "
        "nothing is looked up, so the scan proves nothing; nor does an aborted one, or one that "
        "warns of too many refused requests. Headers, robots.txt and the like are observations.",
        differs="Plugins and themes that are merely out of date are no results.",
    ),
)
