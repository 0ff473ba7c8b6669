"""One object of a TruffleHog report to one finding, in the words of either version."""

from __future__ import annotations

from typing import Any

from checklist_app.domain.findings import (
    MAX_RULE_ID,
    MAX_SHORT,
    MAX_TITLE,
    MAX_URI,
    Location,
    ParsedFinding,
    clean,
)
from checklist_app.domain.vocabulary import Severity
from checklist_app.scanners.base import fingerprint
from checklist_app.scanners.links import links_in
from checklist_app.scanners.source_code import (
    HARD_CODED,
    masked,
    source_path,
    trace,
    without_credentials,
)
from checklist_app.scanners.values import severity_of, whole_number
from checklist_app.untrusted.json_text import as_list, as_object

TOOL = "TruffleHog"

_FILES = (
    "file", "filename", "path", "link", "url", "page", "channel_id", "location",
    "issue", "document_id", "event_id", "title", "snippet_id",
)  # fmt: skip
_SOURCES = (
    "repository", "image", "bucket", "workspace", "project", "space", "repo",
    "container", "package", "project_name", "pipeline", "index", "workspace_name",
    "organization_slug",
)  # fmt: skip
"""Of every message in its ``source_metadata.proto``, the most telling first."""
_ENTROPY = "High Entropy"
_MAX_STRINGS = 50


def read_secret(entry: dict[str, Any]) -> ParsedFinding:
    """Turn an object into a finding, whichever version of the tool wrote it."""
    if "stringsFound" in entry or "diff" in entry:
        return _change(entry)
    if "rule" in entry:
        return _match(entry)
    return _detected(entry)


def source_of(entry: dict[str, Any]) -> str:
    """Return what was scanned: a repository, an image or a bucket; empty if it is not named."""
    return _first(_metadata(entry), _SOURCES)


def _metadata(entry: dict[str, Any]) -> dict[str, Any]:
    """Return where version 3 found a secret; the name of the source stands above it.

    Two kinds of sources, Forager and Webhook, hold that of another kind.
    """
    data = as_object(as_object(entry.get("SourceMetadata")).get("Data"))
    where = as_object(next(iter(data.values()), None))
    inner = next(iter(where.values()), None) if len(where) == 1 else None
    if isinstance(inner, dict):
        where = as_object(next(iter(inner.values()), None)) if len(inner) == 1 else inner
    return where


def _first(holder: dict[str, Any], names: tuple[str, ...]) -> str:
    found = next(filter(None, (clean(holder.get(name), MAX_URI) for name in names)), "")
    return without_credentials(found)


def _detected(entry: dict[str, Any]) -> ParsedFinding:
    """Read an object of version 3."""
    where = _metadata(entry)
    rule_id = clean(entry.get("DetectorName") or entry.get("DetectorType"), MAX_RULE_ID)
    path = source_path(_first(where, _FILES))
    secret = entry.get("Raw") or entry.get("RawV2") or entry.get("Redacted")
    severity, verified = _rated(entry)
    facts = {
        "secret": masked(secret),
        "verification": verified,
        "source": source_of(entry),
        "layer": clean(where.get("layer"), MAX_SHORT),
        "commit": clean(where.get("commit"), 80),
        "date": clean(where.get("timestamp"), 40),
    }
    described = clean(entry.get("DetectorDescription"), 2_000)
    mark = (facts["source"], facts["commit"], trace(entry.get("Raw"), entry.get("RawV2")))
    return ParsedFinding(
        tool=TOOL,
        rule_id=rule_id,
        title=clean(rule_id, MAX_TITLE) or "?",
        description=f"{described}\n\n{_told(facts)}".strip(),
        severity=severity,
        cwes=HARD_CODED,
        tags=(),
        locations=(Location(path, whole_number(where.get("line"))),) if path else (),
        fingerprint=fingerprint("trufflehog", rule_id, path, *mark),
        references=links_in(as_object(entry.get("ExtraData")).get("rotation_guide")),
    )


def _rated(entry: dict[str, Any]) -> tuple[Severity, str]:
    if entry.get("Verified") is True:
        return Severity.CRITICAL, "the secret works"
    if entry.get("VerificationError"):
        return Severity.HIGH, "the tool could not find out"
    return Severity.MEDIUM, "not verified"


def _change(entry: dict[str, Any]) -> ParsedFinding:
    """Read an object of version 2: the strings that one change of a file brought."""
    rule_id = clean(entry.get("reason"), MAX_RULE_ID)
    path = source_path(entry.get("path"))
    found = as_list(entry.get("stringsFound"))
    commit = clean(entry.get("commitHash"), 80)
    facts = {
        "secrets": ", ".join(dict.fromkeys(masked(part) for part in found[:_MAX_STRINGS])),
        "commit": commit,
        "branch": clean(entry.get("branch"), MAX_SHORT),
        "date": clean(entry.get("date"), 40),
    }
    return ParsedFinding(
        tool=TOOL,
        rule_id=rule_id,
        title=clean(rule_id, MAX_TITLE) or "?",
        description=_told(facts),
        severity=Severity.LOW if rule_id == _ENTROPY else Severity.HIGH,
        cwes=HARD_CODED,
        tags=(),
        locations=(Location(path),) if path else (),
        fingerprint=fingerprint(
            "trufflehog", rule_id, path, commit, facts["branch"], trace(*sorted(map(str, found)))
        ),
        occurrences=max(1, len(found)),
    )


def _match(entry: dict[str, Any]) -> ParsedFinding:
    """Read an object of trufflehog3, a program of its own."""
    rule = as_object(entry.get("rule"))
    rule_id = clean(rule.get("id") or entry.get("rule"), MAX_RULE_ID)
    path = source_path(entry.get("path"))
    facts = {
        "secret": masked(entry.get("secret")),
        "commit": clean(entry.get("commit"), 80),
        "branch": clean(entry.get("branch"), MAX_SHORT),
        "date": clean(entry.get("date"), 40),
    }
    mark = (facts["commit"], trace(entry.get("secret")))
    return ParsedFinding(
        tool=TOOL,
        rule_id=rule_id,
        title=clean(rule.get("message"), MAX_TITLE) or rule_id or "?",
        description=_told(facts),
        severity=severity_of(rule.get("severity")),
        cwes=HARD_CODED,
        tags=(),
        locations=(Location(path, whole_number(entry.get("line"))),) if path else (),
        fingerprint=fingerprint("trufflehog", rule_id, path, *mark),
    )


def _told(facts: dict[str, str]) -> str:
    return ", ".join(f"{name}: {value}" for name, value in facts.items() if value)
