"""The scorecard of MobSF: the most important results of the analysis of a mobile app.

Source: ``appsec.py`` in the source of MobSF. A result is one entry of ``high``, ``warning``,
``info``, ``secure`` or ``hotspot``. The full report says more of each of them.
"""

from __future__ import annotations

from checklist_app.domain.findings import (
    MAX_SHORT,
    MAX_VERSION,
    ParsedScan,
    clean,
)
from checklist_app.domain.text import text
from checklist_app.scanners.base import About, Head, Kind, Parser, Report
from checklist_app.scanners.mobsf_cards import read
from checklist_app.scanners.mobsf_names import (
    TOOL,
)
from checklist_app.scanners.reading import Gathering, document
from checklist_app.scanners.shapes import root_object
from checklist_app.untrusted.json_text import as_object

_GROUPS = ("high", "warning", "info", "secure", "hotspot")
_OF_A_REPORT = ("sha256", "code_analysis", "binary_analysis")


def recognises(head: Head) -> bool:
    """Whether this is the beginning of a scorecard; a report that holds one is a report."""
    if head.kind is not Kind.JSON or not head.text.startswith("{"):
        return False
    if any(head.has_key(name) for name in _OF_A_REPORT):
        return False
    if head.has_key("high", "warning") and head.has_key("title", "description", "section"):
        return True
    return head.has_key(*_GROUPS, "security_score")


def parse(report: Report) -> ParsedScan:
    """Read a scorecard.

    Raises:
        UnreadableReport: it is no JSON, or has no list of results or one of the wrong type.
    """
    root = root_object(document(report))
    card = as_object(root.get("appsec")) or root
    app = clean(card.get("app_name") or card.get("file_name"), MAX_SHORT)
    gathering = Gathering(
        "mobsf-scorecard",
        TOOL,
        tool_version=clean(root.get("version"), MAX_VERSION).removeprefix("v"),
        target=f"{app} {clean(card.get('version_name'), 60)}".strip(),
    )
    read(card, app, gathering)
    if not gathering.results:
        gathering.fail(text("The report holds no result: nothing shows that an app was analysed."))
    return gathering.scan()


PARSER = Parser(
    "mobsf-scorecard",
    "MobSF scorecard (JSON)",
    recognises,
    parse,
    About(
        versions="MobSF 3.4 to 4.4.",
        source="`appsec.py` in the source of MobSF.",
        command='`curl -H "Authorization: $TOKEN" --data "hash=$HASH" $MOBSF/api/v1/scorecard`',
        result="An entry of `high`, `warning`, `info`, `secure` or `hotspot`.",
        keys="Rule `mobsf:<name>` as in the full report, except rules of the code, which a "
        "scorecard does not name; it has no CWE.",
        severity="The group: high, warning medium, info, hotspot low.",
        clean="`secure` is a pass, `info` an observation, `hotspot` needs review. A scorecard "
        "without any entry proves nothing.",
        differs="DefectDojo leaves `secure` and `hotspot` out. Import the full report if you can: "
        "it names rules, CWEs and places.",
    ),
)
