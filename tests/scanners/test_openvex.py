"""What an OpenVEX document states."""

from __future__ import annotations

from typing import Any

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import FindingState, Location
from tests.scanners.reports import fingerprints, only, read

PRODUCT = {"@id": "pkg:oci/shop@1.0?arch=amd64", "subcomponents": [{"@id": "pkg:apk/git@2.39"}]}


def statement(status: str = "affected", **more: Any) -> dict[str, Any]:
    """Return one statement."""
    return {
        "vulnerability": {"name": "GHSA-aaaa-bbbb-cccc", "aliases": ["CVE-2024-1111"]},
        "products": [PRODUCT],
        "status": status,
        **more,
    }


def vex(*statements: Any, **more: Any) -> dict[str, Any]:
    """Return a document."""
    return {
        "@context": "https://openvex.dev/ns/v0.2.0",
        "@id": "https://openvex.dev/docs/example/1",
        "author": "Us",
        "timestamp": "2026-01-12T09:30:00Z",
        "version": 1,
        "statements": list(statements),
        **more,
    }


@pytest.mark.parametrize(
    ("status", "state", "reason"),
    [
        ("affected", FindingState.OPEN, ""),
        ("fixed", FindingState.PASSED, ""),
        ("under_investigation", FindingState.NEEDS_REVIEW, "under_investigation: We look."),
        ("not_affected", FindingState.SUPPRESSED, "not_affected: We look."),
        ("whatever", FindingState.NEEDS_REVIEW, "whatever: We look."),
    ],
)
def test_states(status: str, state: FindingState, reason: str) -> None:
    found = only(read(vex(statement(status, status_notes="We look."))))
    assert (found.state, found.reason) == (state, reason)
    assert found.cwes == (() if status == "fixed" else (1395,))


def test_a_statement_names_its_rule_and_products() -> None:
    scan = read(vex(statement(action_statement="Upgrade.")))
    assert (scan.format, scan.tool) == ("openvex", "OpenVEX")
    found = only(scan)
    assert (found.rule_id, found.solution) == ("CVE-2024-1111", "Upgrade.")
    assert found.locations == (
        Location("pkg:oci/shop@1.0?arch=amd64", parameter="pkg:apk/git@2.39"),
    )


def test_the_first_version_wrote_texts() -> None:
    old = {
        "vulnerability": "CVE-2023-1",
        "products": ["pkg:apk/wolfi/git@2.39"],
        "subcomponents": ["pkg:apk/wolfi/zlib@1"],
        "status": "not_affected",
        "justification": "component_not_present",
    }
    found = only(read(vex(old)))
    assert found.reason == "not_affected: component_not_present"
    assert found.locations == (
        Location("pkg:apk/wolfi/git@2.39", parameter="pkg:apk/wolfi/zlib@1"),
    )


def test_a_document_that_is_attested_is_read_whole() -> None:
    whole = vex(statement(), statement("fixed", vulnerability={"name": "CVE-2024-9"}))
    attestation = {"_type": "https://in-toto.io/Statement/v0.1", "predicate": whole}
    scan = read({**attestation, "predicateType": "https://openvex.dev/ns/v0.2.0"})
    assert fingerprints(scan) == fingerprints(read(whole))
    assert scan.target == read(whole).target


def test_a_later_statement_overrides_an_earlier_one() -> None:
    early = statement("under_investigation", timestamp="2025-12-01T00:00:00Z")
    for statements in ((early, statement("fixed")), (statement("fixed"), early)):
        scan = read(vex(*statements))
        assert (scan.account.read, scan.account.passes, scan.account.observations) == (2, 1, 1)


def test_a_document_is_never_a_clean_scan() -> None:
    assert read(vex()).problems
    assert read(vex(statement("not_affected"))).problems


def test_another_version_of_the_product_is_the_same_finding() -> None:
    newer = statement(products=["pkg:oci/shop@1.1?arch=amd64"])
    assert fingerprints(read(vex(statement()))) == fingerprints(read(vex(newer)))


def test_what_cannot_be_read() -> None:
    with pytest.raises(UnreadableReport, match="statements should be"):
        read(vex(statements={}))
    document = vex()
    del document["statements"]
    with pytest.raises(UnreadableReport, match="no list of statements"):
        read(document)
    scan = read(vex(statement(), {"status": "fixed"}))
    assert (scan.account.read, scan.account.skipped) == (2, 1)
