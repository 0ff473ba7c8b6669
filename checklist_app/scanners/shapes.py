"""What readers check before they read: the shape of a document and of what carries its results."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import ParsedFinding, ParsedScan
from checklist_app.domain.text import Text, text
from checklist_app.scanners.base import Kind, Report, wrong_type
from checklist_app.scanners.reading import Gathering, document

NO_CONTENT = text("The entry has no content, so nothing can be read from it.")


def root_object(found: Any) -> dict[str, Any]:
    """Return a document that must be an object."""
    if not isinstance(found, dict):
        raise wrong_type("(root)", "{…}")
    return found


def attested(found: Any) -> Any:
    """Return the document that a statement of in-toto attests, any other document as it is."""
    inside = (
        found.get("predicate") if isinstance(found, dict) and "predicateType" in found else None
    )
    if not isinstance(inside, dict):
        return found
    data = inside.get("Data")  # as cosign wraps a predicate of a type it does not know
    return data if isinstance(data, dict) else inside


def members(holder: dict[str, Any], name: str, missing: Text) -> list[Any]:
    """Return the list that carries the results; ``null`` is one without results.

    Raises:
        UnreadableReport: it is missing, which ``missing`` explains, or it is no list.
    """
    if name not in holder:
        raise UnreadableReport(missing)
    found = holder[name]
    if found is not None and not isinstance(found, list):
        raise wrong_type(name, "[…]")
    return found or []


def add_each(
    gathering: Gathering, entries: Iterable[Any], read: Callable[[dict[str, Any]], ParsedFinding]
) -> None:
    """Add what ``read`` makes of every entry; count those that are no object or hold nothing."""
    for entry in entries:
        if isinstance(entry, dict) and entry:
            gathering.add(read(entry))
        else:
            gathering.skip(NO_CONTENT)


def read_either(
    report: Report,
    gathering: Gathering,
    *,
    xml: Callable[[Report, Gathering], None],
    json: Callable[[dict[str, Any], Gathering], None],
) -> ParsedScan:
    """Read a report of a tool that writes XML or a JSON object, by the reader of either."""
    if report.head().kind is Kind.XML:
        xml(report, gathering)
    else:
        json(root_object(document(report)), gathering)
    return gathering.scan()
