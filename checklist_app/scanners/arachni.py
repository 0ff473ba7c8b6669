"""Arachni's reports as JSON and XML, from Arachni 0.4 to 1.6.

Source: ``components/reporters`` and ``lib/arachni/issue.rb`` of Arachni 1, ``reports`` of 0.4. A
result is one issue; variations of an issue are further ways in which it was seen.
"""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import (
    MAX_DESCRIPTION,
    MAX_RULE_ID,
    MAX_SHORT,
    MAX_TITLE,
    FindingState,
    Location,
    ParsedFinding,
    ParsedScan,
    clean,
)
from checklist_app.domain.text import text
from checklist_app.domain.weakness_tags import cwes_in, tags_in
from checklist_app.scanners.base import About, Head, Kind, Parser, Report, fingerprint, wrong_type
from checklist_app.scanners.links import links_in
from checklist_app.scanners.reading import Gathering
from checklist_app.scanners.shapes import read_either
from checklist_app.scanners.values import moment, score_of, severity_of
from checklist_app.scanners.web_evidence import (
    exchange,
    masked,
    masked_url,
    without_query,
)
from checklist_app.scanners.xml_text import local_name, walk
from checklist_app.untrusted.json_text import as_list, as_object

TOOL = "Arachni"
_ROOT_OF_04 = "arachni_report"
_DATES = ("%Y-%m-%d %H:%M:%S %z", "%a %b %d %H:%M:%S %Y", "%a %b %d %H:%M:%S %z %Y")
_MAX_SOLUTION = 8_000
_OF_SCAN = ("version", "start_datetime", "url")


def recognises(head: Head) -> bool:
    """Whether this is the beginning of an Arachni report."""
    if head.kind is Kind.XML:
        of_1 = head.root == "report" and "arachni/arachni/" in head.text.lower()
        return of_1 or head.root == _ROOT_OF_04
    if head.kind is not Kind.JSON or not head.text.startswith("{"):
        return False
    of_scan = head.has_key("version", "options", "sitemap") and "arachni" in head.text.lower()
    of_issue = head.has_key("remedy_guidance", "digest", "vector")
    return of_scan or of_issue or head.has_key("sitemap", "start_datetime", "issues")


def parse(report: Report) -> ParsedScan:
    """Read an Arachni report.

    Raises:
        UnreadableReport: it is no XML or JSON, or has no list of issues.
    """
    return read_either(
        report, Gathering(format="arachni", tool=TOOL), xml=_read_xml, json=_read_json
    )


def _read_json(data: dict[str, Any], gathering: Gathering) -> None:
    if "issues" not in data:
        raise UnreadableReport(
            text("This Arachni report has no list of issues. Export it with the JSON reporter.")
        )
    issues = data["issues"]
    if not isinstance(issues, list):
        raise wrong_type("issues", "[…]")
    gathering.tool_version = clean(data.get("version"), MAX_SHORT)
    gathering.target = masked_url(as_object(data.get("options")).get("url"))
    gathering.started_at = moment(data.get("start_datetime"), *_DATES)
    sitemap = data.get("sitemap")
    codes = sitemap.values() if isinstance(sitemap, dict) else as_list(sitemap)
    _check_sitemap(gathering, [clean(code, 20) for code in codes], is_given=sitemap is not None)
    for issue in issues:
        _add(gathering, as_object(issue))


def _check_sitemap(gathering: Gathering, codes: list[str], *, is_given: bool) -> None:
    """Note that no page answered; an answer that never came has the code 0."""
    if is_given and all(code in ("", "0") for code in codes):
        gathering.fail(
            text(
                "The scanner reached no page, so nothing was scanned. "
                "Check that it can reach the target and scan again."
            )
        )


def _read_xml(report: Report, gathering: Gathering) -> None:
    path: list[str] = []
    codes: list[str] = []
    facts: dict[str, str] = {}
    for event, element in walk(report):
        name = local_name(element)
        if event == "start":
            path.append(name)
            continue
        path.pop()
        if name == "issue":
            _add(gathering, _issue(element))
            element.clear()
            report.progress(len(gathering.results), len(gathering.results) + 1)
        elif path[-1:] == ["sitemap"]:
            codes.append(element.get("code", ""))
        elif name in _OF_SCAN and (len(path) == 1 or path[-1] == "system"):
            facts[name] = element.text or ""
        elif name == "sitemap":
            _check_sitemap(gathering, codes, is_given=True)
    gathering.tool_version = clean(facts.get("version"), MAX_SHORT)
    gathering.started_at = moment(facts.get("start_datetime"), *_DATES)
    gathering.target = masked_url(facts.get("url")) or _origins(gathering)


def _origins(gathering: Gathering) -> str:
    """Return what was scanned, by its issues: the XML of Arachni 1 hides it in its options."""
    places = (place.uri for one in gathering.results for place in one.locations)
    return ", ".join(dict.fromkeys("/".join(uri.split("/", 3)[:3]) for uri in places))


def _issue(element: Element) -> dict[str, Any]:
    """Return an issue of the XML report in the words of the JSON report."""
    issue: dict[str, Any] = {local_name(child): child.text or "" for child in element}
    for name in ("check", "vector"):
        found = element.find(name)
        if found is not None:
            issue[name] = {local_name(child): child.text or "" for child in found}
    page = element.find("page")
    if page is not None:
        issue["request"] = {"headers_string": page.findtext("request/raw") or ""}
        issue["response"] = {
            "headers_string": page.findtext("response/raw_headers") or "",
            "body": page.findtext("response/body") or "",
        }
    links = (one.get("url") or one.text for one in element.iter("reference"))
    issue["references"] = {str(number): link or "" for number, link in enumerate(links)}
    issue["tags"] = [tag.get("name") or tag.text or "" for tag in element.iter("tag")]
    issue["variations"] = list(element.iter("variation"))
    return issue


def _add(gathering: Gathering, issue: dict[str, Any]) -> None:
    name = clean(issue.get("name"), MAX_TITLE)
    if not name:
        gathering.skip(text("The issue has no name, so nothing can be read from it."))
        return
    check = as_object(issue.get("check"))
    rule_id = clean(check.get("shortname") or issue.get("internal_modname") or name, MAX_RULE_ID)
    place = _place(issue)
    by_hand = _needs_a_human(issue)
    gathering.add(
        ParsedFinding(
            tool=TOOL,
            rule_id=rule_id,
            title=name,
            description=_description(issue),
            severity=severity_of(issue.get("severity")),
            cwes=cwes_in(issue.get("cwe"), bare=True),
            tags=tags_in(as_list(issue.get("tags"))),
            locations=(place,) if place.uri else (),
            fingerprint=fingerprint(
                "arachni",
                rule_id,
                name,
                place.method,
                without_query(place.uri),
                place.parameter,
                "" if place.parameter else clean(issue.get("proof"), MAX_SHORT),
            ),
            state=FindingState.NEEDS_REVIEW if by_hand else FindingState.OPEN,
            reason="Arachni does not trust it: verify by hand" if by_hand else "",
            occurrences=max(1, len(as_list(issue.get("variations")))),
            solution=clean(issue.get("remedy_guidance"), _MAX_SOLUTION),
            references=links_in(*as_object(issue.get("references")).values()),
            cvss=score_of(issue.get("cvssv2")),
            snippet=_evidence(issue),
        )
    )


def _needs_a_human(issue: dict[str, Any]) -> bool:
    """Whether Arachni itself asks to verify the issue."""
    trusted, verification = issue.get("trusted"), issue.get("verification")
    return trusted in (False, "false") or verification in (True, "true")


def _description(issue: dict[str, Any]) -> str:
    proof = masked(clean(issue.get("proof"), MAX_DESCRIPTION // 8))
    return clean(
        "\n\n".join(filter(None, (clean(issue.get("description"), MAX_DESCRIPTION), proof))),
        MAX_DESCRIPTION,
    )


def _place(issue: dict[str, Any]) -> Location:
    """Return where an issue is; Arachni 0.4 had the fields of the vector in the issue itself."""
    vector = as_object(issue.get("vector"))
    return Location(
        uri=masked_url(vector.get("action") or vector.get("url") or issue.get("url")),
        method=clean(vector.get("method") or issue.get("method"), 20).upper(),
        parameter=clean(vector.get("affected_input_name") or issue.get("var"), MAX_SHORT),
    )


def _evidence(issue: dict[str, Any]) -> str:
    request = as_object(issue.get("request"))
    answer = as_object(issue.get("response")) if isinstance(issue.get("response"), dict) else {}
    heads = [
        clean(part.get("headers_string"), MAX_DESCRIPTION) or _headers(part.get("headers"))
        for part in (request, answer)
    ]
    bodies = [clean(part.get("body"), MAX_DESCRIPTION) for part in (request, answer)]
    return exchange(*("\n\n".join(filter(None, pair)) for pair in zip(heads, bodies, strict=True)))


def _headers(value: object) -> str:
    return "\n".join(
        f"{name}: {clean(given, MAX_TITLE)}" for name, given in as_object(value).items()
    )


PARSER = Parser(
    "arachni",
    "Arachni (JSON, XML)",
    recognises,
    parse,
    About(
        versions="Arachni 0.4 to 1.6: the JSON and XML reporters.",
        source="`components/reporters`, `lib/arachni/issue.rb` and `reports/xml.rb` of Arachni.",
        command="`arachni_reporter scan.afr --reporter=json:outfile=arachni.json`",
        result="An issue: one check at one input; its variations are its occurrences.",
        keys="`cwe`, OWASP names among the tags, rule `arachni:<check>` by its short name.",
        severity="high, medium, low, informational as they stand.",
        clean="A scan that reached pages and has no issues found nothing; a sitemap without an "
        "answer proves nothing. What Arachni does not trust itself needs a human.",
    ),
)
