"""One result of the Trivy Operator to one finding: vulnerability, check or secret."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from checklist_app.domain.findings import (
    MAX_RULE_ID,
    MAX_SHORT,
    MAX_TITLE,
    MAX_URI,
    FindingState,
    Location,
    ParsedFinding,
    clean,
)
from checklist_app.domain.vocabulary import Severity
from checklist_app.scanners.base import fingerprint, wrong_type
from checklist_app.scanners.kube_names import container_in, joined, relative_path, steady_name
from checklist_app.scanners.links import links_in
from checklist_app.scanners.trivy_results import (
    HARD_CODED_SECRET,
    KNOWN_VULNERABILITY,
    TOOL,
    masked,
    named,
    paragraphs,
    score_in,
    severity,
    steady_rule,
)
from checklist_app.scanners.values import score_of
from checklist_app.untrusted.json_text import as_list, as_object

_LABEL = "trivy-operator."
_MAX_SOLUTION = 8_000


@dataclass(frozen=True, slots=True)
class Object:
    """The object of the cluster that a report is about."""

    name: str
    steady: str
    container: str


def object_of(item: dict[str, Any]) -> Object:
    """Name the object by the labels of the report; names too long for labels are annotations."""
    metadata = as_object(item.get("metadata"))
    found = {**as_object(metadata.get("annotations")), **as_object(metadata.get("labels"))}
    owner = as_object(next(iter(as_list(metadata.get("ownerReferences"))), None))
    kind = found.get(f"{_LABEL}resource.kind") or owner.get("kind")
    name = found.get(f"{_LABEL}resource.name") or owner.get("name") or metadata.get("name")
    space = found.get(f"{_LABEL}resource.namespace") or metadata.get("namespace")
    return Object(
        joined(space, kind, name),
        joined(space, kind, steady_name(kind, name)),
        clean(found.get(f"{_LABEL}container.name"), MAX_SHORT),
    )


def results(item: dict[str, Any], key: str) -> Iterator[ParsedFinding | None]:
    """Yield the results in a list of a report; None for one that is no object.

    Raises:
        UnreadableReport: it has no such list.
    """
    body = item.get("report")
    if not isinstance(body, dict):
        raise wrong_type("report", "{…}")
    found = body.get(key, "")
    if found is None:
        return
    if not isinstance(found, list):
        raise wrong_type(f"report.{key}", "[…]")
    place = object_of(item)
    image = _image(body)
    for entry in found:
        if not isinstance(entry, dict):
            yield None
        elif key == "checks":
            yield _check(entry, place)
        else:
            yield (_vulnerability if key == "vulnerabilities" else _secret)(entry, place, image)


def _image(body: dict[str, Any]) -> str:
    artifact = as_object(body.get("artifact"))
    server = clean(as_object(body.get("registry")).get("server"), MAX_SHORT)
    repository = clean(artifact.get("repository") or artifact.get("nodeName"), MAX_SHORT)
    return "/".join(filter(None, (server, repository)))


def _vulnerability(entry: dict[str, Any], place: Object, image: str) -> ParsedFinding:
    rule_id = clean(entry.get("vulnerabilityID"), MAX_RULE_ID)
    package = clean(entry.get("resource"), MAX_SHORT)
    path = clean(entry.get("packagePath"), MAX_URI)
    version = clean(entry.get("installedVersion"), MAX_SHORT)
    score = score_of(entry.get("score"))
    if score is None:
        score = score_in(entry.get("cvss"), entry.get("cvsssource"))
    title = clean(entry.get("title"), MAX_TITLE) or package or "?"
    return ParsedFinding(
        tool=TOOL,
        rule_id=rule_id,
        title=clean(f"{rule_id}: {title}" if rule_id else title, MAX_TITLE),
        description=paragraphs(
            entry.get("description"),
            named(entry, "resource", "installedVersion", "target", "packagePath"),
            f"image: {image}" if image else "",
        ),
        severity=severity(entry.get("severity"), score),
        cwes=KNOWN_VULNERABILITY,
        tags=(),
        locations=(
            Location(place.name or image, parameter=clean(f"{package} {version}", MAX_SHORT)),
        ),
        fingerprint=fingerprint(
            "trivy-operator", rule_id, place.steady, place.container, image, package, path
        ),
        solution=named(entry, "fixedVersion"),
        references=links_in(entry.get("primaryLink"), entry.get("links")),
        cvss=score,
    )


def _check(entry: dict[str, Any], place: Object) -> ParsedFinding:
    rule_id = clean(entry.get("checkID"), MAX_RULE_ID)
    messages = [part for part in as_list(entry.get("messages")) if isinstance(part, str)][:20]
    scope = clean(as_object(entry.get("scope")).get("value"), MAX_SHORT)
    part = scope or container_in(messages[0] if messages else "")
    passed = entry.get("success") is True
    return ParsedFinding(
        tool=TOOL,
        rule_id=rule_id,
        title=clean(entry.get("title"), MAX_TITLE) or rule_id or "?",
        description=paragraphs(*messages, entry.get("description")),
        severity=Severity.INFO if passed else severity(entry.get("severity")),
        cwes=(),
        tags=(),
        locations=(Location(place.name, parameter=part),),
        fingerprint=fingerprint("trivy-operator", steady_rule(rule_id), place.steady, part),
        state=FindingState.PASSED if passed else FindingState.OPEN,
        solution=clean(entry.get("remediation"), _MAX_SOLUTION),
    )


def _secret(entry: dict[str, Any], place: Object, image: str) -> ParsedFinding:
    rule_id = clean(entry.get("ruleID"), MAX_RULE_ID)
    file = relative_path(entry.get("target"))
    return ParsedFinding(
        tool=TOOL,
        rule_id=rule_id,
        title=clean(entry.get("title"), MAX_TITLE) or rule_id or "?",
        description=paragraphs(named(entry, "category"), f"image: {image}" if image else ""),
        severity=severity(entry.get("severity")),
        cwes=HARD_CODED_SECRET,
        tags=(),
        locations=(Location(file or place.name, parameter=place.name),),
        fingerprint=fingerprint(
            "trivy-operator", rule_id, place.steady, place.container, image, file
        ),
        snippet=masked(entry.get("match")),
    )
