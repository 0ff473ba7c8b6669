"""TruffleHog JSON lines of versions 2 and 3, and the JSON of trufflehog3.

Source: ``pkg/output`` in the source of TruffleHog, and the models of trufflehog3. A result is one
object: in version 3 one secret with its detector, in version 2 one change of a file with the
strings found in it. Lines of the tool's own log are no results; they tell whether it failed.
"""

from __future__ import annotations

from typing import Any

from checklist_app.domain.findings import MAX_SHORT, ParsedScan, clean
from checklist_app.domain.text import text
from checklist_app.scanners.base import About, Head, Kind, Parser, Report
from checklist_app.scanners.reading import Gathering, json_lines
from checklist_app.scanners.shapes import NO_CONTENT
from checklist_app.scanners.source_code import NOTHING_SCANNED, fail_of_errors
from checklist_app.scanners.trufflehog_secrets import TOOL, read_secret, source_of
from checklist_app.scanners.values import moment
from checklist_app.untrusted.json_text import as_text

_LOG = ("level", "logger", "msg")


def recognises(head: Head) -> bool:
    """Whether this is the beginning of a TruffleHog report."""
    if head.kind is not Kind.JSON:
        return False
    third = head.has_key("SourceMetadata") and head.has_key("DetectorName")
    # The diff can be longer than the beginning of the file, so that what follows it is not there.
    second = head.has_key("branch", "commit", "date", "diff") and (
        head.has_key("commitHash") or head.has_key("stringsFound") or head.has_key("path")
    )
    python = head.text.startswith("[") and head.has_key("rule", "path", "secret", "context")
    log = head.has_key(*_LOG) and '"trufflehog"' in head.text
    return third or second or python or log


def parse(report: Report) -> ParsedScan:
    """Read a TruffleHog report.

    Raises:
        UnreadableReport: a line is no JSON.
    """
    gathering = Gathering("trufflehog", TOOL)
    targets: dict[str, None] = {}
    logged: list[dict[str, Any]] = []
    for entry in json_lines(report):
        if not isinstance(entry, dict) or not entry:
            gathering.skip(NO_CONTENT)
        elif "msg" in entry and "level" in entry:
            logged.append(entry)
        else:
            gathering.add(read_secret(entry))
            targets[source_of(entry)] = None
    gathering.target = clean(", ".join(filter(None, targets)), MAX_SHORT)
    _check_log(gathering, logged)
    return gathering.scan()


def _check_log(gathering: Gathering, logged: list[dict[str, Any]]) -> None:
    """Take from the log what it says of the run: version, time, errors, and whether it ended."""
    if not logged:
        return
    gathering.started_at = moment(logged[0].get("ts"))
    wrong = [line for line in logged if clean(line.get("level"), 20) in ("error", "fatal")]
    fail_of_errors(gathering, [clean(line.get("msg"), MAX_SHORT) for line in wrong])
    ended = next((line for line in logged if line.get("msg") == "finished scanning"), None)
    if ended is None:
        gathering.fail(
            text("The log in this report does not say that the scan ended. Scan again to its end.")
        )
        return
    gathering.tool_version = as_text(ended.get("trufflehog_version"))
    if ended.get("bytes") == 0:
        gathering.fail(NOTHING_SCANNED)


PARSER = Parser(
    "trufflehog",
    "TruffleHog (JSON)",
    recognises,
    parse,
    About(
        versions="TruffleHog 2 and 3 as JSON lines or a JSON list; trufflehog3 2 and 3.",
        source="`pkg/output/json.go` and `legacy_json.go` in the source of TruffleHog.",
        command="`trufflehog git file://. --json > trufflehog.json`",
        result="One object: a secret (version 3), or a change of a file with secrets (version 2).",
        keys="CWE-798 for all; rule `trufflehog:<DetectorName>` or the reason of version 2.",
        severity="Verified critical, not verified medium, verification failed high; "
        "named rules of version 2 high, high entropy low.",
        clean="Only a report with the log of the tool, which says that the scan ended.",
        differs="Every object is a finding; secrets are masked, diffs are not kept.",
    ),
)
