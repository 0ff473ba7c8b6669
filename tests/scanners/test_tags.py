"""How the many spellings of CWE numbers and list entries are read."""

from __future__ import annotations

import pytest

from checklist_app.domain.weakness_tags import MAX_TAGS, cwes_in, tags_in


@pytest.mark.parametrize(
    ("value", "numbers"),
    [
        ("external/cwe/cwe-079", (79,)),
        ("CWE-346", (346,)),
        ("CWE-79: Cross-site Scripting", (79,)),
        ("CWE-89, CWE-564", (89, 564)),
        ("cwe:22", (22,)),
        ("CWE 0798", (798,)),
        ("cwe", ()),
        ("CWE-0", ()),
        ("CWE--1", ()),
        ("CWE-123456", ()),
        ("SCWE-12", ()),
        ("79", ()),
        (79, ()),
        (None, ()),
        ({"id": "CWE-79"}, ()),
    ],
)
def test_cwe_numbers_in_texts(value: object, numbers: tuple[int, ...]) -> None:
    assert cwes_in(value) == numbers


@pytest.mark.parametrize(
    ("value", "numbers"),
    [("79", (79,)), (79, (79,)), ("-1", ()), (0, ()), (-1, ()), (True, ()), ("079", (79,))],
)
def test_bare_numbers_in_fields_named_cwe(value: object, numbers: tuple[int, ...]) -> None:
    assert cwes_in(value, bare=True) == numbers


def test_lists_are_read_and_sorted_once() -> None:
    assert cwes_in(["CWE-89", ["CWE-22", "CWE-89"]]) == (22, 89)


def test_endless_lists_end() -> None:
    endless: list[object] = []
    endless.append(endless)
    assert cwes_in(endless) == ()


@pytest.mark.parametrize(
    ("value", "tags"),
    [
        ("OWASP-A03:2021 - Injection", ("owasp-top10-2021:A03",)),
        ("OWASP-A6:2017-Security Misconfiguration", ("owasp-top10-2017:A06",)),
        ("OWASP_2021_A03", ("owasp-top10-2021:A03",)),
        ("A05:2025", ("owasp-top10-2025:A05",)),
        ("owasp-top10-2025:A05", ("owasp-top10-2025:A05",)),
        ("owasp-top10-2025-A05", ("owasp-top10-2025:A05",)),
        ("A11:2021", ()),
        ("A03:2022", ()),
        ("A03", ()),
        ("API1:2023 Broken Object Level Authorization", ("owasp-api-2023:API1",)),
        ("WSTG-v42-INPV-05", ("wstg:WSTG-INPV-05",)),
        ("WSTG-CONF-7", ("wstg:WSTG-CONF-07",)),
        ("ASVS-5.0.0-V1.2.4", ("asvs-5.0.0:V1.2.4",)),
        ("OWASP ASVS 4.0.3: V5.3.4", ("asvs-4.0.3:V5.3.4",)),
        ("MSTG-STORAGE-14", ("masvs-1:MSTG-STORAGE-14",)),
        ("MASVS-STORAGE-1", ("masvs-2:MASVS-STORAGE-1",)),
        ("owasp-mobile M1: Improper Platform Usage", ("owasp-mobile:M1",)),
        ("owasp-mobile-2024:M3", ("owasp-mobile-2024:M3",)),
        ("security", ()),
        ("", ()),
    ],
)
def test_list_entries(value: str, tags: tuple[str, ...]) -> None:
    assert tags_in([value]) == tags


def test_tags_are_sorted_once_each_and_bounded() -> None:
    values = [f"WSTG-INPV-{number:02}" for number in range(60)] * 2 + [None, 3]
    found = tags_in(values)
    assert list(found) == sorted(set(found))
    assert len(found) == MAX_TAGS
