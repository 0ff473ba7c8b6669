"""What MobSF's scorecard says, as an answer of its own or inside a report."""

from __future__ import annotations

from typing import Any

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import (
    MAX_DESCRIPTION,
    MAX_TITLE,
    FindingState,
    ParsedFinding,
    clean,
)
from checklist_app.domain.text import text
from checklist_app.scanners.base import fingerprint, wrong_type
from checklist_app.scanners.links import links_in
from checklist_app.scanners.mobsf_entries import simple
from checklist_app.scanners.mobsf_names import (
    REVIEW,
    SEVERITIES,
    masked_entry,
    rule_named,
    state_of,
    without_markup,
)
from checklist_app.scanners.reading import Gathering
from checklist_app.scanners.shapes import NO_CONTENT
from checklist_app.scanners.values import severity_of

_GROUPS = ("high", "warning", "info", "secure", "hotspot")


def read(card: dict[str, Any], app: str, gathering: Gathering) -> None:
    """Take the results of a scorecard.

    Raises:
        UnreadableReport: it has no list of results or one of the wrong type.
    """
    if not any(name in card for name in _GROUPS):
        raise UnreadableReport(
            text(
                "This MobSF scorecard has no list of results. Fetch it again with api/v1/scorecard."
            )
        )
    for group in _GROUPS:
        listed = card.get(group) or []
        if not isinstance(listed, list):
            raise wrong_type(group, "[…]")
        for entry in listed:
            if isinstance(entry, dict) and entry.get("title"):
                gathering.add(_finding(group, entry, app))
            else:
                gathering.skip(NO_CONTENT)


def _finding(group: str, entry: dict[str, Any], app: str) -> ParsedFinding:
    section = clean(entry.get("section"), 40)
    title = without_markup(entry.get("title"))
    described = clean(entry.get("description"), MAX_DESCRIPTION)
    rule_id = rule_named(section, f"{title} {described.partition(chr(10))[0]}", title)
    if section == "secrets":
        described = _masked(described)
    state = state_of(group, ())
    review = state is FindingState.NEEDS_REVIEW
    return simple(
        app,
        rule_id,
        "",
        title=clean(title, MAX_TITLE) or "?",
        description=described,
        severity=severity_of(group, SEVERITIES),
        fingerprint=fingerprint("mobsf-scorecard", app, section, _mark(section, title, described)),
        state=state,
        reason=REVIEW if review else "",
        references=links_in(described) if section == "code" else (),
    )


def _mark(section: str, title: str, described: str) -> str:
    """Return what tells an entry from others; some titles count what they found."""
    if section in ("permissions", "files", "secrets", "trackers"):
        return ""
    return f"{title}\n{described}" if section in ("network", "manifest") else title


def _masked(described: str) -> str:
    """Return the list of possible secrets, which stands below one line of prose, masked."""
    first, *rest = described.split("\n")
    return "\n".join([first, *(masked_entry(line) for line in rest if line.strip())])
