"""mobsfscan JSON: insecure code patterns and missing protections in the source of mobile apps.

Source: ``mobsfscan.py`` and the JSON formatter in the source of mobsfscan. A result is one rule of
``results``; the files that match it are its places. A rule without files is a protection that the
whole app lacks. Read under the format of MobSF, whose rules it shares.
"""

from __future__ import annotations

from typing import Any

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import (
    MAX_DESCRIPTION,
    MAX_LOCATIONS,
    MAX_RULE_ID,
    MAX_SNIPPET,
    MAX_TITLE,
    Location,
    ParsedFinding,
    ParsedScan,
    clean,
)
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import Severity
from checklist_app.domain.weakness_tags import cwes_in, tags_in
from checklist_app.scanners.base import fingerprint, wrong_type
from checklist_app.scanners.links import links_in
from checklist_app.scanners.mobsf_names import standards_of
from checklist_app.scanners.reading import Gathering
from checklist_app.scanners.shapes import NO_CONTENT
from checklist_app.scanners.source_code import (
    SECRET_CWES,
    KnownSecrets,
    fail_of_errors,
    source_path,
    told_by_semgrep,
)
from checklist_app.scanners.values import severity_of, whole_number
from checklist_app.untrusted.json_text import as_list, as_object

TOOL = "mobsfscan"

_SEVERITIES = {
    "error": Severity.HIGH,
    "warning": Severity.MEDIUM,
    "info": Severity.LOW,
}


def is_mobsfscan(root: dict[str, Any]) -> bool:
    """Whether a document is a report of mobsfscan."""
    return "mobsfscan_version" in root or ("results" in root and "errors" in root)


def read(root: dict[str, Any]) -> ParsedScan:
    """Read a report of mobsfscan.

    Raises:
        UnreadableReport: the rules are missing or have the wrong type.
    """
    if "results" not in root:
        raise UnreadableReport(
            text("This mobsfscan report has no results. Write it with mobsfscan --json.")
        )
    if not isinstance(root["results"], dict):
        raise wrong_type("results", "{…}")
    gathering = Gathering("mobsf", TOOL, tool_version=clean(root.get("mobsfscan_version"), 60))
    fail_of_errors(gathering, list(map(told_by_semgrep, as_list(root.get("errors")))))
    secrets = _secrets(root["results"])
    for name, rule in root["results"].items():
        if isinstance(rule, dict) and rule:
            gathering.add(_finding(clean(name, MAX_RULE_ID), rule, secrets))
        else:
            gathering.skip(NO_CONTENT)
    if not root["results"]:  # it names every protection that an app lacks, so there is always one
        gathering.fail(
            text(
                "The report holds no rule, so nothing shows that code was scanned. "
                "Check the path that was given to mobsfscan and scan again."
            )
        )
    return gathering.scan()


def _secrets(rules: dict[str, Any]) -> KnownSecrets:
    known = KnownSecrets()
    for rule in map(as_object, rules.values()):
        if _about_secrets(as_object(rule.get("metadata"))):
            for match in as_list(rule.get("files")):
                known.learn(as_object(match).get("match_string"))
    return known


def _about_secrets(meta: dict[str, Any]) -> bool:
    return bool(SECRET_CWES.intersection(cwes_in(meta.get("cwe"))))


def _finding(rule_id: str, rule: dict[str, Any], secrets: KnownSecrets) -> ParsedFinding:
    meta = as_object(rule.get("metadata"))
    described = clean(meta.get("description"), MAX_DESCRIPTION)
    matches = [match for match in as_list(rule.get("files")) if isinstance(match, dict)]
    places = [_place(match) for match in matches]
    code = "\n".join(clean(match.get("match_string"), 400) for match in matches[:10])
    return ParsedFinding(
        tool=TOOL,
        rule_id=rule_id,
        title=clean(described.partition("\n")[0], MAX_TITLE) or rule_id or "?",
        description=described,
        severity=severity_of(meta.get("severity"), _SEVERITIES),
        cwes=cwes_in(meta.get("cwe"), bare=True),
        tags=tags_in(standards_of(meta)),
        locations=tuple(dict.fromkeys(places))[:MAX_LOCATIONS],
        # A rule is one result however many files match it, so it is one finding in every run.
        fingerprint=fingerprint("mobsfscan", rule_id),
        occurrences=max(1, len(matches)),
        references=links_in(meta.get("reference"), meta.get("ref")),
        snippet="" if _about_secrets(meta) else secrets.hide(code, MAX_SNIPPET),
    )


def _place(match: dict[str, Any]) -> Location:
    lines = as_list(match.get("match_lines"))
    return Location(source_path(match.get("file_path")), whole_number(lines[0]) if lines else None)
