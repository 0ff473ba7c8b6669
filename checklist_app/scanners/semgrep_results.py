"""One Semgrep match to one finding: its rule's metadata, its state and its stable fingerprint."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from checklist_app.domain.findings import (
    MAX_DESCRIPTION,
    MAX_RULE_ID,
    MAX_SHORT,
    MAX_SNIPPET,
    MAX_TITLE,
    FindingState,
    Location,
    ParsedFinding,
    clean,
)
from checklist_app.domain.vocabulary import Severity
from checklist_app.domain.weakness_tags import cwes_in, tags_in
from checklist_app.scanners.base import fingerprint
from checklist_app.scanners.links import links_in
from checklist_app.scanners.source_code import (
    SECRET_CWES,
    KnownSecrets,
    guarded,
    masked,
    source_path,
    squeezed,
    trace,
)
from checklist_app.scanners.values import severity_of, whole_number
from checklist_app.untrusted.json_text import as_list, as_object

TOOL = "Semgrep"

_SEVERITIES = {
    "critical": Severity.CRITICAL,
    "high": Severity.HIGH,
    "error": Severity.HIGH,
    "medium": Severity.MEDIUM,
    "warning": Severity.MEDIUM,
    "low": Severity.LOW,
    "info": Severity.LOW,
    "inventory": Severity.INFO,
    "experiment": Severity.INFO,
}
_NEEDS_LOGIN = "requires login"
_OWN_FINGERPRINT = re.compile(r"[0-9a-f]{16,128}(?:_\d{1,6})?")
_TAG_KEYS = {"owasp": "", "owasp-mobile": "owasp-mobile ", "masvs": "", "wstg": "", "asvs": ""}
_VALIDATED = ("CONFIRMED_VALID", "CONFIRMED_INVALID", "VALIDATION_ERROR")
_RATINGS = ("confidence", "likelihood", "impact")
_VULNERABLE_COMPONENT = (1395,)
_MAX_METAVARIABLES = 20


def _extra(result: dict[str, Any]) -> dict[str, Any]:
    return as_object(result.get("extra"))


def _metadata(result: dict[str, Any]) -> dict[str, Any]:
    return as_object(_extra(result).get("metadata"))


def is_secret(result: dict[str, Any]) -> bool:
    """Whether a match is a secret in the code, so that the code must not be shown."""
    rule = f".{clean(result.get('check_id'), MAX_RULE_ID)}."
    by_cwe = SECRET_CWES.intersection(cwes_in(_metadata(result).get("cwe"), bare=True))
    validated = _extra(result).get("validation_state") in _VALIDATED
    return bool(by_cwe) or ".secrets." in rule or validated


def learn(secrets: KnownSecrets, result: dict[str, Any]) -> None:
    """Note the secrets that a match quotes."""
    secrets.learn(_extra(result).get("lines"))
    for value in _bound(result):
        secrets.learn(value)


def _bound(result: dict[str, Any]) -> Iterator[str]:
    """Yield what the metavariables of a rule stand for; messages quote it."""
    values = list(as_object(_extra(result).get("metavars")).values())
    for value in values[:_MAX_METAVARIABLES]:
        yield clean(as_object(value).get("abstract_content"), MAX_SNIPPET)


def read_result(result: dict[str, Any], secrets: KnownSecrets) -> ParsedFinding:
    """Turn a match into a finding."""
    extra, metadata = _extra(result), _metadata(result)
    rule_id = clean(result.get("check_id"), MAX_RULE_ID)
    place, package = _place(result)
    message = secrets.hide(extra.get("message"), MAX_SNIPPET)
    secret = is_secret(result)
    if secret:
        message = guarded(_without(message, result))
    code = clean(extra.get("lines"), MAX_SNIPPET)
    code = "" if code == _NEEDS_LOGIN else code
    mark = trace(code) if secret and code else squeezed(code or message)
    ignored = extra.get("is_ignored") is True
    return ParsedFinding(
        tool=TOOL,
        rule_id=rule_id,
        title=clean(message.partition("\n")[0], MAX_TITLE) or rule_id or "?",
        description=clean("\n\n".join((message, *_notes(extra, metadata))), MAX_DESCRIPTION),
        severity=severity_of(extra.get("severity"), _SEVERITIES),
        cwes=cwes_in(metadata.get("cwe"), bare=True) or (_VULNERABLE_COMPONENT if package else ()),
        tags=tags_in(_tag_names(metadata)),
        locations=(place,) if place.uri else (),
        fingerprint=fingerprint("semgrep", rule_id, place.uri, package, _own(extra) or mark),
        state=FindingState.SUPPRESSED if ignored else FindingState.OPEN,
        reason="is_ignored: nosemgrep" if ignored else "",
        solution="" if secret else clean(extra.get("fix"), MAX_SNIPPET),
        references=links_in(
            metadata.get("references"),
            *map(metadata.get, ("shortlink", "source", "source-rule-url")),
        ),
        snippet="" if secret else secrets.hide(code),
    )


def _place(result: dict[str, Any]) -> tuple[Location, str]:
    """Return where a match is, and the package if it is about a dependency."""
    found = as_object(as_object(_extra(result).get("sca_info")).get("dependency_match"))
    dependency = as_object(found.get("found_dependency"))
    package, version = (clean(dependency.get(key), MAX_SHORT) for key in ("package", "version"))
    line = whole_number(as_object(result.get("start")).get("line"))
    named = f"{package}@{version}" if package else ""
    return Location(source_path(result.get("path")), line, parameter=named), package


def _without(message: str, result: dict[str, Any]) -> str:
    """Return a message without the secret that a metavariable put into it."""
    for value in _bound(result):
        bare = value.strip("\"'`")
        if len(bare) >= 8 and (bare != value or any(map(str.isdigit, bare))):
            message = message.replace(bare, masked(bare))
    return message


def _own(extra: dict[str, Any]) -> str:
    """Return Semgrep's own fingerprint; without an account it writes "requires login" there."""
    own = clean(extra.get("fingerprint"), MAX_SHORT)
    return own if _OWN_FINGERPRINT.fullmatch(own) else ""


def _notes(extra: dict[str, Any], metadata: dict[str, Any]) -> Iterator[str]:
    rated = [f"{key}: {word}" for key in _RATINGS if (word := clean(metadata.get(key), 40))]
    if rated:
        yield ", ".join(rated)
    if extra.get("validation_state") in _VALIDATED:
        yield f"validation_state: {extra['validation_state']}"
    reachable = as_object(extra.get("sca_info")).get("reachable")
    if isinstance(reachable, bool):
        yield f"reachable: {str(reachable).lower()}"


def _tag_names(metadata: dict[str, Any]) -> Iterator[str]:
    for key, prefix in _TAG_KEYS.items():
        value = metadata.get(key)
        for name in as_list(value) if isinstance(value, list) else [value]:
            yield f"{prefix}{clean(name, MAX_SHORT)}"
