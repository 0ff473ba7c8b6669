"""Nuclei's results as JSON lines (``-jsonl``, once ``-json``) or as an array (``-json-export``).

Source: ``ResultEvent`` in ``pkg/output`` and ``Info`` in ``pkg/model`` of Nuclei 2 and 3; before
2.5.3 keys were written ``templateID`` and ``matched``, before 2.3 a result was flat. A result is
one match of a template. With ``-matcher-status`` there is also one for what did not match.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from checklist_app.domain.findings import (
    MAX_DESCRIPTION,
    MAX_RULE_ID,
    MAX_SHORT,
    MAX_TITLE,
    MAX_URI,
    FindingState,
    Location,
    ParsedFinding,
    ParsedScan,
    clean,
)
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import Severity
from checklist_app.domain.weakness_tags import cwes_in, tags_in
from checklist_app.scanners.base import About, Head, Kind, Parser, Report, fingerprint, wrong_type
from checklist_app.scanners.links import links_in
from checklist_app.scanners.reading import Gathering, json_lines
from checklist_app.scanners.values import SEVERITIES, moment, probability_of, score_of, severity_of
from checklist_app.scanners.web_evidence import (
    exchange,
    masked,
    masked_url,
    without_query,
)
from checklist_app.untrusted.json_text import as_list, as_object

TOOL = "Nuclei"

_TEMPLATE_KEYS = ("template-id", "templateID", "template")
_PLACE_KEYS = ("matched-at", "matched", "host", "url")
_SEVERAL_RULES = ("http-missing-security-headers",)
"""Templates whose matchers are rules of their own: each names another header."""
_SAYS_WHAT_IS_THERE = {"detect", "detection", "discovery", "fingerprint", "tech", "waf", "osint"}
_WORD = re.compile(r"[a-z]+")
_MAX_SOLUTION = 8_000
_MAX_LISTED = 50


def recognises(head: Head) -> bool:
    """Whether this is the beginning of results of Nuclei."""
    if head.kind is not Kind.JSON:
        return False
    by_id = head.has_key("template-id") or head.has_key("templateID")
    has_place = head.has_key("matched-at") or head.has_key("matched") or head.has_key("host")
    is_flat = head.has_key("template", "matched", "severity", "type")
    return (by_id and head.has_key("info") and has_place) or is_flat


def parse(report: Report) -> ParsedScan:
    """Read results of Nuclei.

    Raises:
        UnreadableReport: a line is no JSON, or a result is no object.
    """
    gathering = Gathering(format="nuclei", tool=TOOL)
    hosts: dict[str, None] = {}
    begun: list[datetime] = []
    for number, event in enumerate(json_lines(report)):
        if not isinstance(event, dict):
            raise wrong_type(f"[{number}]", "{…}")
        hosts[masked_url(event.get("host") or event.get("url") or event.get("matched"))] = None
        begun += filter(None, [moment(event.get("timestamp"))])
        _add(gathering, event)
        if number % 100 == 0:
            report.progress(number, number + 1)
    gathering.target = ", ".join(filter(None, hosts))
    gathering.started_at = min(begun, default=None)
    return gathering.scan()


def _add(gathering: Gathering, event: dict[str, Any]) -> None:
    template = _first(event, *_TEMPLATE_KEYS)
    if not template:
        gathering.skip(text("The result names no template, so nothing can be read from it."))
        return
    if event.get("error"):
        gathering.skip(text("The request failed, so the template found out nothing."))
        gathering.fail(
            text("Requests of the scan failed: not every template was tried. Scan again.")
        )
        return
    # Older versions have the fields of the template beside those of the match.
    info = as_object(event.get("info")) or event
    matcher = _first(event, "matcher-name", "matcher_name", limit=MAX_SHORT)
    place = _place(event)
    rule_id = f"{template}:{matcher}" if matcher and template in _SEVERAL_RULES else template
    severity = severity_of(info.get("severity"), SEVERITIES)
    classes = as_object(info.get("classification"))
    tags = _texts(info.get("tags"))
    gathering.add(
        ParsedFinding(
            tool=TOOL,
            rule_id=clean(rule_id, MAX_RULE_ID),
            title=_title(info, template, matcher),
            description=_description(event, info, classes),
            severity=severity,
            cwes=cwes_in([classes.get("cwe-id"), *tags]),
            tags=tags_in([*tags, *_texts(as_object(info.get("metadata")).get("owasp"))]),
            locations=(place,) if place.uri else (),
            fingerprint=fingerprint(
                "nuclei",
                template,
                matcher or _first(event, "extractor-name", "extractor_name"),
                without_query(place.uri),
                place.parameter,
            ),
            state=_state(event, {template, clean(info.get("name"), MAX_TITLE), *tags}, severity),
            solution=clean(info.get("remediation"), _MAX_SOLUTION),
            references=links_in(" ".join(_texts(info.get("reference") or info.get("references")))),
            cvss=score_of(classes.get("cvss-score")) or None,
            epss=probability_of(classes.get("epss-score")),
            snippet=exchange(event.get("request"), event.get("response")),
        )
    )


def _state(event: dict[str, Any], names: set[str], severity: Severity) -> FindingState:
    """Return what a result is: a template that did not match holds, one that looks is no flaw."""
    if event.get("matcher-status") is False:
        return FindingState.PASSED
    words = {word for name in names for word in _WORD.findall(name.lower())}
    if severity is Severity.INFO and words & _SAYS_WHAT_IS_THERE:
        return FindingState.OBSERVATION
    return FindingState.OPEN


def _title(info: dict[str, Any], template: str, matcher: str) -> str:
    name = clean(info.get("name"), MAX_TITLE) or template
    return clean(f"{name}: {matcher}" if matcher else name, MAX_TITLE)


def _description(event: dict[str, Any], info: dict[str, Any], classes: dict[str, Any]) -> str:
    found = event.get("extracted-results", event.get("extracted_results"))
    listed = ", ".join(_texts(found)[:_MAX_LISTED])
    cves = ", ".join(name.upper() for name in _texts(classes.get("cve-id"))[:_MAX_LISTED])
    parts = (
        clean(info.get("description"), MAX_DESCRIPTION // 2),
        clean(info.get("impact"), MAX_DESCRIPTION // 4),
        cves,
        masked(clean(listed, MAX_DESCRIPTION // 8)),
    )
    return clean("\n\n".join(filter(None, parts)), MAX_DESCRIPTION)


def _place(event: dict[str, Any]) -> Location:
    return Location(
        uri=masked_url(_first(event, *_PLACE_KEYS, limit=MAX_URI)),
        method=clean(event.get("fuzzing_method"), 20),
        parameter=clean(event.get("fuzzing_parameter"), MAX_SHORT),
    )


def _first(event: dict[str, Any], *names: str, limit: int = MAX_RULE_ID) -> str:
    """Return the first of these fields that has a text."""
    return next(filter(None, (clean(event.get(name), limit) for name in names)), "")


def _texts(value: object) -> list[str]:
    """Return the texts of a list, or of one text with commas or lines."""
    if isinstance(value, str):
        return [part.strip() for part in re.split(r"[,\n]", value) if part.strip()]
    return [part for part in as_list(value) if isinstance(part, str)]


PARSER = Parser(
    "nuclei",
    "Nuclei (JSON, JSONL)",
    recognises,
    parse,
    About(
        versions="Nuclei 2 and 3: `-jsonl`, `-json`, `-json-export`.",
        source="`pkg/output/output.go` and `pkg/model/model.go` of Nuclei.",
        command="`nuclei -u https://… -jsonl -o nuclei.jsonl`",
        result="A match of a template at one address.",
        keys="`info.classification.cwe-id`, CWE and OWASP names among the tags, rule "
        "`nuclei:<template id>`; of *http-missing-security-headers* with `:<header>`.",
        severity="`info.severity` as it stands; *unknown* is medium.",
        clean="With `-matcher-status` a template that did not match is a pass. Without it an "
        "empty file cannot be told from no file, so it is refused. Templates of severity info "
        "that detect what is there give observations.",
        differs="Each match counts; other importers join matches of one template.",
    ),
)
