"""Versions are sorted as people sort them."""

from __future__ import annotations

from checklist_app.domain.standards import version_order


def test_numbers_count_as_numbers_and_words_come_last() -> None:
    versions = ["latest", "10.0", "4.2", "5.0.0", "4.0.3", "2025", "2021"]

    assert sorted(versions, key=version_order) == [
        "4.0.3",
        "4.2",
        "5.0.0",
        "10.0",
        "2021",
        "2025",
        "latest",
    ]
