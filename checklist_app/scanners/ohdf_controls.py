"""One control of an OHDF document to one finding: its status, its severity and its places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from checklist_app.domain.findings import (
    MAX_DESCRIPTION,
    MAX_LOCATIONS,
    MAX_RULE_ID,
    MAX_SHORT,
    MAX_SNIPPET,
    MAX_TITLE,
    FindingState,
    Location,
    ParsedFinding,
    clean,
)
from checklist_app.domain.vocabulary import Severity
from checklist_app.domain.weakness_tags import cwes_in, tags_in
from checklist_app.scanners.base import fingerprint, plain_text
from checklist_app.scanners.links import links_in
from checklist_app.scanners.source_code import SECRET_CWES, source_path
from checklist_app.scanners.values import whole_number
from checklist_app.scanners.web_evidence import masked, masked_url
from checklist_app.untrusted.json_text import as_list, as_object

_SEVERITIES = {
    "critical": Severity.CRITICAL,
    "high": Severity.HIGH,
    "medium": Severity.MEDIUM,
    "moderate": Severity.MEDIUM,
    "low": Severity.LOW,
    "none": Severity.INFO,
    "info": Severity.INFO,
}
_IMPACTS = (
    (0.9, Severity.CRITICAL),
    (0.7, Severity.HIGH),
    (0.4, Severity.MEDIUM),
    (0.01, Severity.LOW),
)
_STATES = {
    "passed": FindingState.PASSED,
    "failed": FindingState.OPEN,
    "not_applicable": FindingState.NOT_APPLICABLE,
}
INSPEC = "InSpec"
_SKIPS_WHAT_IT_SUPPRESSES = ("Checkov", "gosec")
_FINDS_SECRETS = ("TruffleHog",)
_CHECKS_FOR_KEYS = "CKV_SECRET"
_NUMBERED = re.compile(r"(\d{1,9})\.\d{1,4}")
_COMMENT = re.compile(r"^Suppress Comment: (.{1,500})$", re.MULTILINE)
_URI = re.compile(
    r"^\s{0,4}(?:Uri|URL|Location|File|Path)\s{0,3}:\s{0,3}(\S{1,2000})", re.MULTILINE
)
_LINES = re.compile(r":(\d{1,9})(?:-\d{1,9})?\Z")
_LINE = re.compile(r"^\s{0,4}Line\s{0,3}:\s{0,3}(\d{1,9})|\bLINE : (\d{1,9})", re.MULTILINE)
_METHOD = re.compile(r"\bMethod\s{0,3}:\s{0,3}([A-Za-z]{2,20})")
_PARAMETER = re.compile(r"^\s{0,4}Param\s{0,3}:\s{0,3}(\S{1,255})", re.MULTILINE)
_SHOWN_TESTS = 5


@dataclass(frozen=True, slots=True)
class Source:
    """Where controls come from.

    Attributes:
        tool: whose rules they are.
        profile: its name.
        target: what was checked; empty if the document does not say.
    """

    tool: str
    profile: str
    target: str


def ended_in_error(test: dict[str, Any]) -> bool:
    """Whether a test broke, so that it says nothing of what it tests."""
    return clean(test.get("status"), 40).lower() == "error" or bool(test.get("backtrace"))


def read_control(control: dict[str, Any], source: Source) -> ParsedFinding:
    """Turn a control into a finding."""
    name = clean(control.get("id"), MAX_RULE_ID)
    rule_id = name.partition("\n")[0]
    numbered = _NUMBERED.fullmatch(rule_id) if source.tool == "ZAP" else None
    tests = [test for test in as_list(control.get("results")) if isinstance(test, dict)]
    state, reason = _state(control, tests, source)
    telling = [test for test in tests if _word(test) != "passed"] or tests
    places = [place for test in telling for place in _places(test)]
    tags = as_object(control.get("tags"))
    cwes = cwes_in([tags.get(key) for key in ("cweid", "cwe", "cweId")], bare=True)
    secret = source.tool in _FINDS_SECRETS or bool(SECRET_CWES.intersection(cwes))
    secret = secret or rule_id.startswith(_CHECKS_FOR_KEYS)
    own = [] if source.tool == INSPEC else _of_its_source(control)
    first_test = clean(tests[0].get("code_desc"), MAX_SHORT) if tests else ""
    title = clean(control.get("title"), MAX_TITLE) or clean(first_test or rule_id, MAX_TITLE)
    mark = [name, first_test] if control.get("minimal") else [name]
    if numbered:  # by the order of the alerts in the report
        mark = [numbered[1], title]
    return ParsedFinding(
        tool=source.tool,
        rule_id=numbered[1] if numbered else rule_id,
        title=title or "?",
        description=plain_text("\n\n".join(_prose(control))),
        severity=_severity(control, tags),
        cwes=cwes,
        tags=tags_in(_names(tags)),
        locations=tuple(dict.fromkeys(places or own))[:MAX_LOCATIONS],
        fingerprint=fingerprint("ohdf", source.tool, source.profile, source.target, *mark),
        state=state,
        reason=reason,
        occurrences=max(1, len(telling)),
        solution=plain_text(clean(_labelled(control).get("fix"), MAX_DESCRIPTION // 2)),
        references=links_in(*_links(control)),
        snippet="" if secret else _shown(telling),
    )


def _word(test: dict[str, Any]) -> str:
    return "error" if ended_in_error(test) else clean(test.get("status"), 40).lower()


def _state(
    control: dict[str, Any], tests: list[dict[str, Any]], source: Source
) -> tuple[FindingState, str]:
    waiver = as_object(control.get("waiver_data"))
    words = {_word(test) for test in tests}
    if str(waiver.get("skipped_due_to_waiver") or "").lower() not in ("", "false"):
        said = waiver.get("justification") or waiver.get("message")
        return FindingState.SUPPRESSED, clean(said, MAX_SHORT) or "waived"
    if control.get("impact") in (0, 0.0) and "error" not in words:
        return FindingState.NOT_APPLICABLE, ""
    if "failed" in words or len(words) == 1:
        state = _STATES.get("failed" if "failed" in words else next(iter(words)))
        if state is not None:
            return state, ""
    skipped = _skip_reason(tests)
    if source.tool in _SKIPS_WHAT_IT_SUPPRESSES and "error" not in words:
        return FindingState.SUPPRESSED, skipped or "skipped"
    return FindingState.NEEDS_REVIEW, skipped or _why(tests)


def _skip_reason(tests: list[dict[str, Any]]) -> str:
    for test in tests:
        comment = _COMMENT.search(clean(test.get("message"), 4_000))
        said = clean(test.get("skip_message"), MAX_SHORT) or (comment[1] if comment else "")
        if said:
            return clean(said, MAX_SHORT)
    return ""


def _why(tests: list[dict[str, Any]]) -> str:
    if not tests:
        return "no test ran"
    return clean(", ".join(sorted({_word(test) or "no status" for test in tests})), MAX_SHORT)


def _severity(control: dict[str, Any], tags: dict[str, Any]) -> Severity:
    for key in ("severityoverride", "severity"):
        found = _SEVERITIES.get(clean(tags.get(key), 40).lower())
        if found is not None:
            return found
    impact = control.get("impact")
    if isinstance(impact, bool) or not isinstance(impact, int | float):
        return Severity.MEDIUM
    return next((found for least, found in _IMPACTS if impact >= least), Severity.INFO)


def _names(tags: dict[str, Any]) -> Iterator[object]:
    """Yield what the tags of a control say of lists of OWASP."""
    for key, value in tags.items():
        yield key
        yield from as_list(value) if isinstance(value, list) else [value]


def _places(test: dict[str, Any]) -> Iterator[Location]:
    said = clean(test.get("code_desc"), 8_000)
    uri = _URI.search(said)
    if uri is None:
        return
    method, line, parameter = _METHOD.search(said), _LINE.search(said), _PARAMETER.search(said)
    lines = _LINES.search(uri[1]) if "://" not in uri[1] else None
    number = lines[1] if lines else (line[1] or line[2] if line else None)
    path = uri[1][: lines.start()] if lines else uri[1]
    yield Location(
        masked_url(path) if "://" in path else source_path(path),
        whole_number(number),
        method=method[1].upper() if method else "",
        parameter=parameter[1] if parameter else "",
    )


def _of_its_source(control: dict[str, Any]) -> list[Location]:
    """Return the place that a converter keeps; InSpec names the file of the control itself."""
    where = as_object(control.get("source_location"))
    path = source_path(where.get("ref"))
    return [Location(path, whole_number(where.get("line")))] if path else []


def _labelled(control: dict[str, Any]) -> dict[str, Any]:
    found = control.get("descriptions")
    labelled = dict(as_object(found))
    for part in map(as_object, as_list(found)):
        labelled.setdefault(clean(part.get("label"), 40), part.get("data"))
    tags = as_object(control.get("tags"))
    return {key: tags.get(key) for key in ("check", "fix")} | labelled


def _prose(control: dict[str, Any]) -> Iterator[str]:
    labelled = _labelled(control)
    described = clean(control.get("desc") or labelled.get("default"), MAX_DESCRIPTION // 2)
    check = clean(labelled.get("check"), MAX_DESCRIPTION // 4)
    yield from dict.fromkeys(filter(None, (described, check)))


def _links(control: dict[str, Any]) -> Iterator[object]:
    for ref in map(as_object, as_list(control.get("refs"))):
        yield from (ref.get(key) for key in ("url", "uri", "ref"))


def _shown(tests: list[dict[str, Any]]) -> str:
    parts = []
    for test in tests[:_SHOWN_TESTS]:
        said = (clean(test.get(key), 1_000) for key in ("code_desc", "message"))
        parts.append("\n".join(filter(None, said)))
    return clean(masked(plain_text("\n\n".join(filter(None, parts)))), MAX_SNIPPET)
