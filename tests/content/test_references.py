"""What leads from one list to another exists on the other side, and says one thing."""

from __future__ import annotations

from checklist_app.domain.standards import Requirement
from checklist_app.domain.vocabulary import Relation
from tests.content.editions import EDITIONS

Place = tuple[str, str, str]


def places() -> dict[Place, Requirement | None]:
    """Return every requirement and section of the library by its place."""
    found: dict[Place, Requirement | None] = {}
    for edition in EDITIONS:
        for section in edition.standard.all_sections():
            found[edition.key, edition.version, section.identifier] = None
        for requirement in edition.requirements:
            found[edition.key, edition.version, requirement.identifier] = requirement
    return found


def stated() -> dict[tuple[Place, Place], Relation]:
    """Return every reference, as it was written."""
    return {
        (
            (edition.key, edition.version, requirement.identifier),
            (reference.standard, reference.version, reference.identifier),
        ): reference.relation
        for edition in EDITIONS
        for requirement in edition.requirements
        for reference in requirement.references
    }


def test_every_reference_leads_to_something_in_the_library() -> None:
    known = places()

    assert [(one, other) for one, other in stated() if other not in known] == []


def test_no_requirement_refers_to_itself() -> None:
    assert [one for one, other in stated() if one == other] == []


def test_two_sides_of_a_pair_do_not_contradict_each_other() -> None:
    said = stated()
    odd = [
        (one, other, relation, back)
        for (one, other), relation in said.items()
        if (back := said.get((other, one))) is not None
        and Relation.RELATED not in (relation, back)
        and back is not relation.inverse
    ]

    assert odd == []


def test_nothing_is_the_same_as_two_requirements_of_one_edition() -> None:
    seen: dict[tuple[Place, tuple[str, str]], Place] = {}
    twice = []
    for (one, other), relation in stated().items():
        if relation is Relation.SAME:
            first = seen.setdefault((one, other[:2]), other)
            if first != other:
                twice.append((one, first, other))

    assert twice == []


def test_every_list_is_tied_to_asvs() -> None:
    tied = {one[:2] for one, other in stated() if other[0] == "owasp-asvs"}

    assert tied == {(edition.key, edition.version) for edition in EDITIONS}


def test_every_cwe_of_asvs_says_where_it_comes_from_and_every_gap_has_its_reason() -> None:
    asvs = next(edition for edition in EDITIONS if edition.key == "owasp-asvs")

    for requirement in asvs.requirements:
        assert bool(requirement.cwe_mappings) is (requirement.no_cwe is None)
        for mapping in requirement.cwe_mappings:
            assert (mapping.tier == "curated") is (mapping.reason is not None)
