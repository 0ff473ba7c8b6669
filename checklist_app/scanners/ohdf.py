"""OHDF, the Heimdall Data Format: controls and what their tests gave, by InSpec or a converter.

Source: the schemas ``exec-json`` and ``exec-jsonmin`` and ``compat_inspec_1_0.ts`` of inspecjs,
which derives the status of a control, and the converters of heimdall2. A result is one control of
a profile; its tests are its places. In the minimal form every test is a result.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import MAX_SHORT, MAX_TOOL, MAX_VERSION, ParsedScan, clean
from checklist_app.domain.text import text
from checklist_app.scanners.base import About, Head, Kind, Parser, Report, wrong_type
from checklist_app.scanners.ohdf_controls import INSPEC, Source, ended_in_error, read_control
from checklist_app.scanners.reading import Gathering, document
from checklist_app.scanners.shapes import NO_CONTENT, root_object
from checklist_app.scanners.values import moment
from checklist_app.untrusted.json_text import as_list, as_object, at_index

_CONVERTERS = {
    "owasp zap scan": "ZAP",
    "nikto website scanner": "Nikto",
    "burpsuite pro scan": "Burp Suite",
    "checkov": "Checkov",
    "gosec scan": "gosec",
    "gosec scanner": "gosec",
    "hadolint scan": "hadolint",
    "snyk scan": "Snyk",
}
"""Names that converters give to profiles, and the tools whose rules these are."""
_HEIMDALL = "Heimdall Tools"
_TIMES = ("%Y-%m-%d %H:%M:%S %z", "%a, %d %b %Y %H:%M:%S", "%a %b %d %H:%M:%S %Y")
_OF_AN_OVERLAY = text(
    "The control of an overlay profile repeats one whose result stands in another profile."
)


def recognises(head: Head) -> bool:
    """Whether this is the beginning of an OHDF document."""
    if head.kind is not Kind.JSON or not head.text.startswith("{"):
        return False
    if head.has_key("platform", "profiles", "release"):
        return any(head.has_key(name) for name in ("sha256", "controls", "supports", "statistics"))
    if head.has_key("controls", "profile_sha256", "code_desc"):
        return True
    if head.has_key("profiles", "controls", "impact", "code_desc"):  # InSpec 1 names itself last
        return True
    # A profile that was never run: refused by the parser, which says what to do.
    return head.has_key("controls", "supports", "sha256", "source_location", "impact")


def parse(report: Report) -> ParsedScan:
    """Read an OHDF document.

    Raises:
        UnreadableReport: it is no JSON, has no profiles that ran, or lists of the wrong type.
    """
    root = root_object(document(report))
    if "profiles" not in root and as_object(at_index(root.get("controls"), 0)).get("code_desc"):
        root = _from_minimal(root)
    if "profiles" not in root:
        raise UnreadableReport(
            text(
                "This document describes a profile that was not run, so it holds no result. "
                "Run it with inspec exec --reporter json and import what that writes."
            )
        )
    if not isinstance(root["profiles"], list):
        raise wrong_type("profiles", "[…]")
    profiles = [as_object(profile) for profile in root["profiles"]]
    sources = [_source(profile, root) for profile in profiles]
    gathering = Gathering(
        "ohdf",
        ", ".join(dict.fromkeys(source.tool for source in sources)) or INSPEC,
        tool_version=_version(profiles, root),
        target=_target(profiles, root),
    )
    _add(gathering, profiles, sources)
    if not profiles:
        gathering.fail(text("The report holds no profile: nothing was checked."))
    return gathering.scan()


def _from_minimal(root: dict[str, Any]) -> dict[str, Any]:
    """Return a document of the minimal form in the words of the full one."""
    by_profile: dict[str, list[Any]] = {}
    for row in as_list(root["controls"]):
        test = as_object(row)
        control = {"id": test.get("id"), "results": [row], "minimal": True}
        by_profile.setdefault(clean(test.get("profile_id"), MAX_SHORT), []).append(control)
    profiles = [{"name": name, "controls": found} for name, found in by_profile.items()]
    return {**root, "profiles": profiles}


def _add(gathering: Gathering, profiles: list[dict[str, Any]], sources: list[Source]) -> None:
    with_results = {
        clean(control.get("id"), MAX_SHORT)
        for number, profile in enumerate(profiles)
        for control in map(as_object, _controls(profile, number))
        if control.get("results")
    }
    for number, (profile, source) in enumerate(zip(profiles, sources, strict=True)):
        _check(gathering, profile)
        for control in _controls(profile, number):
            if not isinstance(control, dict) or not clean(control.get("id"), MAX_SHORT):
                gathering.skip(NO_CONTENT)
            elif not control.get("results") and clean(control["id"], MAX_SHORT) in with_results:
                gathering.skip(_OF_AN_OVERLAY)
            else:
                gathering.add(read_control(control, source))
                _note(gathering, control)


def _controls(profile: dict[str, Any], number: int) -> list[Any]:
    found = profile.get("controls", [])
    if not isinstance(found, list):
        raise wrong_type(f"profiles[{number}].controls", "[…]")
    return found


def _note(gathering: Gathering, control: dict[str, Any]) -> None:
    """Note when the tests ran, and that one of them ended in an error."""
    for test in map(as_object, as_list(control.get("results"))):
        if gathering.started_at is None:
            gathering.started_at = moment(test.get("start_time"), *_TIMES)
        if ended_in_error(test):
            gathering.fail(
                text(
                    "A test of the control %(control)s ended in an error: %(message)s. "
                    "Correct the cause and run the profile again.",
                    control=clean(control.get("id"), 80).partition("\n")[0],
                    message=_said(test) or "?",
                )
            )


def _said(test: dict[str, Any]) -> str:
    texts = (clean(test.get(name), 200) for name in ("message", "exception", "code_desc"))
    return next(filter(None, texts), "").rstrip(".")


def _check(gathering: Gathering, profile: dict[str, Any]) -> None:
    """Note that a profile was not loaded."""
    status = clean(profile.get("status"), 40).lower()
    if status in ("failed", "skipped"):
        reason = clean(profile.get("status_message") or profile.get("skip_message"), 200)
        gathering.fail(
            text(
                "The profile %(profile)s did not run: %(message)s. "
                "Correct the cause and run it again.",
                profile=clean(profile.get("name"), 80) or "?",
                message=reason.rstrip(".") or status,
            )
        )


def _source(profile: dict[str, Any], root: dict[str, Any]) -> Source:
    platform = as_object(root.get("platform"))
    name = clean(profile.get("name"), MAX_SHORT)
    return Source(
        tool=clean(_tool(name, root), MAX_TOOL),
        profile=name,
        target=clean(platform.get("target_id"), MAX_SHORT),
    )


def _tool(profile: str, root: dict[str, Any]) -> str:
    known = _CONVERTERS.get(profile.lower())
    if known:
        return known
    if profile.startswith("Source ID:"):  # of TruffleHog, which names its source here
        return "TruffleHog"
    platform = clean(as_object(root.get("platform")).get("name"), MAX_SHORT)
    if profile == "SARIF":
        return _tool_of_sarif(root) or profile
    if platform == _HEIMDALL:
        return profile or "OHDF"
    ran = as_object(root.get("statistics")).get("duration")
    return INSPEC if ran is not None else platform or INSPEC


def _tool_of_sarif(root: dict[str, Any]) -> str:
    kept = at_index(as_object(root.get("passthrough")).get("auxiliary_data"), 0)
    run = at_index(as_object(kept.get("data")).get("runs"), 0)
    return clean(as_object(as_object(run.get("tool")).get("driver")).get("name"), MAX_SHORT)


def _version(profiles: list[dict[str, Any]], root: dict[str, Any]) -> str:
    """Return the version of the tool; a converter keeps it with the profile."""
    converted = as_object(root.get("platform")).get("name") == _HEIMDALL
    of_profile = next((clean(p.get("version"), MAX_VERSION) for p in profiles), "")
    return of_profile if converted else clean(root.get("version"), MAX_VERSION)


def _target(profiles: list[dict[str, Any]], root: dict[str, Any]) -> str:
    platform = as_object(root.get("platform"))
    target = clean(platform.get("target_id"), MAX_SHORT)
    if target:
        return target
    if platform.get("name") == _HEIMDALL:
        return next((clean(p.get("title"), MAX_SHORT) for p in profiles), "")
    parts = _words(platform)
    return " ".join(parts)


def _words(platform: dict[str, Any]) -> Iterator[str]:
    for name in ("name", "release"):
        found = clean(platform.get(name), MAX_SHORT)
        if found:
            yield found


PARSER = Parser(
    "ohdf",
    "OHDF / Heimdall (JSON)",
    recognises,
    parse,
    About(
        versions="InSpec 1 to 6 and CINC Auditor (reporters `json` and `json-min`), and what the "
        "converters of SAF and heimdall2 write.",
        source="The schemas of inspecjs (`exec-json`, `exec-jsonmin`) and the converters in the "
        "source of heimdall2.",
        command="`inspec exec PROFILE --reporter json:inspec.json`, or `saf convert`",
        result="A control of a profile; its tests are its occurrences. In `json-min` every test.",
        keys="`tags.cweid` and `tags.cwe`, the tags that name OWASP lists, rule `<tool>:<id>` with "
        "the tool that was converted (`zap:10202`), else `inspec:<id>`.",
        severity="`severityoverride` or `severity` in the tags, else the impact: from 0.9 "
        "critical, 0.7 high, 0.4 medium, above 0 low.",
        clean="A control is passed if all its tests passed. Waived controls are suppressed, those "
        "of impact 0 not applicable, skipped ones need review; errors prove nothing.",
        differs="Heimdall calls a control passed of which some tests were skipped; here it needs "
        "review. Controls of overlays without results of their own are skipped.",
    ),
)
