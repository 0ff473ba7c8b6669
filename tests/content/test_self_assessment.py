"""What the project says of itself: complete, in both languages, and about places that exist."""

from __future__ import annotations

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from checklist_app.catalog.errors import ContentError
from checklist_app.catalog.owasp import load_library
from checklist_app.catalog.self_assessment import (
    FOLDER,
    ROOT,
    Citation,
    OwnAssessment,
    edition,
    load_self_assessment,
)
from checklist_app.domain.vocabulary import Language, Outcome

OWN = load_self_assessment()
CITED = sorted(
    {
        citation.written: citation
        for assessed in OWN.lists.values()
        for verdict in assessed.verdicts
        for citation in verdict.evidence
    }.items()
)


@cache
def names_in(path: Path) -> frozenset[str]:
    """Return every function, class, constant and field of a Python file."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign):
            found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found.add(node.target.id)
    return frozenset(found)


def is_there(citation: Citation) -> bool:
    path = ROOT / citation.path
    if not path.is_file():
        return False
    if not citation.name:
        return True
    if path.suffix == ".py":
        return citation.name in names_in(path)
    words = path.read_text(encoding="utf-8")
    if path.suffix == ".md":
        titles = re.findall(r"^#+ +(.+)$", words, re.MULTILINE)
        plain = (re.sub(r"[^\w\- ]", "", title.lower()).strip() for title in titles)
        return citation.name.lower() in {title.replace(" ", "-") for title in plain}
    return citation.name in words


@pytest.mark.parametrize("citation", [c for _, c in CITED], ids=[written for written, _ in CITED])
def test_what_is_cited_exists(citation: Citation) -> None:
    assert is_there(citation), citation.written
    if citation.is_test:
        assert citation.path.startswith("tests/")
        assert citation.name.startswith("test_")


@pytest.mark.parametrize("short", OWN.lists)
def test_every_requirement_is_judged_once_and_in_the_order_of_its_list(short: str) -> None:
    assessed = OWN.lists[short]
    wanted = [
        requirement.identifier
        for standard in load_library(ROOT / "content" / "owasp")
        if (standard.key, standard.version) == (assessed.key, assessed.version)
        for requirement in standard.requirements()
        if assessed.level is None or (requirement.level or 1) <= assessed.level
    ]
    assert wanted
    assert [verdict.identifier for verdict in assessed.verdicts] == wanted


@pytest.mark.parametrize("short", OWN.lists)
def test_a_rationale_is_its_own_and_says_more_than_one_thing(short: str) -> None:
    for language in Language:
        said = [verdict.rationale[language] for verdict in OWN.lists[short].verdicts]
        assert [words for words, count in Counter(said).items() if count > 1] == []
        assert [words for words in said if not words.endswith(".")] == []


@pytest.mark.parametrize("short", OWN.lists)
def test_what_is_met_rests_on_code_or_tests_and_not_on_documents_alone(short: str) -> None:
    for verdict in OWN.lists[short].verdicts:
        if verdict.outcome is Outcome.PASS:
            paths = [one.path for one in verdict.evidence]
            assert not all(path.endswith(".md") for path in paths) or ".1." in verdict.identifier


def test_other_words_are_another_edition() -> None:
    assessed = OWN.lists["base"]
    before = edition(OWN, assessed)
    assert edition(OWN, assessed) == before
    fewer = OwnAssessment(
        assessed.key, assessed.version, assessed.level, dict(list(assessed.chapters.items())[1:])
    )
    assert edition(OWN, fewer) != before


def test_every_fault_of_the_files_is_named(tmp_path: Path) -> None:
    (tmp_path / "about.yaml").write_text((FOLDER / "about.yaml").read_text("utf-8"), "utf-8")
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "01.yaml").write_text(
        "- {requirement: A-1, outcome: perhaps, es: x, en: x, evidence: []}\n"
        "- {requirement: A-2, outcome: pass, es: corto, en: short, evidence: []}\n"
        "- {requirement: A-3, outcome: fail}\n",
        "utf-8",
    )

    with pytest.raises(ContentError) as told:
        load_self_assessment(tmp_path)

    faults = [(one.requirement, one.field) for one in told.value.problems]
    assert faults == [
        ("#3", ""),
        ("A-1", "outcome"),
        ("A-2", "en"),
        ("A-2", "es"),
        ("A-2", "evidence"),
    ]
