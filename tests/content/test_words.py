"""Every text of every requirement: complete, in both languages, short enough to be read."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter

import pytest

from checklist_app.catalog.errors import Problem
from scripts.content_quality import Text, faults_of, read_requirements, texts_of
from tests.content.editions import CONTENT, EDITIONS, Edition

EVERY = pytest.mark.parametrize("edition", EDITIONS, ids=lambda edition: edition.folder)
LONGEST_AVERAGE = 24
"""Words in a sentence, over a whole edition."""
DICTIONARIES = {"es": "es_ES", "en": "en_GB"}
HUNSPELL = shutil.which("hunspell")
# What dictionaries do not know and need not: names with capitals or digits inside, abbreviations.
_NAME = re.compile(r".*[A-ZÁÉÍÓÚÑ0-9_].*")


def texts(edition: Edition) -> list[Text]:
    problems: list[Problem] = []
    folder = CONTENT / "owasp" / edition.folder / "requirements"
    found = [
        one
        for path in sorted(folder.glob("*.yaml"))
        for requirement in read_requirements(path, problems)
        for one in texts_of(requirement)
    ]
    assert problems == []
    return found


@EVERY
def test_no_text_breaks_a_promise(edition: Edition) -> None:
    problems: list[Problem] = []
    folder = CONTENT / "owasp" / edition.folder / "requirements"
    faults = [
        f"{requirement.identifier}: {fault}"
        for path in sorted(folder.glob("*.yaml"))
        for requirement in read_requirements(path, problems)
        for fault in faults_of(requirement)
    ]

    assert problems == []
    assert faults == []


@EVERY
@pytest.mark.parametrize("language", ["es", "en"])
def test_no_title_is_there_twice(edition: Edition, language: str) -> None:
    titles = Counter(
        getattr(requirement.title, language).casefold() for requirement in edition.requirements
    )

    assert [title for title, times in titles.items() if times > 1] == []


@EVERY
@pytest.mark.parametrize("language", ["es", "en"])
def test_sentences_are_short_enough_to_be_read(edition: Edition, language: str) -> None:
    sentences = [
        sentence
        for one in texts(edition)
        if one.language == language and one.field != "title"
        for sentence in re.split(r"(?<=[.!?;:])\s+", re.sub(r"`[^`]*`", "code", one.text))
    ]
    average = sum(len(sentence.split()) for sentence in sentences) / len(sentences)

    assert average <= LONGEST_AVERAGE


@pytest.mark.skipif(HUNSPELL is None, reason="hunspell is missing: apt-get install -y hunspell")
@EVERY
@pytest.mark.parametrize("language", ["es", "en"])
def test_every_word_is_in_the_dictionary_or_in_our_list(edition: Edition, language: str) -> None:
    prose = "\n".join(
        re.sub(r"`[^`]*`|\$[A-Z_]+|https?://\S+", " ", one.text)
        for one in texts(edition)
        if one.language == language
    )
    listed = CONTENT / "words" / f"{language}.txt"
    known = {word.casefold() for word in listed.read_text(encoding="utf-8").split()}
    assert HUNSPELL

    answer = subprocess.run(
        [HUNSPELL, "-i", "utf-8", "-d", DICTIONARIES[language], "-l"],
        input=prose,
        capture_output=True,
        text=True,
        check=True,
    )

    odd = {word for word in answer.stdout.split() if not _NAME.fullmatch(word[1:])}
    unknown = {word for word in odd if word.removesuffix("'s").casefold() not in known}
    assert sorted(unknown) == []
