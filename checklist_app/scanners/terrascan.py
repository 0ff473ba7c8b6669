"""Terrascan's JSON report.

Source: ``pkg/results`` and ``pkg/policy`` of Terrascan. A result is one element of
``results.violations``, ``skipped_violations`` or ``passed_rules``, or one of ``vulnerabilities``,
which are those of images.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from checklist_app.domain.findings import (
    MAX_DESCRIPTION,
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
from checklist_app.domain.weakness_tags import cwes_in
from checklist_app.scanners.base import About, Head, Kind, Parser, Report, fingerprint, wrong_type
from checklist_app.scanners.kube_names import relative_path
from checklist_app.scanners.links import links_in
from checklist_app.scanners.reading import Gathering, document
from checklist_app.scanners.values import moment, score_of, severity_of, whole_number
from checklist_app.untrusted.json_text import as_index, as_list, as_object

TOOL = "Terrascan"
# With --iac-type all it tries every kind of files; that there are none of a kind is no failure.
_NO_SUCH_FILES = re.compile(
    r"not found in the directory|\bno\b.{1,80}\bfound\b|\bhas no\b", re.IGNORECASE
)
_BROKEN = text("The result is not an object, so nothing can be read from it.")
_NOTHING = text("The report names nothing that was scanned, so it proves nothing.")


def recognises(head: Head) -> bool:
    """Whether this is the beginning of a report of Terrascan."""
    if head.kind is not Kind.JSON or not head.has_key("results", "violations"):
        return False
    return head.has_key("rule_name", "rule_id") or any(
        head.has_key(name) for name in ("scan_summary", "count", "skipped_violations")
    )


def parse(report: Report) -> ParsedScan:
    """Read a report of Terrascan.

    Raises:
        UnreadableReport: it is no JSON, or a field that carries the results has the wrong type.
    """
    results = as_object(document(report)).get("results")
    if not isinstance(results, dict):
        raise wrong_type("results", "{…}")
    if "violations" not in results:
        raise wrong_type("results.violations", "[…]")
    summary = as_object(results.get("scan_summary"))
    gathering = Gathering(
        format=PARSER.format,
        tool=TOOL,
        target=clean(summary.get("file/folder"), MAX_SHORT),
        started_at=_time(summary.get("scanned_at")),
    )
    for name, reader in _LISTS.items():
        found = results.get(name)
        if found is not None and not isinstance(found, list):
            raise wrong_type(f"results.{name}", "[…]")
        for entry in as_list(found):
            if isinstance(entry, dict):
                gathering.add(reader(entry))
            else:
                gathering.skip(_BROKEN)
    _note_errors(gathering, results)
    if not gathering.results and as_index(summary.get("policies_validated")) == 0:
        gathering.fail(_NOTHING)
    return gathering.scan()


def _note_errors(gathering: Gathering, results: dict[str, Any]) -> None:
    errors = [
        clean(as_object(part).get("errMsg"), MAX_SHORT)
        for part in as_list(results.get("scan_errors"))
    ]
    real = [error for error in errors if not _NO_SUCH_FILES.search(error)]
    if real:
        gathering.fail(
            text(
                "%(tool)s reports %(count)s errors of its own, such as: %(error)s",
                tool=TOOL,
                count=len(real),
                error=real[0] or "?",
            )
        )


def _time(value: object) -> datetime | None:
    """Return a time that Go wrote, such as ``2021-05-19 13:13:06.083208 +0000 UTC``."""
    parts = clean(value, 60).split(" ")
    return moment(f"{parts[0]}T{''.join(parts[1:3])}") if len(parts) > 2 else moment(value)


def _violation(entry: dict[str, Any], state: FindingState = FindingState.OPEN) -> ParsedFinding:
    rule_id = clean(entry.get("rule_id"), MAX_RULE_ID)
    kind, name = (clean(entry.get(f"resource_{part}"), 120) for part in ("type", "name"))
    resource = ".".join(filter(None, (kind, name)))
    module = clean(entry.get("module_name"), 120)
    file = relative_path(entry.get("file"))
    category = clean(entry.get("category"), MAX_SHORT)
    comment = clean(entry.get("skip_comment"), MAX_SHORT)
    suppressed = state is FindingState.SUPPRESSED
    place = Location(file, whole_number(entry.get("line")), parameter=resource)
    description = clean(entry.get("description"), MAX_DESCRIPTION // 2)
    return ParsedFinding(
        tool=TOOL,
        rule_id=rule_id,
        title=clean(description, MAX_TITLE) or clean(entry.get("rule_name"), MAX_TITLE) or "?",
        description="\n\n".join(filter(None, (description, category and f"category: {category}"))),
        severity=Severity.INFO
        if state is FindingState.PASSED
        else severity_of(entry.get("severity")),
        cwes=(),
        tags=(),
        locations=(place,) if file or resource else (),
        fingerprint=fingerprint("terrascan", rule_id, file, module, resource),
        state=state,
        reason=(comment or "skipped_violations") if suppressed else "",
    )


def _skipped(entry: dict[str, Any]) -> ParsedFinding:
    return _violation(entry, FindingState.SUPPRESSED)


def _passed(entry: dict[str, Any]) -> ParsedFinding:
    return _violation(entry, FindingState.PASSED)


def _vulnerability(entry: dict[str, Any]) -> ParsedFinding:
    rule_id = clean(entry.get("vulnerability_id") or entry.get("vulnerability"), MAX_RULE_ID)
    package, version = (clean(entry.get(key), 120) for key in ("package", "installed_version"))
    image = clean(entry.get("image"), MAX_URI)
    score = score_of(as_object(entry.get("cvss_score")).get("score") or entry.get("score"))
    return ParsedFinding(
        tool=TOOL,
        rule_id=rule_id,
        title=clean(f"{rule_id}: {package}".strip(": "), MAX_TITLE) or "?",
        description=clean(entry.get("description"), MAX_DESCRIPTION),
        severity=severity_of(entry.get("severity")),
        cwes=cwes_in(entry.get("cwe_ids"), bare=True) or (1395,),
        tags=(),
        locations=(Location(image, parameter=f"{package} {version}".strip()),),
        fingerprint=fingerprint(
            "terrascan", rule_id, package, clean(entry.get("container"), 120), _without_tag(image)
        ),
        references=links_in(entry.get("primary_url")),
        cvss=score,
    )


def _without_tag(image: str) -> str:
    folder, slash, name = image.partition("@")[0].rpartition("/")
    return folder + slash + name.partition(":")[0]


_LISTS: dict[str, Callable[[dict[str, Any]], ParsedFinding]] = {
    "violations": _violation,
    "skipped_violations": _skipped,
    "passed_rules": _passed,
    "vulnerabilities": _vulnerability,
}

PARSER = Parser(
    "terrascan",
    "Terrascan (JSON)",
    recognises,
    parse,
    About(
        versions="Terrascan 1.0 to 1.19.",
        source="`pkg/results` and `pkg/policy` in the source of Terrascan.",
        command="`terrascan scan -o json > report.json`; `--show-passed` adds the passes",
        result="A rule that one resource breaks, that was skipped, or that passed.",
        keys="Rule `terrascan:<rule_id>`, such as `AC_K8S_0046` or `accurics.gcp.NS.109`; CWE-1395 "
        "for vulnerabilities of images.",
        severity="HIGH, MEDIUM and LOW.",
        clean="`passed_rules` are passes, skipped violations are suppressed with their comment. A "
        "run that validated no policy proves nothing, nor does one with errors other than that "
        "there are no files of some kind.",
    ),
)
