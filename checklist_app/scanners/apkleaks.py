"""APKLeaks JSON: secrets, addresses and links in an Android package.

Source: ``apkleaks.py`` and ``config/regexes.json`` in the source of APKLeaks. A result is one match
of a pattern. Patterns for links and addresses find what every app has; their matches say neither
good nor bad and are observations. The report names no file.
"""

from __future__ import annotations

import re
from typing import Any

from checklist_app.domain.findings import (
    MAX_RULE_ID,
    MAX_SHORT,
    MAX_TITLE,
    FindingState,
    Location,
    ParsedFinding,
    ParsedScan,
    clean,
)
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import Severity
from checklist_app.scanners.base import About, Head, Kind, Parser, Report, fingerprint, wrong_type
from checklist_app.scanners.reading import Gathering, document
from checklist_app.scanners.shapes import NO_CONTENT, members, root_object
from checklist_app.scanners.source_code import HARD_CODED, masked, trace, without_credentials

TOOL = "APKLeaks"

_ADDRESSES = (
    "LinkFinder",
    "IP_Address",
    "Mac_Address",
    "Mailto",
    "Firebase",
    "Amazon_AWS_S3_Bucket",
)
_FOUND_NOTHING = re.compile(
    r'\{\s*"package"\s*:\s*"[^"]{1,300}"\s*,\s*"results"\s*:\s*\[\s*\]\s*\}\s*'
)
_QUERY = re.compile(r"[?#].*", re.DOTALL)


def recognises(head: Head) -> bool:
    """Whether this is the beginning of an APKLeaks report."""
    if head.kind is not Kind.JSON or not head.text.startswith("{"):
        return False
    found = head.has_key("package", "results", "name", "matches")
    return found or _FOUND_NOTHING.fullmatch(head.text) is not None


def parse(report: Report) -> ParsedScan:
    """Read an APKLeaks report.

    Raises:
        UnreadableReport: it is no JSON, or its lists have the wrong type.
    """
    root = root_object(document(report))
    patterns = members(
        root,
        "results",
        text("This APKLeaks report has no list of results. Write it with the option --json."),
    )
    package = clean(root.get("package"), MAX_SHORT)
    gathering = Gathering("apkleaks", TOOL, target=package)
    if not package:
        gathering.fail(text("The report names no package, so nothing shows what was scanned."))
    for number, pattern in enumerate(patterns):
        matches = pattern.get("matches") if isinstance(pattern, dict) else None
        if not isinstance(matches, list):
            raise wrong_type(f"results[{number}].matches", "[…]")
        name = clean(pattern.get("name"), MAX_RULE_ID)
        for match in matches:
            if isinstance(match, str):
                gathering.add(_finding(package, name, match))
            else:
                gathering.skip(NO_CONTENT)
    return gathering.scan()


def _finding(package: str, name: str, match: str) -> ParsedFinding:
    shared: dict[str, Any] = {
        "tool": TOOL,
        "rule_id": name,
        "title": clean(name.replace("_", " "), MAX_TITLE) or "?",
        "tags": (),
        "locations": (Location(package),) if package else (),
    }
    if name in _ADDRESSES:
        address = _QUERY.sub("", without_credentials(clean(match, 2_000)))
        return ParsedFinding(
            **shared,
            description=address,
            severity=Severity.INFO,
            cwes=(),
            fingerprint=fingerprint("apkleaks", package, name, address),
            state=FindingState.OBSERVATION,
        )
    return ParsedFinding(
        **shared,
        description=f"secret: {masked(match)}",
        severity=Severity.HIGH,
        cwes=HARD_CODED,
        fingerprint=fingerprint("apkleaks", package, name, trace(match)),
    )


PARSER = Parser(
    "apkleaks",
    "APKLeaks (JSON)",
    recognises,
    parse,
    About(
        versions="APKLeaks 2, `--json`.",
        source="`apkleaks.py` and `config/regexes.json` in its source.",
        command="`apkleaks -f app.apk --json -o apkleaks.json`",
        result="One match of a pattern in the package.",
        keys="CWE-798 for secrets, none for links and addresses; rule `apkleaks:<name>`.",
        severity="High for secrets, informational for links and addresses.",
        clean="A package without matches ran and found nothing.",
        differs="Every match counts; links and addresses are observations; secrets are masked.",
    ),
)
