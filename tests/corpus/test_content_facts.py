"""The shipped content against the official files: what we cite exists, and the words are ours.

The official files are not part of the project. Set ``CHECKLIST_TEST_CORPUS`` to the folder that
holds ``reference/``, or keep it beside the project as ``../shared``; these tests are skipped
without it.
"""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from functools import cache

import pytest
import yaml

from checklist_app.catalog.errors import Problem
from checklist_app.domain.standards import Section
from checklist_app.domain.vocabulary import MappingTier
from scripts.content_quality import (
    REFERENCE,
    copied_runs,
    official_texts,
    read_requirements,
    unknown_facts,
)
from tests.content.editions import CONTENT, EDITIONS, Edition, shipped

ASVS = REFERENCE / "asvs-5.0.0/OWASP_Application_Security_Verification_Standard_5.0.0_en.flat.json"
EVERY = pytest.mark.parametrize("edition", EDITIONS, ids=lambda edition: edition.folder)
FROM_OWASP = ("owasp-top10", "owasp-api-top10")
"""Lists that publish CWE numbers themselves, categories of CWE among them."""

pytestmark = pytest.mark.skipif(
    not ASVS.is_file(),
    reason=f"official files not found under {REFERENCE}; set CHECKLIST_TEST_CORPUS to their folder",
)


@cache
def asvs() -> dict[str, dict[str, str]]:
    """Return the official requirements of ASVS 5.0.0 by identifier."""
    data = json.loads(ASVS.read_text(encoding="utf-8"))
    return {entry["req_id"]: entry for entry in data["requirements"]}


@cache
def rows(name: str) -> list[dict[str, str]]:
    """Read one CSV file of the reference."""
    with (REFERENCE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def catalogue(key: str) -> dict[str, dict[str, str]]:
    """Return the official entries of a list of ten by their short identifier."""
    path = REFERENCE / "mappings/list_catalogs.json"
    items = json.loads(path.read_text(encoding="utf-8"))[key]["items"]
    return {item["id"].split(":")[0]: item for item in items}


def entries(folder: str) -> dict[str, Section]:
    """Return the sections of an edition that hold requirements, by identifier."""
    return {s.identifier: s for s in shipped(folder).all_sections() if s.requirements}


def cwes_of(section: Section) -> set[int]:
    """Return every CWE number that leads into a section by tier A."""
    return {
        mapping.cwe
        for requirement in section.requirements
        for mapping in requirement.cwe_mappings
        if mapping.tier is MappingTier.OFFICIAL
    }


def test_asvs_has_the_official_identifiers_and_levels() -> None:
    ours = {r.identifier: str(r.level) for r in shipped("asvs-5.0.0").requirements()}

    assert ours == {name: entry["L"] for name, entry in asvs().items()}


def test_asvs_has_the_official_chapters_and_sections() -> None:
    official = {
        (entry[f"{part}_id"], entry[f"{part}_name"])
        for entry in asvs().values()
        for part in ("chapter", "section")
    }

    sections = list(shipped("asvs-5.0.0").all_sections())
    assert {(section.identifier, section.title.en) for section in sections} == official
    assert len(sections) == 17 + 80
    for section in sections:
        for requirement in section.requirements:
            assert asvs()[requirement.identifier]["section_id"] == section.identifier


def test_asvs_takes_tier_a_as_it_is_and_leaves_out_tier_c() -> None:
    official: dict[tuple[str, int], str] = {}
    for row in rows("mappings/asvs5_cwe.csv"):
        if row["cwe_kind"] == "weakness":
            official[f"V{row['asvs5_id']}", int(row["cwe"])] = row["tier"]
    ours = {
        (requirement.identifier, mapping.cwe): mapping.tier.value
        for requirement in shipped("asvs-5.0.0").requirements()
        for mapping in requirement.cwe_mappings
    }

    assert {place for place, tier in official.items() if tier == "A"} == {
        place for place, tier in ours.items() if tier == "A"
    }
    assert {place for place, tier in ours.items() if tier == "B"} <= {
        place for place, tier in official.items() if tier == "B"
    }


def test_every_requirement_of_asvs_without_an_official_cwe_was_decided() -> None:
    ours = {r.identifier: r for r in shipped("asvs-5.0.0").requirements()}
    undecided = [f"V{row['asvs5_id']}" for row in rows("mappings/asvs5_without_cwe.csv")]

    assert len(undecided) == 127
    for name in undecided:
        assert ours[name].no_cwe or all(m.reason for m in ours[name].cwe_mappings), name


@pytest.mark.parametrize(
    ("folder", "key"),
    [
        ("top10-2021", "owasp-top10-2021"),
        ("top10-2025", "owasp-top10-2025"),
        ("api-top10-2023", "owasp-api-top10-2023"),
        ("k8s-top10-2022", "owasp-k8s-top10-2022"),
        ("k8s-top10-2025", "owasp-k8s-top10-2025"),
        ("mobile-top10-2024", "owasp-mobile-top10-2024"),
        ("llm-top10-2025", "owasp-llm-top10-2025"),
        ("proactive-controls-2024", "owasp-proactive-controls-2024"),
    ],
)
def test_a_list_of_ten_has_the_official_entries_with_their_titles(folder: str, key: str) -> None:
    official = catalogue(key)
    ours = entries(folder)

    assert list(ours) == list(official)
    for name, item in official.items():
        assert ours[name].title.en == item["en"]
        if "es" in item:
            assert ours[name].title.es == re.sub(r" \([^)]*\)$", "", item["es"]) or (
                ours[name].title.es == item["es"]
            )


@pytest.mark.parametrize("year", ["2021", "2025"])
def test_the_top10_reaches_exactly_the_official_cwes_of_each_category(year: str) -> None:
    facts = json.loads((REFERENCE / f"mappings/top10_{year}_cwe.json").read_text(encoding="utf-8"))
    official = {one["id"].removesuffix(f":{year}"): set(one["cwes"]) for one in facts["categories"]}
    sections = entries(f"top10-{year}")

    assert {name: cwes_of(section) for name, section in sections.items()} == official
    every = {cwe for r in shipped(f"top10-{year}").requirements() for cwe in r.cwe}
    assert every == set().union(*official.values())
    assert len(every) == {"2021": 196, "2025": 249}[year]


def test_the_api_top10_reaches_the_official_cwes_of_each_risk() -> None:
    official: dict[str, set[int]] = {name: set() for name in catalogue("owasp-api-top10-2023")}
    for row in rows("mappings/cwe_api_2023.csv"):
        official[row["category"].removesuffix(":2023")].add(int(row["cwe"]))

    assert {name: cwes_of(one) for name, one in entries("api-top10-2023").items()} == official


def test_masvs_has_the_official_groups_and_controls() -> None:
    path = REFERENCE / "masvs-2.1.0/OWASP_MASVS.yaml"
    groups = yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]

    ours = {
        group.identifier: [control.identifier for control in group.sections]
        for group in shipped("masvs-2.1.0").sections
    }

    assert ours == {group["id"]: [one["id"] for one in group["controls"]] for group in groups}


@pytest.mark.parametrize(("folder", "official"), [("wstg-latest", "latest"), ("wstg-4.2", "v4.2")])
def test_the_testing_guide_has_the_official_tests_with_their_titles(
    folder: str, official: str
) -> None:
    path = REFERENCE / f"wstg/{official}/checklist.json"
    categories = json.loads(path.read_text(encoding="utf-8"))["categories"]
    told = [
        (category["id"], test["id"], test["name"])
        for category in categories.values()
        for test in category["tests"]
    ]

    ours = [
        (
            section.identifier,
            re.sub(r"(-\d\d)-2$", r"\1", requirement.identifier),
            requirement.title.en,
        )
        for section in shipped(folder).all_sections()
        for requirement in section.requirements
    ]

    assert ours == told


def test_the_lineage_of_asvs_is_the_official_one() -> None:
    with (CONTENT / "lineage/owasp-asvs/4.0.3--5.0.0.csv").open(encoding="utf-8") as file:
        steps = list(csv.DictReader(file))
    official = {
        (f"V{row['asvs403_id']}", f"V{row['asvs5_id']}")
        for row in rows("mappings/asvs403_to_asvs5.csv")
    }

    pairs = {(step["from"], step["to"]) for step in steps if step["from"] and step["to"]}
    assert pairs == official
    assert len(pairs) == 266
    assert len({before for before, _ in pairs}) == 228
    assert Counter(step["change"] for step in steps) == {
        "gone": 50,
        "merged": 65,
        "moved": 15,
        "new": 155,
        "reworded": 141,
        "split": 45,
    }


def test_every_wstg_tag_exists() -> None:
    checklist = json.loads((REFERENCE / "wstg/latest/checklist.json").read_text(encoding="utf-8"))
    known = {
        f"wstg:{test['id']}"
        for category in checklist["categories"].values()
        for test in category["tests"]
    }

    cited = {
        (requirement.identifier, tag)
        for edition in EDITIONS
        for requirement in edition.requirements
        for tag in requirement.tags
        if tag.startswith("wstg:")
    }
    assert {(who, tag) for who, tag in cited if tag not in known} == set()


@EVERY
def test_every_number_and_identifier_that_is_cited_exists(edition: Edition) -> None:
    problems: list[Problem] = []
    folder = CONTENT / "owasp" / edition.folder / "requirements"
    unknown = [
        (requirement.identifier, fault)
        for path in sorted(folder.glob("*.yaml"))
        for requirement in read_requirements(path, problems)
        for fault in unknown_facts(requirement)
    ]

    assert unknown == []


@EVERY
def test_only_lists_of_owasp_name_categories_of_cwe(edition: Edition) -> None:
    categories = {
        int(row["id"])
        for row in rows("cwe/cwe_categories_views_4.15.csv")
        if row["kind"] == "category"
    }
    named = {
        (requirement.identifier, mapping.cwe)
        for requirement in edition.requirements
        for mapping in requirement.cwe_mappings
        if mapping.cwe in categories
        and not (edition.key in FROM_OWASP and mapping.tier is MappingTier.OFFICIAL)
    }

    assert named == set()


def test_there_are_official_texts_to_compare_with() -> None:
    assert sum(1 for _ in official_texts("en")) > 1500
    assert sum(1 for _ in official_texts("es")) > 500


@EVERY
def test_no_text_is_copied_from_an_official_one(edition: Edition) -> None:
    problems: list[Problem] = []
    folder = CONTENT / "owasp" / edition.folder / "requirements"
    copied = [
        (requirement.identifier, run)
        for path in sorted(folder.glob("*.yaml"))
        for requirement in read_requirements(path, problems)
        for run in copied_runs(requirement)
    ]

    assert copied == []
