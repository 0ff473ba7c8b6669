"""MobSF reports: the JSON of the static analysis of an Android, iOS or Windows app.

Source: ``db_interaction.py`` of each platform in the source of MobSF, which name the fields, and
the analysers that fill them. A result is one entry of a section in which MobSF checks something:
a rule of the code, a check of one binary, a permission. Lists of what is in the app (files,
strings, addresses, activities) are no results, and the scorecard in a report repeats its sections.
mobsfscan, the command line tool of the same project, is read by ``mobsfscan.py``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import MAX_SHORT, MAX_VERSION, ParsedScan, clean
from checklist_app.domain.text import text
from checklist_app.scanners import mobsf_app as app_wide
from checklist_app.scanners import mobsf_cards, mobsfscan
from checklist_app.scanners import mobsf_entries as entries
from checklist_app.scanners.base import About, Head, Kind, Parser, Report, wrong_type
from checklist_app.scanners.mobsf_names import TOOL
from checklist_app.scanners.reading import Gathering, document
from checklist_app.scanners.shapes import NO_CONTENT, root_object
from checklist_app.scanners.values import moment
from checklist_app.untrusted.json_text import as_list, as_object

_SECTIONS: dict[str, Callable[[object, str], entries.Entries]] = {
    "code_analysis": entries.rules,
    "findings": entries.rules,
    "android_api": entries.rules,
    "ios_api": entries.rules,
    "api": entries.rules,
    "behaviour": entries.rules,
    "manifest_analysis": entries.manifest,
    "manifest": entries.manifest,
    "network_security": entries.network,
    "ats_analysis": entries.transport,
    "certificate_analysis": entries.certificate,
    "binary_analysis": entries.binary,
    "binary_warnings": partial(entries.flat, "binary"),
    "macho_analysis": partial(entries.binary, kind="macho"),
    "dylib_analysis": partial(entries.binary, kind="macho"),
    "framework_analysis": partial(entries.binary, kind="macho"),
    "permissions": app_wide.permissions,
    "file_analysis": app_wide.files,
    "firebase_urls": app_wide.firebase,
    "domains": app_wide.domains,
    "secrets": app_wide.secrets,
    "trackers": app_wide.trackers,
    "quark": partial(entries.flat, "quark"),
}
_DISTINCT = (
    "android_api", "apkid", "ats_analysis", "binary_analysis", "certificate_analysis",
    "code_analysis", "exported_count", "ios_api", "macho_analysis", "manifest_analysis",
    "network_security", "niap_analysis", "browsable_activities", "exported_activities",
)  # fmt: skip
_OF_AN_APP = (
    "package_name", "packagename", "bundle_id", "main_activity", "mainactivity", "bundle_url_types",
    "publisher_name", "app_type", "target_sdk", "targetsdk", "androver", "bin_anal",
)  # fmt: skip
_API_RULES = re.compile(
    r'"(?:android_api|ios_api|api)"\s*:\s*\{\s*"\w{2,60}"\s*:\s*\{\s*"(?:files|metadata)"\s*:'
)
_BEFORE_THE_CARD = (
    "activities", "android_api", "app_type", "app_version", "average_cvss", "ats_analysis",
    "base_url", "bundle_id",
)  # fmt: skip
"""What stands before ``appsec`` where somebody sorted a report by its names."""
_WITH_CODE = ("apk", "apks", "xapk", "aab", "studio", "eclipse")
_NOT_FOUND = ('"report": "Report not Found"', '"not_found": "Report not found or supported"')
_ENOUGH = 3


def recognises(head: Head) -> bool:
    """Whether this is the beginning of a report of MobSF or mobsfscan."""
    if head.kind is not Kind.JSON or not head.text.startswith("{"):
        return False
    if head.has_key("primaryLocation"):  # what mobsfscan writes for SonarQube
        return False
    said = head.has_key("mobsfscan_version") or any(said in head.text for said in _NOT_FOUND)
    of_an_app = any(head.has_key(name) for name in _OF_AN_APP)
    hashed = of_an_app and head.has_key("md5", "sha1", "sha256")
    return said or hashed or _is_sorted(head) or _sections_in(head) >= _ENOUGH


def _is_sorted(head: Head) -> bool:
    """Whether this begins a report whose names somebody sorted: what names the app comes late."""
    by_card = head.has_key("appsec") and any(head.has_key(name) for name in _BEFORE_THE_CARD)
    return by_card or _API_RULES.search(head.text) is not None


def _sections_in(head: Head) -> int:
    return sum(head.has_key(name) for name in _DISTINCT)


def parse(report: Report) -> ParsedScan:
    """Read a report of MobSF or mobsfscan.

    Raises:
        UnreadableReport: it is no JSON, has no section, or one of the wrong type.
    """
    root = root_object(document(report))
    if mobsfscan.is_mobsfscan(root):
        return mobsfscan.read(root)
    present = [name for name in _SECTIONS if root.get(name) is not None]
    if not present and "appsec" not in root:
        raise UnreadableReport(
            text(
                "This MobSF report has no section with results. "
                "Scan the app, then fetch the report again with api/v1/report_json."
            )
        )
    gathering = _gathering(root)
    for name in present:
        if not isinstance(root[name], dict | list):
            raise wrong_type(name, "{…}")
        for result in _SECTIONS[name](root[name], _name_of(root)):
            if result is None:
                gathering.skip(NO_CONTENT)
            else:
                gathering.add(result)
    if not present:
        mobsf_cards.read(as_object(root["appsec"]), _name_of(root), gathering)
    _check(root, gathering)
    return gathering.scan()


def _name_of(root: dict[str, Any]) -> str:
    names = ("package_name", "packagename", "bundle_id", "app_name", "name", "file_name")
    return next(filter(None, (clean(root.get(name), MAX_SHORT) for name in names)), "")


def _gathering(root: dict[str, Any]) -> Gathering:
    logs = [as_object(line) for line in as_list(root.get("logs"))]
    version = root.get("version_name") or root.get("app_version") or root.get("androvername")
    return Gathering(
        "mobsf",
        TOOL,
        tool_version=clean(root.get("version"), MAX_VERSION).removeprefix("v"),
        target=f"{_name_of(root)} {clean(version, 60)}".strip(),
        started_at=moment(root.get("timestamp") or (logs[0].get("timestamp") if logs else None)),
    )


def _check(root: dict[str, Any], gathering: Gathering) -> None:
    """Note what was not analysed, or is not in the report."""
    for line in map(as_object, as_list(root.get("logs"))):
        if line.get("exception"):
            gathering.fail(
                text(
                    "A step of the analysis failed: %(step)s. "
                    "Look at the log of the scan in MobSF, correct the cause and scan again.",
                    step=clean(line.get("status"), 200) or "?",
                )
            )
    suppressed = sum(_suppressed(value) for value in root.values())
    if suppressed:
        gathering.fail(
            text(
                "%(count)s findings were suppressed in MobSF, so they are not in the report. "
                "Remove the suppressions there and export it again to see them here.",
                count=suppressed,
            )
        )
    code = as_object(root.get("code_analysis"))
    of_android = clean(root.get("app_type"), 20).lower() in _WITH_CODE and "android_api" in root
    if of_android and not code.get("findings", code) and not root["android_api"]:
        gathering.fail(
            text("MobSF could not read the code of the app. Look at the log of the scan there.")
        )
    if not gathering.results:
        gathering.fail(text("The report holds no result: nothing shows that an app was analysed."))


def _suppressed(section: object) -> int:
    """Return how many findings of a section were taken out of it."""
    for name, value in as_object(section).items():
        if name.endswith("summary"):
            count = as_object(value).get("suppressed")
            return count if type(count) is int and count > 0 else 0
    return 0


PARSER = Parser(
    "mobsf",
    "MobSF (JSON), mobsfscan (JSON)",
    recognises,
    parse,
    About(
        versions="MobSF 0.9 to 4.4 for Android, iOS and Windows; mobsfscan 0.0.6 to 0.4.",
        source="`db_interaction.py` of each platform and the analysers in the source of MobSF; "
        "`mobsfscan.py` in that of mobsfscan.",
        command='`curl -H "Authorization: $TOKEN" --data "hash=$HASH" '
        "$MOBSF/api/v1/report_json`, or `mobsfscan --json -o mobsfscan.json src`",
        result="An entry of a section that checks something: a rule of the code with all its "
        "lines, a check of one binary, a permission, a domain, a possible secret. For mobsfscan a "
        "rule with all its files. Lists of files, strings, addresses and components are none.",
        keys="`cwe`, `masvs` (names of MASVS 1), `owasp-mobile` (without edition), rule "
        "`mobsf:<name>`; checks without a name get one, such as `mobsf:binary.pie`.",
        severity="high, warning medium, info; dangerous permissions and files to look at low, "
        "possible secrets medium. mobsfscan: ERROR high, WARNING medium, INFO low.",
        clean="`good` and `secure` are passes, protections that a binary has too. Information "
        "without a CWE is an observation. Failed steps in the log, suppressed findings, code that "
        "could not be read or no entry at all prove nothing.",
        differs="DefectDojo gives CWE-919 to everything and calls dangerous permissions high; here "
        "only the CWEs of the report count, and permissions need review.",
    ),
)
