"""Reports of the Trivy Operator, exported from a cluster as JSON, one or a list of them.

Source: the types in ``pkg/apis/aquasecurity`` of the operator. A result is one element of
``report.vulnerabilities``, ``report.checks`` or ``report.secrets``, or one check of a control in
``status.detailReport`` of a ``ClusterComplianceReport``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from checklist_app.domain.findings import MAX_SHORT, ParsedFinding, ParsedScan, clean
from checklist_app.domain.text import text
from checklist_app.scanners.base import About, Head, Kind, Parser, Report, wrong_type
from checklist_app.scanners.reading import Gathering, document
from checklist_app.scanners.trivy_compliance import compliance, details
from checklist_app.scanners.trivy_operator_results import object_of, results
from checklist_app.scanners.trivy_results import without_support
from checklist_app.scanners.values import moment
from checklist_app.untrusted.json_text import as_object

_OURS = re.compile(r'"apiVersion"\s*:\s*"aquasecurity\.github\.io/')
_SCOPE = re.compile(r"\A(?:Cluster|Image|Node)(?!Compliance)")
_BROKEN = text("The result is not an object, so nothing can be read from it.")
_NOTHING = text("The report names nothing that was scanned, so it proves nothing.")


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
        for found in _results(item, key):
            if found is None:
                gathering.skip(_BROKEN)
            else:
                gathering.add(found)
    if not read:
        gathering.fail(_NOTHING)
    return gathering.scan()


def _results(item: dict[str, Any], key: str) -> Iterator[ParsedFinding | None]:
    if key == "compliance":
        return compliance(item)
    return details(item) if key == "details" else results(item, key)


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
        found = object_of(item).name or clean(
            as_object(item.get("metadata")).get("name"), MAX_SHORT
        )
        gathering.target = ", ".join(dict.fromkeys([*names, found]))
    if unsupported := without_support(as_object(body.get("os"))):
        gathering.fail(unsupported)
    if gathering.started_at is None:
        gathering.started_at = moment(body.get("updateTimestamp"))
    if not gathering.tool_version:
        gathering.tool_version = clean(as_object(body.get("scanner")).get("version"), 60)


_KINDS = {
    "VulnerabilityReport": "vulnerabilities",
    "ConfigAuditReport": "checks",
    "RbacAssessmentReport": "checks",
    "InfraAssessmentReport": "checks",
    "ExposedSecretReport": "secrets",
    "ClusterComplianceReport": "compliance",
    "ClusterComplianceDetailReport": "details",
}

PARSER = Parser(
    "trivy-operator",
    "Trivy Operator (JSON)",
    recognises,
    parse,
    About(
        versions="Trivy Operator 0.1 to 0.30: VulnerabilityReport, ConfigAuditReport, "
        "ExposedSecretReport, RbacAssessmentReport, InfraAssessmentReport, those of the whole "
        "cluster, of images and of nodes, ClusterComplianceReport, ClusterComplianceDetailReport, "
        "and lists of all these.",
        source="The types in `pkg/apis/aquasecurity` in the source of the operator.",
        command="`kubectl get vulnerabilityreports -A -o json > report.json`; likewise the others",
        result="A vulnerability, a check of an object, a secret, or a check of a control.",
        keys="Rule `trivy:<id>`, as in the reports of Trivy itself; CWE-1395 for vulnerabilities, "
        "CWE-798 for secrets. A control that several checks make up, or that only a summary "
        "counts, has the rule `trivy:<benchmark>:<control>`.",
        severity="Trivy's words; the score, else medium, where they say UNKNOWN.",
        clean="`success: true` is a pass, but a control without any check needs a person. A report "
        "with an empty list was scanned and is clean, unless its system has no support any more.",
        differs="Controls that passed are read as well; a container that a message does not name "
        "gives results that are equal in everything, which are merged.",
    ),
)
