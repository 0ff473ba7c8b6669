"""The tree of CWE that ships with the content, against the tables it was derived from."""

from __future__ import annotations

import csv
import json
import os
import runpy
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from checklist_app.catalog.cwe import cwe_tree
from checklist_app.domain.cwe_tree import CweKind

PROJECT = Path(__file__).resolve().parents[2]
REFERENCE = Path(os.environ.get("CHECKLIST_TEST_CORPUS", PROJECT.parent / "shared")) / "reference"
LISTS = ("top10_2021", "top10_2025", "asvs5", "api_2023", "masvs2")

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(
        not (REFERENCE / "cwe").is_dir(),
        reason=f"no CWE tables under {REFERENCE}; set CHECKLIST_TEST_CORPUS to their folder",
    ),
]


def table(name: str) -> list[dict[str, str]]:
    with (REFERENCE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def parents() -> dict[str, dict[str, Any]]:
    found = json.loads((REFERENCE / "cwe/cwe_parents_view1000_4.15.json").read_text("utf-8"))
    assert isinstance(found, dict)
    return found


def test_the_file_is_what_the_script_writes() -> None:
    script = runpy.run_path(str(PROJECT / "scripts" / "cwe_facts.py"))
    shipped = (PROJECT / "content" / "cwe" / "weaknesses.csv").read_text(encoding="utf-8")
    assert shipped == script["written"](REFERENCE / "cwe")


def test_every_live_weakness_has_its_parents_the_primary_one_first() -> None:
    tree = cwe_tree()
    assert len(tree.live) == 939
    for number in tree.live:
        weakness = tree.get(number)
        official = parents().get(str(number), {"all": [], "primary": None})
        assert weakness is not None
        assert sorted(weakness.parents) == sorted(official["all"])
        if official["all"]:
            assert weakness.parents[0] == official["primary"]


def test_categories_are_known_by_name_and_reach_nothing_by_ancestors() -> None:
    tree = cwe_tree()
    for number in (16, 264, 320, 1035):
        found = tree.get(number)
        assert found is not None
        assert found.kind is CweKind.CATEGORY
        assert not list(tree.ancestors(number))


def test_the_nearest_ancestors_are_those_of_the_reference() -> None:
    known: dict[str, set[int]] = defaultdict(set)
    for row in table("mappings/cwe_routing.csv"):
        for name in LISTS:
            if row[name]:
                known[name].add(int(row["cwe"]))
    path = REFERENCE / "mappings/cwe_routing_ancestor.json"
    expected = json.loads(path.read_text("utf-8"))["map"]
    tree = cwe_tree()
    for number in tree.live:
        for name in LISTS:
            nearest = tree.nearest(number, known[name])
            wanted = expected.get(str(number), {}).get(name)
            if wanted is None:
                assert nearest == ()
            else:
                # The reference names one of those that are equally near; we take them all.
                assert (wanted["via"], wanted["depth"]) in {(w.via, w.depth) for w in nearest}
                assert {way.depth for way in nearest} == {wanted["depth"]}
