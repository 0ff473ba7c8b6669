"""A SARIF report as a static analyser writes it for a large code base."""

from __future__ import annotations

import hashlib
import json
from typing import Any

RULES = 60
FILES = 1200
WEAKNESSES = (22, 78, 79, 89, 90, 94, 113, 117, 190, 295, 312, 319, 327, 328, 330, 338, 352, 377)
WEAKNESSES_TOO = (400, 409, 434, 470, 489, 502, 521, 532, 601, 611, 614, 639, 732, 770, 798, 918)
PACKAGES = ("accounts", "payments", "sessions", "statements", "cards", "notifications")
LEVELS = ("error", "warning", "warning", "note")


def sarif_report(results: int, *, is_lean: bool = False) -> bytes:
    """Return a report with so many different results of 60 rules over 34 weaknesses.

    A lean one is written without indents, code flows and related places.
    """
    driver = {
        "name": "Deep Analyser",
        "semanticVersion": "4.2.1",
        "informationUri": "https://analyser.example.org",
        "rules": [_rule(number) for number in range(RULES)],
    }
    run = {
        "tool": {"driver": driver},
        "invocations": [{"executionSuccessful": True, "startTimeUtc": "2026-01-15T08:30:00Z"}],
        "columnKind": "utf16CodeUnits",
        "results": [_result(number, is_lean=is_lean) for number in range(results)],
    }
    log = {"version": "2.1.0", "runs": [run]}
    if is_lean:
        return json.dumps(log, separators=(",", ":")).encode()
    return json.dumps(log, indent=1).encode()


def _rule(number: int) -> dict[str, Any]:
    weaknesses = WEAKNESSES + WEAKNESSES_TOO
    weakness = weaknesses[number % len(weaknesses)]
    return {
        "id": f"py/analysis/{number:03}",
        "name": f"Analysis{number:03}",
        "shortDescription": {
            "text": f"Untrusted data reaches a sensitive operation, case {number}"
        },
        "fullDescription": {
            "text": "A value that comes from a request reaches an operation that trusts it. "
            "Whoever controls the value controls what the operation does. " * 3
        },
        "help": {
            "text": "Check the value against a list of what is allowed, or use an interface that "
            "keeps data and instructions apart. Add a test that sends a hostile value. " * 4
        },
        "helpUri": f"https://analyser.example.org/rules/{number:03}",
        "defaultConfiguration": {"level": LEVELS[number % len(LEVELS)]},
        "properties": {
            "tags": ["security", f"external/cwe/cwe-{weakness:03}"],
            "precision": "high",
            "security-severity": f"{3 + number % 7}.{number % 10}",
        },
    }


def _result(number: int, *, is_lean: bool) -> dict[str, Any]:
    rule = (number * 7) % RULES
    line = 10 + number % 800
    path = f"src/{PACKAGES[number % len(PACKAGES)]}/module_{number % FILES:04}.py"
    result: dict[str, Any] = {
        "ruleId": f"py/analysis/{rule:03}",
        "ruleIndex": rule,
        "level": LEVELS[rule % len(LEVELS)],
        "message": {
            "text": f"The value of parameter 'field_{number % 37}' flows into this call without "
            "being checked; it was read from the request in the same function."
        },
        "locations": [_place(path, line, f"run(request.args['field_{number % 37}'])  # {number}")],
        "partialFingerprints": {
            "primaryLocationLineHash": hashlib.sha256(str(number).encode()).hexdigest()[:16] + ":1"
        },
    }
    return result if is_lean else {**result, **_way_there(path, line)}


def _way_there(path: str, line: int) -> dict[str, Any]:
    """Return what most of a report consists of: where the value came from."""
    steps = [
        {"location": _place(path, line - step, f"value = step_{step}(value)")} for step in (4, 2, 0)
    ]
    return {
        "relatedLocations": [_place(path, line - 4, "value = request.args")],
        "codeFlows": [{"threadFlows": [{"locations": steps}]}],
    }


def _place(path: str, line: int, snippet: str) -> dict[str, Any]:
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": path, "uriBaseId": "%SRCROOT%", "index": 0},
            "region": {
                "startLine": line,
                "startColumn": 5,
                "endColumn": 5 + len(snippet),
                "snippet": {"text": snippet},
            },
        }
    }
