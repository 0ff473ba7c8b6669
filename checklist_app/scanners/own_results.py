"""One result in our own format to one finding, every field checked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import (
    MAX_DESCRIPTION,
    MAX_LOCATIONS,
    MAX_RULE_ID,
    MAX_SHORT,
    MAX_SNIPPET,
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
from checklist_app.scanners.base import fingerprint
from checklist_app.scanners.source_code import source_path
from checklist_app.scanners.values import probability_of, score_of, whole_number
from checklist_app.scanners.web_evidence import masked, masked_url, without_query

FORMAT = "checklist-findings"

_FIELDS = (
    "rule", "title", "description", "severity", "state", "cwe", "tags", "locations", "fingerprint",
    "solution", "references", "cvss", "epss", "snippet", "reason",
)  # fmt: skip
_OF_A_PLACE = ("uri", "line", "method", "parameter")
_SEVERITIES = {
    "critical": Severity.CRITICAL,
    "high": Severity.HIGH,
    "medium": Severity.MEDIUM,
    "low": Severity.LOW,
    "info": Severity.INFO,
}
_STATES = {state.value: state for state in FindingState}
_SOUND = (FindingState.PASSED, FindingState.NOT_APPLICABLE, FindingState.OBSERVATION)
_MAX_NAMED = 5

Word = TypeVar("Word", Severity, FindingState)


def misfit(field: str, expected: str) -> UnreadableReport:
    """Return the error for a field that is not what the format says."""
    return UnreadableReport(
        text(
            "The field %(field)s should be %(expected)s. "
            "The format is described in docs/own-scanner-format.md.",
            field=field,
            expected=expected,
        )
    )


def unknown_fields(holder: dict[str, Any], known: Sequence[str], where: str) -> None:
    """Refuse fields that the format does not have."""
    unknown = sorted(set(holder) - set(known))[:_MAX_NAMED]
    if unknown:
        raise UnreadableReport(
            text(
                "%(place)s has fields that the format does not have: %(fields)s. "
                "It knows only these: %(known)s.",
                place=where,
                fields=", ".join(clean(name, 80) for name in unknown),
                known=", ".join(known),
            )
        )


def text_of(holder: dict[str, Any], name: str, where: str, limit: int) -> str:
    """Return a text; empty if it is absent."""
    value = holder.get(name)
    if value is not None and not isinstance(value, str):
        raise misfit(f"{where}.{name}".lstrip("."), '"…"')
    return clean(value, limit)


def read_result(entry: object, where: str, tool: str) -> ParsedFinding:
    """Turn a result into a finding.

    Raises:
        UnreadableReport: it does not follow the format; the message names the field.
    """
    if not isinstance(entry, dict):
        raise misfit(where, "{…}")
    unknown_fields(entry, _FIELDS, where)
    state = _word(entry, "state", where, _STATES, FindingState.OPEN)
    title = _needed(entry, "title", where, MAX_TITLE)
    rule_id = text_of(entry, "rule", where, MAX_RULE_ID)
    places = tuple(dict.fromkeys(_places(entry, where)))
    own = text_of(entry, "fingerprint", where, MAX_SHORT)
    return ParsedFinding(
        tool=tool,
        rule_id=rule_id,
        title=title,
        description=text_of(entry, "description", where, MAX_DESCRIPTION),
        severity=_word(entry, "severity", where, _SEVERITIES, _unsaid(state)),
        cwes=_cwes(entry, where),
        tags=_tags(entry, where),
        locations=places[:MAX_LOCATIONS],
        fingerprint=fingerprint(FORMAT, tool, own) if own else _mark(tool, rule_id, title, places),
        state=state,
        reason=text_of(entry, "reason", where, MAX_SHORT),
        occurrences=max(1, len(places)),
        solution=text_of(entry, "solution", where, MAX_DESCRIPTION),
        references=tuple(_links(entry, where)),
        cvss=_number(entry, "cvss", where, score_of(entry.get("cvss")), "a number from 0 to 10"),
        epss=_number(entry, "epss", where, probability_of(entry.get("epss")), "from 0 to 1"),
        snippet=clean(masked(text_of(entry, "snippet", where, MAX_SNIPPET)), MAX_SNIPPET),
    )


def _needed(entry: dict[str, Any], name: str, where: str, limit: int) -> str:
    found = text_of(entry, name, where, limit)
    if not found:
        raise misfit(f"{where}.{name}", '"…"')
    return found


def _word(
    entry: dict[str, Any], name: str, where: str, words: dict[str, Word], unsaid: Word | None
) -> Word:
    found = words.get(entry[name]) if isinstance(entry.get(name), str) else None
    if found is None and entry.get(name) is None:
        found = unsaid
    if found is None:
        raise misfit(f"{where}.{name}", " | ".join(words))
    return found


def _unsaid(state: FindingState) -> Severity | None:
    """Return the severity of a result that names none; a weakness has to name its own."""
    return Severity.INFO if state in _SOUND else None


def _listed(entry: dict[str, Any], name: str, where: str) -> list[Any]:
    found = entry.get(name)
    if found is not None and not isinstance(found, list):
        raise misfit(f"{where}.{name}", "[…]")
    return found or []


def _cwes(entry: dict[str, Any], where: str) -> tuple[int, ...]:
    for number, value in enumerate(_listed(entry, "cwe", where)):
        if len(cwes_in(value, bare=True)) != 1 or isinstance(value, list):
            raise misfit(f"{where}.cwe[{number}]", 'a number such as 79 or "CWE-79"')
    return cwes_in(entry.get("cwe"), bare=True)


def _tags(entry: dict[str, Any], where: str) -> tuple[str, ...]:
    values = _listed(entry, "tags", where)
    for number, value in enumerate(values):
        if not isinstance(value, str) or not tags_in([value]):
            raise misfit(
                f"{where}.tags[{number}]",
                "the name of an entry of a list, such as owasp-top10-2025:A01 or WSTG-INPV-05",
            )
    return tags_in(values)


def _places(entry: dict[str, Any], where: str) -> Iterator[Location]:
    for number, place in enumerate(_listed(entry, "locations", where)):
        here = f"{where}.locations[{number}]"
        if not isinstance(place, dict):
            raise misfit(here, "{…}")
        unknown_fields(place, _OF_A_PLACE, here)
        uri = _needed(place, "uri", here, MAX_URI)
        line = place.get("line")
        if line is not None and (isinstance(line, str) or whole_number(line) is None):
            raise misfit(f"{here}.line", "a whole number from 1 on")
        yield Location(
            masked_url(uri) if "://" in uri else source_path(uri),
            line,
            method=text_of(place, "method", here, 20),
            parameter=text_of(place, "parameter", here, MAX_SHORT),
        )


def _links(entry: dict[str, Any], where: str) -> Iterator[str]:
    for number, value in enumerate(_listed(entry, "references", where)):
        if not isinstance(value, str) or not value.startswith(("https://", "http://")):
            raise misfit(f"{where}.references[{number}]", "https://…")
        yield clean(value, MAX_URI)


def _number(
    entry: dict[str, Any], name: str, where: str, found: float | None, expected: str
) -> float | None:
    value = entry.get(name)
    if value is not None and (found is None or isinstance(value, str)):
        raise misfit(f"{where}.{name}", expected)
    return found


def _mark(tool: str, rule_id: str, title: str, places: tuple[Location, ...]) -> str:
    where = sorted({f"{p.method} {without_query(p.uri)} {p.parameter}" for p in places})
    return fingerprint(FORMAT, tool, rule_id or title, *where)
