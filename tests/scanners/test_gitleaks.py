"""What a Gitleaks report says, versions 7 and 8, as JSON and as CSV."""

from __future__ import annotations

from typing import Any

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import Location
from checklist_app.domain.vocabulary import Severity
from tests.scanners.reports import fingerprints, only, read

SECRET = "bank-t0ken-0123456789"


def leak(**more: Any) -> dict[str, Any]:
    """Return one finding of version 8."""
    return {
        "Description": "Generic API Key",
        "StartLine": 57,
        "EndLine": 57,
        "Match": f'api_key = "{SECRET}"',
        "Secret": SECRET,
        "File": "conf/prod.tf",
        "Commit": "74d53286c550630f",
        "Entropy": 3.9,
        "Author": "A Person",
        "Email": "person@bank.example",
        "Date": "2026-01-12T09:30:00Z",
        "Message": "add key",
        "Tags": [],
        "RuleID": "generic-api-key",
        "Fingerprint": "74d53286c550630f:conf/prod.tf:generic-api-key:57",
        **more,
    }


OLD = {
    "line": f'export TOKEN="{SECRET}"',
    "lineNumber": 23,
    "offender": f'TOKEN="{SECRET}"',
    "commit": "d54ce70d0cf88305",
    "repo": "bank",
    "repoURL": f"https://user:{SECRET}@git.example/bank",
    "leakURL": "https://git.example/bank/blob/d54ce/.bashrc#L23",
    "rule": "Github",
    "file": ".bashrc",
    "date": "2020-04-04T15:52:59-07:00",
    "tags": "key, Github",
}


def test_a_secret_of_version_8() -> None:
    scan = read([leak()])
    found = only(scan)
    assert (scan.format, scan.tool, scan.problems) == ("gitleaks", "Gitleaks", ())
    assert (found.rule_id, found.severity, found.cwes) == ("generic-api-key", Severity.HIGH, (798,))
    assert found.title == "Generic API Key"
    assert found.locations == (Location("conf/prod.tf", 57),)
    assert "secret: bank****, commit: 74d53286c550630f" in found.description


def test_a_secret_of_version_7() -> None:
    scan = read([OLD])
    found = only(scan)
    assert (found.rule_id, found.locations) == ("Github", (Location(".bashrc", 23),))
    assert scan.target == "https://****@git.example/bank"
    assert found.references == ("https://git.example/bank/blob/d54ce/.bashrc#L23",)


def test_csv() -> None:
    names = "RuleID,Commit,File,SymlinkFile,Secret,Match,StartLine,EndLine,Author,Message,Date"
    rows = (
        f'{names}\ngeneric-api-key,abc,conf/prod.tf,,{SECRET},"k=""{SECRET}""",57,57,A,"x,\ny",\n'
    )
    found = only(read(rows))
    assert (found.rule_id, found.locations) == ("generic-api-key", (Location("conf/prod.tf", 57),))
    assert SECRET not in str(read(rows).to_json())
    assert read(f"{names}\n").problems


def test_secrets_and_persons_are_in_no_text() -> None:
    for document in ([leak()], [OLD]):
        told = str(read(document).to_json())
        assert SECRET not in told
        assert "person@bank.example" not in told


def test_lines_do_not_count_but_commits_and_secrets_do() -> None:
    base = read([leak()])
    assert fingerprints(base) == fingerprints(read([leak(StartLine=99, Fingerprint="other")]))
    others = [leak(), leak(Commit="0000"), leak(Secret="an0ther-secret-of-us"), leak(File="b.tf")]
    assert len(set(fingerprints(read(others)))) == 4


def test_a_short_secret_is_masked_whole() -> None:
    assert "secret: ****" in only(read([leak(Secret="abc", Match="abc")])).description


def test_broken_types_are_counted() -> None:
    assert read([leak(), None, leak(StartLine="x", Secret=["y"])]).account.skipped == 1


@pytest.mark.parametrize("document", ["null", "[]", '{"RuleID": 1, "Secret": 2, "File": 3}'])
def test_an_empty_report_names_no_tool_and_proves_nothing(document: str) -> None:
    with pytest.raises(UnreadableReport, match="not a scanner report"):
        read(document)
