"""What kube-linter says of manifests."""

from __future__ import annotations

from typing import Any

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import Location, routing_keys
from checklist_app.domain.vocabulary import MappingKind, Severity
from tests.scanners.reports import fingerprints, only, read


def diagnosis(
    check: str = "run-as-non-root", container: str = "web", name: str = "shop"
) -> dict[str, Any]:
    return {
        "Diagnostic": {"Message": f'container "{container}" is not set to runAsNonRoot'},
        "Check": check,
        "Remediation": "Set runAsUser to a non-zero number.",
        "Object": {
            "Metadata": {"FilePath": "./k8s/shop.yaml"},
            "K8sObject": {
                "Namespace": "prod",
                "Name": name,
                "GroupVersionKind": {"Group": "apps", "Version": "v1", "Kind": "Deployment"},
            },
        },
    }


def linter(*reports: Any, **more: Any) -> dict[str, Any]:
    scope = {"objectKinds": ["DeploymentLike"]}
    check = {"name": "run-as-non-root", "description": "Containers as root.", "scope": scope}
    return {
        "Checks": [{**check, "template": "run-as-non-root"}],
        "Reports": list(reports) or None,
        "Summary": {"ChecksStatus": "Failed", "KubeLinterVersion": "0.8.3"},
        **more,
    }


def test_a_check_that_an_object_fails() -> None:
    scan = read(linter(diagnosis()))
    found = only(scan)
    assert (scan.format, scan.tool, scan.tool_version) == ("kube-linter", "kube-linter", "0.8.3")
    assert scan.target == "k8s/shop.yaml"
    assert (MappingKind.RULE, "kube-linter:run-as-non-root") in routing_keys(found)
    assert found.severity is Severity.MEDIUM
    assert found.locations == (Location("k8s/shop.yaml", parameter="prod/Deployment/shop/web"),)
    assert found.description.endswith("Containers as root.")


def test_two_containers_of_an_object_are_two_findings_whatever_is_said_of_them() -> None:
    scan = read(linter(diagnosis(), diagnosis(container="proxy")))
    assert len(set(fingerprints(scan))) == 2
    reworded = diagnosis()
    reworded["Diagnostic"]["Message"] = 'The container "web" may be root'
    assert only(read(linter(reworded))).fingerprint in fingerprints(scan)
    other = read(linter(diagnosis(name="api")))
    assert only(other).fingerprint not in fingerprints(scan)


def test_checks_without_results_are_clean_and_no_checks_are_not() -> None:
    assert read(linter()).problems == ()
    assert read(linter(Checks=[])).problems


def test_a_report_without_its_catalogue_of_checks() -> None:
    assert read({"Reports": [diagnosis()]}).account.findings == 1


def test_reports_of_the_wrong_type() -> None:
    wrong: tuple[Any, ...] = ({}, "x")
    for reports in wrong:
        with pytest.raises(UnreadableReport, match="Reports should be"):
            read(linter(Reports=reports))
    assert read(linter(diagnosis(), 7)).account.skipped == 1
