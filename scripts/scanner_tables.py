"""What the documentation says of scanner formats, from the parsers and what was measured."""

from __future__ import annotations

from checklist_app.scanners.table import PARSERS
from tests.corpus.scanner_facts import (
    CWE_DIFFERS,
    MERGED,
    NOT_CLEAN,
    READ_DIFFERS,
    REFUSED,
)


def scanners_table() -> str:
    """Return one row for each format that can be imported, in the order in which they are tried."""
    rows = ["| Format | Key | Versions and shapes | How to get one |", "|---|---|---|---|"]
    rows += [
        f"| {_cell(parser.title)} | `{parser.format}` | {_cell(parser.about.versions)} "
        f"| {_cell(parser.about.command)} |"
        for parser in PARSERS
    ]
    return "\n".join(rows)


def scanners_in_detail() -> str:
    """Return what each format is to us: results, keys, severity, what is clean, what differs."""
    parts = []
    for parser in sorted(PARSERS, key=lambda one: one.title.casefold()):
        about = parser.about
        path = parser.parse.__module__.replace(".", "/") + ".py"
        lines = [
            f"### {parser.title}",
            "",
            f"- **A result** is: {about.result}",
            f"- **Leads to requirements by**: {about.keys}",
            f"- **Severity**: {about.severity}",
            f"- **Passed, or found nothing**: {about.clean}",
            *([f"- **Differs from other importers**: {about.differs}"] if about.differs else []),
            f"- **Source**: {about.source} Read by [`{path}`](../{path}).",
        ]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def scanner_differences() -> str:
    """Return, for real reports, where what we read differs from a count of the file, and why."""
    rows = ["| Report | What differs | Why |", "|---|---|---|"]
    told = [
        *((name, f"{count} results read", why) for name, (count, why) in READ_DIFFERS.items()),
        *(
            (name, "CWE " + ", ".join(map(str, numbers)), why)
            for name, (numbers, why) in CWE_DIFFERS.items()
        ),
        *((name, f"{count} merged", "equal in everything") for name, count in MERGED.items()),
        *((name, "refused", why) for name, why in REFUSED.items()),
        *((name, "proves no absence", why) for name, why in NOT_CLEAN.items()),
    ]
    rows += [f"| `{name}` | {what} | {_cell(why)} |" for name, what, why in sorted(told)]
    return "\n".join(rows)


def _cell(words: str) -> str:
    return words.replace("|", "\\|")
