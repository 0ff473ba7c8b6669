"""Our own format ``checklist-findings``: findings of any tool, written by a script.

Source: ``docs/own-scanner-format.md``. A result is one element of ``results``. The format is
strict, because whoever writes it wants to know of a slip: an unknown field, a word that is none of
ours or a tag that names nothing is refused with its place.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import (
    MAX_COMMAND,
    MAX_SHORT,
    MAX_TOOL,
    MAX_VERSION,
    ParsedScan,
    clean,
)
from checklist_app.domain.text import text
from checklist_app.scanners.base import About, Head, Kind, Parser, Report
from checklist_app.scanners.own_results import FORMAT, misfit, read_result, text_of, unknown_fields
from checklist_app.scanners.reading import Gathering, document
from checklist_app.scanners.values import moment

_VERSION = 1
_FIELDS = (
    "format", "version", "tool", "target", "started_at", "command_line", "failed", "results",
)  # fmt: skip


def recognises(head: Head) -> bool:
    """Whether this is the beginning of our own format."""
    return (
        head.kind is Kind.JSON
        and head.text.startswith("{")
        and head.has_key("format")
        and f'"{FORMAT}"' in head.text
    )


def parse(report: Report) -> ParsedScan:
    """Read findings in our own format.

    Raises:
        UnreadableReport: it is no JSON, or does not follow the format; the message names the place.
    """
    root = document(report)
    if not isinstance(root, dict) or root.get("format") != FORMAT:
        raise misfit("format", f'"{FORMAT}"')
    unknown_fields(root, _FIELDS, "(root)")
    if root.get("version") != _VERSION or isinstance(root["version"], bool):
        raise misfit("version", str(_VERSION))
    gathering = _gathering(root)
    results = root.get("results")
    if not isinstance(results, list):
        raise misfit("results", "[…]")
    seen: dict[str, int] = {}
    for number, entry in enumerate(results):
        gathering.add(read_result(entry, f"results[{number}]", gathering.tool))
        _once(entry.get("fingerprint"), number, seen)
    return gathering.scan()


def _once(own: object, number: int, seen: dict[str, int]) -> None:
    """Refuse a fingerprint that stands twice: it would make two findings into one."""
    if isinstance(own, str) and own in seen:
        raise UnreadableReport(
            text(
                "results[%(one)s] and results[%(other)s] have the same fingerprint. "
                "Give each result a fingerprint of its own, or leave it out.",
                one=seen[own],
                other=number,
            )
        )
    if isinstance(own, str):
        seen[own] = number


def _gathering(root: dict[str, Any]) -> Gathering:
    tool = root.get("tool")
    if not isinstance(tool, dict):
        raise misfit("tool", "{…}")
    unknown_fields(tool, ("name", "version"), "tool")
    name = text_of(tool, "name", "tool", MAX_TOOL)
    if not any(letter.isalnum() and letter.isascii() for letter in name):
        raise misfit("tool.name", "a name with letters or digits")
    gathering = Gathering(
        "checklist-findings",
        name,
        tool_version=text_of(tool, "version", "tool", MAX_VERSION),
        target=text_of(root, "target", "", MAX_SHORT),
        command_line=text_of(root, "command_line", "", MAX_COMMAND),
    )
    begun = text_of(root, "started_at", "", 60)
    gathering.started_at = moment(begun) if begun else None
    if begun and gathering.started_at is None:
        raise misfit("started_at", "a time such as 2026-01-12T09:30:00Z")
    failed = text_of(root, "failed", "", MAX_SHORT)
    if failed:
        gathering.fail(text("The tool failed: %(message)s", message=_sentence([failed])))
    return gathering


def _sentence(parts: Iterable[str]) -> str:
    said = clean(" ".join(parts), MAX_SHORT)
    return said if said.endswith((".", "!", "?")) else f"{said}."


PARSER = Parser(
    "checklist-findings",
    "checklist-findings (JSON)",
    recognises,
    parse,
    About(
        versions="Version 1.",
        source="[own-scanner-format.md](own-scanner-format.md).",
        command="a script of your own",
        result="An element of `results`.",
        keys="`cwe`, `tags`, rule `<tool>:<rule>`.",
        severity="`severity`: critical, high, medium, low, info.",
        clean="`state` says it: passed, suppressed, needs_review, not_applicable, observation, "
        "else open. An empty list ran and found nothing; `failed` proves nothing.",
    ),
)
