"""A judgement of the gate in the formats that pipelines read: SARIF 2.1.0 and JUnit XML."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree as ET  # only writes

from checklist_app.cli.console import say
from checklist_app.domain.gate import MEANINGS, GateRule
from checklist_app.domain.text import text

SARIF_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_sarif(facts: Mapping[str, Any]) -> str:
    """Return a judgement as a SARIF log: one result for each reason that closes the gate."""
    rules = [
        {
            "id": rule,
            "shortDescription": {"text": say(MEANINGS[GateRule(rule)])},
            "defaultConfiguration": {"level": "error"},
        }
        for rule in facts["rules"]
    ]
    run = {
        "tool": {"driver": {"name": "OWASP Checklist gate", "rules": rules}},
        "automationDetails": {"id": f"checklist-gate/{facts['project']}"},
        "columnKind": "unicodeCodePoints",
        "results": [_result(one, facts["rules"]) for one in facts["obstacles"]],
        "properties": {"passed": facts["passed"], "counts": facts["counts"]},
    }
    log = {"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, ensure_ascii=False, indent=2) + "\n"


def as_junit(facts: Mapping[str, Any]) -> str:
    """Return a judgement as JUnit XML.

    Each reason is a test that failed; each rule that nothing breaks is one that passed.
    """
    obstacles = facts["obstacles"]
    kept = [rule for rule in facts["rules"] if not facts["counts"][rule]]
    suite = ET.Element(
        "testsuite",
        name=f"checklist gate {_xml(facts['project'])}",
        tests=str(len(obstacles) + len(kept)),
        failures=str(len(obstacles)),
        errors="0",
        timestamp=facts["judged_at"][:19],
    )
    for rule in kept:
        ET.SubElement(suite, "testcase", classname=f"gate.{rule}", name=rule)
    for one in obstacles:
        case = ET.SubElement(
            suite, "testcase", classname=f"gate.{one['rule']}", name=_xml(place_of(one))
        )
        failure = ET.SubElement(case, "failure", message=_xml(one["why"]), type=one["rule"])
        failure.text = _xml(f"{one['why']} {one['advice']}\n{one['url']}")
    suites = ET.Element("testsuites")
    suites.append(suite)
    ET.indent(suites)
    return ET.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def place_of(obstacle: Mapping[str, Any]) -> str:
    """Return the requirement, or the finding that leads to none, in one line."""
    if not obstacle["identifier"]:
        number = str(obstacle["finding_id"])
        return say(text("Finding %(number)s, %(title)s", number=number, title=obstacle["title"]))
    named = f"{obstacle['standard']}, {obstacle['identifier']} {obstacle['title']}"
    if not obstacle["finding_id"]:
        return named
    finding = say(text("Finding %(number)s", number=str(obstacle["finding_id"])))
    return f"{named} ({finding})"


def _result(one: Mapping[str, Any], rules: list[str]) -> dict[str, Any]:
    name = "/".join(
        str(part)
        for part in (
            one["standard"] or "findings",
            one["identifier"] or one["finding_id"],
        )
    )
    mark = f"{one['rule']}\n{one['checklist_number']}\n{name}\n{one['finding_id']}"
    return {
        "ruleId": one["rule"],
        "ruleIndex": rules.index(one["rule"]),
        "level": "error",
        "message": {"text": f"{place_of(one)}: {one['why']} {one['advice']} {one['url']}"},
        "locations": [{"logicalLocations": [{"fullyQualifiedName": name, "kind": "requirement"}]}],
        "partialFingerprints": {"gate/v1": hashlib.sha256(mark.encode()).hexdigest()},
        "properties": {
            "checklist": one["checklist_number"],
            "requirement": one["identifier"],
            "finding": one["finding_id"],
            "severity": one["severity"],
        },
    }


def _xml(words: str) -> str:
    return NOT_IN_XML.sub(" ", words)
