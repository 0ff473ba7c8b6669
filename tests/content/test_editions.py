"""Each edition has the size, the identifiers and the papers that it must have."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from checklist_app.catalog.lineage import Lineage, load_lineages
from checklist_app.catalog.owasp import folders
from tests.content.editions import CONTENT, EDITIONS, Edition

EVERY = pytest.mark.parametrize("edition", EDITIONS, ids=lambda edition: edition.folder)
ELABORATED = pytest.mark.parametrize(
    "edition", [one for one in EDITIONS if one.per_entry], ids=lambda edition: edition.folder
)


def test_what_is_shipped_is_what_is_listed_here() -> None:
    shipped = [folder.name for folder in folders(CONTENT / "owasp")]

    assert shipped == sorted(edition.folder for edition in EDITIONS)


@EVERY
def test_it_has_its_identity_and_its_number_of_entries(edition: Edition) -> None:
    standard = edition.standard
    entries = [section for section in standard.all_sections() if section.requirements]

    assert (standard.key, standard.version) == (edition.key, edition.version)
    assert standard.is_elaborated is bool(edition.per_entry)
    assert len(entries if edition.per_entry else edition.requirements) == edition.entries


@EVERY
def test_its_levels_are_those_of_the_official_list(edition: Edition) -> None:
    levels = Counter(requirement.level for requirement in edition.requirements)

    expected: dict[int | None, int] = {None: len(edition.requirements)}
    assert levels == (dict(enumerate(edition.levels, start=1)) if edition.levels else expected)


@ELABORATED
def test_every_entry_is_elaborated_into_a_handful_of_requirements(edition: Edition) -> None:
    assert edition.per_entry
    least, most = edition.per_entry
    sizes = {
        section.identifier: len(section.requirements)
        for section in edition.standard.all_sections()
        if section.requirements
    }

    assert {name: size for name, size in sizes.items() if not least <= size <= most} == {}


@ELABORATED
def test_the_identifiers_of_an_elaboration_count_up_within_their_entry(edition: Edition) -> None:
    for section in edition.standard.all_sections():
        names = [requirement.identifier for requirement in section.requirements]
        if edition.key == "owasp-masvs":
            expected = [f"{section.identifier}-{system}" for system in ("ANDROID", "IOS")]
        else:
            entry = f"{section.identifier}:{edition.version}"
            expected = [f"{entry}-{number:02}" for number in range(1, len(names) + 1)]
        assert names == (expected if names else [])


@EVERY
def test_licence_and_provenance_lie_beside_it(edition: Edition) -> None:
    folder = CONTENT / "owasp" / edition.folder
    licence = (folder / "LICENSE").read_text(encoding="utf-8")
    readme = (folder / "README.md").read_text(encoding="utf-8")

    assert edition.standard.licence == "CC-BY-SA-4.0"
    assert "Attribution-ShareAlike 4.0 International" in licence
    assert "OWASP" in readme
    assert "CC-BY-SA-4.0" in readme
    assert "OWASP" in edition.standard.attribution.es
    assert "OWASP" in edition.standard.attribution.en


@pytest.mark.parametrize("lineage", load_lineages(CONTENT / "lineage"), ids=lambda one: one.before)
def test_a_lineage_speaks_of_every_requirement_of_the_editions_we_ship(lineage: Lineage) -> None:
    editions = {(one.key, one.version): one for one in EDITIONS}
    for version, told in (
        (lineage.before, {step.before for step in lineage.steps} - {""}),
        (lineage.after, {step.after for step in lineage.steps} - {""}),
    ):
        edition = editions.get((lineage.standard, version))
        if edition is not None:
            assert told == {requirement.identifier for requirement in edition.requirements}


def test_the_review_accounts_for_every_requirement() -> None:
    review = (CONTENT / "REVIEW.md").read_text(encoding="utf-8")
    told: dict[str, set[str]] = {}
    edition = ""
    for line in review.splitlines():
        if heading := re.fullmatch(r"## `(owasp-[a-z0-9-]+ [0-9a-z.-]+)`.*", line):
            edition = heading[1]
        if row := re.match(r"\| ([A-Z][A-Z0-9.:-]+) \|", line):
            told.setdefault(edition, set()).add(row[1])

    for one in EDITIONS:
        found = told.get(f"{one.key} {one.version}", set())
        assert found == {r.identifier for r in one.requirements}, one.folder
