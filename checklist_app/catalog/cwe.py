"""The facts of CWE that lie with the content, and which of its numbers say too little."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from checklist_app.domain.cwe_tree import CweKind, CweTree, Weakness

FILE = Path(__file__).resolve().parents[2] / "content" / "cwe" / "weaknesses.csv"

BROAD_CWES = frozenset({20, 200, 284, 285, 287, 435, 664, 682, 691, 693, 697, 703, 707, 710})
"""Numbers of everyday reports that are too general for one requirement: improper input validation,
exposure of information, the whole of access control and authentication, and the pillars."""


@cache
def cwe_tree() -> CweTree:
    """Return the tree of CWE; read once in a process."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return CweTree(
            {
                int(row["cwe"]): Weakness(
                    number=int(row["cwe"]),
                    name=row["name"],
                    kind=CweKind(row["kind"]),
                    usage=row["usage"],
                    status=row["status"],
                    parents=tuple(int(parent) for parent in row["parents"].split()),
                )
                for row in csv.DictReader(file)
            }
        )


def is_broad(number: int) -> bool:
    """Whether a weakness is so general that it says little about one requirement.

    Such a number only ever suggests, weakly: the pillars and classes of everyday reports, and
    whatever CWE discourages or prohibits as the mapping of a finding.
    """
    weakness = cwe_tree().get(number)
    return number in BROAD_CWES or (weakness is not None and weakness.is_broad)
