"""A finding with one of the weaknesses that matter most arrives at the right requirement."""

from __future__ import annotations

import pytest

from tests.content.editions import EDITIONS

WHERE = {
    22: ("V5.3.2", "INPUT-04", "A01:2025-07", "A01:2021-06", "WSTG-ATHZ-01", "M4:2024-05"),
    79: ("V1.2.1", "INPUT-03", "A05:2025-05", "A03:2021-05", "WSTG-INPV-01", "M4:2024-03"),
    89: ("V1.2.4", "INJ-01", "A05:2025-01", "A03:2021-01", "WSTG-INPV-05", "MASVS-CODE-4-ANDROID"),
    287: ("V6.4.5", "A07:2025-07", "A07:2021-07", "MASVS-AUTH-1-IOS"),
    327: ("V11.3.2", "COMM-02", "A04:2025-04", "A02:2021-04", "MASVS-CRYPTO-1-IOS", "M10:2024-01"),
    352: ("V3.5.1", "SESS-07", "A01:2025-05", "A01:2021-05", "WSTG-SESS-05"),
    502: ("V1.5.2", "INPUT-07", "A08:2025-04", "A08:2021-04", "MASVS-CODE-4-IOS"),
    639: ("V8.2.2", "API-02", "A01:2025-02", "A01:2021-02", "API1:2023-01", "WSTG-ATHZ-04"),
    798: ("V13.3.1", "AUTH-09", "K8S-06", "K03:2025-01", "K08:2022-01", "A07:2025-04"),
    918: ("V1.3.6", "INPUT-08", "A01:2025-06", "A10:2021-01", "API7:2023-01", "C10:2024-01"),
}


@pytest.mark.parametrize(("cwe", "identifiers"), WHERE.items())
def test_a_weakness_reaches_what_speaks_of_it(cwe: int, identifiers: tuple[str, ...]) -> None:
    reached = {
        requirement.identifier
        for edition in EDITIONS
        for requirement in edition.requirements
        if cwe in requirement.cwe
    }

    assert set(identifiers) <= reached


def test_every_risk_of_a_list_with_tags_is_reached_by_its_tag() -> None:
    tagged = {
        edition.folder: [bool(section.tags) for section in edition.standard.all_sections()]
        for edition in EDITIONS
        if edition.key in ("owasp-top10", "owasp-api-top10", "owasp-mobile-top10")
    }

    assert {folder: all(marks) for folder, marks in tagged.items()} == dict.fromkeys(tagged, True)
