"""Reports of the Trivy Operator, exported from a cluster as JSON, one or a list of them.

Source: the types in ``pkg/apis/aquasecurity`` of the operator. A result is one element of
``report.vulnerabilities``, ``report.checks`` or ``report.secrets``, or one check of a control in
``status.detailReport`` of a ``ClusterComplianceReport``.
"""

from __future__ import annotations

import re
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
    ParsedScan,
    clean,
)
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import Severity
from checklist_app.scanners.base import About, Head, Kind, Parser, Report, fingerprint, wrong_type
from checklist_app.scanners.kube_names import container_in, joined, relative_path, steady_name
from checklist_app.scanners.reading import Gathering, document, moment, score_of
from checklist_app.scanners.trivy_compliance import compliance
from checklist_app.scanners.trivy_results import (
    HARD_CODED_SECRET,
    KNOWN_VULNERABILITY,
    TOOL,
    links,
    masked,
    named,
    paragraphs,
    severity,
    steady_rule,
)
from checklist_app.untrusted.json_text import as_list, as_object

_OURS = re.compile(r'"apiVersion"\s*:\s*"aquasecurity\.github\.io/')
_SCOPE = re.compile(r"\A(?:Cluster|Image|Node)(?!ComplianceReport)")
_LABEL = "trivy-operator."
_MAX_SOLUTION = 8_000
_BROKEN = text("The result is not an object, so nothing can be read from it.")
_NOTHING = text("The report names nothing that was scanned, so it proves nothing.")


@dataclass(frozen=True, slots=True)
class _Object:
    """The object of the cluster that a report is about."""

    name: str
    steady: str
    container: str


def recognises(head: Head) -> bool:
    """Whether this is the beginning of reports of the Trivy Operator."""
    return head.kind is Kind.JSON and bool(_OURS.search(head.text))


def parse(report: Report) -> ParsedScan:
    """Read one report or a list of them.

    Raises:
        UnreadableReport: it is no JSON, a field that carries the results has the wrong type, or a
            compliance report was not made yet.
    """
    gathering = Gathering(format=PARSER.format, tool="Trivy Operator")
    read = 0
    for item, kind in _items(document(report)):
        key = _KINDS.get(_SCOPE.sub("", kind, count=1))
        if key is None:
            gathering.skip(
                text(
                    "Objects of the kind %(kind)s hold no results of checks.",
                    kind=clean(kind, 60) or "?",
                )
            )
            continue
        read += 1
        _note_origin(gathering, item)
        for found in compliance(item) if key == "compliance" else _results(item, key):
            if found is None:
                gathering.skip(_BROKEN)
            else:
                gathering.add(found)
    if not read:
        gathering.fail(_NOTHING)
    return gathering.scan()


def _items(data: Any) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield the reports with their kinds; those of a list may leave theirs out."""
    holder = as_object(data)
    own = clean(holder.get("kind"), MAX_SHORT)
    if isinstance(data, dict) and not own.endswith("List"):
        yield data, own
        return
    found = data if isinstance(data, list) else holder.get("items")
    if not isinstance(found, list):
        raise wrong_type("items", "[…]")
    for number, item in enumerate(found):
        if not isinstance(item, dict):
            raise wrong_type(f"items[{number}]", "{…}")
        yield item, clean(item.get("kind"), MAX_SHORT) or own.removesuffix("List")


def _note_origin(gathering: Gathering, item: dict[str, Any]) -> None:
    body = as_object(item.get("report")) or as_object(item.get("status"))
    names = [part for part in gathering.target.split(", ") if part]
    if len(names) < 4:
        found = _object(item).name or clean(as_object(item.get("metadata")).get("name"), MAX_SHORT)
        gathering.target = ", ".join(dict.fromkeys([*names, found]))
    if gathering.started_at is None:
        gathering.started_at = moment(body.get("updateTimestamp"))
    if not gathering.tool_version:
        gathering.tool_version = clean(as_object(body.get("scanner")).get("version"), 60)


def _object(item: dict[str, Any]) -> _Object:
    """Name the object by the labels of the report; names too long for labels are annotations."""
    metadata = as_object(item.get("metadata"))
    found = {**as_object(metadata.get("annotations")), **as_object(metadata.get("labels"))}
    owner = as_object(next(iter(as_list(metadata.get("ownerReferences"))), None))
    kind = found.get(f"{_LABEL}resource.kind") or owner.get("kind")
    name = found.get(f"{_LABEL}resource.name") or owner.get("name") or metadata.get("name")
    space = found.get(f"{_LABEL}resource.namespace") or metadata.get("namespace")
    return _Object(
        joined(space, kind, name),
        joined(space, kind, steady_name(kind, name)),
        clean(found.get(f"{_LABEL}container.name"), MAX_SHORT),
    )


def _results(item: dict[str, Any], key: str) -> Iterator[ParsedFinding | None]:
    body = item.get("report")
    if not isinstance(body, dict):
        raise wrong_type("report", "{…}")
    found = body.get(key, "")
    if found is None:
        return
    if not isinstance(found, list):
        raise wrong_type(f"report.{key}", "[…]")
    place = _object(item)
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


def _vulnerability(entry: dict[str, Any], place: _Object, image: str) -> ParsedFinding:
    rule_id = clean(entry.get("vulnerabilityID"), MAX_RULE_ID)
    package = clean(entry.get("resource"), MAX_SHORT)
    path = clean(entry.get("packagePath"), MAX_URI)
    version = clean(entry.get("installedVersion"), MAX_SHORT)
    score = score_of(entry.get("score"))
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
        references=links(entry.get("primaryLink"), entry.get("links")),
        cvss=score,
    )


def _check(entry: dict[str, Any], place: _Object) -> ParsedFinding:
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


def _secret(entry: dict[str, Any], place: _Object, image: str) -> ParsedFinding:
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


_KINDS = {
    "VulnerabilityReport": "vulnerabilities",
    "ConfigAuditReport": "checks",
    "RbacAssessmentReport": "checks",
    "InfraAssessmentReport": "checks",
    "ExposedSecretReport": "secrets",
    "ClusterComplianceReport": "compliance",
}

PARSER = Parser(
    "trivy-operator",
    "Trivy Operator (JSON)",
    recognises,
    parse,
    About(
        versions="Trivy Operator 0.1 to 0.30: VulnerabilityReport, ConfigAuditReport, "
        "ExposedSecretReport, RbacAssessmentReport, InfraAssessmentReport, those of the whole "
        "cluster, of images and of nodes, ClusterComplianceReport, and lists of all these.",
        source="The types in `pkg/apis/aquasecurity` in the source of the operator.",
        command="`kubectl get vulnerabilityreports -A -o json > report.json`; likewise the others",
        result="A vulnerability, a check of an object, a secret, or a check of a control.",
        keys="Rule `trivy:<id>`, as in the reports of Trivy itself; CWE-1395 for vulnerabilities, "
        "CWE-798 for secrets. A control that several checks make up, or that only a summary "
        "counts, has the rule `trivy:<benchmark>:<control>`.",
        severity="Trivy's words; the score, else medium, where they say UNKNOWN.",
        clean="`success: true` is a pass, but a control without any check needs a person. A report "
        "with an empty list was scanned and is clean.",
        differs="Controls that passed are read as well; a container that a message does not name "
        "gives results that are equal in everything, which are merged.",
    ),
)
