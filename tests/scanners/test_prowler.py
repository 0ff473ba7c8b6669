"""What a Prowler report says, in its own JSON, in OCSF and as CSV."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import FindingState, Location, ParsedFinding
from checklist_app.domain.vocabulary import Severity
from tests.scanners.reports import fingerprints, only, read

ARN = "arn:aws:s3:::bank-logs"


def native(**more: Any) -> dict[str, Any]:
    """Return a result of version 3."""
    return {
        "AssessmentStartTime": "2023-04-25T23:49:42.744599",
        "FindingUniqueId": "prowler-aws-s3_bucket_public_access-1234-eu-west-1-bank-logs",
        "Provider": "aws",
        "CheckID": "s3_bucket_public_access",
        "CheckTitle": "Ensure there are no S3 buckets open to everyone",
        "Status": "FAIL",
        "StatusExtended": "S3 bucket bank-logs is public.",
        "Severity": "critical",
        "Description": "Looks at buckets.",
        "Risk": "Everyone reads them.",
        "RelatedUrl": "https://docs.example/s3",
        "Remediation": {"Recommendation": {"Text": "Block it.", "Url": "https://docs.example/fix"}},
        "Compliance": {"CIS-1.4": ["2.1.5"]},
        "AccountId": "1234",
        "Region": "eu-west-1",
        "ResourceId": "bank-logs",
        "ResourceArn": ARN,
        **more,
    }


def ocsf(**more: Any) -> dict[str, Any]:
    """Return the same result as OCSF."""
    return {
        "message": "S3 bucket bank-logs is public.",
        "metadata": {
            "event_code": "s3_bucket_public_access",
            "product": {"name": "Prowler", "uid": "prowler", "version": "5.4.0"},
        },
        "severity": "Critical",
        "status": "New",
        "status_code": "FAIL",
        "status_detail": "S3 bucket bank-logs is public.",
        "unmapped": {"compliance": {"CIS-1.4": ["2.1.5"]}, "notes": ""},
        "finding_info": {
            "desc": "Looks at buckets.",
            "title": "Ensure there are no S3 buckets open to everyone",
            "uid": "prowler-aws-s3_bucket_public_access-1234-eu-west-1-bank-logs",
        },
        "resources": [{"uid": ARN, "name": "bank-logs", "region": "eu-west-1"}],
        "cloud": {"account": {"uid": "1234"}},
        "remediation": {"desc": "Block it.", "references": ["https://docs.example/fix"]},
        "risk_details": "Everyone reads them.",
        "time_dt": "2025-02-14T14:27:03.913874",
        **more,
    }


def csv(delimiter: str = ";", **more: str) -> str:
    """Return the same result as CSV."""
    cells = {
        "TIMESTAMP": "2025-02-14 14:27:03.913874",
        "ACCOUNT_UID": "1234",
        "FINDING_UID": "prowler-aws-s3_bucket_public_access-1234-eu-west-1-bank-logs",
        "PROVIDER": "aws",
        "CHECK_ID": "s3_bucket_public_access",
        "CHECK_TITLE": "Ensure there are no S3 buckets open to everyone",
        "STATUS": "FAIL",
        "STATUS_EXTENDED": "S3 bucket bank-logs is public.",
        "MUTED": "False",
        "SEVERITY": "critical",
        "RESOURCE_UID": ARN,
        "REGION": "eu-west-1",
        "DESCRIPTION": "Looks at buckets.",
        "REMEDIATION_RECOMMENDATION_TEXT": "Block it.",
        "REMEDIATION_RECOMMENDATION_URL": "https://docs.example/fix",
        "COMPLIANCE": "CIS-1.4: 2.1.5",
        "PROWLER_VERSION": "5.4.0",
        **more,
    }
    return delimiter.join(cells) + "\n" + delimiter.join(cells.values()) + "\n"


def check(found: ParsedFinding) -> None:
    """Assert that this is the result that all shapes hold."""
    assert found.rule_id == "s3_bucket_public_access"
    assert found.title == "Ensure there are no S3 buckets open to everyone"
    assert (found.state, found.severity) == (FindingState.OPEN, Severity.CRITICAL)
    assert found.locations == (Location(ARN, parameter="eu-west-1"),)
    assert found.description.startswith("S3 bucket bank-logs is public.")
    assert found.description.endswith("Compliance: CIS-1.4: 2.1.5")
    assert found.solution == "Block it."
    assert "https://docs.example/fix" in found.references


@pytest.mark.parametrize("report", [[native()], native(), [ocsf()], csv(), csv(","), csv("|")])
def test_the_same_result_in_every_shape(report: Any) -> None:
    scan = read(report)
    assert (scan.format, scan.tool, scan.target) == ("prowler", "Prowler", "1234")
    check(only(scan))
    assert fingerprints(scan) == fingerprints(read([native()]))
    assert scan.problems == ()


def test_version_and_time() -> None:
    scan = read([ocsf()])
    assert scan.tool_version == "5.4.0"
    assert scan.started_at == datetime(2025, 2, 14, 14, 27, 3, 913874, tzinfo=UTC)


@pytest.mark.parametrize(
    ("report", "state"),
    [
        ([ocsf(status_code="PASS")], FindingState.PASSED),
        ([ocsf(status_code="MANUAL")], FindingState.NEEDS_REVIEW),
        ([ocsf(status="Suppressed")], FindingState.SUPPRESSED),
        ([ocsf(status="Suppressed", status_code="PASS")], FindingState.PASSED),
        ([native(Status="PASS")], FindingState.PASSED),
        ([native(Status="INFO")], FindingState.NEEDS_REVIEW),
        ([native(Status="MUTED")], FindingState.SUPPRESSED),
        (csv(MUTED="True"), FindingState.SUPPRESSED),
        (csv(STATUS="MANUAL"), FindingState.NEEDS_REVIEW),
    ],
)
def test_states(report: Any, state: FindingState) -> None:
    found = only(read(report))
    assert found.state is state
    expected = (FindingState.SUPPRESSED, FindingState.NEEDS_REVIEW)
    assert bool(found.reason) == (state in expected)


def test_security_findings_of_version_3_are_read() -> None:
    old = {
        "finding": {
            "title": "MFA",
            "desc": "Looks at users.",
            "uid": "prowler-aws-iam_root_mfa-1234-us-east-1-root",
            "remediation": {"desc": "Switch it on.", "kb_articles": ["https://docs.example/mfa"]},
        },
        "resources": [{"uid": "arn:aws:iam::1234:root", "region": "us-east-1"}],
        "status_detail": "MFA is off.",
        "compliance": {"status": "Failure"},
        "severity": "High",
        "status": "Failure",
        "metadata": {"product": {"name": "Prowler", "version": "3.11.0"}},
    }
    found = only(read([old]))
    assert (found.rule_id, found.state) == ("iam_root_mfa", FindingState.OPEN)
    assert found.references == ("https://docs.example/mfa",)


def test_a_file_without_results_proves_nothing() -> None:
    assert read(csv().partition("\n")[0] + "\n").problems


def test_what_is_no_result_is_counted_and_left_out() -> None:
    account = read([native(), 42, {"CheckID": ""}]).account
    assert (account.read, account.skipped, account.adds_up) == (3, 2, True)


def test_an_empty_list_is_no_report_of_any_tool() -> None:
    with pytest.raises(UnreadableReport, match="not a scanner report"):
        read("[\n\n]")


def test_the_json_for_security_hub_is_read() -> None:
    def entry(check: str, status: str) -> dict[str, Any]:
        return {
            "SchemaVersion": "2018-10-08",
            "Id": f"prowler-{check}-123456789012-eu-west-1-0a1b2c3d4",
            "ProductArn": "arn:aws:securityhub:eu-west-1::product/prowler/prowler",
            "ProductFields": {"ProviderName": "Prowler", "ProviderVersion": "5.2.0"},
            "GeneratorId": f"prowler-{check}",
            "AwsAccountId": "123456789012",
            "CreatedAt": "2026-01-12T09:30:00Z",
            "Severity": {"Label": "HIGH"},
            "Title": "Root has no access key",
            "Description": "There is a key.",
            "Resources": [
                {"Type": "AwsIamUser", "Id": "arn:aws:iam::1:root", "Region": "eu-west-1"}
            ],
            "Compliance": {
                "Status": status,
                "AssociatedStandards": [{"StandardsId": "CIS-2.0"}],
            },
            "Remediation": {
                "Recommendation": {"Text": "Delete it.", "Url": "https://a.example/fix"}
            },
        }

    scan = read(
        [
            entry("iam_no_root_access_key", "FAILED"),
            entry("iam_password_policy", "PASSED"),
            entry("s3_bucket_public", "WARNING"),
            entry("iam_support_role", "NOT_AVAILABLE"),
        ]
    )

    assert (scan.format, scan.tool_version, scan.target) == ("prowler", "5.2.0", "123456789012")
    assert [one.state for one in scan.results] == [
        FindingState.OPEN,
        FindingState.PASSED,
        FindingState.SUPPRESSED,
        FindingState.NEEDS_REVIEW,
    ]
    first = scan.results[0]
    assert (first.rule_id, first.severity) == ("iam_no_root_access_key", Severity.HIGH)
    assert first.locations[0].uri == "arn:aws:iam::1:root"
    assert first.references == ("https://a.example/fix",)
    assert "CIS-2.0" in first.description


def test_another_tools_json_for_security_hub_is_not_taken_for_prowlers() -> None:
    other = [{"ProductArn": "arn:x", "AwsAccountId": "1", "GeneratorId": "guard-duty", "Id": "x"}]
    with pytest.raises(UnreadableReport):
        read(other)


def test_the_reports_of_several_accounts_in_one_list() -> None:
    scan = read([[native(AccountId="1")], [native(AccountId="2")]])
    assert (scan.account.findings, scan.account.skipped, scan.target) == (2, 0, "1, 2")
