"""What MobSF and mobsfscan say of a mobile app, in the shapes of several versions."""

from __future__ import annotations

from typing import Any

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import FindingState, Location, ParsedScan, routing_keys
from checklist_app.domain.vocabulary import MappingKind, Severity
from tests.scanners.reports import fingerprints, only, read

LOGGING = {
    "files": {"com/bank/A.java": "12,40", "com/bank/B.java": "7"},
    "metadata": {
        "cwe": "CWE-532: Insertion of Sensitive Information into Log File",
        "cvss": 7.5,
        "owasp-mobile": "M2: Insecure Data Storage",
        "masvs": "MSTG-STORAGE-3",
        "ref": "https://docs.example/logs",
        "description": "The app logs information.",
        "severity": "warning",
    },
}


def android(**sections: Any) -> dict[str, Any]:
    return {
        "version": "v4.0.7",
        "title": "Static Analysis",
        "app_name": "Bank",
        "app_type": "apk",
        "md5": "0" * 32,
        "sha1": "0" * 40,
        "sha256": "0" * 64,
        "package_name": "com.bank",
        "version_name": "1.2",
        **sections,
    }


def code(**rules: Any) -> dict[str, Any]:
    return android(code_analysis={"findings": rules, "summary": {"suppressed": 0}})


def by_rule(scan: ParsedScan) -> dict[str, FindingState]:
    return {found.rule_id: found.state for found in scan.results}


def test_a_rule_of_the_code_with_all_its_lines() -> None:
    scan = read(code(android_logging=LOGGING))
    found = only(scan)
    assert (scan.format, scan.tool, scan.tool_version) == ("mobsf", "MobSF", "4.0.7")
    assert (scan.target, scan.problems) == ("com.bank 1.2", ())
    assert (found.severity, found.cwes, found.cvss) == (Severity.MEDIUM, (532,), 7.5)
    assert found.tags == ("masvs-1:MSTG-STORAGE-3", "owasp-mobile:M2")
    assert found.occurrences == 3
    assert Location("com/bank/A.java", 40) in found.locations
    assert (MappingKind.RULE, "mobsf:android_logging") in routing_keys(found)
    assert found.references == ("https://docs.example/logs",)


def test_moved_lines_are_the_same_finding() -> None:
    moved = {**LOGGING, "files": {"com/bank/C.java": "99"}}
    before, after = read(code(android_logging=LOGGING)), read(code(android_logging=moved))
    assert fingerprints(before) == fingerprints(after)


def test_what_is_good_is_a_pass_and_mere_information_an_observation() -> None:
    good = {"files": {"a": "1"}, "metadata": {"severity": "good", "cwe": "", "description": "x"}}
    info = {"files": {"a": "1"}, "metadata": {"severity": "info", "cwe": "", "description": "x"}}
    weak = {"files": {}, "metadata": {"severity": "info", "cwe": "cwe-532", "description": "x"}}
    states = by_rule(read(code(android_detect_root=good, android_sql_cipher=info, log=weak)))
    assert states == {
        "android_detect_root": FindingState.PASSED,
        "android_sql_cipher": FindingState.OBSERVATION,
        "log": FindingState.OPEN,
    }


def test_the_manifest_has_one_name_for_a_check_in_old_and_new_reports() -> None:
    title = (
        "<strong>Activity</strong> (com.bank.Send) is not Protected. <br>[android:exported=true]"
    )
    component = ["Activity", "com.bank.Send"]
    new = {
        "rule": "explicitly_exported",
        "title": title,
        "severity": "warning",
        "description": "Shared with other apps.",
        "component": component,
    }
    old = {
        "title": title,
        "stat": "high",
        "desc": "Shared with other apps.",
        "component": component,
    }
    first = read(android(manifest_analysis={"manifest_findings": [new], "manifest_summary": {}}))
    second = read(android(manifest_analysis=[old]))
    assert only(first).rule_id == only(second).rule_id == "explicitly_exported"
    assert only(first).title.startswith("Activity (com.bank.Send) is not Protected.")
    assert only(second).severity is Severity.HIGH
    assert fingerprints(first) == fingerprints(second)


def test_checks_of_a_binary_are_passed_open_or_not_applicable() -> None:
    library = {
        "name": "lib/arm64-v8a/libbank.so",
        "nx": {"is_nx": True, "severity": "info", "description": "NX is set. Good."},
        "pie": {"is_pie": False, "severity": "high", "description": "No PIE."},
        "rpath": {"rpath": None, "severity": "info", "description": "No RPATH."},
        "relocation_readonly": {
            "relro": "Not Applicable",
            "severity": "info",
            "description": "Flutter.",
        },
    }
    assert by_rule(read(android(binary_analysis=[library]))) == {
        "binary.nx": FindingState.PASSED,
        "binary.pie": FindingState.OPEN,
        "binary.rpath": FindingState.PASSED,
        "binary.relocation_readonly": FindingState.NOT_APPLICABLE,
    }


def test_an_ios_report() -> None:
    insecure = {
        "detailed_desc": "May contain _memcpy",
        "severity": "warning",
        "cvss": 6,
        "cwe": "CWE-676: Use of Potentially Dangerous Function",
        "masvs": "MSTG-CODE-8",
    }
    scan = read(
        {
            "md5": "0",
            "sha1": "0",
            "sha256": "0",
            "bundle_id": "com.bank.ios",
            "ats_analysis": {
                "ats_findings": [
                    {
                        "issue": "App Transport Security AllowsArbitraryLoads is allowed",
                        "severity": "high",
                        "description": "Restrictions are disabled.",
                    }
                ]
            },
            "binary_analysis": {"findings": {"Binary makes use of insecure API(s)": insecure}},
            "macho_analysis": {
                "name": "Bank",
                "arc": {"has_arc": False, "severity": "warning", "description": "Unknown."},
            },
            "permissions": {"NSCameraUsageDescription": {"status": "dangerous", "info": "Camera."}},
        }
    )
    assert by_rule(scan) == {
        "ats.arbitrary-loads": FindingState.OPEN,
        "Binary makes use of insecure API(s)": FindingState.OPEN,
        "macho.arc": FindingState.OPEN,
        "permission.dangerous": FindingState.NEEDS_REVIEW,
    }
    assert {cwe for found in scan.results for cwe in found.cwes} == {676}
    assert scan.account.adds_up


def test_possible_secrets_are_masked_and_need_review() -> None:
    key = "AIzaSyBbOHG6DDa6DOcRGEg57mw9nXYXcw6la3c"
    scan = read(android(secrets=[f'"google_api_key" : "{key}"', key, 7]))
    assert key[4:] not in str(scan.to_json())
    assert scan.results[0].description == '"google_api_key" : AIza****'
    assert {found.state for found in scan.results} == {FindingState.NEEDS_REVIEW}
    assert (scan.account.read, scan.account.skipped) == (3, 1)


def test_certificate_servers_and_trackers() -> None:
    scan = read(
        android(
            certificate_analysis={
                "certificate_findings": [
                    ["warning", "Signed with v1, making it vulnerable to Janus", "Janus"],
                    ["good", "Application is signed with a code signing certificate"],
                ]
            },
            firebase_urls=[{"url": "https://bank.firebaseio.example", "open": True}],
            domains={"bank.example": {"bad": "no"}, "evil.example": {"bad": "yes"}},
            trackers={"trackers": [], "total_trackers": 400, "detected_trackers": 0},
        )
    )
    assert by_rule(scan) == {
        "certificate.janus": FindingState.OPEN,
        "certificate.signed": FindingState.PASSED,
        "firebase.open": FindingState.OPEN,
        "domains": FindingState.OBSERVATION,
        "domains.malicious": FindingState.OPEN,
        "trackers": FindingState.PASSED,
    }


@pytest.mark.parametrize(
    "more",
    [
        {"logs": [{"status": "Decompiling APK", "exception": "TimeoutError()"}]},
        {"code_analysis": {"findings": {"r": LOGGING}, "summary": {"suppressed": 3}}},
        {"code_analysis": {"findings": {}, "summary": {}}, "android_api": {}},
    ],
)
def test_what_was_not_analysed_or_left_out_is_told(more: dict[str, Any]) -> None:
    assert read(android(permissions={}, **more)).problems


def test_a_report_of_nothing_or_of_the_wrong_type_is_refused() -> None:
    with pytest.raises(UnreadableReport, match="api/v1/report_json"):
        read(android())
    with pytest.raises(UnreadableReport, match="api/v1/report_json"):
        read('{"report": "Report not Found"}')
    with pytest.raises(UnreadableReport, match="code_analysis should be"):
        read(android(code_analysis=3))


def test_mobsfscan_counts_rules_and_leaves_secrets_out() -> None:
    results = {
        "hardcoded_password": {
            "files": [
                {
                    "file_path": "/github/workspace/app/A.kt",
                    "match_lines": [10, 10],
                    "match_string": 'password = "correct horse"',
                }
            ],
            "metadata": {"cwe": "CWE-798: x", "severity": "ERROR", "description": "Hard-coded."},
        },
        "android_ssl_pinning": {
            "metadata": {"cwe": "CWE-295", "severity": "INFO", "description": "No pinning."}
        },
    }
    scan = read({"errors": [], "mobsfscan_version": "0.4.0", "results": results})
    assert (scan.format, scan.tool, scan.account.read) == ("mobsf", "mobsfscan", 2)
    assert scan.results[0].locations == (Location("app/A.kt", 10),)
    assert [found.severity for found in scan.results] == [Severity.HIGH, Severity.LOW]
    assert "correct horse" not in str(scan.to_json())
    assert scan.problems == ()


def test_mobsfscan_without_any_rule_proves_nothing() -> None:
    assert read({"errors": [], "mobsfscan_version": "0.4.0", "results": {}}).problems


def test_a_report_whose_names_somebody_sorted_is_recognised_by_what_comes_first() -> None:
    files = {f"com/bank/{number}.java": "1,2,3" for number in range(4000)}
    rule = {"files": files, "metadata": {"description": "Get System Service", "severity": "info"}}
    apis = {"activities": ["com.bank.Main"], "android_api": {"api_get_system_service": rule}}
    scan = read(apis | code(android_logging=LOGGING))
    assert (scan.format, scan.account.findings) == ("mobsf", 1)
    card = {"high": [{"title": "t" * 70_000, "description": "d", "section": "code"}], "warning": []}
    scan = read({"app_type": "ipa", "appsec": card} | code(android_logging=LOGGING))
    assert (scan.format, scan.account.findings) == ("mobsf", 1)
