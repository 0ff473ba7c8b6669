"""One result of Kubescape to one finding: a control on a resource, whatever the report's form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from checklist_app.domain.findings import (
    MAX_DESCRIPTION,
    MAX_RULE_ID,
    MAX_SHORT,
    MAX_TITLE,
    MAX_URI,
    FindingState,
    Location,
    ParsedFinding,
    clean,
)
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import Severity
from checklist_app.scanners.base import fingerprint, wrong_type
from checklist_app.scanners.kube_names import joined, relative_path, steady_name
from checklist_app.scanners.values import score_of, severity_of_score
from checklist_app.untrusted.json_text import as_list, as_object

TOOL = "Kubescape"
BROKEN = text("The result is not an object, so nothing can be read from it.")
_MAX_SOLUTION = 8_000
_FILE_MARK = re.compile(r"\Apath=\d{1,20}/(?:api=)?")
_LINE = re.compile(r":\d{1,9}\Z")
_TEMPORARY = re.compile(r"\A/tmp/\d{1,20}/")  # where it unpacks charts


@dataclass(frozen=True, slots=True)
class Resource:
    """What a control looked at.

    Attributes:
        places: the object, and those that it is judged together with, such as a role.
        steady: their names and files without what changes from run to run.
    """

    places: tuple[Location, ...] = ()
    steady: str = ""


@dataclass(frozen=True, slots=True)
class Control:
    """What was asked, and the answer.

    Attributes:
        score: how much the control weighs, 0 to 10; anything else if unknown.
    """

    number: str
    name: str
    score: object
    state: FindingState
    reason: str = ""
    details: tuple[str, ...] = ()
    remediation: str = ""
    rule: str = ""
    occurrences: int = 1


def finding(control: Control, resource: Resource) -> ParsedFinding:
    """Return the finding of a control on a resource."""
    known = control.number[:2] == "C-"
    good = control.state in (FindingState.PASSED, FindingState.NOT_APPLICABLE)
    return ParsedFinding(
        tool=TOOL,
        rule_id=clean(control.number, MAX_RULE_ID),
        title=clean(control.name, MAX_TITLE) or control.number or "?",
        description=clean("\n".join(filter(None, control.details)), MAX_DESCRIPTION),
        severity=Severity.INFO if good else _severity(control.score),
        cwes=(),
        tags=(),
        locations=resource.places,
        fingerprint=fingerprint(
            "kubescape", control.number or control.name, control.rule, resource.steady
        ),
        state=control.state,
        reason=clean(control.reason, MAX_SHORT),
        occurrences=control.occurrences,
        solution=clean(control.remediation, _MAX_SOLUTION),
        references=(f"https://hub.armosec.io/docs/{control.number.lower()}",) if known else (),
    )


def _severity(score: object) -> Severity:
    """Kubescape calls 9 and more critical, 7 high, 4 medium and 1 low; 0 means unknown."""
    return (severity_of_score(score) if score_of(score) else None) or Severity.MEDIUM


def resource_of(identifier: object, entry: dict[str, Any]) -> Resource:
    """Return a resource by its identifier and what the report holds of it."""
    source = as_object(entry.get("source"))
    found = of_object(
        as_object(entry.get("object")), source.get("relativePath") or source.get("path")
    )
    if found.places:
        return found
    name = clean(_FILE_MARK.sub("", clean(identifier, MAX_URI)), MAX_URI)
    return Resource((Location(name),), name) if name else Resource()


def of_object(content: dict[str, Any], file: object = "") -> Resource:
    """Return a resource by the object itself and the objects that belong to it."""
    related = content.get("relatedObjects")
    parts = [as_object(part) for part in (related if isinstance(related, list) else [related])]
    found = [_object(content, file), *(_object(part) for part in parts[:20])]
    known = [part for part in found if part is not None]
    return Resource(
        tuple(dict.fromkeys(place for place, _ in known)),
        "\x1f".join(steady for _, steady in known),
    )


def of_alert(alert: dict[str, Any]) -> Resource:
    """Return a resource of the older form: objects of the cluster, or one of another origin."""
    found = [as_object(part) for part in as_list(alert.get("k8sApiObjects"))]
    if len(found) > 1:
        return of_object({**found[0], "relatedObjects": found[1:]})
    return of_object(found[0] if found else as_object(alert.get("externalObjects")))


def _object(content: dict[str, Any], file: object = "") -> tuple[Location, str] | None:
    """Return where an object is; those of cloud providers have no metadata."""
    metadata = as_object(content.get("metadata"))
    kind = content.get("kind")
    name = metadata.get("name") or content.get("name")
    if not clean(name, MAX_SHORT):
        return None
    space = metadata.get("namespace") or content.get("namespace")
    path = _LINE.sub("", relative_path(file or content.get("sourcePath")))
    path = _TEMPORARY.sub("", path)
    full = joined(space, kind, name)
    steady = f"{path}:{joined(space, kind, steady_name(kind, name))}"
    return (Location(path, parameter=full) if path else Location(full)), steady


def exceptions(holder: dict[str, Any]) -> str:
    """Return the names of the exceptions that excuse a failure."""
    found = holder.get("exception")
    names = (
        clean(as_object(part).get("name"), MAX_SHORT)
        for part in (found if isinstance(found, list) else [found])
    )
    return ", ".join(dict.fromkeys(filter(None, names)))


def paths(holder: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong where, in the words of the report."""
    for part in as_list(holder.get("paths"))[:50]:
        yield from _path(as_object(part))
    for key in ("failedPaths", "reviewPaths", "deletePaths"):
        yield from (clean(path, MAX_SHORT) for path in as_list(holder.get(key))[:50])
    for part in as_list(holder.get("fixPaths"))[:50]:
        yield _fix(part)


def _path(part: dict[str, Any]) -> Iterator[str]:
    for key in ("failedPath", "reviewPath", "deletePath"):
        yield clean(part.get(key), MAX_SHORT)
    yield _fix(part.get("fixPath"))


def _fix(part: object) -> str:
    fix = as_object(part)
    path, value = (clean(fix.get(key), MAX_SHORT) for key in ("path", "value"))
    return f"{path}={value}" if path and value else path


def list_in(holder: dict[str, Any], key: str, where: str = "") -> list[Any]:
    """Return a list of an object, an empty one if there is none.

    Raises:
        UnreadableReport: it is something else.
    """
    found = holder.get(key)
    if found is None:
        return []
    if not isinstance(found, list):
        raise wrong_type(where + key, "[…]")
    return found
