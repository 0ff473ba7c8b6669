"""GitLab security reports on running applications: DAST and API fuzzing.

Source: GitLab's security report schemas. A result is one element of ``vulnerabilities``; its
evidence is kept as request and answer, without bodies, cookies and credentials.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from checklist_app.domain.findings import (
    MAX_DESCRIPTION,
    MAX_SHORT,
    MAX_SNIPPET,
    MAX_URI,
    Location,
    ParsedFinding,
    ParsedScan,
    clean,
    tool_key,
)
from checklist_app.domain.text import text
from checklist_app.scanners.base import About, Head, Parser, Report, fingerprint
from checklist_app.scanners.gitlab_report import (
    SEVERITIES,
    begin,
    description_of,
    is_dynamic,
    is_gitlab,
    links_of,
    rule_of,
    state_of,
    title_of,
    tool_of,
    vulnerabilities,
    weaknesses,
)
from checklist_app.scanners.links import links_in
from checklist_app.scanners.reading import Gathering, document
from checklist_app.scanners.shapes import NO_CONTENT, root_object
from checklist_app.scanners.source_code import without_credentials
from checklist_app.scanners.values import severity_of
from checklist_app.untrusted.json_text import as_list, as_object

_QUERY = re.compile(r"[?#].*", re.DOTALL)
_HOST = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]{0,20}://)?[^/?#\s]{1,300}")
_CARD = re.compile(r"(?<!\d)(\d{4})\d{9,15}(?!\d)")
_SECRET_HEADERS = (
    "authorization",
    "proxy-authorization",
    "cookie",
    "set-cookie",
    "x-api-key",
    "x-auth-token",
    "x-csrf-token",
    "private-token",
    "job-token",
)
_MAX_HEADERS = 40
_MAX_SOLUTION = 8_000


def recognises(head: Head) -> bool:
    """Whether this is the beginning of a GitLab report on a running application."""
    return is_gitlab(head) and is_dynamic(head)


def parse(report: Report) -> ParsedScan:
    """Read a GitLab report on a running application.

    Raises:
        UnreadableReport: it is no JSON, or has no list of vulnerabilities.
    """
    root = root_object(document(report))
    found = vulnerabilities(root)
    gathering = begin(root, "gitlab-dast")
    hosts: dict[str, None] = {}
    _check(gathering, root, hosts)
    for vulnerability in found:
        if isinstance(vulnerability, dict) and vulnerability:
            gathering.add(_finding(vulnerability, root))
            _note(hosts, _place(vulnerability).uri)
        else:
            gathering.skip(NO_CONTENT)
    tools = dict.fromkeys(result.tool for result in gathering.results)
    gathering.tool = ", ".join(tools) or gathering.tool
    gathering.target = ", ".join(hosts)
    return gathering.scan()


def _check(gathering: Gathering, root: dict[str, Any], hosts: dict[str, None]) -> None:
    scanned = as_object(root.get("scan")).get("scanned_resources")
    if scanned == [] and not root.get("vulnerabilities"):
        gathering.fail(text("The report names nothing that was scanned, so it proves nothing."))
    for part in as_list(scanned):
        _note(hosts, clean(as_object(part).get("url"), MAX_URI))


def _note(hosts: dict[str, None], url: str) -> None:
    if (match := _HOST.match(without_credentials(url))) and len(hosts) < 100:
        hosts[match[0]] = None


def _finding(vulnerability: dict[str, Any], root: dict[str, Any]) -> ParsedFinding:
    rule_id = rule_of(vulnerability)
    place = _place(vulnerability)
    cwes, tags = weaknesses(vulnerability)
    tool = tool_of(vulnerability, root)
    state, reason = state_of(vulnerability)
    evidence = as_object(vulnerability.get("evidence"))
    summary = _CARD.sub(r"\1****", clean(evidence.get("summary"), MAX_SNIPPET))
    described = "\n\n".join(filter(None, (description_of(vulnerability), summary)))
    return ParsedFinding(
        tool=tool,
        rule_id=rule_id,
        title=title_of(vulnerability, rule_id),
        description=clean(described, MAX_DESCRIPTION),
        severity=severity_of(vulnerability.get("severity"), SEVERITIES),
        cwes=cwes,
        tags=tags,
        locations=(place,) if place.uri else (),
        fingerprint=fingerprint(
            "gitlab-dast",
            tool_key(tool),
            rule_id,
            place.method,
            _QUERY.sub("", place.uri),
            place.parameter,
        ),
        state=state,
        reason=reason,
        solution=clean(vulnerability.get("solution"), _MAX_SOLUTION),
        references=links_in(links_of(vulnerability)),
        snippet=clean("\n".join(_exchange(evidence)), MAX_SNIPPET),
    )


def _place(vulnerability: dict[str, Any]) -> Location:
    location = as_object(vulnerability.get("location"))
    host, path = (clean(location.get(key), MAX_URI) for key in ("hostname", "path"))
    request = as_object(as_object(vulnerability.get("evidence")).get("request"))
    url = f"{host.rstrip('/')}/{path.lstrip('/')}" if host and path else host or path
    return Location(
        uri=without_credentials(clean(url or request.get("url"), MAX_URI)),
        method=clean(location.get("method") or request.get("method"), 20),
        parameter=clean(location.get("param"), MAX_SHORT),
    )


def _exchange(evidence: dict[str, Any]) -> Iterator[str]:
    """Yield the lines of the request and of the answer that show a weakness."""
    request, response = (as_object(evidence.get(key)) for key in ("request", "response"))
    if request:
        url = without_credentials(clean(request.get("url"), MAX_URI))
        yield f"{clean(request.get('method'), 20)} {url}".strip()
        yield from _headers(request)
    if response:
        reason = clean(response.get("reason_phrase"), 80)
        yield ""
        yield f"{clean(response.get('status_code'), 20)} {reason}".strip()
        yield from _headers(response)


def _headers(message: dict[str, Any]) -> Iterator[str]:
    for part in as_list(message.get("headers"))[:_MAX_HEADERS]:
        header = as_object(part)
        name = clean(header.get("name"), 100)
        secret = name.lower() in _SECRET_HEADERS
        yield f"{name}: {'****' if secret else clean(header.get('value'), 500)}"


PARSER = Parser(
    "gitlab-dast",
    "GitLab (DAST, API fuzzing)",
    recognises,
    parse,
    About(
        versions="Schemas 2 to 15, proxy-based (with ZAP's own lists beside) and browser-based.",
        source="GitLab's repository security-report-schemas.",
        command="the artifact of the job, such as `gl-dast-report.json`",
        result="An element of `vulnerabilities`: one weakness of one request.",
        keys="Identifiers of type `cwe` and `owasp`; the rule is the first identifier under the "
        "name of the scanner, for ZAP the same as in its own reports: `zap:10062`.",
        severity="`severity`: Critical, High, Medium, Low, Info; Unknown is medium.",
        clean="A scan with the status success, scanned addresses and no result found nothing.",
        differs="Bodies, cookies, credentials and card numbers in the evidence are not kept.",
    ),
)
