"""The table of checks in docs/security.md and the tests say the same."""

from __future__ import annotations

import re
from pathlib import Path

HERE = Path(__file__).parent
DOCUMENT = HERE.parents[1] / "docs" / "security.md"
ROW = re.compile(r"^\| (\d+) \| ([\d., ]+) \| [^|]+ \| `(test_\w+)` \|$", re.MULTILINE)
TEST = re.compile(r"^def (test_(\d\d)_\w+)\(", re.MULTILINE)
CHECKS = 64


def in_the_document() -> dict[int, str]:
    rows = ROW.findall(DOCUMENT.read_text(encoding="utf-8"))
    assert len(rows) == len({number for number, _, _ in rows})
    return {int(number): name for number, _, name in rows}


def in_the_code() -> dict[int, str]:
    found = [
        match.groups()
        for path in sorted(HERE.glob("test_*.py"))
        for match in TEST.finditer(path.read_text(encoding="utf-8"))
    ]
    assert len(found) == len({number for _, number in found})
    return {int(number): name for name, number in found}


def test_every_check_has_one_row_and_one_test() -> None:
    assert sorted(in_the_code()) == list(range(1, CHECKS + 1))
    assert in_the_document() == in_the_code()
