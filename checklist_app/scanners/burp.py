"""Burp Suite's XML report of issues, from Burp 1.5 of 2013 to today, base64 or plain.

Source: the DTD that every such report carries, and PortSwigger's pages *Reporting scan results*
and *Issue definitions*. A result is one ``<issue>``: one kind of weakness in one place.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from xml.etree.ElementTree import Element

from checklist_app.domain.findings import (
    MAX_DESCRIPTION,
    MAX_RULE_ID,
    MAX_SHORT,
    MAX_TITLE,
    MAX_URI,
    Location,
    ParsedFinding,
    ParsedScan,
    clean,
)
from checklist_app.domain.text import text
from checklist_app.scanners.base import (
    About,
    Head,
    Kind,
    Parser,
    Report,
    fingerprint,
)
from checklist_app.scanners.burp_issues import TOOL, WORDS, classified, prose, rule_of, state_of
from checklist_app.scanners.links import links_in
from checklist_app.scanners.reading import Gathering
from checklist_app.scanners.values import moment, severity_of
from checklist_app.scanners.web_evidence import (
    exchange,
    from_base64,
    masked_url,
)
from checklist_app.scanners.xml_text import local_name, walk

_MAX_SOLUTION = 8_000
_PARAMETER = re.compile(r"\[([^\[\]]{1,255})\]\s*$")
_ZONE = re.compile(r" ([A-Z]{2,5}) (?=\d{4}$)")
_HOURS = {"CET": 1, "CEST": 2, "BST": 1, "EET": 2, "EEST": 3, "MSK": 3, "WIB": 7, "JST": 9,
          "EST": -5, "EDT": -4, "PST": -8, "PDT": -7}  # fmt: skip


def recognises(head: Head) -> bool:
    """Whether this is the beginning of a Burp report."""
    return head.kind is Kind.XML and head.root == "issues" and "burpVersion" in head.text


def parse(report: Report) -> ParsedScan:
    """Read a Burp report.

    Raises:
        UnreadableReport: it is no well-formed XML.
    """
    gathering = Gathering(format="burp", tool=TOOL)
    hosts: dict[str, None] = {}
    for event, element in walk(report):
        name = local_name(element)
        if event == "start" and name == "issues":
            gathering.tool_version = element.get("burpVersion", "")
            gathering.started_at = _exported(element.get("exportTime", ""))
        elif event == "end" and name == "issue":
            _add(gathering, element)
            hosts[masked_url(element.findtext("host"))] = None
            element.clear()
            report.progress(len(gathering.results), len(gathering.results) + 1)
    gathering.target = ", ".join(filter(None, hosts))
    if not hosts:
        gathering.fail(
            text(
                "The report holds no issue and does not say what was scanned, so it proves "
                "nothing. Export the issues of the whole scan, informational ones included."
            )
        )
    return gathering.scan()


def _add(gathering: Gathering, issue: Element) -> None:
    name = clean(issue.findtext("name"), MAX_TITLE)
    number = clean(issue.findtext("type"), MAX_RULE_ID)
    if not (name or number):
        gathering.skip(text("The issue has neither name nor type, so nothing can be read from it."))
        return
    place = _place(issue)
    word = clean(issue.findtext("severity"), 40)
    detail = clean(issue.findtext("issueDetail"), MAX_DESCRIPTION)
    state, reason = state_of(word, clean(issue.findtext("confidence"), 40), detail)
    rule_id = rule_of(number, name)
    gathering.add(
        ParsedFinding(
            tool=TOOL,
            rule_id=rule_id,
            title=name or number,
            description=prose(
                detail,
                *(item.text for item in issue.iter("issueDetailItem")),
                issue.findtext("issueBackground"),
                limit=MAX_DESCRIPTION,
            ),
            severity=severity_of(word, WORDS),
            cwes=classified(issue.findtext("vulnerabilityClassifications")),
            tags=(),
            locations=(place,),
            fingerprint=fingerprint("burp", rule_id, place.uri, place.parameter),
            state=state,
            reason=reason,
            solution=prose(
                issue.findtext("remediationDetail"),
                issue.findtext("remediationBackground"),
                limit=_MAX_SOLUTION,
            ),
            references=links_in(issue.findtext("references")),
            snippet=_evidence(issue),
        )
    )


def _place(issue: Element) -> Location:
    """Return where an issue is; its location ends in a parameter: ``/a.jsp [b_id cookie]``."""
    path = clean(issue.findtext("path"), MAX_URI)
    parameter = _PARAMETER.search(clean(issue.findtext("location"), MAX_URI))
    request = issue.find("requestresponse/request")
    return Location(
        uri=masked_url(clean(issue.findtext("host"), MAX_URI).rstrip("/") + path),
        method=clean(request.get("method"), 20) if request is not None else "",
        parameter=clean(parameter[1], MAX_SHORT) if parameter else "",
    )


def _evidence(issue: Element) -> str:
    """Return the first request with its answer; events of Burp Collaborator have their own."""
    first = issue.find("requestresponse")
    if first is None:
        return ""
    return exchange(*(_message(first.find(name)) for name in ("request", "response")))


def _message(message: Element | None) -> str:
    if message is None or not message.text:
        return ""
    return from_base64(message.text) if message.get("base64") == "true" else message.text


def _exported(written: str) -> datetime | None:
    """Return when the report was made, such as ``Wed Jan 27 22:43:35 WIB 2021``."""
    zone = _ZONE.search(written)
    found = moment(_ZONE.sub(" ", written), "%a %b %d %H:%M:%S %Y")
    return found and found - timedelta(hours=_HOURS.get(zone[1] if zone else "", 0))


PARSER = Parser(
    "burp",
    "Burp Suite (XML)",
    recognises,
    parse,
    About(
        versions="Burp Suite 1.5 to 2025: *Report issues* as XML, with base64 messages or without.",
        source="The DTD within each report, and PortSwigger's list of issue definitions.",
        command="Target or Dashboard, select the host, *Report issues for this host*, format XML",
        result="An issue: one kind of weakness at one path and parameter.",
        keys="CWE of `vulnerabilityClassifications` (Burp 2 on), rule `burp-suite:<type number>`; "
        "issues of extensions share one number, so their name is the rule.",
        severity="High, Medium, Low, Information as they stand.",
        clean="The format has no passes. A report without issues does not say what was scanned, "
        "so it proves nothing. Severity *False positive* is suppressed; what Burp calls purely "
        "informational, such as a valid certificate, is an observation.",
        differs="Each issue counts; other importers join issues of one name or host.",
    ),
)
