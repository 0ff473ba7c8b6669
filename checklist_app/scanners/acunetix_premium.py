"""Acunetix Premium in JSON: its export of scans, and the lists of its API.

Source: the manual of Acunetix's API (``/api/v1``), objects Vulnerability and VulnerabilityDetails,
and programs that read the export. The export lists vulnerabilities beside their types; the list of
the API has the fields of both in one. A result is one vulnerability at one address.
"""

from __future__ import annotations

import re
from typing import Any

from checklist_app.domain.findings import (
    MAX_DESCRIPTION,
    MAX_RULE_ID,
    MAX_SHORT,
    MAX_TITLE,
    FindingState,
    Location,
    ParsedFinding,
    clean,
)
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import Severity
from checklist_app.domain.weakness_tags import cwes_in, tags_in
from checklist_app.scanners.base import Head, fingerprint, plain_text, wrong_type
from checklist_app.scanners.links import links_in
from checklist_app.scanners.reading import Gathering
from checklist_app.scanners.shapes import NO_CONTENT
from checklist_app.scanners.values import moment, score_of, severity_of
from checklist_app.scanners.web_evidence import exchange, masked, masked_url, without_query
from checklist_app.untrusted.json_text import as_list, as_object, as_text

_LISTS_OF_EXPORT = ("vulnerabilities", "vulnerability_types")
_SEVERITIES = {
    "4": Severity.CRITICAL,
    "3": Severity.HIGH,
    "2": Severity.MEDIUM,
    "1": Severity.LOW,
    "0": Severity.INFO,
}
_STATES = {
    "false_positive": (FindingState.SUPPRESSED, "False Positive"),
    "ignored": (FindingState.SUPPRESSED, "Ignored"),
    "fixed": (FindingState.PASSED, ""),
}
_ENDED = ("", "completed")
_KEYS_OF_TYPES = ("vt_id", "app_id")
_METHOD = re.compile(r"([A-Z]{3,20}) \S")
_MAX_SOLUTION = 8_000


def is_premium(head: Head) -> bool:
    """Whether this is the beginning of an export of Acunetix Premium or of a list of its API."""
    is_export = head.has_key("export", "scans", "info") and any(map(head.has_key, _LISTS_OF_EXPORT))
    return is_export or head.has_key("vulnerabilities", "vt_name", "affects_url")


def holds_premium(data: dict[str, Any]) -> bool:
    """Whether a document is of Acunetix Premium and not of Acunetix 360."""
    return "export" in data or ("vulnerabilities" in data and "Vulnerabilities" not in data)


def read_premium(data: dict[str, Any], gathering: Gathering) -> None:
    """Read an export, or a list of the API.

    Raises:
        UnreadableReport: what carries the results has the wrong type.
    """
    if "export" not in data:
        _read_list(data, gathering)
        return
    scans = as_object(data["export"]).get("scans")
    if not isinstance(scans, list):
        raise wrong_type("export.scans", "[…]")
    targets = [_read_scan(as_object(scan), gathering) for scan in scans]
    gathering.target = ", ".join(dict.fromkeys(filter(None, targets)))
    if not any(targets):
        gathering.fail(
            text(
                "The report names no target, so nothing was scanned. "
                "Check that the scanner can reach it and scan again."
            )
        )


def _read_list(data: dict[str, Any], gathering: Gathering) -> None:
    found = _listed(data, "")
    for vulnerability in found:
        _add(gathering, as_object(vulnerability), {})
    count = as_object(data.get("pagination")).get("count")
    if type(count) is int:
        gathering.expect(count, len(found))
    places = [place.uri for one in gathering.results for place in one.locations]
    gathering.target = ", ".join(dict.fromkeys("/".join(uri.split("/", 3)[:3]) for uri in places))


def _read_scan(scan: dict[str, Any], gathering: Gathering) -> str:
    """Read one scan of an export; return what it scanned."""
    info = as_object(scan.get("info"))
    gathering.started_at = gathering.started_at or moment(info.get("start_date"))
    status = clean(info.get("status"), 40)
    if status not in _ENDED:
        gathering.fail(
            text("The scan did not finish: its state is %(state)s. Run it again.", state=status)
        )
    kinds = {
        (key, clean(kind.get(key), MAX_SHORT)): kind
        for kind in map(as_object, as_list(scan.get("vulnerability_types")))
        for key in _KEYS_OF_TYPES
        if kind.get(key)
    }
    for entry in map(as_object, _listed(scan, "export.scans[].")):
        own = {**entry, **as_object(entry.get("info"))}
        named = ((key, clean(own.get(key), MAX_SHORT)) for key in _KEYS_OF_TYPES)
        _add(gathering, own, next((kinds[name] for name in named if name in kinds), {}))
    return masked_url(info.get("start_url") or info.get("host"))


def _listed(holder: dict[str, Any], where: str) -> list[Any]:
    found = holder.get("vulnerabilities", [])
    if not isinstance(found, list):
        raise wrong_type(f"{where}vulnerabilities", "[…]")
    return found


def _add(gathering: Gathering, own: dict[str, Any], kind: dict[str, Any]) -> None:
    """Add a vulnerability.

    Args:
        gathering: the report so far.
        own: its fields.
        kind: those of its type, which stand for what it does not say itself.
    """
    both = {**kind, **{name: value for name, value in own.items() if value not in (None, "", [])}}
    name = clean(both.get("vt_name") or both.get("name"), MAX_TITLE)
    if not name:
        gathering.skip(NO_CONTENT)
        return
    labels = as_list(both.get("tags"))
    parameter = clean(both.get("affects_detail"), MAX_SHORT)
    uri = masked_url(both.get("affects_url") or both.get("loc_url") or both.get("url"))
    state, reason = _STATES.get(clean(both.get("status"), 40), (FindingState.OPEN, ""))
    request = as_text(both.get("request"))
    method = _METHOD.match(request)
    gathering.add(
        ParsedFinding(
            tool=gathering.tool,
            rule_id=clean(name, MAX_RULE_ID),
            title=name,
            description=_prose(both, "description", "details", "impact", limit=MAX_DESCRIPTION),
            severity=severity_of(both.get("severity"), _SEVERITIES),
            cwes=cwes_in(labels),
            tags=tags_in(labels),
            locations=(Location(uri, method=method[1] if method else "", parameter=parameter),)
            if uri
            else (),
            fingerprint=fingerprint("acunetix-premium", name, without_query(uri), parameter),
            state=state,
            reason=reason,
            solution=_prose(both, "recommendation", limit=_MAX_SOLUTION),
            references=links_in(*_addresses(both)),
            cvss=score_of(both.get("cvss_score")) or None,
            snippet=exchange(request, both.get("response")),
        )
    )


def _prose(both: dict[str, Any], *names: str, limit: int) -> str:
    plain = (masked(plain_text(clean(both.get(name), limit))) for name in names)
    return clean("\n\n".join(filter(None, plain)), limit)


def _addresses(both: dict[str, Any]) -> list[object]:
    given = [*as_list(both.get("refs")), *as_list(both.get("references"))]
    return [one.get("href") or one.get("url") if isinstance(one, dict) else one for one in given]
