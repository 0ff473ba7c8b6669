"""Grype JSON: the vulnerabilities of the packages in an image, a folder or a bill of materials.

Source: the JSON presenter of Grype. A result is one match, a vulnerability in one package; the
files in which the package was found are its locations. What the rules of the user or a VEX document
ignore stands in ``ignoredMatches`` and is suppressed. The first versions wrote the matches alone,
as an array, and some names with hyphens; Kubescape writes an array of documents, one for each
image.
"""

from __future__ import annotations

import re
from typing import Any

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import MAX_SHORT, FindingState, ParsedScan, clean
from checklist_app.domain.text import text
from checklist_app.scanners.base import About, Head, Kind, Parser, Report, wrong_type
from checklist_app.scanners.grype_matches import TOOL, read_match
from checklist_app.scanners.reading import Gathering, document
from checklist_app.scanners.shapes import root_object
from checklist_app.scanners.values import moment
from checklist_app.untrusted.json_text import as_list, as_object, as_text

_NO_MATCHES = re.compile(r'"matches"\s*:\s*\[\s*\]')
_WRITTEN_BY_GRYPE = re.compile(r'"name"\s*:\s*"grype"')
_UNNAMED = text("The entry names no vulnerability, so nothing can be read from it.")


def recognises(head: Head) -> bool:
    """Whether this is the beginning of a Grype report."""
    if head.kind is not Kind.JSON:
        return False
    match = head.has_key("vulnerability", "matchDetails", "artifact")
    if head.text.startswith("[") and match:
        return True
    empty = _NO_MATCHES.search(head.text) is not None and head.has_key("source", "target")
    by_grype = _WRITTEN_BY_GRYPE.search(head.text) is not None
    return head.has_key("matches") and (match or empty or by_grype)


def parse(report: Report) -> ParsedScan:
    """Read a Grype report.

    Raises:
        UnreadableReport: it is no JSON, has no list of matches, or one of the wrong type.
    """
    gathering = Gathering("grype", TOOL)
    targets: list[str] = []
    for root in _documents(document(report)):
        if "matches" not in root:
            raise UnreadableReport(
                text("This Grype report has no list of matches. Write it with the option -o json.")
            )
        targets.append(_target(as_object(root.get("source")).get("target")))
        _read(gathering, root)
    gathering.target = ", ".join(dict.fromkeys(filter(None, targets)))
    return gathering.scan()


def _documents(found: Any) -> list[dict[str, Any]]:
    """Return the documents of a report: one, those of several images, or one of matches alone."""
    if not isinstance(found, list):
        return [root_object(found)]
    if any("matches" in as_object(part) for part in found):
        return [root_object(part) for part in found]
    return [{"matches": found}]


def _read(gathering: Gathering, root: dict[str, Any]) -> None:
    descriptor = as_object(root.get("descriptor"))
    gathering.tool_version = gathering.tool_version or as_text(descriptor.get("version"))
    gathering.started_at = gathering.started_at or moment(descriptor.get("timestamp"))
    _check_database(gathering, as_object(descriptor.get("db")))
    _check_systems(gathering, root)
    for name, state in (
        ("matches", FindingState.OPEN),
        ("ignoredMatches", FindingState.SUPPRESSED),
    ):
        for match in _list(root, name):
            result = read_match(as_object(match), state)
            gathering.add(result) if result else gathering.skip(_UNNAMED)


def _list(root: dict[str, Any], name: str) -> list[Any]:
    found = root.get(name)
    if found is not None and not isinstance(found, list):
        raise wrong_type(name, "[…]")
    return found or []


def _target(target: object) -> str:
    # Some versions wrote the name of a folder with its quotation marks.
    return as_text(target).strip('"') or as_text(as_object(target).get("userInput"))


def _check_database(gathering: Gathering, database: dict[str, Any]) -> None:
    status = {**database, **as_object(database.get("status"))}
    message = clean(status.get("error"), MAX_SHORT)
    if message or status.get("valid") is False:
        gathering.fail(
            text(
                "The vulnerability database of this scan was not valid. "
                "Update the database and scan again. %(message)s",
                message=message,
            )
        )


def _check_systems(gathering: Gathering, root: dict[str, Any]) -> None:
    """Grype itself warns that it may miss vulnerabilities of systems without support."""
    for package in map(as_object, _list(root, "alertsByPackage")):
        for alert in map(as_object, as_list(package.get("alerts"))):
            if clean(alert.get("type"), 40).startswith("distro-"):
                told = as_object(alert.get("metadata"))
                names = (clean(told.get(part), 40) for part in ("name", "version"))
                gathering.fail(
                    text(
                        "The scanner has no vulnerabilities, or not all, of the packages of "
                        "%(system)s. Move to a release that is supported.",
                        system=" ".join(filter(None, names))
                        or clean(alert.get("message"), MAX_SHORT)
                        or "?",
                    )
                )


PARSER = Parser(
    "grype",
    "Grype (JSON)",
    recognises,
    parse,
    About(
        versions="Grype 0.1 to 0.110; an array of matches, a document with `matches`, or an array "
        "of such documents, which Kubescape writes of several images.",
        source="The JSON presenter of github.com/anchore/grype.",
        command="`grype TARGET -o json`",
        result="A match: one vulnerability in one package; files of the package are locations.",
        keys="`cwes` where the version writes them, else CWE-1395; rule `grype:<CVE or own id>`.",
        severity="Grype's word; Negligible is info; Unknown goes by the CVSS score, else medium.",
        clean="`matches` is empty, the database was valid and it covers the system (no "
        "`distro-eol` in `alertsByPackage`); a match that a rule ignores is suppressed.",
        differs="`ignoredMatches` are counted too, as suppressed.",
    ),
)
