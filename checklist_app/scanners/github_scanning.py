"""One alert of GitHub's code scanning or secret scanning to one finding."""

from __future__ import annotations

from typing import Any

from checklist_app.domain.findings import (
    MAX_DESCRIPTION,
    MAX_RULE_ID,
    MAX_TITLE,
    Location,
    ParsedFinding,
    clean,
    tool_key,
)
from checklist_app.domain.vocabulary import Severity
from checklist_app.domain.weakness_tags import cwes_in, tags_in
from checklist_app.scanners.base import fingerprint
from checklist_app.scanners.github_alerts import severity_in, state_of
from checklist_app.scanners.links import links_in
from checklist_app.scanners.source_code import (
    HARD_CODED,
    SECRET_CWES,
    guarded,
    masked,
    source_path,
)
from checklist_app.scanners.values import whole_number
from checklist_app.untrusted.json_text import as_list, as_object

_FOR_SECRETS = "GitHub secret scanning"
_MAX_SOLUTION = 8_000


def read_code(alert: dict[str, Any], repository: str) -> ParsedFinding:
    """Turn an alert of code scanning into a finding."""
    rule = as_object(alert.get("rule"))
    instance = as_object(alert.get("most_recent_instance"))
    location = as_object(instance.get("location"))
    tool = clean(as_object(alert.get("tool")).get("name"), 120) or "GitHub"
    rule_id = clean(rule.get("id") or rule.get("name"), MAX_RULE_ID)
    message = clean(as_object(instance.get("message")).get("text"), MAX_DESCRIPTION // 2)
    described = [
        clean(rule.get(key), MAX_DESCRIPTION // 4) for key in ("description", "full_description")
    ]
    path = source_path(location.get("path"))
    tags = as_list(rule.get("tags"))
    if SECRET_CWES.intersection(cwes_in(tags)):
        message = guarded(message)
    state, reason = state_of(alert)
    word = rule.get("security_severity_level") or rule.get("severity")
    own = clean(alert.get("number"), 20) or f"{path}\x1f{message}"
    return ParsedFinding(
        tool=tool,
        rule_id=rule_id,
        title=clean(described[0] or message, MAX_TITLE).partition("\n")[0] or rule_id or "?",
        description="\n\n".join(dict.fromkeys(filter(None, (message, *described)))),
        severity=severity_in(word, state),
        cwes=cwes_in(tags),
        tags=tags_in(tags),
        locations=(Location(path, whole_number(location.get("start_line"))),) if path else (),
        fingerprint=fingerprint("github", tool_key(tool), repository, rule_id, own),
        state=state,
        reason=reason,
        solution=clean(rule.get("help"), _MAX_SOLUTION),
        references=links_in(alert.get("html_url"), rule.get("help_uri")),
    )


def read_secret(alert: dict[str, Any], repository: str) -> ParsedFinding:
    """Turn an alert of secret scanning into a finding; the secret is masked."""
    rule_id = clean(alert.get("secret_type"), MAX_RULE_ID)
    name = clean(alert.get("secret_type_display_name"), MAX_TITLE) or rule_id
    place = as_object(alert.get("first_location_detected"))
    path = source_path(place.get("path"))
    validity = clean(alert.get("validity"), 40)
    state, reason = state_of(alert)
    facts = {"secret": masked(alert.get("secret")), "validity": validity}
    told = ", ".join(f"{key}: {value}" for key, value in facts.items() if value)
    line = whole_number(place.get("start_line"))
    return ParsedFinding(
        tool=_FOR_SECRETS,
        rule_id=rule_id,
        title=name or "?",
        description=told,
        severity=Severity.CRITICAL if validity == "active" else Severity.HIGH,
        cwes=HARD_CODED,
        tags=(),
        locations=(Location(path or repository, line),) if path or repository else (),
        fingerprint=fingerprint(
            "github", "secret-scanning", repository, rule_id, clean(alert.get("number"), 20)
        ),
        state=state,
        reason=reason,
        references=links_in(alert.get("html_url")),
    )
