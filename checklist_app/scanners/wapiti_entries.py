"""One entry of a Wapiti report to one finding, whichever of its reports it stands in."""

from __future__ import annotations

import re
from typing import Any
from xml.etree.ElementTree import Element

from checklist_app.domain.findings import (
    MAX_DESCRIPTION,
    MAX_RULE_ID,
    MAX_SHORT,
    MAX_TITLE,
    MAX_URI,
    FindingState,
    Location,
    ParsedFinding,
    clean,
)
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import Severity
from checklist_app.domain.weakness_tags import cwes_in, tags_in
from checklist_app.scanners.base import fingerprint, plain_text
from checklist_app.scanners.links import links_in
from checklist_app.scanners.reading import Gathering
from checklist_app.scanners.values import severity_of
from checklist_app.scanners.web_evidence import (
    exchange,
    masked,
    masked_url,
    without_query,
)
from checklist_app.scanners.xml_text import local_name
from checklist_app.untrusted.json_text import as_list, as_object

TOOL = "Wapiti"
KINDS = {"vulnerabilities": "vulnerability", "anomalies": "anomaly", "additionals": "additional"}
"""The lists of a report, and what an element of each is called in XML."""

_LEVELS = {
    "4": Severity.CRITICAL,
    "3": Severity.HIGH,
    "2": Severity.MEDIUM,
    "1": Severity.LOW,
    "0": Severity.INFO,
}
_OLD_LEVELS = {"1": Severity.HIGH, "2": Severity.MEDIUM, "3": Severity.LOW}
_OLD = re.compile(r"2\.|3\.0\.[0-3](?:\.|\Z)")
"""Versions that count from the worst on; 3.0.4 counts the other way and has two words more."""
_MAX_SOLUTION = 8_000
_ORIGIN = re.compile(r"https?://[^/?#\s]{1,300}", re.IGNORECASE)
_HOST = re.compile(r"^host:[ \t]{0,3}(\S{1,300})", re.IGNORECASE | re.MULTILINE)


def read_entry(
    gathering: Gathering, kind: str, category: tuple[str, dict[str, Any]], entry: object
) -> None:
    """Add an entry in the words of the JSON report.

    Args:
        gathering: the report so far; its target and version are known.
        kind: the list in which it stands, one of KINDS.
        category: its name and its classification.
        entry: its fields.
    """
    if not isinstance(entry, dict) or not entry:
        gathering.skip(text("The entry has no content, so nothing can be read from it."))
        return
    name, about = clean(category[0], MAX_RULE_ID), category[1]
    names = _references(about.get("ref"))
    info = masked(clean(entry.get("info"), MAX_DESCRIPTION // 2))
    place = _place(gathering.target, entry)
    levels = _OLD_LEVELS if _OLD.match(gathering.tool_version) else _LEVELS
    gathering.add(
        ParsedFinding(
            tool=TOOL,
            rule_id=name,
            title=clean(name or info or "?", MAX_TITLE),
            description=_joined(info, about.get("desc")),
            severity=severity_of(entry.get("level"), levels),
            cwes=cwes_in([*names, info]),
            tags=tags_in([*_wstg(entry.get("wstg") or about.get("wstg")), *names]),
            locations=(place,),
            fingerprint=fingerprint(
                "wapiti", name, place.method, without_query(place.uri), place.parameter, info
            ),
            state=FindingState.OBSERVATION if kind == "additionals" else FindingState.OPEN,
            solution=clean(plain_text(clean(about.get("sol"), _MAX_SOLUTION)), _MAX_SOLUTION),
            references=links_in(*names.values()),
            snippet=exchange(entry.get("http_request"), _answer(entry)),
        )
    )


def _joined(info: str, description: object) -> str:
    described = plain_text(clean(description, MAX_DESCRIPTION // 2))
    return clean("\n\n".join(filter(None, (info, described))), MAX_DESCRIPTION)


def _references(value: object) -> dict[str, str]:
    """Return the titles of references, such as ``CWE-89: …``, with their addresses."""
    return {str(title): clean(url, MAX_URI) for title, url in as_object(value).items()}


def _wstg(value: object) -> list[object]:
    return [value] if isinstance(value, str) else as_list(value)


def _place(target: str, entry: dict[str, Any]) -> Location:
    """Return where an entry is: its path at the host that its request names."""
    path = clean(entry.get("path"), MAX_URI)
    origin = _ORIGIN.match(target)
    host = _HOST.search(clean(entry.get("http_request"), MAX_DESCRIPTION))
    base = origin[0] if origin else ""
    if host and not base.lower().endswith("://" + host[1].lower()):
        scheme = base.partition("://")[0] or "http"
        base = f"{scheme}://{host[1]}"
    return Location(
        uri=masked_url(path if _ORIGIN.match(path) else base + path),
        method=clean(entry.get("method"), 20),
        parameter=clean(entry.get("parameter"), MAX_SHORT),
    )


def _answer(entry: dict[str, Any]) -> str:
    """Return the answer to a request, which only detailed reports have."""
    response = as_object(as_object(entry.get("detail")).get("response"))
    status = clean(response.get("status_code"), 10)
    headers = [
        f"{clean(pair[0], 200)}: {clean(pair[1], MAX_URI)}"
        for pair in as_list(response.get("headers"))
        if isinstance(pair, list) and len(pair) == 2
    ]
    start = [f"HTTP {status}"] if status else []
    return "\n".join([*start, *headers, "", clean(response.get("body"), MAX_DESCRIPTION)]).strip()


def part_of(element: Element) -> dict[str, Any]:
    """Return what an element of a category tells of it, in the words of the JSON report."""
    name = local_name(element)
    if name == "description":
        return {"desc": element.text or ""}
    if name == "solution":
        return {"sol": element.text or ""}
    if name != "references":
        return {}
    codes = (code.text for code in element.iter("code"))
    return {
        "ref": {one.findtext("title") or "": one.findtext("url") or "" for one in element},
        "wstg": list(dict.fromkeys(filter(None, codes))),
    }


def entry_of(element: Element) -> dict[str, Any]:
    """Return an entry of the XML report in the words of the JSON report."""
    entry: dict[str, Any] = {}
    for child in element:
        name = local_name(child)
        if name == "wstg":
            entry[name] = [code.text for code in child]
        elif name == "detail":
            entry[name] = {"response": _response(child.find("response"))}
        else:
            entry[name] = child.text or ""
    return entry


def _response(element: Element | None) -> dict[str, Any]:
    if element is None:
        return {}
    headers = element.find("headers")
    return {
        "status_code": element.findtext("status_code"),
        "body": element.findtext("body"),
        "headers": [
            [one.get("name"), one.text] for one in (headers if headers is not None else ())
        ],
    }
