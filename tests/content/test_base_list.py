"""What we promise of the content we ship, checked without any official file."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from checklist_app.catalog.owasp import load_folder
from checklist_app.domain.standards import Requirement, Standard, Surface

CONTENT = Path(__file__).resolve().parents[2] / "content" / "owasp"


@cache
def shipped(folder: str) -> Standard:
    """Load one shipped edition."""
    return load_folder(CONTENT / folder)


def code_spans(text: str) -> list[str]:
    """Return what stands between backticks, in order of the alphabet."""
    return sorted(re.findall(r"`([^`]+)`", text))


def every_requirement() -> list[Requirement]:
    """Return the requirements of all shipped editions."""
    return [r for name in ("base-1.0", "top10-2025") for r in shipped(name).requirements()]


def test_the_base_checklist_has_its_nine_sections() -> None:
    sections = [section.identifier for section in shipped("base-1.0").sections]

    assert sections == ["AUTH", "COMM", "INJ", "INPUT", "SESS", "ERR", "K8S", "API", "LOG"]


def test_the_base_checklist_has_a_size_one_person_can_work_through() -> None:
    assert 60 <= len(list(shipped("base-1.0").requirements())) <= 80


def test_identifiers_count_up_within_their_section() -> None:
    for section in shipped("base-1.0").sections:
        found = [requirement.identifier for requirement in section.requirements]
        expected = [f"{section.identifier}-{n:02}" for n in range(1, len(found) + 1)]
        assert found == expected


def test_the_base_checklist_covers_every_surface() -> None:
    covered = {s for r in shipped("base-1.0").requirements() for s in r.applies_to}

    assert covered == set(Surface)


def test_every_base_requirement_points_to_asvs_and_top10_and_names_a_weakness() -> None:
    for requirement in shipped("base-1.0").requirements():
        cited = {(ref.standard, ref.version) for ref in requirement.references}
        assert {("owasp-asvs", "5.0.0"), ("owasp-top10", "2025")} <= cited, requirement.identifier
        assert requirement.cwe, requirement.identifier


def test_the_base_checklist_reaches_every_top10_category() -> None:
    cited = {
        reference.identifier
        for requirement in shipped("base-1.0").requirements()
        for reference in requirement.references
        if reference.standard == "owasp-top10"
    }

    assert cited == {f"A{n:02}" for n in range(1, 11)}


def test_the_top10_has_ten_categories_that_route_their_own_tag() -> None:
    requirements = list(shipped("top10-2025").requirements())

    assert [r.identifier for r in requirements] == [f"A{n:02}" for n in range(1, 11)]
    for requirement in requirements:
        assert f"owasp-top10-2025:{requirement.identifier}" in requirement.tags


@pytest.mark.parametrize("requirement", every_requirement(), ids=lambda r: r.identifier)
def test_both_languages_give_the_same_commands(requirement: Requirement) -> None:
    steps = zip(requirement.verification.es, requirement.verification.en, strict=True)
    for number, (spanish, english) in enumerate(steps, start=1):
        assert code_spans(spanish) == code_spans(english), f"step {number}"


@pytest.mark.parametrize("requirement", every_requirement(), ids=lambda r: r.identifier)
def test_backticks_are_paired(requirement: Requirement) -> None:
    texts = [
        *(t for f in ("statement", "why", "fix") for t in vars_of(requirement, f)),
        *requirement.verification.es,
        *requirement.verification.en,
        *requirement.evidence.es,
        *requirement.evidence.en,
    ]
    assert [text for text in texts if text.count("`") % 2] == []


def vars_of(requirement: Requirement, field: str) -> tuple[str, str]:
    """Return one prose field in both languages."""
    prose = getattr(requirement, field)
    return prose.es, prose.en


@pytest.mark.parametrize("requirement", every_requirement(), ids=lambda r: r.identifier)
def test_neither_language_is_a_copy_of_the_other(requirement: Requirement) -> None:
    for field in ("title", "statement", "why", "fix"):
        spanish, english = vars_of(requirement, field)
        assert spanish != english, field
    assert requirement.evidence.es != requirement.evidence.en


@pytest.mark.parametrize("folder", ["base-1.0", "top10-2025"])
def test_licence_and_provenance_lie_beside_the_content(folder: str) -> None:
    licence = (CONTENT / folder / "LICENSE").read_text(encoding="utf-8")
    readme = (CONTENT / folder / "README.md").read_text(encoding="utf-8")

    assert shipped(folder).licence == "CC-BY-SA-4.0"
    assert "Attribution-ShareAlike 4.0 International" in licence
    assert "OWASP" in readme
    assert "CC-BY-SA-4.0" in readme


def test_requirements_mentioned_in_texts_exist() -> None:
    known = {r.identifier for r in shipped("base-1.0").requirements()}
    pattern = re.compile(r"\b(?:AUTH|COMM|INJ|INPUT|SESS|ERR|K8S|API|LOG)-\d{2}\b")
    mentioned = {
        (requirement.identifier, name)
        for requirement in shipped("base-1.0").requirements()
        for field in ("statement", "why", "fix")
        for prose in vars_of(requirement, field)
        for name in pattern.findall(prose)
    }
    mentioned |= {
        (requirement.identifier, name)
        for requirement in shipped("base-1.0").requirements()
        for step in (*requirement.verification.es, *requirement.verification.en)
        for name in pattern.findall(step)
    }

    assert {(who, name) for who, name in mentioned if name not in known} == set()
