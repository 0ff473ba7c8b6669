"""What Prowler 2 says, as lines of JSON and as CSV without quotes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from checklist_app.domain.findings import FindingState, Location
from checklist_app.domain.vocabulary import Severity
from tests.scanners.reports import read

HEADER = (
    "PROFILE,ACCOUNT_NUM,REGION,TITLE_ID,CHECK_RESULT,ITEM_SCORED,ITEM_LEVEL,TITLE_TEXT,"
    "CHECK_RESULT_EXTENDED,CHECK_ASFF_COMPLIANCE_TYPE,CHECK_SEVERITY,CHECK_SERVICENAME,"
    "CHECK_ASFF_RESOURCE_TYPE,CHECK_ASFF_TYPE,CHECK_RISK,CHECK_REMEDIATION,CHECK_DOC,"
    "CHECK_CAF_EPIC,CHECK_RESOURCE_ID"
)


def line(**more: str) -> dict[str, Any]:
    return {
        "Profile": "ENV",
        "Account Number": "1234",
        "Control": "[check11] Avoid the use of the root account",
        "Message": "Root was used.",
        "Severity": "High",
        "Status": "FAIL",
        "Scored": "Scored",
        "Level": "Level 1",
        "Control ID": "1.1",
        "Region": "us-east-1",
        "Timestamp": "2021-10-06T10:00:00Z",
        **more,
    }


def lines_of(*entries: dict[str, Any]) -> str:
    return "\n".join(map(json.dumps, entries))


def test_lines_of_json() -> None:
    scan = read(
        lines_of(
            line(),
            line(Status="Pass"),
            line(Status="WARNING", **{"Resource ID": "arn:aws:iam::1234:root"}),
            line(Status="Info"),
        )
    )
    assert (scan.format, scan.tool, scan.target) == ("prowler", "Prowler", "1234")
    assert scan.started_at == datetime(2021, 10, 6, 10, tzinfo=UTC)
    failed = scan.results[0]
    assert (failed.rule_id, failed.title) == ("check11", "Avoid the use of the root account")
    assert (failed.severity, failed.description) == (Severity.HIGH, "Root was used.")
    assert failed.locations == (Location("AWS::::Account:1234", parameter="us-east-1"),)
    assert [found.state for found in scan.results] == [
        FindingState.OPEN,
        FindingState.PASSED,
        FindingState.SUPPRESSED,
        FindingState.NEEDS_REVIEW,
    ]


def test_a_csv_file_in_whose_texts_are_commas() -> None:
    rows = (
        "default,1234,us-east-1,1.2,PASS,Scored,Level 1,[check12] MFA,All have it,x,Medium,iam,"
        "AwsIamUser,x,Risk,Add it,https://docs.example/mfa,IAM,bob",
        "default,1234,us-east-1,1.3,FAIL,Scored,Level 1,[check13] Disable, then delete,eve, bob,x,"
        "Low,iam,AwsIamUser,x,Risk, and more,Add it,https://docs.example/mfa,IAM,eve",
        "1.4 a title that went astray",
    )
    scan = read("\n".join((HEADER, *rows)))
    passed, failed = scan.results
    assert (passed.rule_id, passed.state) == ("check12", FindingState.PASSED)
    assert passed.locations == (Location("bob", parameter="us-east-1"),)
    assert (failed.rule_id, failed.state, failed.severity) == (
        "check13",
        FindingState.OPEN,
        Severity.LOW,
    )
    assert "eve" in failed.description
    assert (scan.account.read, scan.account.skipped) == (3, 1)


def test_the_first_csv_names_checks_by_number() -> None:
    scan = read(
        "PROFILE,ACCOUNT_NUM,REGION,TITLE_ID,RESULT,SCORED,LEVEL,TITLE_TEXT,NOTES\n"
        "default,1234,us-east-1,1.1,FAIL,Scored,Level 1,Avoid the root account,Used 3 days ago\n"
    )
    (found,) = scan.results
    assert (found.rule_id, found.title, found.description) == (
        "1.1",
        "Avoid the root account",
        "Used 3 days ago",
    )


def test_lines_for_security_hub() -> None:
    entry = {
        "ProductArn": "arn:aws:securityhub:us-east-1::product/prowler/prowler",
        "GeneratorId": "prowler-check11",
        "AwsAccountId": "1234",
        "Severity": {"Label": "HIGH"},
        "Title": "Avoid",
        "Resources": [{"Id": "AWS::::Account:1234", "Region": "us-east-1"}],
        "Compliance": {"Status": "FAILED"},
    }
    scan = read(lines_of(entry, {**entry, "Compliance": {"Status": "PASSED"}}))
    assert [found.state for found in scan.results] == [FindingState.OPEN, FindingState.PASSED]
