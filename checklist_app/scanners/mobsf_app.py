"""What MobSF tells of a whole app: permissions, secrets, files, servers and trackers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from checklist_app.domain.findings import (
    MAX_LOCATIONS,
    MAX_SHORT,
    MAX_TITLE,
    MAX_URI,
    FindingState,
    ParsedFinding,
    clean,
)
from checklist_app.domain.vocabulary import Severity
from checklist_app.scanners.base import fingerprint
from checklist_app.scanners.links import links_in
from checklist_app.scanners.mobsf_entries import Entries, first_of, flat, places_of, simple
from checklist_app.scanners.mobsf_names import REVIEW, masked_entry, rule_named
from checklist_app.scanners.source_code import trace
from checklist_app.scanners.values import whole_number
from checklist_app.untrusted.json_text import as_list, as_object

_MANY_TRACKERS = 4


def permissions(found: object, app: str) -> Entries:
    """Yield the permissions that an app asks for; dangerous ones have to be justified."""
    entries: Iterable[tuple[object, object]] = as_object(found).items()
    if isinstance(found, list):
        entries = ((as_object(entry).get("name"), entry) for entry in found)
    for name, entry in entries:
        said = entry
        if isinstance(entry, list):  # MobSF before 1.0
            said = dict(zip(("status", "info", "description"), entry, strict=False))
        known = isinstance(said, dict) and clean(name, MAX_SHORT)
        yield _permission(clean(name, MAX_SHORT), as_object(said), app) if known else None


def _permission(name: str, entry: dict[str, Any], app: str) -> ParsedFinding:
    status = clean(entry.get("status"), 40).lower() or "unknown"
    dangerous = "dangerous" in status
    said = (entry.get(key) for key in ("info", "description", "reason"))
    return simple(
        app,
        f"permission.{'dangerous' if dangerous else status}",
        name,
        title=clean(f"Permission {name} ({status})", MAX_TITLE),
        description="\n\n".join(dict.fromkeys(filter(None, (clean(t, 4_000) for t in said)))),
        severity=Severity.LOW if dangerous else Severity.INFO,
        state=FindingState.NEEDS_REVIEW if dangerous else FindingState.OBSERVATION,
        reason=REVIEW if dangerous else "",
    )


def secrets(found: object, app: str) -> Entries:
    """Yield what may be secrets, masked; many are harmless texts, so somebody has to look."""
    for entry in as_list(found):
        if not isinstance(entry, str) or not entry.strip():
            yield None
            continue
        shown = masked_entry(entry)
        yield simple(
            app,
            "secrets",
            "",
            title=clean(f"Possible hard-coded secret: {shown}", MAX_TITLE),
            description=shown,
            severity=Severity.MEDIUM,
            fingerprint=fingerprint("mobsf", app, "secrets", shown, trace(entry)),
            state=FindingState.NEEDS_REVIEW,
            reason=REVIEW,
        )


def files(found: object, app: str) -> Entries:
    """Yield kinds of files in the package; keys and certificates have to be looked at."""
    for entry in as_list(found):
        if not isinstance(entry, dict) or not entry:
            yield None
            continue
        title = first_of(entry, "finding", "issue")
        rule_id = rule_named("files", title)
        review = rule_id in ("files.keystores", "files.certificates")
        places = tuple(places_of(entry.get("files")))
        yield simple(
            app,
            rule_id,
            "",
            title=clean(title, MAX_TITLE) or "?",
            severity=Severity.LOW if review else Severity.INFO,
            locations=tuple(dict.fromkeys(places))[:MAX_LOCATIONS],
            state=FindingState.NEEDS_REVIEW if review else FindingState.OBSERVATION,
            reason=REVIEW if review else "",
            occurrences=max(1, len(places)),
        )


def firebase(found: object, app: str) -> Entries:
    """Yield what is said of Firebase: addresses that are open or not, or findings."""
    for entry in as_list(found):
        if not isinstance(entry, dict) or "open" not in entry:
            yield from flat("firebase", [entry], app)
            continue
        is_open = entry["open"] is True
        yield simple(
            app,
            "firebase.open" if is_open else "firebase.database",
            clean(entry.get("url"), MAX_URI),
            title=f"Firebase database {'open to everybody' if is_open else 'in use'}",
            severity=Severity.HIGH if is_open else Severity.INFO,
            state=FindingState.OPEN if is_open else FindingState.OBSERVATION,
        )


def domains(found: object, app: str) -> Entries:
    """Yield the domains that the app names, by what MobSF knows of them."""
    for name, entry in as_object(found).items():
        known = as_object(entry)
        rule_id, title, severity, state = (
            "domains",
            "Domain",
            Severity.INFO,
            FindingState.OBSERVATION,
        )
        if clean(known.get("bad"), 10).lower() == "yes":
            rule_id, title = "domains.malicious", "Malicious domain"
            severity, state = Severity.HIGH, FindingState.OPEN
        elif known.get("ofac") is True:
            rule_id, title = "domains.sanctioned", "Server in a sanctioned country"
            severity, state = Severity.LOW, FindingState.NEEDS_REVIEW
        place = clean(name, MAX_SHORT)
        yield simple(
            app,
            rule_id,
            place,
            title=clean(f"{title}: {place}", MAX_TITLE),
            severity=severity,
            state=state,
            reason=REVIEW if state is FindingState.NEEDS_REVIEW else "",
        )


def trackers(found: object, app: str) -> Entries:
    """Yield the trackers in an app, or that none of those known is in it."""
    holder = as_object(found)
    listed = as_list(holder.get("trackers"))
    many = len(listed) > _MANY_TRACKERS
    for entry in listed:
        known = as_object(entry)
        name = clean(known.get("name") or next(iter(known), ""), MAX_SHORT)
        yield simple(
            app,
            "trackers",
            name,
            title=clean(f"Tracker: {name}", MAX_TITLE),
            severity=Severity.HIGH if many else Severity.MEDIUM,
            references=links_in(*known.values()),
            state=FindingState.NEEDS_REVIEW,
            reason=REVIEW,
        )
    if not listed and whole_number(holder.get("total_trackers")):
        yield simple(
            app,
            "trackers",
            "",
            title="No known tracker",
            severity=Severity.INFO,
            state=FindingState.PASSED,
        )
