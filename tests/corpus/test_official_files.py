"""Every file that OWASP publishes is read, and its shapes agree with each other.

The official files are not part of the project; see test_content_facts.py.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from checklist_app.catalog.official.confined import read_confined
from checklist_app.catalog.official.model import OfficialStandard, Told
from checklist_app.catalog.official.table import read_official
from checklist_app.domain.errors import InvalidInput
from checklist_app.domain.vocabulary import Language

PROJECT = Path(__file__).resolve().parents[2]
REFERENCE = Path(os.environ.get("CHECKLIST_TEST_CORPUS", PROJECT.parent / "shared")) / "reference"
ASVS5, ASVS4 = REFERENCE / "asvs-5.0.0", REFERENCE / "asvs-4.0.3"
STANDARDS = REFERENCE / "cyclonedx-standards"
LONG = "OWASP_Application_Security_Verification_Standard_"

pytestmark = pytest.mark.skipif(
    not ASVS5.is_dir(),
    reason=f"official files not found under {REFERENCE}; set CHECKLIST_TEST_CORPUS to their folder",
)

SHAPES_5 = [
    ASVS5 / f"{LONG}5.0.0_en{ending}"
    for ending in (
        ".flat.json",
        ".flat.legacy.json",
        ".json",
        ".legacy.json",
        ".csv",
        ".legacy.csv",
        ".xml",
        ".legacy.xml",
        ".cdx.json",
    )
] + [STANDARDS / "asvs-5.0.0.cdx.json"]
SHAPES_4 = {
    language: [
        ASVS4 / language / f"{LONG}4.0.3-{language}{ending}"
        for ending in (".flat.json", ".json", ".csv", ".xml")
    ]
    for language in ("en", "es")
}
SHAPES_4["en"].append(STANDARDS / "asvs-4.0.3.cdx.json")


@cache
def read(path: Path, version: str = "") -> OfficialStandard:
    return read_official(path.read_bytes(), Told(version))


def words(official: OfficialStandard) -> dict[str, str]:
    """Return the texts without markup of links and backslashes, in which the shapes differ."""
    return {
        entry.identifier: " ".join(
            re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", entry.text).replace("\\", "").split()
        )
        for entry in official.leaves
    }


@pytest.mark.parametrize("path", SHAPES_5, ids=lambda path: path.name[-22:])
def test_every_shape_of_asvs_5_holds_the_same_345_requirements(path: Path) -> None:
    official = read(path)

    assert (official.key, official.version, official.language) == ("owasp-asvs", "5.0.0", "en")
    assert Counter(entry.level for entry in official.leaves) == {1: 70, 2: 183, 3: 92}
    assert words(official) == words(read(SHAPES_5[0]))
    assert len(official.entries) == 17 + 80 + 345


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_shape_of_asvs_403_holds_the_same_278_live_requirements(language: str) -> None:
    first, *others = [read(path) for path in SHAPES_4[language]]

    assert (first.version, first.language) == ("4.0.3", language)
    assert len(first.leaves) == 278
    for other in others:
        assert words(other) == words(first), other.file_format
        assert {e.identifier: e.level for e in other.leaves} == {
            e.identifier: e.level for e in first.leaves
        }


def test_levels_of_asvs_403_add_up_as_published() -> None:
    levels = Counter(entry.level for entry in read(SHAPES_4["en"][0]).leaves)

    assert (levels[1], levels[1] + levels[2], sum(levels.values())) == (128, 259, 278)


def test_the_languages_of_asvs_403_have_the_same_requirements() -> None:
    english, spanish = (read(SHAPES_4[language][0]) for language in ("en", "es"))

    assert {e.identifier for e in english.leaves} == {e.identifier for e in spanish.leaves}


def test_a_release_without_level_lists_is_read_without_levels() -> None:
    released = read(ASVS5 / "variants/5.0.0_en.tag-v5.0.0_release.cdx.json")

    assert len(released.leaves) == 345
    assert {entry.level for entry in released.leaves} == {None}


def test_masvs_is_the_same_from_yaml_and_from_cyclonedx() -> None:
    from_yaml = read(REFERENCE / "masvs-2.1.0/OWASP_MASVS.yaml", "2.1.0")
    from_cyclonedx = read(STANDARDS / "masvs-2.1.0.cdx.json")

    assert from_yaml.version == from_cyclonedx.version == "2.1.0"
    assert [e.identifier for e in from_yaml.leaves] == [e.identifier for e in from_cyclonedx.leaves]
    assert [e.title for e in from_yaml.leaves] == [e.title for e in from_cyclonedx.leaves]
    assert len(from_yaml.leaves) == 24
    assert len(from_yaml.entries) == 24 + 8


def test_masvs_yaml_does_not_know_its_version() -> None:
    with pytest.raises(InvalidInput, match="which version it is"):
        read_official((REFERENCE / "masvs-2.1.0/OWASP_MASVS.yaml").read_bytes())


@pytest.mark.parametrize(
    ("folder", "version", "tests"), [("latest", "latest", 113), ("v4.2", "4.2", 98)]
)
def test_the_testing_guide_is_read_with_its_repeated_number(
    folder: str, version: str, tests: int
) -> None:
    guide = read(REFERENCE / "wstg" / folder / "checklist.json")

    assert (guide.version, len(guide.leaves)) == (version, tests)
    assert ("WSTG-INPV-13-2" in {e.identifier for e in guide.leaves}) is (version == "4.2")


@pytest.mark.parametrize(
    ("name", "key", "leaves"),
    [
        ("scvs-1.0.0.cdx.json", "owasp-scvs", 87),
        ("owasp-samm-2.1.0.cdx.json", "owasp-samm", 90),
        ("nist_secure-software-development-framework_1.1.cdx.json", "nist-ssdf", 42),
        ("masvs-2.0.0.cdx.json", "owasp-masvs", 20),
    ],
)
def test_other_standards_in_cyclonedx(name: str, key: str, leaves: int) -> None:
    official = read(STANDARDS / name)

    assert (official.key, len(official.leaves)) == (key, leaves)


def test_a_feed_of_files_is_no_standard() -> None:
    with pytest.raises(InvalidInput, match="none of the official files"):
        read(STANDARDS / "feed.json")


def test_the_confined_reader_gives_the_same(tmp_path: Path) -> None:
    assert read_confined(SHAPES_4["es"][0]) == read(SHAPES_4["es"][0])


def test_the_language_can_be_told() -> None:
    told = Told("", Language.ES)

    assert read_official(SHAPES_5[0].read_bytes(), told).language is Language.ES
