"""kubeaudit's JSON output: one line of its log for each result.

Source: ``printer.go`` and ``internal/override`` of kubeaudit. A result is one line with an
``AuditResultName``; versions before 0.11 wrote ``KubeType`` and no name of the result. Other lines
are messages of the log.
"""

from __future__ import annotations

import re
from typing import Any

from checklist_app.domain.findings import (
    MAX_DESCRIPTION,
    MAX_RULE_ID,
    MAX_SHORT,
    MAX_TITLE,
    FindingState,
    Location,
    ParsedFinding,
    ParsedScan,
    clean,
)
from checklist_app.domain.text import text
from checklist_app.scanners.base import About, Head, Kind, Parser, Report, fingerprint
from checklist_app.scanners.kube_names import joined, steady_name
from checklist_app.scanners.reading import Gathering, json_lines
from checklist_app.scanners.values import moment, severity_of

TOOL = "kubeaudit"
_OVERRIDDEN = "Allowed"
# What versions without a name of the result say instead, unless there is nothing to be allowed:
# "Capability allowed but not present".
_ALLOWED = re.compile(r"(?!.*\bbut\b)(?:Allowed|Capability allowed)\b", re.IGNORECASE)
_DETAILS = (
    "MissingAnnotation", "Annotation", "AnnotationValue", "Metadata", "OverrideLabel",
    "OverrideReason", "ImageTag", "SeccompProfileType", "MountPath", "DeprecatedMajor",
    "DeprecatedMinor", "RemovedMajor", "RemovedMinor", "ReplacementKind", "Capability", "CapName",
    "ImageName", "CPULimitActual", "CPULimitMax", "MEMLimitActual", "MEMLimitMax", "DSA", "SA",
    "PolicyName",
)  # fmt: skip
_CAPABILITY = ("Capability", "CapName")
"""What older versions call a capability; newer ones keep it in the metadata."""
_IDENTIFYING = ("Container", "MissingAnnotation", "Annotation", "Metadata", "MountPath")
_BROKEN = text("The result is not an object, so nothing can be read from it.")
_LOG = text("The line is a message of the scanner's log, not a result.")


def recognises(head: Head) -> bool:
    """Whether this is the beginning of an output of kubeaudit."""
    if head.kind is not Kind.JSON or not head.has_key("level", "msg"):
        return False
    return head.has_key("AuditResultName") or head.has_key("KubeType", "Name", "time")


def parse(report: Report) -> ParsedScan:
    """Read an output of kubeaudit.

    Raises:
        UnreadableReport: a line is no JSON.
    """
    gathering = Gathering(format=PARSER.format, tool=TOOL)
    spaces: dict[str, None] = {}
    for line in json_lines(report):
        if not isinstance(line, dict):
            gathering.skip(_BROKEN)
        elif "AuditResultName" in line or "KubeType" in line:
            gathering.add(_finding(line))
            space = line.get("ResourceNamespace", line.get("Namespace"))
            spaces[clean(space, MAX_SHORT)] = None
            gathering.started_at = gathering.started_at or moment(line.get("time"))
        else:
            _note_message(gathering, line)
    gathering.target = ", ".join(list(filter(None, spaces))[:5])
    return gathering.scan()


def _note_message(gathering: Gathering, line: dict[str, Any]) -> None:
    gathering.skip(_LOG)
    if clean(line.get("level"), 20) in ("error", "fatal", "panic"):
        parts = (clean(line.get(key), MAX_SHORT) for key in ("msg", "error"))
        gathering.fail(
            text(
                "%(tool)s stopped with an error: %(error)s",
                tool=TOOL,
                error=": ".join(filter(None, parts)) or "?",
            )
        )


def _finding(line: dict[str, Any]) -> ParsedFinding:
    name = clean(line.get("AuditResultName"), MAX_RULE_ID)
    message = clean(line.get("msg"), MAX_DESCRIPTION // 2)
    kind = line.get("ResourceKind") or line.get("KubeType")
    own = line.get("ResourceName") or line.get("Name")
    space = line.get("ResourceNamespace") or line.get("Namespace")
    details = (f"{key}: {clean(line.get(key), MAX_SHORT)}" for key in _DETAILS if line.get(key))
    state, reason = _state(line, name)
    marks = [clean(line.get(key), MAX_SHORT) for key in _IDENTIFYING]
    marks += [clean(line[key], MAX_SHORT) for key in _CAPABILITY if line.get(key)]
    return ParsedFinding(
        tool=TOOL,
        # The word that an override adds is no other rule.
        rule_id=name.removesuffix(_OVERRIDDEN) if state is FindingState.SUPPRESSED else name,
        title=clean(message, MAX_TITLE).partition("\n")[0] or name or "?",
        description="\n\n".join(filter(None, (message, "\n".join(details)))),
        severity=severity_of(line.get("level")),
        cwes=(),
        tags=(),
        locations=(
            Location(joined(space, kind, own), parameter=clean(line.get("Container"), MAX_SHORT)),
        ),
        fingerprint=fingerprint(
            "kubeaudit",
            name.removesuffix(_OVERRIDDEN) or message,
            joined(space, kind, steady_name(kind, own)),
            *marks,
        ),
        state=state,
        reason=reason,
    )


def _state(line: dict[str, Any], name: str) -> tuple[FindingState, str]:
    """Return the state: a label on the object may allow what was found."""
    if name.endswith(_OVERRIDDEN) and clean(line.get("level"), 20) != "error":
        why = line.get("OverrideReason") or line.get("OverrideLabel") or name
        return FindingState.SUPPRESSED, clean(why, MAX_SHORT)
    if not name and "Reason" in line and _ALLOWED.match(clean(line.get("msg"), MAX_SHORT)):
        return FindingState.SUPPRESSED, clean(line["Reason"], MAX_SHORT)
    if clean(line.get("level"), 20) == "info":
        return FindingState.OBSERVATION, ""
    return FindingState.OPEN, ""


PARSER = Parser(
    "kubeaudit",
    "kubeaudit (JSONL)",
    recognises,
    parse,
    About(
        versions="kubeaudit 0.7 to 0.22, `--format json`.",
        source="`printer.go` and `internal/override` in the source of kubeaudit.",
        command="`kubeaudit all -f manifest.yaml --format json > report.json`",
        result="A line of the log with the name of a result.",
        keys="Rule `kubeaudit:<AuditResultName>`, such as `PrivilegedTrue`; versions before 0.11 "
        "name no rule.",
        severity="error is high, warning medium, info an observation.",
        clean="What a label on the object allows (names that end in `Allowed`; before 0.11 the "
        "message and a `Reason`) is suppressed. The format has no passes, and an output without "
        "results names no tool: it is not recognised. An error of kubeaudit itself means that the "
        "scan proves nothing.",
    ),
)
