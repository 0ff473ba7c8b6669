"""What an APKLeaks report says."""

from __future__ import annotations

from typing import Any

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import FindingState, Location
from checklist_app.domain.vocabulary import Severity
from tests.scanners.reports import fingerprints, only, read

SECRET = "AIzaBank000000000000000000000000001"


def apkleaks(**patterns: Any) -> dict[str, Any]:
    """Return a report with the matches of patterns."""
    results = [{"name": name, "matches": matches} for name, matches in patterns.items()]
    return {"package": "example.bank", "results": results}


def test_a_secret_is_masked_and_has_its_rule_and_weakness() -> None:
    scan = read(apkleaks(Google_API_Key=[SECRET]))
    found = only(scan)
    assert (scan.format, scan.tool, scan.target) == ("apkleaks", "APKLeaks", "example.bank")
    assert (found.rule_id, found.title) == ("Google_API_Key", "Google API Key")
    assert (found.severity, found.cwes) == (Severity.HIGH, (798,))
    assert found.locations == (Location("example.bank"),)
    assert found.description == "secret: AIza****"
    assert SECRET not in str(scan.to_json())


def test_links_and_addresses_are_observations() -> None:
    scan = read(
        apkleaks(
            LinkFinder=[f'"https://me:{SECRET}@a.example/x?key={SECRET}"'], IP_Address=["10.0.2.2"]
        )
    )
    assert {found.state for found in scan.results} == {FindingState.OBSERVATION}
    assert {found.cwes for found in scan.results} == {()}
    assert scan.results[0].description == '"https://****@a.example/x'
    assert SECRET not in str(scan.to_json())
    assert scan.account.observations == 2


def test_every_match_is_a_result() -> None:
    scan = read(apkleaks(Generic_Secret=[SECRET, "other" * 8], Mailto=["a@bank.example"]))
    assert scan.account.read == len(set(fingerprints(scan))) == 3


def test_a_package_without_matches_is_clean_and_no_package_is_not() -> None:
    assert read(apkleaks()).problems == ()
    assert read(apkleaks(Mailto=["a@b.example"]) | {"package": ""}).problems


def test_the_same_package_again_gives_the_same_fingerprints() -> None:
    there = read(apkleaks(Google_API_Key=[SECRET], Generic_Secret=[SECRET]))
    back = read(apkleaks(Generic_Secret=[SECRET], Google_API_Key=[SECRET]))
    assert fingerprints(there) == fingerprints(back)


def test_broken_types_are_refused_or_counted() -> None:
    assert read(apkleaks(Generic_Secret=[SECRET, 4])).account.skipped == 1
    for matches in ("x", None):
        with pytest.raises(UnreadableReport, match=r"results\[0\].matches"):
            read(apkleaks(Generic_Secret=matches))
