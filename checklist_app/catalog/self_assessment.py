"""This program assessed with its own lists: files read into plain data, and what they cite."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from checklist_app.catalog.errors import ContentError, Problem
from checklist_app.catalog.yaml_files import read_yaml
from checklist_app.domain.vocabulary import Language, Outcome

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "content" / "self-assessment"
ABOUT = "about.yaml"
SPOKEN = ("name", "project", "description", "scope", "assessor", "statement", "cited", "missing")
"""What the head says in each language."""
SHORTEST_RATIONALE, LONGEST_RATIONALE = 40, 1500


@dataclass(frozen=True, slots=True)
class Citation:
    """A place in the project that a verdict rests on.

    Attributes:
        path: of the file, from the root of the project.
        name: of a test, function, class, constant or heading in it; empty for the whole file.
        written: as the file has it, such as ``tests/x.py::test_y`` or ``checklist_app/x.py#y``.
    """

    path: str
    name: str
    written: str

    @property
    def is_test(self) -> bool:
        """Whether a test is cited."""
        return "::" in self.written


@dataclass(frozen=True, slots=True)
class OwnVerdict:
    """What we say of one requirement, and where one can see it."""

    identifier: str
    outcome: Outcome
    rationale: dict[Language, str]
    evidence: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class OwnAssessment:
    """Every verdict over one edition of a list.

    Attributes:
        key: of the standard, such as ``owasp-asvs``.
        version: its edition.
        level: the highest level that was assessed; None for all.
        chapters: verdicts by the name of their file, in the order of the list.
    """

    key: str
    version: str
    level: int | None
    chapters: dict[str, tuple[OwnVerdict, ...]]

    @property
    def verdicts(self) -> tuple[OwnVerdict, ...]:
        """All of them, in order."""
        return tuple(verdict for chapter in self.chapters.values() for verdict in chapter)


@dataclass(frozen=True, slots=True)
class SelfAssessment:
    """What the project says of itself.

    Attributes:
        assessed_on: the day on which the code was read.
        words: what the project, the assessor and the sign-off are called, by name and language.
        lists: by the short name that the command line uses, such as ``asvs``.
    """

    assessed_on: date
    words: dict[str, dict[Language, str]]
    lists: dict[str, OwnAssessment]


def load_self_assessment(folder: Path = FOLDER) -> SelfAssessment:
    """Read the self-assessment.

    Raises:
        ContentError: with every fault of every file.
    """
    problems: list[Problem] = []
    head = read_yaml(folder / ABOUT, ABOUT, problems)
    if not isinstance(head, dict) or set(head) != {"assessed_on", "words", "lists"}:
        raise ContentError([*problems, Problem(ABOUT, "", "", "needs assessed_on, words, lists")])
    words = {name: _both(head["words"].get(name), ABOUT, "", name, problems) for name in SPOKEN}
    lists = {short: _list(folder, short, facts, problems) for short, facts in head["lists"].items()}
    if problems:
        raise ContentError(problems)
    return SelfAssessment(head["assessed_on"], words, lists)


def file_digest(path: str, root: Path = ROOT) -> str | None:
    """Return the SHA-256 of a cited file as it is now; None where it was not installed."""
    try:
        return hashlib.sha256((root / path).read_bytes()).hexdigest()
    except OSError:
        return None


def edition(found: SelfAssessment, assessed: OwnAssessment) -> str:
    """Return a short name of exactly these words about exactly these files."""
    digest = hashlib.sha256(repr((found.words, assessed)).encode())
    for path in sorted({one.path for verdict in assessed.verdicts for one in verdict.evidence}):
        digest.update(f"{path} {file_digest(path)}\n".encode())
    return digest.hexdigest()[:10]


def _list(
    folder: Path, short: str, facts: dict[str, Any], problems: list[Problem]
) -> OwnAssessment:
    chapters = {}
    for path in sorted((folder / short).glob("*.yaml")):
        shown_as = path.relative_to(folder).as_posix()
        entries = read_yaml(path, shown_as, problems)
        if not isinstance(entries, list):
            problems.append(Problem(shown_as, "", "", "is no list of verdicts"))
            continue
        chapters[path.stem] = tuple(_verdicts(entries, shown_as, problems))
    return OwnAssessment(facts["standard"], str(facts["version"]), facts["level"], chapters)


def _verdicts(entries: list[Any], shown_as: str, problems: list[Problem]) -> Iterator[OwnVerdict]:
    for number, entry in enumerate(entries, start=1):
        wanted = {"requirement", "outcome", "es", "en", "evidence"}
        if not isinstance(entry, dict) or set(entry) != wanted:
            problems.append(Problem(shown_as, f"#{number}", "", f"needs {sorted(wanted)}"))
            continue
        identifier = str(entry["requirement"])
        if entry["outcome"] not in set(Outcome):
            problems.append(Problem(shown_as, identifier, "outcome", "is none that there is"))
            continue
        cited = entry["evidence"]
        if not isinstance(cited, list) or not all(isinstance(one, str) for one in cited):
            problems.append(Problem(shown_as, identifier, "evidence", "is no list of places"))
            continue
        outcome = Outcome(entry["outcome"])
        if not cited and outcome in (Outcome.PASS, Outcome.PARTIAL):
            problems.append(Problem(shown_as, identifier, "evidence", f"a {outcome} cites some"))
        yield OwnVerdict(
            identifier,
            outcome,
            _both(entry, shown_as, identifier, "", problems),
            tuple(_citation(one) for one in cited),
        )


def _both(
    said: Any, file: str, identifier: str, field: str, problems: list[Problem]
) -> dict[Language, str]:
    """Return what is said in every language; for a rationale, neither too short nor too long."""
    shortest = 1 if field else SHORTEST_RATIONALE
    found = {}
    for language in Language:
        words = said.get(language.value) if isinstance(said, dict) else None
        if not isinstance(words, str) or not shortest <= len(words.strip()) <= LONGEST_RATIONALE:
            where = f"{field}.{language}".lstrip(".")
            problems.append(Problem(file, identifier, where, "is missing, too short or too long"))
            continue
        found[language] = words.strip()
    return found


def _citation(written: str) -> Citation:
    path, _, name = written.partition("::" if "::" in written else "#")
    return Citation(path, name, written)
