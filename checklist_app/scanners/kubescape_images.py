"""The vulnerabilities of images in Kubescape's report, where its scan looked at images too.

They stand in ``summaryDetails.vulnerabilities`` without the image that each one is in.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from checklist_app.domain.findings import (
    MAX_RULE_ID,
    MAX_SHORT,
    MAX_TITLE,
    Location,
    ParsedFinding,
    clean,
)
from checklist_app.scanners.base import fingerprint, wrong_type
from checklist_app.scanners.kubescape_results import TOOL, list_in
from checklist_app.scanners.values import severity_of
from checklist_app.untrusted.json_text import as_list, as_object

_VULNERABLE_COMPONENT = (1395,)


def vulnerabilities(summary: dict[str, Any]) -> Iterator[ParsedFinding | None]:
    """Yield the vulnerabilities of a ``summaryDetails``; None for one without a name.

    Raises:
        UnreadableReport: they, or their list, have the wrong type.
    """
    holder = summary.get("vulnerabilities") or {}
    if not isinstance(holder, dict):
        raise wrong_type("summaryDetails.vulnerabilities", "{…}")
    found = {key.lower(): part for key, part in holder.items()}
    images = [clean(image, MAX_SHORT) for image in as_list(found.get("images"))]
    place = images[0] if len(images) == 1 else ""
    name = "cves" if found.get("cves") else "cvesummary"
    for entry in list_in(found, name, "summaryDetails.vulnerabilities."):
        yield _vulnerability({key.lower(): part for key, part in as_object(entry).items()}, place)


def _vulnerability(entry: dict[str, Any], image: str) -> ParsedFinding | None:
    rule_id = clean(entry.get("id"), MAX_RULE_ID)
    if not rule_id:
        return None
    package = clean(entry.get("package"), MAX_SHORT)
    shown = clean(f"{package}@{clean(entry.get('version'), 80)}".rstrip("@"), MAX_SHORT)
    versions = (clean(version, 60) for version in as_list(entry.get("fixversions")))
    fixed = ", ".join(filter(None, versions))
    return ParsedFinding(
        tool=TOOL,
        rule_id=rule_id,
        title=clean(f"{rule_id}: {shown}", MAX_TITLE),
        description="",
        severity=severity_of(entry.get("severity")),
        cwes=_VULNERABLE_COMPONENT,
        tags=(),
        locations=(Location(image or shown, parameter=shown if image else ""),),
        fingerprint=fingerprint("kubescape", "vulnerability", rule_id, package),
        solution=clean(f"Fixed in: {fixed}", MAX_TITLE) if fixed else "",
    )
