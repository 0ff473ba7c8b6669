"""Reports of three tools about one made-up program, and one that was cut off on its way."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from zipfile import ZipFile

FILE = "backend/accounts/search.py"
LINE = 48


def sarif(tool: str, cwe: int, title: str, *, line: int, started: datetime) -> bytes:
    """Return a report of one finding in ``FILE``."""
    rule = {
        "id": f"{tool}-{cwe}",
        "shortDescription": {"text": title},
        "properties": {"tags": [f"external/cwe/cwe-{cwe:03}"]},
    }
    place = {"artifactLocation": {"uri": FILE}, "region": {"startLine": line}}
    result = {
        "ruleId": rule["id"],
        "level": "error",
        "message": {"text": title},
        "locations": [{"physicalLocation": place}],
    }
    run = {
        "tool": {"driver": {"name": tool, "version": "1.0", "rules": [rule]}},
        "invocations": [
            {"executionSuccessful": True, "startTimeUtc": started.strftime("%Y-%m-%dT%H:%M:%SZ")}
        ],
        "results": [result],
    }
    return json.dumps({"version": "2.1.0", "runs": [run]}).encode()


def bandit(made: datetime) -> bytes:
    """Return a report that says of one line above ``LINE`` what another tool says of it."""
    result: dict[str, Any] = {
        "code": "47 rows = connection.execute('SELECT ' + column)\n",
        "filename": FILE,
        "issue_confidence": "HIGH",
        "issue_cwe": {"id": 89, "link": "https://cwe.mitre.org/data/definitions/89.html"},
        "issue_severity": "MEDIUM",
        "issue_text": "Possible SQL injection through string-based query construction.",
        "line_number": LINE - 1,
        "line_range": [LINE - 1],
        "more_info": "https://bandit.example.org/b608",
        "test_id": "B608",
        "test_name": "hardcoded_sql_expressions",
    }
    report = {
        "errors": [],
        "generated_at": made.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "metrics": {"_totals": {"loc": 120, "nosec": 0}},
        "results": [result],
    }
    return json.dumps(report).encode()


def dropped(now: datetime) -> dict[str, bytes]:
    """Return, by name, what somebody drops at once: a report, two in a zip, one cut off."""
    fresh = sarif("Sniffer", 89, "SQL statement built from text", line=LINE, started=now)
    old = sarif(
        "Watcher", 79, "Text shown as markup", line=LINE + 40, started=now - timedelta(days=3)
    )
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        archive.writestr("bandit.json", bandit(now))
        archive.writestr("watcher.sarif", old)
    return {
        "sniffer.sarif": fresh,
        "two-tools.zip": packed.getvalue(),
        "cut-off.sarif": fresh[: len(fresh) // 2],
    }
