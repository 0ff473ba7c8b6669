"""What Trivy says of images, files and clusters, in the old list and in schema 2."""

from __future__ import annotations

from typing import Any

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import FindingState, Location, routing_keys
from checklist_app.domain.vocabulary import MappingKind, Severity
from tests.scanners.reports import fingerprints, only, read


def vulnerability(**more: Any) -> dict[str, Any]:
    return {
        "VulnerabilityID": "CVE-2026-0001",
        "PkgName": "libfoo",
        "InstalledVersion": "1.0",
        "FixedVersion": "1.1",
        "SeveritySource": "vendor",
        "PrimaryURL": "https://avd.example/cve-2026-0001",
        "Title": "libfoo: reads too far",
        "Description": "It reads too far.",
        "Severity": "HIGH",
        "CweIDs": ["CWE-125"],
        "CVSS": {"nvd": {"V2Score": 5.0, "V3Score": 9.8}, "vendor": {"V3Score": 7.5}},
        "References": ["https://a.example", "no address"],
        **more,
    }


def check(**more: Any) -> dict[str, Any]:
    return {
        "ID": "KSV012",
        "AVDID": "AVD-KSV-0012",
        "Title": "Runs as root user",
        "Message": "Container 'web' of Deployment 'shop' should set 'runAsNonRoot' to true",
        "Resolution": "Set runAsNonRoot.",
        "Severity": "MEDIUM",
        "Status": "FAIL",
        "CauseMetadata": {
            "StartLine": 12,
            "Code": {"Lines": [{"Number": 12, "Content": "- name: web"}]},
        },
        **more,
    }


def image(*results: Any, name: str = "reg.example/shop:1.2", **more: Any) -> dict[str, Any]:
    return {
        "SchemaVersion": 2,
        "ArtifactName": name,
        "ArtifactType": "container_image",
        "Results": list(results),
        **more,
    }


def packages(*found: Any, target: str = "reg.example/shop:1.2 (alpine 3.20)") -> dict[str, Any]:
    return {"Target": target, "Class": "os-pkgs", "Type": "alpine", "Vulnerabilities": list(found)}


def manifest(*found: Any) -> dict[str, Any]:
    return {
        "SchemaVersion": 2,
        "ArtifactName": ".",
        "ArtifactType": "filesystem",
        "Results": [{"Target": "k8s/shop.yaml", "Class": "config", "Misconfigurations": found}],
    }


def test_a_vulnerability_with_what_the_report_says_of_it() -> None:
    scan = read(image(packages(vulnerability()), CreatedAt="2026-01-12T09:30:00.5Z"))
    found = only(scan)
    assert (scan.format, scan.tool, scan.target) == ("trivy", "Trivy", "reg.example/shop:1.2")
    assert scan.started_at is not None
    assert (found.rule_id, found.cwes, found.severity) == ("CVE-2026-0001", (125,), Severity.HIGH)
    assert found.cvss == 7.5
    assert found.locations[0].parameter == "libfoo 1.0"
    assert found.solution == "FixedVersion: 1.1"
    assert found.references == ("https://avd.example/cve-2026-0001", "https://a.example")
    assert scan.problems == ()


def test_a_vulnerability_without_a_weakness_of_its_own_is_a_known_one() -> None:
    bare = vulnerability(CweIDs=None, Severity="UNKNOWN", CVSS={"ghsa": {"V3Score": 9.1}})
    found = only(read(image(packages(bare))))
    assert found.cwes == (1395,)
    assert found.severity is Severity.CRITICAL


def test_checks_have_the_names_that_lead_to_requirements() -> None:
    scan = read(manifest(check(), check(ID="KSV014", Status="PASS"), check(Status="EXCEPTION")))
    failed, passed, excused = scan.results
    assert (MappingKind.RULE, "trivy:KSV012") in routing_keys(failed)
    assert failed.locations == (Location("k8s/shop.yaml", 12, parameter="web"),)
    assert failed.snippet == "- name: web"
    assert (passed.state, passed.severity) == (FindingState.PASSED, Severity.INFO)
    assert (excused.state, excused.reason) == (FindingState.SUPPRESSED, "Status: EXCEPTION")


def test_new_builds_and_spellings_and_moved_lines_are_the_same_finding() -> None:
    moved = check(ID="AVD-KSV-0012", CauseMetadata={"StartLine": 99})
    assert fingerprints(read(manifest(check()))) == fingerprints(read(manifest(moved)))
    later = packages(vulnerability(), target="reg.example/shop:1.3 (alpine 3.21)")
    assert fingerprints(read(image(packages(vulnerability())))) == fingerprints(
        read(image(later, name="reg.example/shop:1.3"))
    )
    other = packages(vulnerability(), target="reg.example/other:1.2 (alpine 3.20)")
    assert fingerprints(read(image(packages(vulnerability())))) != fingerprints(
        read(image(other, name="reg.example/other:1.2"))
    )


@pytest.mark.parametrize(
    ("match", "shown"),
    [("key = ********", "key = ********"), ("AKIAIOSFODNN7", "AKIA****"), ("", "")],
)
def test_secrets_are_masked(match: str, shown: str) -> None:
    secret = {
        "RuleID": "aws-access-key-id",
        "Title": "AWS Access Key ID",
        "Category": "AWS",
        "Severity": "CRITICAL",
        "StartLine": 3,
        "Match": match,
        "Code": {"Lines": [{"Content": "AKIAIOSFODNN7"}]},
    }
    scan = read(image({"Target": "app/.env", "Class": "secret", "Secrets": [secret]}))
    found = only(scan)
    assert (found.cwes, found.snippet) == ((798,), shown)
    assert "IOSFODNN7" not in str(found.to_json())


def test_the_old_list_and_the_forms_of_clusters() -> None:
    old = read([{"Target": "shop (alpine 3.9)", "Vulnerabilities": [vulnerability()]}])
    assert only(old).cwes == (125,)
    resource = {
        "Namespace": "shop",
        "Kind": "Deployment",
        "Name": "web",
        "Results": [{"Target": "Deployment/web", "Misconfigurations": [check()]}],
    }
    for key in ("Findings", "Resources", "Misconfigurations"):
        scan = read({"ClusterName": "prod", key: [resource]})
        assert scan.target == "prod"
        assert only(scan).locations[0].uri == "shop/Deployment/web"
    broken = read({"ClusterName": "prod", "Resources": [{**resource, "Error": "no image"}]})
    assert "1 objects of the cluster could not be scanned" in str(broken.problems[0])


def test_what_was_ignored_is_suppressed_with_its_statement() -> None:
    ignored = {
        "Type": "vulnerability",
        "Status": "not_affected",
        "Statement": "never called",
        "Source": "shop.vex.json",
        "Finding": vulnerability(),
    }
    scan = read(image({**packages(), "ExperimentalModifiedFindings": [ignored]}))
    found = only(scan)
    assert found.state is FindingState.SUPPRESSED
    assert found.reason == "not_affected: never called: shop.vex.json"


def test_a_target_without_results_is_clean_and_no_target_is_not() -> None:
    assert read(image(packages())).problems == ()
    assert read(image()).problems
    assert read(image(packages(), Metadata={"OS": {"EOSL": True}})).problems


def test_fields_of_the_wrong_type_are_named() -> None:
    with pytest.raises(UnreadableReport, match=r"Results\[0\]\.Vulnerabilities should be"):
        read(image({"Target": "x", "Vulnerabilities": {}}))
    with pytest.raises(UnreadableReport, match=r"Results\[0\] should be"):
        read(image(7))
    assert read(image(packages(7))).account.skipped == 1


def test_the_predicate_that_is_signed_holds_a_report() -> None:
    predicate = {"invocation": {}, "scanner": {"uri": "x", "result": image(packages(check()))}}
    signed = read(predicate)
    assert (signed.format, signed.target) == ("trivy", "reg.example/shop:1.2")
    assert fingerprints(signed) == fingerprints(read(image(packages(check()))))


def test_a_list_of_reports_is_not_taken_for_a_list_of_targets() -> None:
    scan = read([image(packages(vulnerability())), manifest(check())])
    assert (scan.account.findings, scan.target) == (2, "reg.example/shop:1.2, .")
    assert scan.problems == ()
    assert read([image(packages(vulnerability())), image()]).problems
