"""One vulnerability of Acunetix or Invicti to one finding."""

from __future__ import annotations

import re
from html import unescape
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
from checklist_app.domain.text import Text, text
from checklist_app.domain.vocabulary import Severity
from checklist_app.domain.weakness_tags import cwes_in, tags_in
from checklist_app.scanners.base import fingerprint, plain_text
from checklist_app.scanners.links import links_in
from checklist_app.scanners.reading import Gathering
from checklist_app.scanners.values import SEVERITIES, score_of, severity_of
from checklist_app.scanners.web_evidence import (
    exchange,
    masked,
    masked_url,
    without_query,
)
from checklist_app.untrusted.json_text import as_list, as_object

_WORDS = {**SEVERITIES, "best practice": Severity.INFO, "bestpractice": Severity.INFO}
_MAX_SOLUTION = 8_000
_MAX_LISTED = 40
_METHOD = re.compile(r"([A-Z]{3,20}) \S")
_NOT_A_LETTER = re.compile(r"[^a-z]")
_BY_HAND = "This alert requires manual confirmation"
_SUPPRESSED = {"falsepositive": "False Positive", "acceptedrisk": "Accepted Risk"}


def read_vulnerability(gathering: Gathering, vulnerability: object) -> None:
    """Add a vulnerability of a JSON report."""
    fields = as_object(vulnerability)
    name = clean(fields.get("Name"), MAX_TITLE)
    rule_id = clean(fields.get("Type"), MAX_RULE_ID) or clean(name, MAX_RULE_ID)
    if not rule_id:
        gathering.skip(_nameless())
        return
    classes = as_object(fields.get("Classification"))
    request = as_object(fields.get("HttpRequest"))
    parameter = _parameter(request, fields)
    uri = masked_url(fields.get("Url"))
    state, reason = _state(clean(fields.get("State"), MAX_SHORT))
    gathering.add(
        ParsedFinding(
            tool=gathering.tool,
            rule_id=rule_id,
            title=name or rule_id,
            description=_prose(
                fields.get("Description"),
                _told(fields),
                fields.get("Impact"),
                limit=MAX_DESCRIPTION,
            ),
            severity=severity_of(fields.get("Severity"), _WORDS),
            cwes=cwes_in(_listed(classes.get("Cwe")), bare=True),
            tags=tags_in(value for key, value in classes.items() if "owasp" in str(key).lower()),
            locations=(Location(uri, method=clean(request.get("Method"), 20), parameter=parameter),)
            if uri
            else (),
            fingerprint=fingerprint("acunetix", rule_id, without_query(uri), parameter),
            state=state,
            reason=reason,
            solution=_prose(
                fields.get("RemedialProcedure"), fields.get("RemedialActions"), limit=_MAX_SOLUTION
            ),
            references=links_in(fields.get("ExternalReferences"), fields.get("RemedyReferences")),
            cvss=_cvss(classes),
            snippet=exchange(
                request.get("Content"), as_object(fields.get("HttpResponse")).get("Content")
            ),
        )
    )


def read_item(gathering: Gathering, base: str, item: Element) -> None:
    """Add a ``ReportItem`` of an XML export."""
    name = clean(item.findtext("Name"), MAX_TITLE)
    if not name:
        gathering.skip(_nameless())
        return
    parameter = clean(item.findtext("Parameter"), MAX_SHORT).replace("<empty>", "")
    request = unescape(clean(item.findtext("TechnicalDetails/Request"), MAX_DESCRIPTION))
    method = _METHOD.match(request)
    state, reason = _state_of_item(item)
    uri = _address(base, clean(item.findtext("Affects"), MAX_URI))
    texts = ("Description", "Details", "DetailedInformation", "Impact")
    gathering.add(
        ParsedFinding(
            tool=gathering.tool,
            rule_id=clean(name, MAX_RULE_ID),
            title=name,
            description=_prose(*map(item.findtext, texts), limit=MAX_DESCRIPTION),
            severity=severity_of(item.findtext("Severity"), _WORDS),
            cwes=cwes_in([part for one in item.iter("CWE") for part in _cwe(one)], bare=True),
            tags=(),
            locations=(Location(uri, method=method[1] if method else "", parameter=parameter),),
            fingerprint=fingerprint(
                "acunetix", name, clean(item.findtext("ModuleName"), MAX_SHORT), uri, parameter
            ),
            state=state,
            reason=reason,
            solution=_prose(item.findtext("Recommendation"), limit=_MAX_SOLUTION),
            references=links_in(*(url.text for url in item.iter("URL"))),
            cvss=score_of(item.findtext("CVSS3/Score")) or score_of(item.findtext("CVSS/Score")),
            snippet=exchange(request, item.findtext("TechnicalDetails/Response")),
        )
    )


def _nameless() -> Text:
    return text("The vulnerability has no name, so nothing can be read from it.")


def _state_of_item(item: Element) -> tuple[FindingState, str]:
    if clean(item.findtext("IsFalsePositive"), 10).lower() in ("true", "1"):
        return FindingState.SUPPRESSED, "False Positive"
    if _BY_HAND in clean(item.findtext("Description"), MAX_DESCRIPTION):
        return FindingState.NEEDS_REVIEW, _BY_HAND
    return FindingState.OPEN, ""


def _cwe(element: Element) -> tuple[str, str]:
    return element.get("id", ""), element.text or ""


def _address(base: str, affected: str) -> str:
    """Return where an item is; some affect the server and not a path."""
    if affected.lower().startswith(("http://", "https://")):
        return masked_url(affected)
    return masked_url(f"{base}{affected}" if affected.startswith("/") else base or affected)


def _prose(*parts: object, limit: int) -> str:
    plain = (masked(plain_text(clean(part, limit))) for part in parts)
    return clean("\n\n".join(filter(None, plain)), limit)


def _told(fields: dict[str, Any]) -> str:
    """Return the further facts of a vulnerability, such as the name of a cookie."""
    pairs = [as_object(one) for one in as_list(fields.get("ExtraInformation"))[:_MAX_LISTED]]
    lines = [
        f"{clean(pair.get('Name'), MAX_SHORT)}: {clean(pair.get('Value'), MAX_URI)}"
        for pair in pairs
        if pair.get("Name")
    ]
    return "<br>".join(lines)


def _parameter(request: dict[str, Any], fields: dict[str, Any]) -> str:
    """Return the parameter that was attacked; of several, the report does not say which."""
    told = clean(fields.get("ParameterName") or fields.get("Parameter"), MAX_SHORT)
    given = as_list(request.get("Parameters"))
    only = as_object(given[0]) if len(given) == 1 else {}
    return told or clean(only.get("Name"), MAX_SHORT)


def _listed(value: object) -> object:
    """Return numbers that a text lists with commas as a list."""
    return re.split(r"[,;\s]+", value) if isinstance(value, str) else value


def _cvss(classes: dict[str, Any]) -> float | None:
    """Return the base score of the newest CVSS that there is."""
    for name in ("Cvss40", "Cvss31", "Cvss"):
        base = as_object(as_object(classes.get(name)).get("BaseScore"))
        score = score_of(base.get("Value"))
        if score is not None:
            return score
    return None


def _state(word: str) -> tuple[FindingState, str]:
    """Return what a state means; several of them may stand together, with commas."""
    letters = _NOT_A_LETTER.sub("", word.lower())
    for name, shown in _SUPPRESSED.items():
        if name in letters:
            return FindingState.SUPPRESSED, shown
    if "fixedunconfirmed" in letters or "fixedcantretest" in letters:
        return FindingState.NEEDS_REVIEW, word
    if letters.startswith("fixed"):
        return FindingState.PASSED, ""
    return FindingState.OPEN, ""
