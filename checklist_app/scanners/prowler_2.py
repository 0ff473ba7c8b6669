"""Reports of Prowler 2: lines of JSON, and a CSV file whose texts hold commas without quotes.

Source: ``include/outputs`` and ``include/csv_header`` of Prowler 2. A result is one check, of one
region or resource. Version 2 named checks in the titles, as ``[check11] Avoid …``.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from typing import Any

from checklist_app.domain.findings import MAX_DESCRIPTION, MAX_RULE_ID, MAX_SHORT, clean
from checklist_app.scanners.base import Head, Report, check_count
from checklist_app.scanners.reading import decoded

OUR_JSON = ("Profile", "Account Number", "Control", "Status")
_COLUMNS = ("PROFILE", "ACCOUNT_NUM", "REGION", "TITLE_ID")
_SEVERITIES = ("critical", "high", "medium", "low", "informational")
_CHECK = re.compile(r"\A\s*\[(\w{1,80})\]\s*")
_CERTAIN = 8
"""Columns up to the title; a comma in the texts after it shifts all that follow."""
_LONG = MAX_DESCRIPTION // 4
_NAMES: dict[str, tuple[str, ...]] = {
    "title": ("TITLE_TEXT", "Control"),
    "number": ("TITLE_ID", "Control ID"),
    "status": ("CHECK_RESULT", "RESULT", "Status"),
    "extended": ("CHECK_RESULT_EXTENDED", "NOTES", "Message"),
    "severity": ("CHECK_SEVERITY", "SEVERITY", "Severity"),
    "resource": ("CHECK_RESOURCE_ID", "Resource ID"),
    "region": ("REGION", "Region"),
    "account": ("ACCOUNT_NUM", "Account Number"),
    "risk": ("CHECK_RISK", "Risk"),
    "fix": ("CHECK_REMEDIATION", "Remediation"),
    "urls": ("CHECK_DOC", "Doc link", "Doc Link"),
    "compliance": ("CHECK_ASFF_COMPLIANCE_TYPE", "COMPLIANCE", "Compliance"),
    "time": ("PROWLER_START_TIME", "Timestamp"),
}


def delimiter(head: Head) -> str:
    """Return what separates the columns of a CSV file of Prowler 2; empty if this is none."""
    first_line = clean(head.text.partition("\n")[0], 8000).replace('"', "")
    for found in ",;|\t":
        names = tuple(name.strip() for name in first_line.split(found))
        if names[: len(_COLUMNS)] == _COLUMNS and "TITLE_TEXT" in names:
            return found
    return ""


def csv_lines(report: Report, separator: str) -> Iterator[dict[str, str] | None]:
    """Yield the lines of the CSV file by column; None for one that is no result."""
    lines = decoded(report.read()).splitlines()
    names = next(csv.reader(lines[:1], delimiter=separator))
    for number, line in enumerate(lines[1:], 1):
        check_count(number)
        cells = next(csv.reader([line], delimiter=separator), [])
        if len(cells) < _CERTAIN:
            if line.strip():
                yield None
        elif len(cells) <= len(names):
            yield dict(zip(names, cells, strict=False))
        else:
            yield _shifted(names, cells, separator)


def _shifted(names: list[str], cells: list[str], separator: str) -> dict[str, str]:
    """Return a line in whose texts there are separators: what is certain, and the rest as one."""
    rest = cells[_CERTAIN:]
    word = next((cell for cell in rest if cell.strip().lower() in _SEVERITIES), "")
    return {
        **dict(zip(names[:_CERTAIN], cells, strict=False)),
        "Severity": word,
        "Message": separator.join(rest),
    }


def read_line(line: dict[str, Any]) -> dict[str, str]:
    """Return a line of either file as a row, as those of later versions."""
    found = {
        ours: next(filter(None, (clean(line.get(name), _LONG) for name in theirs)), "")
        for ours, theirs in _NAMES.items()
    }
    match = _CHECK.match(found["title"])
    check = match[1] if match else found.pop("number")
    title = found["title"][match.end() :] if match else found["title"]
    uid = "" if found["resource"] else found["extended"]
    if not found["resource"]:  # as Prowler itself names it for AWS Security Hub
        found["resource"] = f"AWS::::Account:{found['account']}"
    return {
        **dict.fromkeys(("muted", "name", "description", "notes", "version"), ""),
        **found,
        "check": clean(check, MAX_RULE_ID),
        "title": title,
        "uid": clean(uid, MAX_SHORT),
    }
