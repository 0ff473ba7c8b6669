"""The shipped content against the official files: what we cite exists, and the words are ours.

The official files are not part of the project. Set ``CHECKLIST_TEST_CORPUS`` to the folder that
holds ``reference/``, or keep it beside the project as ``../shared``; these tests are skipped
without it.
"""

from __future__ import annotations

import csv
import json
import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from checklist_app.catalog.owasp import load_library
from checklist_app.domain.standards import Requirement, Standard

PROJECT = Path(__file__).resolve().parents[2]
CORPUS = Path(os.environ.get("CHECKLIST_TEST_CORPUS", PROJECT.parent / "shared"))
REFERENCE = CORPUS / "reference"
ASVS = REFERENCE / "asvs-5.0.0/OWASP_Application_Security_Verification_Standard_5.0.0_en.flat.json"

# A run this long is no longer a coincidence of vocabulary.
LONGEST_SHARED_RUN = 12

pytestmark = pytest.mark.skipif(
    not ASVS.is_file(),
    reason=f"official files not found under {REFERENCE}; set CHECKLIST_TEST_CORPUS to their folder",
)


@cache
def standards() -> list[Standard]:
    """Load all shipped content."""
    return load_library(PROJECT / "content" / "owasp")


def shipped(key: str, version: str) -> Standard:
    """Return one edition by its identity."""
    return next(s for s in standards() if (s.key, s.version) == (key, version))


@cache
def asvs_texts() -> dict[str, str]:
    """Return the official requirement texts by identifier."""
    data = json.loads(ASVS.read_text(encoding="utf-8"))
    return {entry["req_id"]: entry["req_description"] for entry in data["requirements"]}


def requirements() -> Iterator[tuple[str, Requirement]]:
    """Yield every shipped requirement with a name that says where it is."""
    for standard in standards():
        for requirement in standard.requirements():
            yield f"{standard.key} {requirement.identifier}", requirement


def rows(name: str) -> list[dict[str, str]]:
    """Read one CSV file of the CWE list."""
    with (REFERENCE / "cwe" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def words(text: str) -> list[str]:
    """Split a text into lower-case words, without punctuation and markup."""
    return re.findall(r"[a-z0-9]+", text.lower())


def test_top10_2025_has_exactly_the_official_categories_and_cwes() -> None:
    facts = json.loads((REFERENCE / "mappings/top10_2025_cwe.json").read_text(encoding="utf-8"))
    official = {
        category["id"].removesuffix(":2025"): tuple(sorted(category["cwes"]))
        for category in facts["categories"]
    }

    ours = {r.identifier: r.cwe for r in shipped("owasp-top10", "2025").requirements()}

    assert ours == official


def test_top10_2025_has_the_official_titles() -> None:
    catalogues = json.loads((REFERENCE / "mappings/list_catalogs.json").read_text(encoding="utf-8"))
    official = {
        item["id"].removesuffix(":2025"): (re.sub(r" \(.*\)$", "", item["es"]), item["en"])
        for item in catalogues["owasp-top10-2025"]["items"]
    }

    ours = {
        r.identifier: (r.title.es, r.title.en)
        for r in shipped("owasp-top10", "2025").requirements()
    }

    assert ours == official


def test_every_asvs_reference_exists() -> None:
    unknown = [
        (who, reference.identifier)
        for who, requirement in requirements()
        for reference in requirement.references
        if reference.standard == "owasp-asvs"
        and (reference.version != "5.0.0" or reference.identifier not in asvs_texts())
    ]

    assert unknown == []


def test_every_reference_to_another_list_exists() -> None:
    catalogues = json.loads((REFERENCE / "mappings/list_catalogs.json").read_text(encoding="utf-8"))
    known = {
        (key.rsplit("-", 1)[0], key.rsplit("-", 1)[1], item["id"].split(":")[0])
        for key, catalogue in catalogues.items()
        for item in catalogue["items"]
    }
    masvs = json.loads(
        (REFERENCE / "cyclonedx-standards/masvs-2.1.0.cdx.json").read_text(encoding="utf-8")
    )
    known |= {
        ("owasp-masvs", "2.1.0", identifier)
        for identifier in re.findall(r"MASVS-[A-Z]+-\d+", json.dumps(masvs))
    }

    unknown = [
        (who, reference)
        for who, requirement in requirements()
        for reference in requirement.references
        if reference.standard != "owasp-asvs"
        and (reference.standard, reference.version, reference.identifier) not in known
    ]

    assert unknown == []


def test_every_cwe_exists_and_is_not_deprecated() -> None:
    live = {
        int(row["cwe_id"])
        for row in rows("cwe_weaknesses_4.15.csv")
        if row["status"] != "Deprecated"
    }
    categories = {
        int(row["id"])
        for row in rows("cwe_categories_views_4.15.csv")
        if row["kind"] == "category" and row["status"] != "Deprecated"
    }

    unknown = [
        (f"{standard.key} {requirement.identifier}", number)
        for standard in standards()
        for requirement in standard.requirements()
        for number in requirement.cwe
        # The Top 10 itself maps to three CWE categories; our own list must name weaknesses.
        if number not in (live | categories if standard.key == "owasp-top10" else live)
    ]

    assert unknown == []


def test_every_wstg_tag_exists() -> None:
    checklist = json.loads((REFERENCE / "wstg/latest/checklist.json").read_text(encoding="utf-8"))
    known = {
        f"wstg:{test['id']}"
        for category in checklist["categories"].values()
        for test in category["tests"]
    }

    unknown = [
        (who, tag)
        for who, requirement in requirements()
        for tag in requirement.tags
        if tag.startswith("wstg:") and tag not in known
    ]

    assert unknown == []


def test_the_english_texts_are_not_copied_from_asvs() -> None:
    official: dict[tuple[str, ...], str] = {}
    for identifier, text in asvs_texts().items():
        tokens = words(text)
        for start in range(len(tokens) - LONGEST_SHARED_RUN + 1):
            official.setdefault(tuple(tokens[start : start + LONGEST_SHARED_RUN]), identifier)

    copied = []
    for who, requirement in requirements():
        for text in (
            requirement.title.en,
            requirement.statement.en,
            requirement.why.en,
            requirement.fix.en,
            *requirement.verification.en,
            *requirement.evidence.en,
        ):
            tokens = words(text)
            for start in range(len(tokens) - LONGEST_SHARED_RUN + 1):
                run = tuple(tokens[start : start + LONGEST_SHARED_RUN])
                if run in official:
                    copied.append((who, official[run], " ".join(run)))

    assert copied == []
