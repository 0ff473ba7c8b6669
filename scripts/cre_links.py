"""Writes content/crosswalk/cre.csv from tables of OpenCRE; not needed to run the app.

    .venv/bin/python scripts/cre_links.py FOLDER

FOLDER holds ``opencre_*_links.csv``, ``wstg_latest_to_cwe_asvs403_via_cre.csv`` and
``asvs403_to_asvs5.csv``. Two entries are linked when they hang on the very same node (CRE); nothing
is followed along the tree of nodes, which would lead from everything to everything. OpenCRE speaks
of ASVS 4.0.3, so an entry arrives at 5.0.0 by what became of its requirement; "covered by" says too
little and is left out.
"""

from __future__ import annotations

import csv
import io
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

FILE = Path(__file__).resolve().parents[1] / "content" / "crosswalk" / "cre.csv"
HEAD = ("cre", "standard", "version", "identifier", "other", "other_version", "other_identifier")
KEPT = re.compile(r"(MOVED|SPLIT|MERGED) TO")
TEST = re.compile(r"WSTG-[A-Z]{4}-\d{2}")
GUIDE = "OWASP Web Security Testing Guide (WSTG)"
Row = tuple[str, str, str, str, str, str, str]


def rows(folder: Path) -> list[Row]:
    """Return every pair once for each node, sorted."""
    became = _became(folder)
    return sorted({*_latest(folder, became), *_stable(folder, became)})


def _became(folder: Path) -> dict[str, set[str]]:
    """Return, for each requirement of 4.0.3, those of 5.0.0 that it lives on in."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in _table(folder / "asvs403_to_asvs5.csv"):
        if KEPT.search(row["tags"]):
            found[f"V{row['asvs403_id']}"].add(f"V{row['asvs5_id']}")
    return found


def _latest(folder: Path, became: dict[str, set[str]]) -> Iterator[Row]:
    for row in _table(folder / "wstg_latest_to_cwe_asvs403_via_cre.csv"):
        if row["standard"] == "ASVS":
            for identifier in became.get(row["target"], ()):
                yield _row(row["cre_id"], identifier, "latest", row["wstg_id"])


def _stable(folder: Path, became: dict[str, set[str]]) -> Iterator[Row]:
    """Yield the pairs of the guide's stable edition, which was 4.2 when the table was made."""
    asvs: dict[str, set[str]] = defaultdict(set)
    tests: dict[str, set[str]] = defaultdict(set)
    for row in _table(next(folder.glob("opencre_*_links.csv"))):
        if row["link_type"] != "Linked To":
            continue
        if row["standard"] == "ASVS":
            asvs[row["cre_id"]].update(became.get(row["section_id"], ()))
        elif row["standard"] == GUIDE and TEST.fullmatch(row["section"]):
            tests[row["cre_id"]].add(row["section"])
    for cre in asvs.keys() & tests.keys():
        for identifier in asvs[cre]:
            yield from (_row(cre, identifier, "4.2", test) for test in tests[cre])


def _row(cre: str, identifier: str, version: str, test: str) -> Row:
    return cre, "owasp-asvs", "5.0.0", identifier, "owasp-wstg", version, test


def _table(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def written(folder: Path) -> str:
    """Return the whole file."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEAD)
    writer.writerows(rows(folder))
    return out.getvalue()


if __name__ == "__main__":
    FILE.write_text(written(Path(sys.argv[1])), encoding="utf-8")
