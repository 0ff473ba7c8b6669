"""Writes content/cwe/weaknesses.csv from tables of one release of CWE; not needed to run the app.

    .venv/bin/python scripts/cwe_facts.py FOLDER

FOLDER holds what was taken from the XML file of a release: ``cwe_weaknesses_*.csv``,
``cwe_categories_views_*.csv`` and ``cwe_parents_view1000_*.json``. Facts alone are kept: number,
name, kind, mapping usage, status and the parents in view 1000, the primary one first.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path

FILE = Path(__file__).resolve().parents[1] / "content" / "cwe" / "weaknesses.csv"
HEAD = ("cwe", "name", "kind", "usage", "status", "parents")
KINDS = frozenset({"pillar", "class", "base", "variant", "compound"})
Row = tuple[int, str, str, str, str, str]


def rows(folder: Path) -> Iterator[Row]:
    """Yield the live weaknesses, then the categories, each by number.

    Obsolete categories stay: official lists name some of them.
    """
    parents = json.loads(next(folder.glob("cwe_parents_view1000_*.json")).read_text("utf-8"))
    yield from sorted(_weaknesses(folder, parents))
    yield from sorted(_categories(folder))


def _weaknesses(folder: Path, parents: dict[str, dict[str, object]]) -> Iterator[Row]:
    for row in _table(folder, "cwe_weaknesses_*.csv"):
        if row["status"] == "Deprecated":
            continue
        kind = row["abstraction"].lower()
        if kind not in KINDS:
            raise ValueError(f"CWE-{row['cwe_id']} is of an unknown kind: {kind}")
        usage = row["mapping_usage"].lower().replace("_", "-").replace(" ", "-")
        above = _ordered(parents.get(row["cwe_id"], {}))
        yield int(row["cwe_id"]), row["name"], kind, usage, row["status"].lower(), above


def _categories(folder: Path) -> Iterator[Row]:
    for row in _table(folder, "cwe_categories_views_*.csv"):
        if row["kind"] == "category" and row["status"] != "Deprecated":
            status = row["status"].lower()
            yield int(row["id"]), row["name"], "category", "prohibited", status, ""


def _ordered(parents: dict[str, object]) -> str:
    found = parents.get("all", [])
    numbers = sorted(int(one) for one in found) if isinstance(found, list) else []
    return " ".join(str(one) for one in sorted(numbers, key=lambda n: n != parents.get("primary")))


def _table(folder: Path, pattern: str) -> Iterator[dict[str, str]]:
    with next(folder.glob(pattern)).open(encoding="utf-8", newline="") as file:
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
