"""Trivy's JSON reports: images, file systems, configuration files and Kubernetes clusters.

Source: ``pkg/types/report.go`` and ``pkg/k8s/report/report.go`` of Trivy, and its documentation of
``--format json``. A result is one element of ``Vulnerabilities``, ``Misconfigurations``,
``Secrets`` or ``Licenses`` of a target, or one of ``ExperimentalModifiedFindings``, which holds
what was ignored or excused.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import (
    MAX_SHORT,
    MAX_URI,
    FindingState,
    ParsedFinding,
    ParsedScan,
    clean,
)
from checklist_app.domain.text import text
from checklist_app.scanners.base import About, Head, Kind, Parser, Report, wrong_type
from checklist_app.scanners.kube_names import joined, relative_path, steady_name
from checklist_app.scanners.reading import Gathering, document
from checklist_app.scanners.shapes import attested
from checklist_app.scanners.trivy_controls import (
    benchmark_of,
    controls,
    is_compliance,
    is_controls,
)
from checklist_app.scanners.trivy_results import (
    LISTS,
    MODIFIED,
    TOOL,
    Where,
    paragraphs,
    without_support,
)
from checklist_app.scanners.values import moment
from checklist_app.untrusted.json_text import as_object

_RESOURCES = ("Resources", "Findings", "Vulnerabilities", "Misconfigurations")
_EXCUSED = {
    "affected": FindingState.OPEN,
    "under_investigation": FindingState.NEEDS_REVIEW,
}
_BROKEN = text("The result is not an object, so nothing can be read from it.")
_NOTHING = text("The report names nothing that was scanned, so it proves nothing.")


def recognises(head: Head) -> bool:
    """Whether this is the beginning of a report of Trivy."""
    if head.kind is not Kind.JSON or head.has_key("popeye"):
        return False
    if head.text.startswith("["):
        return head.has_key("Target") and any(
            head.has_key(name) for name in ("Vulnerabilities", "VulnerabilityID", *LISTS, "Class")
        )
    if head.has_key("ClusterName", "Kind", "Name"):
        return any(head.has_key(name) for name in _RESOURCES)
    if is_compliance(head):
        return True
    named = head.has_key("ArtifactName") or head.has_key("ArtifactType")
    return head.has_key("SchemaVersion") and (named or head.has_key("Results", "Target"))


def parse(report: Report) -> ParsedScan:
    """Read a report of Trivy.

    Raises:
        UnreadableReport: it is no JSON, or a field that carries the results has the wrong type.
    """
    data = document(report)
    if data is None:  # old versions write it where they saw nothing
        data = []
    gathering = Gathering(format=PARSER.format, tool=TOOL)
    targets: dict[str, None] = {}
    for part in data if _is_several(data) else [data]:
        if not _read(gathering, part):
            gathering.fail(_NOTHING)
        targets[gathering.target] = None
    gathering.target = ", ".join(filter(None, targets))
    return gathering.scan()


def _is_several(data: Any) -> bool:
    """Whether a list holds whole reports, and not the targets of one."""
    return isinstance(data, list) and any(
        "Results" in as_object(part) or "ClusterName" in as_object(part) for part in data
    )


def _read(gathering: Gathering, data: Any) -> int:
    """Read one report and return how many targets were scanned; ``target`` is then its own."""
    data = attested(data)
    signed = as_object(as_object(data).get("scanner")).get("result")
    data = signed if isinstance(signed, dict) else data  # --format cosign-vuln
    if isinstance(data, list):
        names = (clean(as_object(part).get("Target"), 100) for part in data[:3])
        gathering.target = ", ".join(names)
        return _targets(gathering, data, "(root)")
    if not isinstance(data, dict):
        raise wrong_type("(root)", "{…}")
    if "ClusterName" in data:
        return _cluster(gathering, data)
    if is_controls(data):
        return _benchmark(gathering, data)
    if "ArtifactName" in data or "Results" in data:
        return _artifact(gathering, data)
    raise UnreadableReport(
        text("This report of Trivy has no results. Write it with --format json.")
    )


def _artifact(gathering: Gathering, data: dict[str, Any]) -> int:
    gathering.target = clean(data.get("ArtifactName"), MAX_SHORT)
    gathering.started_at = gathering.started_at or moment(data.get("CreatedAt"))
    version = clean(as_object(data.get("Trivy")).get("Version"), 60)
    gathering.tool_version = gathering.tool_version or version
    image = ""
    if clean(data.get("ArtifactType"), 40) in ("container_image", "image"):
        image = _without_tag(gathering.target)
    if unsupported := without_support(as_object(as_object(data.get("Metadata")).get("OS"))):
        gathering.fail(unsupported)
    return _targets(gathering, _list(data, "Results", ""), "Results", steady=image)


def _benchmark(gathering: Gathering, data: dict[str, Any]) -> int:
    gathering.target = benchmark_of(data)
    for found in controls(data):
        gathering.add(found) if found else gathering.skip(_BROKEN)
    return len(gathering.results)


def _cluster(gathering: Gathering, data: dict[str, Any]) -> int:
    gathering.target = clean(data.get("ClusterName"), MAX_SHORT)
    scanned = 0
    errors = 0
    for name in _RESOURCES:
        for number, resource in enumerate(_list(data, name, "")):
            if not isinstance(resource, dict):
                raise wrong_type(f"{name}[{number}]", "{…}")
            errors += bool(clean(resource.get("Error"), MAX_SHORT))
            kind, own = resource.get("Kind"), resource.get("Name")
            namespace = resource.get("Namespace")
            scanned += _targets(
                gathering,
                _list(resource, "Results", f"{name}[{number}]."),
                f"{name}[{number}].Results",
                joined(namespace, kind, own),
                joined(namespace, kind, steady_name(kind, own)),
            )
    if errors:
        gathering.fail(text("%(count)s objects of the cluster could not be scanned.", count=errors))
    return scanned


def _targets(
    gathering: Gathering, targets: list[Any], where: str, resource: str = "", steady: str = ""
) -> int:
    """Read targets; ``resource`` is the object of a cluster, ``steady`` it or the image."""
    for number, target in enumerate(targets):
        if not isinstance(target, dict):
            raise wrong_type(f"{where}[{number}]", "{…}")
        name = clean(target.get("Target"), MAX_URI)
        place = Where(resource or relative_path(name), f"{steady}\x1f{_steady(target, name)}")
        for key, reader in LISTS.items():
            for entry in _list(target, key, f"{where}[{number}]."):
                if isinstance(entry, dict):
                    found = reader(entry, place)
                    gathering.add(_in_image(found, name) if resource else found)
                else:
                    gathering.skip(_BROKEN)
        _modified(gathering, target, place, f"{where}[{number}].")
    return len(targets)


def _in_image(found: ParsedFinding, target: str) -> ParsedFinding:
    """Say in which image or file of the object it is; the object is the location."""
    return replace(found, description=paragraphs(found.description, f"Target: {target}"))


def _modified(gathering: Gathering, target: dict[str, Any], place: Where, where: str) -> None:
    for entry in map(as_object, _list(target, "ExperimentalModifiedFindings", where)):
        reader = MODIFIED.get(clean(entry.get("Type"), 40))
        finding = entry.get("Finding")
        if reader is None or not isinstance(finding, dict):
            gathering.skip(_BROKEN)
            continue
        status = clean(entry.get("Status"), 40)
        reason = ": ".join(
            filter(None, (status, *(clean(entry.get(key), 200) for key in ("Statement", "Source"))))
        )
        state = _EXCUSED.get(status, FindingState.SUPPRESSED)
        gathering.add(replace(reader(finding, place), state=state, reason=clean(reason, MAX_SHORT)))


def _steady(target: dict[str, Any], name: str) -> str:
    """Name a target without the tag and release that change with every build."""
    if clean(target.get("Class"), 40) == "os-pkgs" or " (" in name:
        return _without_tag(name.partition(" (")[0])
    return relative_path(name)


def _without_tag(image: str) -> str:
    folder, slash, name = image.partition("@")[0].rpartition("/")
    return folder + slash + name.partition(":")[0]


def _list(holder: dict[str, Any], key: str, where: str) -> list[Any]:
    found = holder.get(key)
    if found is None:
        return []
    if not isinstance(found, list):
        raise wrong_type(where + key, "[…]")
    return found


PARSER = Parser(
    "trivy",
    "Trivy (JSON)",
    recognises,
    parse,
    About(
        versions="The list of targets of Trivy before 0.20, schema 2 since then, and the "
        "reports of `trivy k8s` (`Vulnerabilities`/`Misconfigurations`, `Findings`, `Resources`) "
        "and of `--compliance` (`Results` of controls, `SummaryControls`); also in the predicate "
        "of `--format cosign-vuln`, and lists of reports.",
        source="`pkg/types` and `pkg/k8s/report` in the source of Trivy.",
        command="`trivy image --format json -o report.json NAME`; likewise `fs`, `config`, `repo` "
        "and `k8s --report all`",
        result="A vulnerability of a package, a misconfiguration, a secret or a licence of a "
        "target; of `--compliance` the same for each control, a control without any, or a control "
        "of a summary.",
        keys="`CweIDs` of vulnerabilities, else CWE-1395; CWE-798 for secrets; rule "
        "`trivy:<id>` with the name of the vulnerability, check, kind of secret or licence; of "
        "a control alone `trivy:<benchmark>:<control>`.",
        severity="Trivy's words; the CVSS score, else medium, where it says UNKNOWN.",
        clean="Checks with the status PASS (with `--include-non-failures`) are passes. A target "
        "without results was scanned and is clean; a report without targets proves nothing, nor "
        "does one of a system without support. A control that nothing failed is a pass; one that "
        "is manual or fails by default needs a person.",
        differs="Findings that were ignored or excused by VEX (`--show-suppressed`) are read as "
        "suppressed. Packages without a vulnerability are no results. `null`, which Trivy before "
        "0.20 wrote for nothing at all, is read only where a person names the format.",
    ),
    unsigned=("[]", "null"),
)
