"""detect-secrets JSON: the baseline, which is both the report of a scan and the file for an audit.

Source: ``PotentialSecret``, ``baseline`` and ``audit.report`` in the source of detect-secrets. A
result is one secret of one file in ``results``. A baseline never holds the secret itself, only its
hash; the report of an audit does, and nothing of it is kept. After an audit ``is_secret`` or the
category says what a person decided.
"""

from __future__ import annotations

import hashlib
from typing import Any

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import (
    MAX_LOCATIONS,
    MAX_RULE_ID,
    MAX_TITLE,
    FindingState,
    Location,
    ParsedFinding,
    ParsedScan,
    clean,
)
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import Severity
from checklist_app.scanners.base import About, Head, Kind, Parser, Report, fingerprint, wrong_type
from checklist_app.scanners.reading import Gathering, document
from checklist_app.scanners.shapes import NO_CONTENT, add_each, root_object
from checklist_app.scanners.source_code import HARD_CODED, source_path, trace
from checklist_app.scanners.values import moment, whole_number
from checklist_app.untrusted.json_text import as_list, as_object, as_text

TOOL = "detect-secrets"

_VERIFIED = {True: "the tool found that the secret works", False: "not verified"}


def recognises(head: Head) -> bool:
    """Whether this is the beginning of a detect-secrets baseline."""
    if head.kind is not Kind.JSON or not head.text.startswith("{"):
        return False
    listed = head.has_key("plugins_used") and (
        head.has_key("results") or head.has_key("filters_used") or head.has_key("generated_at")
    )
    found = head.has_key("results", "hashed_secret", "type")
    return listed or found or head.has_key("results", "category", "filename", "lines", "types")


def parse(report: Report) -> ParsedScan:
    """Read a detect-secrets baseline.

    Raises:
        UnreadableReport: it is no JSON, or has no results by file.
    """
    root = root_object(document(report))
    if "results" not in root:
        raise UnreadableReport(
            text(
                "This detect-secrets report has no results. "
                "Write it with detect-secrets scan --all-files > report.json."
            )
        )
    files = root["results"]
    gathering = Gathering(
        "detect-secrets",
        TOOL,
        tool_version=as_text(root.get("version")),
        started_at=moment(root.get("generated_at")),
    )
    if isinstance(files, list) and "plugins_used" not in root:
        add_each(gathering, files, _audited)
        return gathering.scan()
    if not isinstance(files, dict):
        raise wrong_type("results", "{…}")
    for path, secrets in files.items():
        if not isinstance(secrets, list):
            raise wrong_type(f"results.{clean(path, 80)}", "[…]")
        for secret in secrets:
            _add(gathering, path, secret)
    return gathering.scan()


def _add(gathering: Gathering, path: str, secret: Any) -> None:
    if isinstance(secret, dict) and secret:
        gathering.add(_finding(source_path(path), secret))
    else:
        gathering.skip(NO_CONTENT)


def _finding(path: str, secret: dict[str, Any]) -> ParsedFinding:
    rule_id = clean(secret.get("type"), MAX_RULE_ID)
    verified = secret.get("is_verified") is True
    refuted = secret.get("is_secret") is False
    return ParsedFinding(
        tool=TOOL,
        rule_id=rule_id,
        title=clean(rule_id, MAX_TITLE) or "?",
        description=f"{rule_id}: {_VERIFIED[verified]}",
        severity=Severity.CRITICAL if verified else Severity.HIGH,
        cwes=HARD_CODED,
        tags=(),
        locations=(Location(path, whole_number(secret.get("line_number"))),) if path else (),
        fingerprint=fingerprint(
            "detect-secrets", rule_id, path, trace(secret.get("hashed_secret"))
        ),
        state=FindingState.SUPPRESSED if refuted else FindingState.OPEN,
        reason="is_secret: false (audit)" if refuted else "",
    )


def _audited(entry: dict[str, Any]) -> ParsedFinding:
    """Read an entry of the report of an audit: one secret, all its kinds and lines in one file."""
    kinds = [clean(kind, MAX_RULE_ID) for kind in as_list(entry.get("types"))]
    path = source_path(entry.get("filename"))
    numbers = [
        whole_number(number) for number in list(as_object(entry.get("lines")))[:MAX_LOCATIONS]
    ]
    category = clean(entry.get("category"), 40).upper()
    refuted = category == "VERIFIED_FALSE"
    hashed = hashlib.sha1(
        as_text(entry.get("secrets")).encode("utf-8", "replace"), usedforsecurity=False
    )
    rule_id = next(iter(kinds), "")
    return ParsedFinding(
        tool=TOOL,
        rule_id=rule_id,
        title=clean(", ".join(kinds), MAX_TITLE) or "?",
        description=f"{', '.join(kinds)}: {category.replace('_', ' ').lower()}",
        severity=Severity.HIGH,
        cwes=HARD_CODED,
        tags=(),
        locations=tuple(Location(path, number) for number in numbers or [None]) if path else (),
        # A baseline has this hash, so that the same secret is the same finding in both.
        fingerprint=fingerprint("detect-secrets", rule_id, path, trace(hashed.hexdigest())),
        state=FindingState.SUPPRESSED if refuted else FindingState.OPEN,
        reason=f"category: {category}" if refuted else "",
        occurrences=max(1, len(numbers)),
    )


PARSER = Parser(
    "detect-secrets",
    "detect-secrets (JSON)",
    recognises,
    parse,
    About(
        versions="detect-secrets 0.9 to 1.5, fresh scans, audited baselines and the JSON of "
        "`audit --report`.",
        source="`core/potential_secret.py`, `core/baseline.py` and `audit/report.py` in its "
        "source.",
        command="`detect-secrets scan --all-files > detect-secrets.json`",
        result="One secret of one file; the same one on several lines is one for the tool too.",
        keys="CWE-798 for all; rule `detect-secrets:<type>` such as `Secret Keyword`.",
        severity="High; critical where the tool found that the secret works.",
        clean="A report without results, which names its plugins, ran and found nothing.",
        differs="What an audit called no secret is suppressed; the hash is not kept.",
    ),
)
