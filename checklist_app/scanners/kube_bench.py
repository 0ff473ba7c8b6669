"""kube-bench's JSON report: the controls of one kind of node, a list, or all with their totals.

Source: ``check/controls.go`` and ``check/check.go`` of kube-bench. A result is one element of
``tests[].results``: a recommendation of a CIS benchmark.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import (
    MAX_DESCRIPTION,
    MAX_RULE_ID,
    MAX_SHORT,
    MAX_SNIPPET,
    MAX_TITLE,
    FindingState,
    Location,
    ParsedFinding,
    ParsedScan,
    clean,
)
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import Severity
from checklist_app.scanners.base import About, Head, Kind, Parser, Report, fingerprint, wrong_type
from checklist_app.scanners.reading import Gathering, json_lines
from checklist_app.untrusted.json_text import as_object

TOOL = "kube-bench"
_STATES: Mapping[str, tuple[FindingState, Severity]] = {
    "PASS": (FindingState.PASSED, Severity.INFO),
    "FAIL": (FindingState.OPEN, Severity.MEDIUM),
    "WARN": (FindingState.NEEDS_REVIEW, Severity.LOW),
    "INFO": (FindingState.OBSERVATION, Severity.INFO),
}
# Before it named benchmarks, kube-bench named releases of Kubernetes (its 1.5 is a benchmark, and
# its 1.6 mostly so: the release of that number was of 2017).
_BENCHMARKS = {"1.7": "cis-1.1", "1.8": "cis-1.2", "1.11": "cis-1.3", "1.13": "cis-1.4"}
_MAX_NODE = 300
_MAX_SOLUTION = 8_000
_BROKEN = text("The result is not an object, so nothing can be read from it.")
_NOTHING = text("The report names nothing that was scanned, so it proves nothing.")


def recognises(head: Head) -> bool:
    """Whether this is the beginning of a report of kube-bench."""
    if head.kind is not Kind.JSON:
        return False
    if head.has_key("Totals") and (head.has_key("Controls") or head.has_key("total_pass")):
        return True
    if '"CISKubeBenchReport' in head.text and head.has_key("sections"):
        return True
    return head.has_key("node_type", "tests") or head.has_key("test_number", "test_desc")


def parse(report: Report) -> ParsedScan:
    """Read a report of kube-bench.

    Raises:
        UnreadableReport: it is no JSON, has no list of controls, or a field that carries the
            results has the wrong type.
    """
    gathering = Gathering(format=PARSER.format, tool=TOOL)
    kinds: dict[str, None] = {}
    for document in json_lines(report):
        for controls in _controls(document):
            kinds[_benchmark(controls)] = None
            kinds[clean(controls.get("node_type"), _MAX_NODE)] = None
            _read(gathering, controls)
    gathering.target = ", ".join(filter(None, kinds))
    if not gathering.results:
        gathering.fail(_NOTHING)
    return gathering.scan()


def _controls(document: Any) -> list[dict[str, Any]]:
    if not isinstance(document, dict):
        raise wrong_type("(root)", "{…}")
    if "tests" in document:
        return [document]
    if isinstance(items := document.get("items"), list):  # as kubectl gives several objects
        return [controls for item in items for controls in _controls(item)]
    if "sections" in as_object(document.get("report")):
        return _of_node(document)
    if "Controls" not in document:
        raise UnreadableReport(
            text("This report of kube-bench has no controls, only totals. Write it with --json.")
        )
    found = _list(document, "Controls", "")
    for number, part in enumerate(found):
        if not isinstance(part, dict):
            raise wrong_type(f"Controls[{number}]", "{…}")
    return found


def _of_node(item: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the controls that a ``CISKubeBenchReport`` keeps, with the name of its node."""
    name = clean(as_object(item.get("metadata")).get("name"), MAX_SHORT)
    return [
        {**section, "node_type": f"{clean(section.get('node_type'), 40)} {name}".strip()}
        for section in map(as_object, _list(as_object(item["report"]), "sections", "report."))
    ]


def _read(gathering: Gathering, controls: dict[str, Any]) -> None:
    for group in _list(controls, "tests", ""):
        if not isinstance(group, dict):
            raise wrong_type("tests", "[{…}]")
        for check in _list(group, "results", "tests."):
            if isinstance(check, dict):
                gathering.add(_finding(check, group, controls))
            else:
                gathering.skip(_BROKEN)


def _list(holder: dict[str, Any], key: str, where: str) -> list[Any]:
    found = holder.get(key)
    if found is None:
        return []
    if not isinstance(found, list):
        raise wrong_type(where + key, "[…]")
    return found


def _benchmark(controls: dict[str, Any]) -> str:
    """Return the benchmark, such as ``cis-1.6`` or ``eks-1.0.1``: numbers mean nothing without."""
    version = clean(controls.get("version"), 60)
    if version[:1].isdigit():
        return _BENCHMARKS.get(version, f"cis-{version}")
    return version


def _finding(
    check: dict[str, Any], group: dict[str, Any], controls: dict[str, Any]
) -> ParsedFinding:
    number = clean(check.get("test_number"), 60)
    benchmark = _benchmark(controls)
    node = clean(controls.get("node_type"), _MAX_NODE)
    status = clean(check.get("status"), 40)
    state, severity = _STATES.get(status, (FindingState.NEEDS_REVIEW, Severity.LOW))
    rule_id = clean(":".join(filter(None, (benchmark, number))), MAX_RULE_ID)
    why = clean(check.get("reason"), MAX_SHORT)
    explained = state in (FindingState.NEEDS_REVIEW, FindingState.OBSERVATION)
    return ParsedFinding(
        tool=TOOL,
        rule_id=rule_id,
        title=clean(check.get("test_desc"), MAX_TITLE) or rule_id or "?",
        description=_description(check, group, controls),
        severity=severity,
        cwes=(),
        tags=(),
        locations=(Location(node, parameter=number),) if node else (),
        fingerprint=fingerprint("kube-bench", rule_id, node),
        state=state,
        reason=(why or f"status: {status or '?'}") if explained else "",
        solution=clean(check.get("remediation"), _MAX_SOLUTION),
        snippet=clean(check.get("actual_value"), MAX_SNIPPET),
    )


def _description(check: dict[str, Any], group: dict[str, Any], controls: dict[str, Any]) -> str:
    section = " / ".join(
        filter(None, (clean(controls.get("text"), 200), clean(group.get("desc"), 200)))
    )
    fields = ("audit", "expected_result", "reason")
    found = (f"{name}: {clean(check.get(name), 4_000)}" for name in fields if check.get(name))
    return clean("\n\n".join(filter(None, (section, *found))), MAX_DESCRIPTION)


PARSER = Parser(
    "kube-bench",
    "kube-bench (JSON)",
    recognises,
    parse,
    About(
        versions="kube-bench 0.1 to 0.11: one object, one in each line, a list, or `Controls` with "
        "`Totals`; `CISKubeBenchReport` objects of a cluster.",
        source="`check/controls.go` and `check/check.go` in the source of kube-bench.",
        command="`kube-bench run --json > report.json`",
        result="A recommendation of a CIS benchmark on one kind of node.",
        keys="Rule `kube-bench:<benchmark>:<number>`, such as `cis-1.6:1.2.1`; a bare version is "
        "one of the CIS benchmark for Kubernetes.",
        severity="The format has none: FAIL is medium, WARN low.",
        clean="PASS is a pass, WARN is for a person to look at, INFO is a check left out. A report "
        "without any check proves nothing.",
        differs="Passes, WARN and INFO count as well; others read FAIL, and WARN in part.",
    ),
)
