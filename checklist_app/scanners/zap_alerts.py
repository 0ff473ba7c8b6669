"""One ZAP alert to one finding, whichever of ZAP's reports it stands in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from checklist_app.domain.findings import (
    MAX_DESCRIPTION,
    MAX_LOCATIONS,
    MAX_RULE_ID,
    MAX_SHORT,
    MAX_TITLE,
    MAX_URI,
    FindingState,
    Location,
    ParsedFinding,
    clean,
)
from checklist_app.domain.vocabulary import Severity
from checklist_app.domain.weakness_tags import cwes_in, tags_in
from checklist_app.scanners.base import fingerprint, plain_text
from checklist_app.scanners.links import links_in
from checklist_app.untrusted.json_text import as_list, as_object

TOOL = "ZAP"

_SEVERITIES = {
    "3": Severity.HIGH,
    "2": Severity.MEDIUM,
    "1": Severity.LOW,
    "0": Severity.INFO,
    "high": Severity.HIGH,
    "medium": Severity.MEDIUM,
    "low": Severity.LOW,
    "informational": Severity.INFO,
}
_FALSE_POSITIVE = ("0", "false positive")
_QUERY = re.compile(r"[?#].*", re.DOTALL)
_GENERATED = re.compile(r"(\d{1,2})\.? ([^\W\d_]{3})[^\W\d_]*\.? (\d{4}),? (\d\d):(\d\d):(\d\d)")
# English, German and Spanish: ZAP writes its time in the language of its user.
_MONTHS = {
    "jan": 1, "ene": 1, "feb": 2, "mar": 3, "mär": 3, "apr": 4, "abr": 4, "may": 5, "mai": 5,
    "jun": 6, "jul": 7, "aug": 8, "ago": 8, "sep": 9, "oct": 10, "okt": 10, "nov": 11,
    "dec": 12, "dez": 12, "dic": 12,
}  # fmt: skip
_MAX_SOLUTION = 8_000


def read_alert(
    alert: dict[str, Any], site: str | None, places: list[Location] | None = None
) -> ParsedFinding:
    """Turn an alert, in the words of the JSON report, into a finding.

    Args:
        alert: its fields.
        site: URL of the site that lists it; None in the flat lists, where every request is an
            alert of its own.
        places: where it was seen, if that was read before; else its instances tell.
    """
    rule_id = clean(alert.get("pluginid", alert.get("pluginId")), MAX_RULE_ID)
    name = clean(alert.get("name") or alert.get("alert"), MAX_TITLE)
    if places is None:
        places = [read_place(as_object(part)) for part in as_list(alert.get("instances"))]
    if not places:
        own = read_place(alert)
        places = [own] if own.uri else []
    # The requests in which an alert was seen differ from run to run; the alert of the site stays.
    where: tuple[str, ...] = (site or "",)
    if site is None and places:
        where = (places[0].method, _QUERY.sub("", places[0].uri), places[0].parameter)
    names = list(_tag_names(alert.get("tags")))
    # Until 2.4 it was called reliability.
    confidence = clean(alert.get("confidence", alert.get("reliability")), 40).lower()
    refuted = confidence in _FALSE_POSITIVE
    return ParsedFinding(
        tool=TOOL,
        rule_id=rule_id,
        title=name or rule_id or "?",
        description="\n\n".join(filter(None, (_prose(alert, key) for key in _DESCRIBING))),
        severity=_severity(alert),
        cwes=tuple(sorted({*cwes_in(alert.get("cweid"), bare=True), *cwes_in(names)})),
        tags=tags_in(names),
        locations=tuple(dict.fromkeys(sorted(places, key=_sort_key)))[:MAX_LOCATIONS],
        fingerprint=fingerprint("zap", rule_id, name, *where),
        state=FindingState.SUPPRESSED if refuted else FindingState.OPEN,
        reason="confidence: False Positive" if refuted else "",
        occurrences=max(1, len(places)),
        solution=clean(_prose(alert, "solution"), _MAX_SOLUTION),
        references=links_in(_prose(alert, "reference")),
    )


_DESCRIBING = ("desc", "description", "otherinfo", "other")


def _prose(alert: dict[str, Any], key: str) -> str:
    return plain_text(clean(alert.get(key), MAX_DESCRIPTION // 2))


def read_place(instance: dict[str, Any]) -> Location:
    """Return where an alert was seen; empty where the instance names nothing."""
    return Location(
        uri=clean(instance.get("uri") or instance.get("url"), MAX_URI),
        method=clean(instance.get("method"), 20),
        parameter=clean(instance.get("param"), MAX_SHORT),
    )


def _sort_key(place: Location) -> tuple[str, int, str, str]:
    return place.sort_key


def _severity(alert: dict[str, Any]) -> Severity:
    described = clean(alert.get("riskdesc"), 40).partition(" ")[0]
    for value in (alert.get("riskcode"), alert.get("risk"), described):
        found = _SEVERITIES.get(clean(value, 40).lower())
        if found is not None:
            return found
    return Severity.MEDIUM  # a risk that we cannot read is not a harmless one


def _tag_names(tags: object) -> Iterator[object]:
    """Yield the names of the tags: a list of objects in reports, an object in the API."""
    if isinstance(tags, dict):
        yield from tags
    for tag in as_list(tags):
        yield tag.get("tag") if isinstance(tag, dict) else tag


def report_time(root: dict[str, Any]) -> datetime | None:
    """Return when the report was made. ZAP names no zone in its older reports; UTC is assumed."""
    try:
        found = datetime.fromisoformat(clean(root.get("created", root.get("@created")), 40))
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        pass
    match = _GENERATED.search(clean(root.get("generated", root.get("@generated")), 80))
    month = _MONTHS.get(match[2].lower()) if match else None
    if match is None or month is None:
        return None
    try:
        day, year, hour, minute, second = (int(match[group]) for group in (1, 3, 4, 5, 6))
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
