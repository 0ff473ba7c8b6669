"""What we promise of the owner's list, checked without any official file."""

from __future__ import annotations

import re

from checklist_app.domain.standards import Surface
from tests.content.editions import shipped


def test_the_base_checklist_has_its_nine_sections() -> None:
    sections = [section.identifier for section in shipped("base-1.0").sections]

    assert sections == ["AUTH", "COMM", "INJ", "INPUT", "SESS", "ERR", "K8S", "API", "LOG"]


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
        reference.identifier.partition(":")[0]
        for requirement in shipped("base-1.0").requirements()
        for reference in requirement.references
        if (reference.standard, reference.version) == ("owasp-top10", "2025")
    }

    assert cited == {f"A{n:02}" for n in range(1, 11)}


def test_requirements_mentioned_in_texts_exist() -> None:
    known = {r.identifier for r in shipped("base-1.0").requirements()}
    pattern = re.compile(r"\b(?:AUTH|COMM|INJ|INPUT|SESS|ERR|K8S|API|LOG)-\d{2}\b")
    mentioned = {
        (requirement.identifier, name)
        for requirement in shipped("base-1.0").requirements()
        for text in (
            requirement.statement.es,
            requirement.statement.en,
            requirement.why.es,
            requirement.why.en,
            requirement.fix.es,
            requirement.fix.en,
            *requirement.verification.es,
            *requirement.verification.en,
        )
        for name in pattern.findall(text)
    }

    assert {(who, name) for who, name in mentioned if name not in known} == set()
