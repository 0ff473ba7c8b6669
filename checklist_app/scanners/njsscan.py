"""njsscan JSON: insecure code patterns in Node.js applications and their templates.

Source: the JSON formatter of njsscan and libsast. Rules stand by name in ``nodejs`` and
``templates``. A result is one match of a rule in a file; a rule without files (the option
``--missing-controls``) is one result, a control that the whole application lacks.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import (
    MAX_DESCRIPTION,
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
from checklist_app.scanners.base import About, Head, Kind, Parser, Report, fingerprint, wrong_type
from checklist_app.scanners.links import links_in
from checklist_app.scanners.reading import Gathering, document
from checklist_app.scanners.shapes import NO_CONTENT, root_object
from checklist_app.scanners.source_code import (
    NOTHING_SCANNED,
    SECRET_CWES,
    KnownSecrets,
    fail_of_errors,
    source_path,
    squeezed,
    told_by_semgrep,
    trace,
)
from checklist_app.scanners.values import severity_of, whole_number
from checklist_app.untrusted.json_text import as_list, as_object, as_text

TOOL = "njsscan"

_GROUPS = ("nodejs", "templates")
_SEVERITIES = {
    "error": Severity.HIGH,
    "warning": Severity.MEDIUM,
    "info": Severity.LOW,
}
_MISSING = text("This njsscan report has no list of rules. Write it with njsscan --json.")


def recognises(head: Head) -> bool:
    """Whether this is the beginning of an njsscan report."""
    if head.kind is not Kind.JSON or not head.text.startswith("{"):
        return False
    if head.has_key("primaryLocation"):  # what it writes for SonarQube
        return False
    return head.has_key("njsscan_version") or head.has_key("errors", "nodejs", "templates")


def parse(report: Report) -> ParsedScan:
    """Read an njsscan report.

    Raises:
        UnreadableReport: it is no JSON, or has no rules, or rules of the wrong type.
    """
    root = root_object(document(report))
    if not any(name in root for name in _GROUPS):
        raise UnreadableReport(_MISSING)
    gathering = Gathering("njsscan", TOOL, tool_version=as_text(root.get("njsscan_version")))
    _check(gathering, root)
    found = list(_matches(root))
    secrets = KnownSecrets()
    for _, metadata, match in found:
        if _is_secret(metadata):
            secrets.learn(as_object(match).get("match_string"))
    for rule_id, metadata, match in found:
        if isinstance(match, dict):
            gathering.add(_finding(rule_id, metadata, match, secrets))
        else:
            gathering.skip(NO_CONTENT)
    return gathering.scan()


def _check(gathering: Gathering, root: dict[str, Any]) -> None:
    fail_of_errors(gathering, list(map(told_by_semgrep, as_list(root.get("errors")))))
    if root.get("files") == []:
        gathering.fail(NOTHING_SCANNED)


def _matches(root: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], Any]]:
    """Yield a rule, what is said of it, and a match; an empty one for a missing control."""
    for group in _GROUPS:
        rules = root.get(group) or {}
        if not isinstance(rules, dict):
            raise wrong_type(group, "{…}")
        for rule_id, rule in rules.items():
            if not isinstance(rule, dict):
                raise wrong_type(f"{group}.{clean(rule_id, 80)}", "{…}")
            metadata = as_object(rule.get("metadata"))
            for match in as_list(rule.get("files")) or [{}]:
                yield rule_id, metadata, match


def _is_secret(metadata: dict[str, Any]) -> bool:
    return bool(SECRET_CWES.intersection(cwes_in(metadata.get("cwe"), bare=True)))


def _finding(
    name: str, metadata: dict[str, Any], match: dict[str, Any], secrets: KnownSecrets
) -> ParsedFinding:
    rule_id = clean(name, MAX_RULE_ID)
    path = source_path(match.get("file_path"))
    described = clean(metadata.get("description"), MAX_DESCRIPTION)
    lines = as_list(match.get("match_lines"))
    code = clean(match.get("match_string"), MAX_SNIPPET)
    secret = _is_secret(metadata)
    mark = trace(code) if secret else squeezed(code)
    return ParsedFinding(
        tool=TOOL,
        rule_id=rule_id,
        title=clean(described.partition("\n")[0], MAX_TITLE) or rule_id or "?",
        description=described,
        severity=severity_of(metadata.get("severity"), _SEVERITIES),
        cwes=cwes_in(metadata.get("cwe"), bare=True),
        tags=tags_in(clean(metadata.get(key), 200) for key in ("owasp-web", "owasp")),
        locations=(Location(path, whole_number(lines[0]) if lines else None),) if path else (),
        fingerprint=fingerprint("njsscan", rule_id, path, mark),
        references=links_in(metadata.get("reference"), metadata.get("ref")),
        snippet="" if secret else secrets.hide(code),
    )


PARSER = Parser(
    "njsscan",
    "njsscan (JSON)",
    recognises,
    parse,
    About(
        versions="njsscan 0.1 to 1.0, `--json`; its SARIF and GitLab reports are read as such.",
        source="The JSON formatter in the source of njsscan, and libsast.",
        command="`njsscan --json -o njsscan.json .`",
        result="One match of a rule in a file; a missing control of the application is one too.",
        keys="`cwe`, rule `njsscan:<name>`; its OWASP names carry no edition and name no tag.",
        severity="`severity`: ERROR high, WARNING medium, INFO low.",
        clean="No match and no error ran and found nothing; errors mean unread files.",
        differs="Code of hard-coded secrets is left out.",
    ),
)
