"""One result of Trivy to one finding: vulnerability, misconfiguration, secret or licence."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from checklist_app.domain.findings import (
    MAX_DESCRIPTION,
    MAX_RULE_ID,
    MAX_SHORT,
    MAX_SNIPPET,
    MAX_TITLE,
    MAX_URI,
    FindingState,
    Location,
    ParsedFinding,
    clean,
)
from checklist_app.domain.text import Text, text
from checklist_app.domain.vocabulary import Severity
from checklist_app.domain.weakness_tags import cwes_in
from checklist_app.scanners.base import fingerprint
from checklist_app.scanners.kube_names import container_in
from checklist_app.scanners.links import links_in
from checklist_app.scanners.values import (
    SEVERITIES,
    score_of,
    severity_of,
    severity_of_score,
    whole_number,
)
from checklist_app.untrusted.json_text import as_list, as_object

TOOL = "Trivy"
KNOWN_VULNERABILITY = (1395,)
HARD_CODED_SECRET = (798,)
_MAX_SOLUTION = 8_000
_STATES = {
    "": FindingState.OPEN,
    "fail": FindingState.OPEN,
    "pass": FindingState.PASSED,
    "exception": FindingState.SUPPRESSED,
}
_SCORES = ("V3Score", "V40Score", "V2Score")
_RULE = re.compile(r"(?:AVD-)?([A-Z]{2,8})-?0*(\d{1,6})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Where:
    """Where the results of one target are.

    Attributes:
        uri: for people: the file, the image or the object in a cluster.
        steady: the same without tags, versions and made-up names.
    """

    uri: str
    steady: str


def without_support(system: Mapping[str, Any]) -> Text | None:
    """Return what to say of a system without support: Trivy itself warns that it may miss some of
    its vulnerabilities. None for any other.

    Args:
        system: as the reports tell it; the operator writes all names in small letters.
    """
    told = {name.lower(): value for name, value in system.items()}
    if told.get("eosl") is not True:
        return None
    return text(
        "%(system)s gets no security updates any more, so not all its vulnerabilities "
        "are known to the scanner. Move to a release that is supported.",
        system=clean(f"{told.get('family', '')} {told.get('name', '')}", 80) or "?",
    )


_SEVERITIES = {**SEVERITIES, "danger": Severity.HIGH}
"""Trivy's words, and the worse of the two that its operator had for checks at first."""


def steady_rule(rule_id: str) -> str:
    """Return one spelling for ``KSV012``, ``KSV-0012`` and ``AVD-KSV-0012``."""
    match = _RULE.fullmatch(rule_id)
    return f"{match[1].upper()}-{int(match[2]):04}" if match else rule_id


def severity(word: object, score: float | None = None) -> Severity:
    """Return the severity of Trivy's word, of the score where it says UNKNOWN."""
    return severity_of(word, _SEVERITIES, severity_of_score(score) or Severity.MEDIUM)


def masked(match: object) -> str:
    """Return where a secret was seen without the secret. Trivy writes asterisks for it; a line
    without them is not shown beyond its first four characters.
    """
    found = clean(match, MAX_SHORT)
    return found if "***" in found or not found else f"{found[:4]}****"


def named(entry: Mapping[str, Any], *keys: str) -> str:
    """Return what is there of these fields, each in a line with its name."""
    pairs = ((key, clean(entry.get(key), MAX_SHORT)) for key in keys)
    return "\n".join(f"{key}: {value}" for key, value in pairs if value)


def paragraphs(*texts: object) -> str:
    """Return these texts, each once, with an empty line between them."""
    found = dict.fromkeys(filter(None, (clean(part, MAX_DESCRIPTION) for part in texts)))
    return clean("\n\n".join(found), MAX_DESCRIPTION)


def vulnerability(entry: dict[str, Any], where: Where) -> ParsedFinding:
    """Read an element of ``Vulnerabilities``."""
    rule_id = clean(entry.get("VulnerabilityID"), MAX_RULE_ID)
    package = clean(entry.get("PkgName"), MAX_SHORT)
    path = clean(entry.get("PkgPath"), MAX_URI)
    version = clean(entry.get("InstalledVersion"), MAX_SHORT)
    score = score_in(entry.get("CVSS"), entry.get("SeveritySource"))
    title = clean(entry.get("Title"), MAX_TITLE) or package or "?"
    return ParsedFinding(
        tool=TOOL,
        rule_id=rule_id,
        title=clean(f"{rule_id}: {title}" if rule_id else title, MAX_TITLE),
        description=paragraphs(
            entry.get("Description"), named(entry, "PkgName", "InstalledVersion", "PkgPath")
        ),
        severity=severity(entry.get("Severity"), score),
        cwes=cwes_in(entry.get("CweIDs"), bare=True) or KNOWN_VULNERABILITY,
        tags=(),
        locations=(
            Location(where.uri or path, parameter=clean(f"{package} {version}", MAX_SHORT)),
        ),
        fingerprint=fingerprint("trivy", "vulnerability", rule_id, where.steady, package, path),
        solution=named(entry, "FixedVersion", "Status"),
        references=links_in(entry.get("PrimaryURL"), entry.get("References")),
        cvss=score,
    )


def score_in(cvss: object, chosen: object) -> float | None:
    """Return the CVSS base score of the source that gave the severity, else of another one."""
    found = as_object(cvss)
    sources = (clean(chosen, MAX_SHORT), "nvd", "ghsa", "redhat", *sorted(found))
    scores = (
        score_of(as_object(found.get(source)).get(key)) for key in _SCORES for source in sources
    )
    return next((score for score in scores if score is not None), None)


def misconfiguration(entry: dict[str, Any], where: Where) -> ParsedFinding:
    """Read an element of ``Misconfigurations``."""
    rule_id = clean(entry.get("ID") or entry.get("AVDID"), MAX_RULE_ID)
    status = clean(entry.get("Status"), 40)
    state = _STATES.get(status.lower(), FindingState.NEEDS_REVIEW)
    cause = as_object(entry.get("CauseMetadata"))
    part = clean(cause.get("Resource"), MAX_SHORT) or container_in(entry.get("Message"))
    passed = state is FindingState.PASSED
    lines = [as_object(line) for line in as_list(as_object(cause.get("Code")).get("Lines"))]
    code = "\n".join(clean(line.get("Content"), MAX_SHORT * 4) for line in lines[:200])
    return ParsedFinding(
        tool=TOOL,
        rule_id=rule_id,
        title=clean(entry.get("Title"), MAX_TITLE) or rule_id or "?",
        description=paragraphs(entry.get("Message"), entry.get("Description")),
        severity=Severity.INFO if passed else severity(entry.get("Severity")),
        cwes=() if passed else cwes_in(entry.get("CweIDs"), bare=True),
        tags=(),
        locations=(Location(where.uri, whole_number(cause.get("StartLine")), parameter=part),),
        fingerprint=fingerprint("trivy", "check", steady_rule(rule_id), where.steady, part),
        state=state,
        reason="" if passed or state is FindingState.OPEN else f"Status: {status}",
        solution=clean(entry.get("Resolution"), _MAX_SOLUTION),
        references=links_in(entry.get("PrimaryURL"), entry.get("References")),
        snippet=clean(code, MAX_SNIPPET),
    )


def secret(entry: dict[str, Any], where: Where) -> ParsedFinding:
    """Read an element of ``Secrets``; its lines of code are left out, they show too much."""
    rule_id = clean(entry.get("RuleID"), MAX_RULE_ID)
    return ParsedFinding(
        tool=TOOL,
        rule_id=rule_id,
        title=clean(entry.get("Title"), MAX_TITLE) or rule_id or "?",
        description=named(entry, "Category"),
        severity=severity(entry.get("Severity")),
        cwes=HARD_CODED_SECRET,
        tags=(),
        locations=(Location(where.uri, whole_number(entry.get("StartLine"))),),
        fingerprint=fingerprint("trivy", "secret", rule_id, where.steady),
        snippet=masked(entry.get("Match")),
    )


def licence(entry: dict[str, Any], where: Where) -> ParsedFinding:
    """Read an element of ``Licenses``."""
    name = clean(entry.get("Name"), MAX_RULE_ID)
    package = clean(entry.get("PkgName"), MAX_SHORT)
    path = clean(entry.get("FilePath"), MAX_URI)
    return ParsedFinding(
        tool=TOOL,
        rule_id=name,
        title=clean(": ".join(filter(None, (package or path, name))), MAX_TITLE) or "?",
        description=named(entry, "Category", "PkgName", "FilePath", "Confidence"),
        severity=severity(entry.get("Severity")),
        cwes=(),
        tags=(),
        locations=(Location(path or where.uri, parameter=package),),
        fingerprint=fingerprint("trivy", "licence", name, where.steady, package, path),
        references=links_in(entry.get("Link")),
    )


Reader = Callable[[dict[str, Any], Where], ParsedFinding]
LISTS: Mapping[str, Reader] = {
    "Vulnerabilities": vulnerability,
    "Misconfigurations": misconfiguration,
    "Secrets": secret,
    "Licenses": licence,
}
MODIFIED: Mapping[str, Reader] = {
    "vulnerability": vulnerability,
    "misconfiguration": misconfiguration,
    "secret": secret,
    "license": licence,
}
