"""Gitleaks JSON and CSV: secrets in a repository and its history.

Source: ``report/`` in the source of Gitleaks, versions 1 to 8. A result is one secret in one commit
and line. The reports quote secrets; only the first letters of each are kept, and nothing of the
line in which it stands. A run that found nothing writes ``[]``, or ``null`` up to version 7; other
tools write the same, so such a file names no tool and is read only where a person names it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from checklist_app.domain.findings import (
    MAX_RULE_ID,
    MAX_SHORT,
    MAX_TITLE,
    Location,
    ParsedFinding,
    ParsedScan,
    clean,
)
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import Severity
from checklist_app.scanners.base import About, Head, Kind, Parser, Report, fingerprint, wrong_type
from checklist_app.scanners.links import links_in
from checklist_app.scanners.reading import Gathering, csv_rows, document
from checklist_app.scanners.shapes import NO_CONTENT
from checklist_app.scanners.source_code import (
    HARD_CODED,
    masked,
    source_path,
    trace,
    without_credentials,
)
from checklist_app.scanners.values import whole_number

TOOL = "Gitleaks"

_NEW = ("RuleID", "Secret", "File")
_OLD = ("offender", "rule", "commit", "file")
_NAMES_NOTHING = text(
    "This report lists no secret and names neither what was scanned nor when, so it does not show "
    "that anything was scanned. Export a SARIF report of the same scan, or scan again."
)


def recognises(head: Head) -> bool:
    """Whether this is the beginning of a Gitleaks report."""
    if head.kind is Kind.JSON:
        old = head.has_key(*_OLD)
        return head.text.startswith("[") and (head.has_key(*_NEW) or old)
    if head.kind is not Kind.OTHER:
        return False
    names = {name.strip('"') for name in head.text.partition("\n")[0].strip().split(",")}
    return names.issuperset(_NEW) or names.issuperset(_OLD)


def parse(report: Report) -> ParsedScan:
    """Read a Gitleaks report.

    Raises:
        UnreadableReport: it is neither a JSON list nor CSV.
    """
    gathering = Gathering("gitleaks", TOOL)
    repositories = []
    for entry in _entries(report):
        if isinstance(entry, dict) and entry:
            gathering.add(_finding(entry))
            repository = clean(entry.get("repoURL") or entry.get("repo"), MAX_SHORT)
            repositories.append(without_credentials(repository))
        else:
            gathering.skip(NO_CONTENT)
    if not repositories and not report.is_named:
        gathering.fail(_NAMES_NOTHING)
    named = dict.fromkeys(name for name in repositories if name not in ("", "."))
    gathering.target = ", ".join(named)
    return gathering.scan()


def _entries(report: Report) -> Iterable[Any]:
    head = report.head()
    if head.text.strip() == "null":  # how the old versions write that there is nothing
        return ()
    if head.kind is Kind.OTHER:
        return csv_rows(report)
    found = document(report)
    if not isinstance(found, list):
        raise wrong_type("(root)", "[…]")
    return found


def _finding(entry: dict[str, Any]) -> ParsedFinding:
    rule_id = clean(entry.get("RuleID") or entry.get("rule"), MAX_RULE_ID)
    path = source_path(entry.get("File") or entry.get("file"))
    secret = entry.get("Secret") or entry.get("offender") or entry.get("Match")
    commit = clean(entry.get("Commit") or entry.get("commit"), 80)
    line = whole_number(entry.get("StartLine") or entry.get("lineNumber"))
    kind = clean(entry.get("Description"), MAX_TITLE) or rule_id
    facts = {
        "secret": masked(secret),
        "commit": commit,
        "date": clean(entry.get("Date") or entry.get("date"), 40) if commit else "",
    }
    told = ", ".join(f"{name}: {value}" for name, value in facts.items() if value)
    return ParsedFinding(
        tool=TOOL,
        rule_id=rule_id,
        title=kind or "?",
        description=f"{kind}\n\n{told}".strip(),
        severity=Severity.HIGH,
        cwes=HARD_CODED,
        tags=(),
        locations=(Location(path, line),) if path else (),
        fingerprint=fingerprint("gitleaks", rule_id, path, commit, trace(secret)),
        references=links_in(entry.get("Link"), entry.get("leakURL")),
    )


PARSER = Parser(
    "gitleaks",
    "Gitleaks (JSON, CSV)",
    recognises,
    parse,
    About(
        versions="Gitleaks 1 to 8, JSON and CSV; its SARIF report is read as such.",
        source="`report/` in the source of Gitleaks.",
        command="`gitleaks git --report-format json --report-path gitleaks.json`",
        result="One secret in one commit and line.",
        keys="CWE-798 for all; rule `gitleaks:<RuleID>` such as `gitleaks:aws-access-token`.",
        severity="High for all; the tool does not rate secrets.",
        clean="An empty list (`[]`, `null`) names no tool: it counts where the person who imports "
        "it says that it is of Gitleaks, and is not recognised by itself.",
        differs="The same secret in several commits is several findings; secrets are masked.",
    ),
    unsigned=("[]", "null"),
)
