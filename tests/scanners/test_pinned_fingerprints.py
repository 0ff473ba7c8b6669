"""Fingerprints that are stored in databases out there: they must stay these very values.

When one of these tests fails, findings of existing projects would no longer be recognised: every
one would come back as new, without its plans and waivers.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from checklist_app.scanners.table import parse_report
from tests.scanners.reports import (
    SARIF,
    ZAP_JSON,
    ZAP_XML,
    alert,
    fingerprints,
    read,
    result,
    sarif,
    zap,
)

ALL_OF = {
    SARIF: (14, "2f38191dd467bf5d0fe79437e81d76227252278293c1c73bb00ef676b784c0ea"),
    ZAP_XML: (9, "033bef8176abfa63b0ef904e32e20386e65aa638cc9cd8d2cd78caa3a88e6e9d"),
    ZAP_JSON: (6, "7977f6dfe107c6201c2b26d72a12eae510b1ae75ea1eb6522249332cf7f13d4f"),
}
FIRST_OF = {
    SARIF: "92d8f339b3ec785354308e31734033d1865c04fd8c12e40e08cd2ea3db48bb15",
    ZAP_XML: "df2ba6b81ad72224d26e3de974df7be55cbb68722f74aa7a65adf60b52429bb2",
    ZAP_JSON: "1b16376038044f3d183ce0a9594cf15e8e4602fd3928552177928c55be817ca3",
}


@pytest.mark.parametrize("sample", ALL_OF, ids=lambda path: path.name)
def test_a_report_gives_the_fingerprints_that_it_always_gave(sample: Path) -> None:
    found = [result.fingerprint for result in parse_report(sample).results]
    assert found[0] == FIRST_OF[sample]
    assert (len(found), hashlib.sha256("\n".join(found).encode()).hexdigest()) == ALL_OF[sample]


def test_the_same_line_of_code_several_times_is_numbered_as_ever() -> None:
    scan = read(
        sarif(
            result(line=8, code="eval(x)"),
            result(line=3, code="eval(x)"),
            result(line=8, code="eval(x)"),
            result(line=5, code="eval(x)", message={"text": "Other"}),
        )
    )
    assert [
        (found.locations[0].line, found.results, found.fingerprint) for found in scan.results
    ] == [
        (8, 2, "39339c5b2eeb4f60e8df00cc9f3aaacecb2491db0f7f387f3a03e0a5e1e402e0"),
        (3, 1, "def0763e0350af3315f8c21315007aeec97f8bb6b5bf3dc18cc8a0f3f0d58937"),
        (5, 1, "6757a0dcef64404e6413f289e7ce764a76108bd9d9f1eabdcc917715964e4542"),
    ]


def test_the_same_alert_of_a_site_several_times_is_numbered_as_ever() -> None:
    scan = read(zap(alert(), alert(), alert(riskcode="1"), alert(confidence="0")))
    assert fingerprints(scan) == [
        "9c2cc20ef7c00c6d8bdcc78347b477afc83c742833e6ab82b4503ea252ed72db",
        "ccb30de82a260317d8005de9653fc57d6e73cf508f9fc814215b106ca282c789",
        "df2ba6b81ad72224d26e3de974df7be55cbb68722f74aa7a65adf60b52429bb2",
    ]
