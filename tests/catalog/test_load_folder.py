"""A folder of content becomes a standard, or a complete list of what is wrong with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from checklist_app.catalog.errors import ContentError
from checklist_app.catalog.owasp import load_folder
from checklist_app.domain.standards import (
    CweMapping,
    Feature,
    LocalizedText,
    Reference,
    Surface,
)
from checklist_app.domain.vocabulary import Language, MappingTier

if TYPE_CHECKING:
    from tests.catalog.conftest import Folder

FIRE = "kitchen-1.0/requirements/01-fire.yaml"
COLD = "kitchen-1.0/requirements/02-cold.yaml"


def problems_of(path: Path) -> list[tuple[str, str, str]]:
    """Load a spoiled folder and return file, requirement and field of each problem."""
    with pytest.raises(ContentError) as caught:
        load_folder(path)
    return [(p.file, p.requirement, p.field) for p in caught.value.problems]


def messages_of(path: Path) -> str:
    """Load a spoiled folder and return the whole error as a person sees it."""
    with pytest.raises(ContentError) as caught:
        load_folder(path)
    return str(caught.value)


def test_a_folder_becomes_a_standard_in_both_languages(folder: Folder) -> None:
    standard = load_folder(folder.path)

    assert (standard.key, standard.version) == ("kitchen", "1.0")
    assert [section.identifier for section in standard.sections] == ["FIRE", "COLD"]
    requirement = next(standard.requirements())
    assert requirement.title.in_language(Language.ES) == "Hay extintor"
    assert requirement.title.in_language(Language.EN) == "There is an extinguisher"
    assert requirement.verification.in_language(Language.ES) == ("Mirar.", "Pesar.")
    assert requirement.verification.in_language(Language.EN) == ("Look.", "Weigh.")
    assert requirement.applies_to == (Surface.BACKEND,)
    assert requirement.cwe == (20, 636), "sorted, whatever the order in the file"
    assert requirement.references == (Reference("owasp-asvs", "5.0.0", "V16.5.3"),)


def test_sections_keep_the_order_of_the_file(folder: Folder) -> None:
    folder.standard["sections"].reverse()

    standard = load_folder(folder.save())

    assert [r.identifier for r in standard.requirements()] == ["COLD-01", "FIRE-01"]


@pytest.mark.parametrize(
    ("field", "value", "blamed"),
    [
        ("identifier", "fire 1", "identifier"),
        ("level", 4, "level"),
        ("level", "1", "level"),
        ("title", {"es": "Solo español"}, "title.en"),
        ("title", {"es": "x" * 121, "en": "short"}, "title.es"),
        ("statement", {"es": "   ", "en": "There is one."}, "statement.es"),
        ("why", {"es": "Por qué", "en": "Why", "fr": "Pourquoi"}, "why.fr"),
        ("fix", {"es": "Comprar uno.", "en": False}, "fix.en"),
        ("verification", {"es": ["Mirar."], "en": ["Look.", "Weigh."]}, "verification"),
        ("verification", {"es": [], "en": []}, "verification.es"),
        ("evidence", {"es": ["Una foto.", ""], "en": ["A photo.", "x"]}, "evidence.es.1"),
        ("applies_to", [], "applies_to"),
        ("applies_to", ["toaster"], "applies_to.0"),
        ("applies_to", ["web", "web"], "applies_to"),
        ("cwe", [0], "cwe.0.id"),
        ("cwe", ["89"], "cwe.0.id"),
        ("cwe", [True], "cwe.0.id"),
        ("cwe", [89, 89], "cwe"),
        (
            "references",
            [{"standard": "owasp-asvs", "identifier": "V1.2.4"}],
            "references.0.version",
        ),
        ("cwe", [{"id": 89, "tier": "C"}], "cwe.0.tier"),
        ("cwe", [{"id": 89, "tier": "A", "reason": {"es": "Sí"}}], "cwe.0.reason.en"),
        ("no_cwe", {"es": "Ninguno.", "en": "None."}, ""),
        ("when", ["toaster"], "when.0"),
        ("when", ["web", "web"], "when"),
        (
            "references",
            [{"standard": "a", "version": "1", "identifier": "B", "relation": "opposite"}],
            "references.0.relation",
        ),
        ("scanners", ["antivirus"], "scanners.0"),
        ("tags", ["A03"], "tags.0"),
        ("colour", "red", "colour"),
    ],
)
def test_a_bad_field_is_named(folder: Folder, field: str, value: Any, blamed: str) -> None:
    folder.cold[0][field] = value
    who = "fire 1" if field == "identifier" else "COLD-01"

    assert (COLD, who, blamed) in problems_of(folder.save())


def test_a_cwe_says_where_it_comes_from(folder: Folder) -> None:
    reason = {"es": "Arde.", "en": "It burns."}
    folder.standard["plain_cwe_tier"] = "A"
    folder.standard["cwe_sources"] = {"A": "the fire brigade"}
    folder.fire[0]["cwe"] = [79, {"id": 22, "tier": "curated", "reason": reason}]

    first = next(load_folder(folder.save()).requirements())

    assert first.cwe_mappings == (
        CweMapping(22, MappingTier.CURATED, "content", LocalizedText(**reason)),
        CweMapping(79, MappingTier.OFFICIAL, "the fire brigade"),
    )


def test_a_requirement_can_say_that_no_cwe_fits_and_which_features_it_presupposes(
    folder: Folder,
) -> None:
    folder.fire[0] |= {
        "cwe": [],
        "no_cwe": {"es": "Es un plano.", "en": "It is a plan."},
        "when": ["kubernetes", "api"],
    }

    first = next(load_folder(folder.save()).requirements())

    assert first.no_cwe == LocalizedText("Es un plano.", "It is a plan.")
    assert first.features == (Feature.KUBERNETES, Feature.API)


def test_sections_may_hold_sections(folder: Folder) -> None:
    fire, cold = folder.standard["sections"]
    words = {key: fire[key] for key in ("title", "intro")}
    folder.standard["sections"] = [{"identifier": "ALL", **words, "sections": [fire, cold]}]

    standard = load_folder(folder.save())

    assert [section.identifier for section in standard.all_sections()] == ["ALL", "FIRE", "COLD"]
    assert [one.identifier for one in standard.requirements()] == ["FIRE-01", "COLD-01"]


@pytest.mark.parametrize("both", [True, False])
def test_a_section_has_a_file_or_sections(folder: Folder, both: bool) -> None:
    fire, cold = folder.standard["sections"]
    if both:
        fire["sections"] = [cold]
    else:
        del fire["file"]

    assert any(field == "sections.0" for _, _, field in problems_of(folder.save()))


@pytest.mark.parametrize("field", ["title", "why", "verification", "cwe", "scanners", "tags"])
def test_a_missing_field_is_named(folder: Folder, field: str) -> None:
    del folder.fire[0][field]

    assert problems_of(folder.save()) == [(FIRE, "FIRE-01", field)]


def test_the_same_reference_twice_is_refused(folder: Folder) -> None:
    folder.fire[0]["references"] *= 2

    assert "owasp-asvs 5.0.0 V16.5.3 is listed twice" in messages_of(folder.save())


def test_all_problems_of_all_files_come_at_once(folder: Folder) -> None:
    folder.fire[0]["level"] = 9
    folder.fire[0]["cwe"] = [-1]
    del folder.fire[0]["why"]
    folder.cold[0]["title"] = {"es": "", "en": ""}

    assert problems_of(folder.save()) == [
        (FIRE, "FIRE-01", "cwe.0.id"),
        (FIRE, "FIRE-01", "level"),
        (FIRE, "FIRE-01", "why"),
        (COLD, "COLD-01", "title.en"),
        (COLD, "COLD-01", "title.es"),
    ]


def test_an_entry_without_identifier_is_named_by_its_position(folder: Folder) -> None:
    folder.fire.append({"title": {"es": "Otro", "en": "Other"}})

    assert (FIRE, "#2", "identifier") in problems_of(folder.save())


def test_an_identifier_is_used_once_in_the_whole_standard(folder: Folder) -> None:
    folder.cold[0]["identifier"] = "FIRE-01"

    assert problems_of(folder.save()) == [(COLD, "FIRE-01", "identifier")]
    assert "FIRE-01 is already used in kitchen-1.0/requirements/01-fire.yaml" in messages_of(
        folder.path
    )


def test_a_repeated_identifier_shows_even_in_an_entry_with_other_faults(folder: Folder) -> None:
    folder.cold[0] |= {"identifier": "FIRE-01", "level": 9}

    assert problems_of(folder.save()) == [
        (COLD, "FIRE-01", "identifier"),
        (COLD, "FIRE-01", "level"),
    ]


def test_a_section_identifier_is_used_once(folder: Folder) -> None:
    folder.standard["sections"][1]["identifier"] = "FIRE"

    assert problems_of(folder.save()) == [("kitchen-1.0/standard.yaml", "FIRE", "sections")]


def test_a_file_belongs_to_one_section(folder: Folder) -> None:
    folder.standard["sections"][1]["file"] = "requirements/01-fire.yaml"

    found = problems_of(folder.save())

    assert ("kitchen-1.0/standard.yaml", "requirements/01-fire.yaml", "file") in found
    assert (COLD, "", "") in found, "the file that no section names any more"


def test_a_requirements_file_that_no_section_names_is_a_problem(folder: Folder) -> None:
    folder.write("requirements/03-lost.yaml", [])

    assert problems_of(folder.path) == [("kitchen-1.0/requirements/03-lost.yaml", "", "")]


@pytest.mark.parametrize(
    "file", ["../../etc/passwd", "requirements/../standard.yaml", "/etc/passwd", "01-fire.yaml"]
)
def test_a_section_cannot_point_outside_its_folder(folder: Folder, file: str) -> None:
    folder.standard["sections"][0]["file"] = file

    assert problems_of(folder.save()) == [("kitchen-1.0/standard.yaml", "", "sections.0.file")]


@pytest.mark.parametrize(
    ("field", "value", "blamed"),
    [
        ("id", "Kitchen", "id"),
        ("version", 1.0, "version"),
        ("source_url", "http://example.org/", "source_url"),
        ("source_url", "javascript:alert(1)", "source_url"),
        ("licence", "", "licence"),
        ("sections", [], "sections"),
        ("owner", "me", "owner"),
    ],
)
def test_a_bad_head_is_named(folder: Folder, field: str, value: Any, blamed: str) -> None:
    folder.standard[field] = value

    assert problems_of(folder.save()) == [("kitchen-1.0/standard.yaml", "", blamed)]


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    assert "nowhere/standard.yaml: the file does not exist" in messages_of(tmp_path / "nowhere")


def test_a_missing_requirements_file_is_told(folder: Folder) -> None:
    (folder.path / "requirements/02-cold.yaml").unlink()

    assert f"{COLD}: the file does not exist" in messages_of(folder.path)


def test_a_repeated_key_is_told_with_its_line(folder: Folder) -> None:
    folder.write("requirements/01-fire.yaml", "- identifier: FIRE-01\n  identifier: FIRE-02\n")

    assert f"{FIRE}: line 2, column 3: the key 'identifier' is written twice" in messages_of(
        folder.path
    )


def test_a_repeated_key_deep_inside_is_told(folder: Folder) -> None:
    folder.write("requirements/01-fire.yaml", "- title: {es: Uno, en: One, es: Dos}\n")

    assert "the key 'es' is written twice" in messages_of(folder.path)


@pytest.mark.parametrize(
    "text",
    [
        "- identifier: [",
        "- !!python/object/apply:os.system [echo]",
        "\t- x",
        "- &a [*a",
        "? [a, b]\n: c\n",
        "2024-99-99",
    ],
)
def test_text_that_is_not_plain_yaml_is_told_not_raised(folder: Folder, text: str) -> None:
    folder.write("requirements/01-fire.yaml", text)

    assert (FIRE, "", "") in problems_of(folder.path)


@pytest.mark.parametrize("text", ["", "# only a comment\n", "identifier: FIRE-01\n", "[]\n", "7\n"])
def test_a_file_that_is_no_list_is_told(folder: Folder, text: str) -> None:
    folder.write("requirements/01-fire.yaml", text)

    assert problems_of(folder.path) == [(FIRE, "", "")]


def test_bytes_that_are_not_utf8_are_told(folder: Folder) -> None:
    (folder.path / "requirements/01-fire.yaml").write_bytes("- título".encode("latin-1"))

    assert f"{FIRE}: the file is not UTF-8" in messages_of(folder.path)
