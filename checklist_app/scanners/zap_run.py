"""How a scan of ZAP went, by what its newer reports say of it beside the alerts.

Source: the templates of the add-on *Report Generation*, and the list of insights of the add-on
*Insights* (ZAP 2.17). A plan of the automation framework tells its errors in the JSON report.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from checklist_app.domain.findings import MAX_SHORT, clean
from checklist_app.domain.text import Text, text
from checklist_app.untrusted.json_text import as_list, as_object

_MOST_TOLD = 20
_OF_EVERY_REQUEST = ("insight.network.failure", "insight.auth.failure")
"""Insights that are medium when so many requests failed that little was tested."""


def problems_of(root: dict[str, Any]) -> Iterator[Text]:
    """Yield why a scan proves nothing, from the fields of the JSON report."""
    stopping = _told(as_object(root.get("stoppingInsight")))
    if stopping:
        yield text(
            "The scan was aborted: %(reason)s. Put that right and scan again.", reason=stopping
        )
    errors = [clean(error, MAX_SHORT) for error in as_list(root.get("afPlanErrors"))]
    bad = [_told(one) for one in map(as_object, as_list(root.get("insights"))) if _is_bad(one)]
    for message in list(dict.fromkeys(filter(None, [*errors, *bad])))[:_MOST_TOLD]:
        yield text("The scan reports an error: %(message)s", message=message)


def _is_bad(insight: dict[str, Any]) -> bool:
    level = clean(insight.get("level"), 20).lower()
    return level == "high" or (level == "medium" and insight.get("key") in _OF_EVERY_REQUEST)


def _told(insight: dict[str, Any]) -> str:
    parts = (clean(insight.get(name), MAX_SHORT) for name in ("site", "description", "statistic"))
    return ": ".join(filter(None, parts))
