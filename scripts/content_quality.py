"""What we promise of every text of the content, as faults that name the requirement.

    .venv/bin/python scripts/content_quality.py FOLDER ...

FOLDER is the folder of an edition, or a single file of requirements. With the official files in
``$CHECKLIST_TEST_CORPUS/reference`` (or ``../shared/reference``) the words are held against them.
"""

from __future__ import annotations

import csv
import json
import os
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml
from pydantic import ValidationError

from checklist_app.catalog.errors import Problem
from checklist_app.catalog.schema import RequirementFile
from checklist_app.catalog.yaml_files import read_yaml

PROJECT = Path(__file__).resolve().parents[1]
REFERENCE = Path(os.environ.get("CHECKLIST_TEST_CORPUS", PROJECT.parent / "shared")) / "reference"

LONGEST_TITLE = 70
LONGEST_SENTENCE = 55
"""Words; what stands between backticks counts as one."""
LONGEST_SHARED_RUN = 12
"""A run of as many words as this is no longer a coincidence of vocabulary."""

_CODE = re.compile(r"`[^`]*`")
_SENTENCE_END = re.compile(r"(?<=[.!?;:])\s+")


class Text(NamedTuple):
    """One text of a requirement: which field, in which language."""

    field: str
    language: str
    text: str


def texts_of(requirement: RequirementFile) -> Iterator[Text]:
    """Yield every text of a requirement in both languages."""
    for field in ("title", "statement", "why", "fix"):
        value = getattr(requirement, field)
        yield Text(field, "es", value.es)
        yield Text(field, "en", value.en)
    for field in ("verification", "evidence"):
        value = getattr(requirement, field)
        for language in ("es", "en"):
            for number, line in enumerate(getattr(value, language), start=1):
                yield Text(f"{field}.{number}", language, line)


def faults_of(requirement: RequirementFile) -> Iterator[str]:
    """Yield what is wrong with a requirement, without any official file."""
    texts = list(texts_of(requirement))
    for one in texts:
        where = f"{one.field}.{one.language}"
        yield from (f"{where}: {fault}" for fault in _faults_of_text(one))
    sides = {(one.field, one.language): one.text for one in texts}
    for (field, language), spanish in sides.items():
        if language == "es":
            yield from (f"{field}: {fault}" for fault in _differences(spanish, sides[field, "en"]))
    if not requirement.cwe and requirement.no_cwe is None:
        yield "cwe: names none and no_cwe does not say why"


def _faults_of_text(one: Text) -> Iterator[str]:
    if one.text.count("`") % 2:
        yield "a backtick has no partner"
        return
    if one.field == "title" and len(one.text) > LONGEST_TITLE:
        yield f"{len(one.text)} characters, {LONGEST_TITLE} at most"
    for sentence in _SENTENCE_END.split(_CODE.sub("code", one.text)):
        count = len(sentence.split())
        if count > LONGEST_SENTENCE:
            yield f"a sentence of {count} words: {sentence[:60]}…"
    if one.language == "es":
        plain = _CODE.sub(" ", one.text).lower()
        yield from (
            f"the glossary avoids “{word}”"
            for word in avoided_words()
            if re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", plain)
        )


def _differences(spanish: str, english: str) -> Iterator[str]:
    if spanish == english:
        yield "both languages say it with the same words"
    odd = (_spans(spanish) - _spans(english)) + (_spans(english) - _spans(spanish))
    if odd:
        yield f"what stands between backticks differs: {sorted(odd)}"


def _spans(text: str) -> Counter[str]:
    return Counter(re.findall(r"`([^`]+)`", text))


@cache
def avoided_words() -> tuple[str, ...]:
    """Return the words of the glossary's third column that are wrong in any context."""
    lines = (PROJECT / "content/GLOSSARY.md").read_text(encoding="utf-8").splitlines()
    words = []
    for line in lines:
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and len(cells) == 3:
            words += [
                word.strip()
                for word in cells[2].split(",")
                if word.strip() and not re.search(r"\(|alone|-{3}|^not$", word)
            ]
    ambiguous = {"clave", "llave", "endpoint", "backup", "respaldo", "log"}
    return tuple(word for word in words if word not in ambiguous)


def copied_runs(requirement: RequirementFile) -> Iterator[str]:
    """Yield runs of words that stand in an official text as well."""
    for one in texts_of(requirement):
        tokens = words(one.text)
        known = official_runs(one.language)
        for start in range(len(tokens) - LONGEST_SHARED_RUN + 1):
            run = tuple(tokens[start : start + LONGEST_SHARED_RUN])
            if run in known:
                yield f"{one.field}.{one.language}: as in {known[run]}: {' '.join(run)}"
                break


def words(text: str) -> list[str]:
    """Split a text into lower-case words, without punctuation and markup."""
    return re.findall(r"\w+", text.lower())


@cache
def official_runs(language: str) -> Mapping[tuple[str, ...], str]:
    """Return every run of LONGEST_SHARED_RUN words of the official texts, with where it stands."""
    runs: dict[tuple[str, ...], str] = {}
    for where, text in official_texts(language):
        tokens = words(text)
        for start in range(len(tokens) - LONGEST_SHARED_RUN + 1):
            runs.setdefault(tuple(tokens[start : start + LONGEST_SHARED_RUN]), where)
    return runs


def official_texts(language: str) -> Iterator[tuple[str, str]]:
    """Yield every official text at hand in a language, with where it stands."""
    name = "OWASP_Application_Security_Verification_Standard"
    if language == "es":
        yield from _json_texts(REFERENCE / f"asvs-4.0.3/es/{name}_4.0.3-es.json")
        return
    yield from _json_texts(REFERENCE / f"asvs-5.0.0/{name}_5.0.0_en.json")
    yield from _json_texts(REFERENCE / f"asvs-4.0.3/en/{name}_4.0.3-en.json")
    yield from _json_texts(REFERENCE / "wstg/latest/checklist.json")
    masvs = REFERENCE / "masvs-2.1.0/OWASP_MASVS.yaml"
    if masvs.is_file():
        data = yaml.safe_load(masvs.read_text(encoding="utf-8"))
        yield from ((masvs.name, text) for text in _strings(data))
    for path in sorted((REFERENCE / "cyclonedx-standards").glob("*.json")):
        yield from _json_texts(path)


def _json_texts(path: Path) -> Iterator[tuple[str, str]]:
    if path.is_file():
        data = json.loads(path.read_text(encoding="utf-8"))
        yield from ((path.name, text) for text in _strings(data))


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)


def unknown_facts(requirement: RequirementFile) -> Iterator[str]:
    """Yield numbers of CWE and requirements of ASVS that do not exist."""
    weaknesses = REFERENCE / "cwe/cwe_weaknesses_4.15.csv"
    if not weaknesses.is_file():
        return
    known, identifiers = _known_cwes(weaknesses), _asvs_identifiers()
    yield from (f"cwe: {one.id} is no live entry" for one in requirement.cwe if one.id not in known)
    for reference in requirement.references:
        if reference.standard == "owasp-asvs" and reference.identifier not in identifiers:
            yield f"references: {reference} does not exist"


@cache
def _known_cwes(weaknesses: Path) -> frozenset[int]:
    categories = weaknesses.with_name("cwe_categories_views_4.15.csv")
    with weaknesses.open(encoding="utf-8", newline="") as file:
        found = {
            int(row["cwe_id"]) for row in csv.DictReader(file) if row["status"] != "Deprecated"
        }
    with categories.open(encoding="utf-8", newline="") as file:
        found |= {int(row["id"]) for row in csv.DictReader(file)}
    return frozenset(found)


@cache
def _asvs_identifiers() -> frozenset[str]:
    name = "OWASP_Application_Security_Verification_Standard_5.0.0_en.flat.json"
    data = json.loads((REFERENCE / "asvs-5.0.0" / name).read_text(encoding="utf-8"))
    return frozenset(entry["req_id"] for entry in data["requirements"])


def read_requirements(path: Path, problems: list[Problem]) -> list[RequirementFile]:
    """Return the requirements of a file that fit the schema; the others are told as problems."""
    found = []
    for entry in read_yaml(path, path.name, problems) or []:
        try:
            found.append(RequirementFile.model_validate(entry))
        except ValidationError as error:
            who = entry.get("identifier", "?") if isinstance(entry, dict) else "?"
            for fault in error.errors(include_url=False, include_input=False):
                field = ".".join(str(part) for part in fault["loc"])
                problems.append(Problem(path.name, who, field, fault["msg"]))
    return found


def _files(arguments: Iterable[str]) -> Iterator[Path]:
    for argument in map(Path, arguments):
        yield from [argument] if argument.is_file() else sorted(argument.rglob("[0-9]*.yaml"))


def main(arguments: list[str]) -> int:
    """Print the faults of these folders and files; return how the program ends."""
    problems: list[Problem] = []
    titles: dict[tuple[str, str], str] = {}
    total = 0
    for path in _files(arguments):
        for requirement in read_requirements(path, problems):
            total += 1
            faults = [*faults_of(requirement), *copied_runs(requirement)]
            faults += unknown_facts(requirement)
            for language in ("es", "en"):
                title = getattr(requirement.title, language)
                twin = titles.setdefault((language, title.lower()), requirement.identifier)
                if twin != requirement.identifier:
                    faults.append(f"title.{language}: as of {twin}")
            problems += [Problem(path.name, requirement.identifier, "", one) for one in faults]
    for problem in problems:
        print(problem)
    print(f"{total} requirements, {len(problems)} faults")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
