"""OpenVEX documents: what a supplier states on vulnerabilities of products.

Source: the OpenVEX specification 0.0.1 to 0.2.0. A result is one statement, on one vulnerability
and any number of products; where a later one on the same matter overrides it, it is an observation.
A document is no scan: it proves nothing about what it does not name.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import (
    MAX_DESCRIPTION,
    MAX_LOCATIONS,
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
from checklist_app.scanners.base import About, Head, Kind, Parser, Report, fingerprint, wrong_type
from checklist_app.scanners.links import links_in
from checklist_app.scanners.reading import Gathering, document
from checklist_app.scanners.shapes import attested, root_object
from checklist_app.scanners.values import moment
from checklist_app.untrusted.json_text import as_list, as_object, as_text

TOOL = "OpenVEX"

_VULNERABLE_COMPONENT = (1395,)
_STATES = {
    "not_affected": FindingState.SUPPRESSED,
    "affected": FindingState.OPEN,
    "fixed": FindingState.PASSED,
    "under_investigation": FindingState.NEEDS_REVIEW,
}
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_TOLD = ("justification", "impact_statement", "status_notes")
_UNNAMED = text("The entry names no vulnerability, so nothing can be read from it.")


def recognises(head: Head) -> bool:
    """Whether this is the beginning of an OpenVEX document."""
    if head.kind is not Kind.JSON or not head.text.startswith("{"):
        return False
    return "openvex.dev/ns" in head.text and head.has_key("@context")


def parse(report: Report) -> ParsedScan:
    """Read an OpenVEX document.

    Raises:
        UnreadableReport: it is no JSON, has no list of statements, or one of the wrong type.
    """
    root = root_object(attested(document(report)))
    if "statements" not in root:
        raise UnreadableReport(
            text("This OpenVEX document has no list of statements. Export it again.")
        )
    statements = root["statements"]
    if statements is not None and not isinstance(statements, list):
        raise wrong_type("statements", "[…]")
    gathering = Gathering(
        "openvex",
        TOOL,
        target=as_text(root.get("@id")),
        started_at=moment(root.get("last_updated") or root.get("timestamp")),
        command_line=as_text(root.get("tooling")),
    )
    known = [as_object(statement) for statement in statements or ()]
    current = _current(known, gathering.started_at)
    for number, statement in enumerate(known):
        result = _result(statement)
        if result is None:
            gathering.skip(_UNNAMED)
        elif number in current:
            gathering.add(result)
        else:
            gathering.add(replace(result, state=FindingState.OBSERVATION, reason=""))
    gathering.fail(
        text(
            "An OpenVEX document says what its author concluded on the vulnerabilities it names. "
            "It is no scan and proves nothing about any other vulnerability."
        )
    )
    return gathering.scan()


def _current(statements: list[dict[str, Any]], issued: datetime | None) -> set[int]:
    """Return the numbers of the statements that no later one on the same matter overrides."""
    latest: dict[tuple[str, ...], int] = {}
    told = [moment(part.get("timestamp")) or issued or _LONG_AGO for part in statements]
    for number in sorted(range(len(statements)), key=lambda number: told[number]):
        statement = statements[number]
        products = sorted(place.uri for place in _products(statement))
        latest[(_name(statement), *products)] = number
    return set(latest.values())


def _vulnerability(statement: dict[str, Any]) -> dict[str, Any]:
    written = statement.get("vulnerability")
    return written if isinstance(written, dict) else {"name": written}


def _name(statement: dict[str, Any]) -> str:
    known = _vulnerability(statement)
    return clean(known.get("name"), MAX_RULE_ID) or _last_part(known.get("@id"))


def _result(statement: dict[str, Any]) -> ParsedFinding | None:
    vulnerability, name = _vulnerability(statement), _name(statement)
    if not name:
        return None
    aliases = [clean(alias, MAX_RULE_ID) for alias in as_list(vulnerability.get("aliases"))]
    status = clean(statement.get("status"), 40).lower()
    state = _STATES.get(status, FindingState.NEEDS_REVIEW)
    places = _products(statement)
    rule_id = _rule_id(name, aliases)
    told = (vulnerability.get("description"), statement.get("vuln_description"))
    products = sorted({_without_version(place.uri) for place in places})
    return ParsedFinding(
        tool=TOOL,
        rule_id=rule_id,
        title=clean(
            f"{rule_id}: {', '.join(place.uri for place in places[:3])}".rstrip(": "), MAX_TITLE
        ),
        description=next(filter(None, (clean(part, MAX_DESCRIPTION) for part in told)), ""),
        severity=Severity.MEDIUM if state is not FindingState.PASSED else Severity.INFO,
        cwes=() if state is FindingState.PASSED else _VULNERABLE_COMPONENT,
        tags=(),
        locations=tuple(places)[:MAX_LOCATIONS],
        fingerprint=fingerprint("openvex", name, *products[:1]),
        state=state,
        reason=_reason(statement, status, state),
        occurrences=max(1, len(places)),
        solution=clean(statement.get("action_statement"), MAX_TITLE),
        references=links_in(vulnerability.get("@id")),
    )


def _last_part(identifier: object) -> str:
    return clean(identifier, MAX_URI).rstrip("/").rpartition("/")[2][:MAX_RULE_ID]


def _rule_id(own: str, aliases: list[str]) -> str:
    """Return the CVE, if there is just one, else the name of the document."""
    cves = {name for name in (own, *aliases) if name.startswith("CVE-")}
    return own if own in cves or len(cves) != 1 else cves.pop()


def _products(statement: dict[str, Any]) -> list[Location]:
    """Return the products, each with the parts of it that the statement speaks of."""
    places = []
    shared = as_list(statement.get("subcomponents"))  # until 0.0.1
    for product in as_list(statement.get("products")):
        inner = as_list(as_object(product).get("subcomponents")) or shared
        parts = ", ".join(filter(None, map(_identifier, inner)))
        uri = _identifier(product)
        if uri:
            places.append(Location(uri, parameter=clean(parts, MAX_SHORT)))
    return places


def _identifier(component: object) -> str:
    """Return how a product or a part of it is named: a text, or an object with several names."""
    known = as_object(component)
    names = (component, known.get("@id"), *as_object(known.get("identifiers")).values())
    return next(filter(None, (clean(name, MAX_URI) for name in names)), "")


def _without_version(product: str) -> str:
    bare = product.partition("?")[0]
    name, _, version = bare.rpartition("@")
    return name if name and "/" not in version else bare


def _reason(statement: dict[str, Any], status: str, state: FindingState) -> str:
    if state not in (FindingState.SUPPRESSED, FindingState.NEEDS_REVIEW):
        return ""
    told = (clean(statement.get(name), MAX_TITLE) for name in _TOLD)
    return clean(": ".join(filter(None, (status or "?", *told))), MAX_TITLE)


PARSER = Parser(
    "openvex",
    "OpenVEX (JSON)",
    recognises,
    parse,
    About(
        versions="OpenVEX 0.0.1 to 0.2.0: vulnerabilities and products as texts or objects; also "
        "in a statement of in-toto, as `vexctl attest` writes it.",
        source="The specification at github.com/openvex/spec.",
        command="`vexctl create ...`, or the document of a supplier",
        result="A statement on one vulnerability; its products are locations.",
        keys="CWE-1395, for statements name none; rule `openvex:<CVE or own name>`.",
        severity="Medium, for statements name none; info where it is fixed.",
        clean="Never: it is no scan. Status fixed is a pass, not_affected is suppressed, "
        "under_investigation needs review, an overridden statement is an observation.",
        differs="",
    ),
)
