"""The language of a page: the person's, else the browser's, else Spanish."""

from __future__ import annotations

import pytest

from tests.web.conftest import Visit


def language(text: str) -> str:
    return text.partition('<html lang="')[2][:2]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", "es"),
        ("en-GB,en;q=0.9", "en"),
        ("es-CL", "es"),
        ("de, fr;q=0.8", "es"),
        ("de, en;q=0.5, es;q=0.4", "en"),
        ("xx_YY_zz-!!;q=abc", "es"),
        ("../../etc/passwd", "es"),
        ("en" * 4000, "es"),
    ],
)
def test_the_browser_is_asked_and_spanish_is_the_answer_when_it_does_not_know(
    visit: Visit, header: str, expected: str
) -> None:
    answer = visit("nobody").get("/sign-in", Accept_Language=header)
    assert answer.status_code == 200
    assert language(answer.text) == expected


def test_a_choice_is_kept_without_an_account_and_wins_over_the_browser(visit: Visit) -> None:
    visitor = visit("nobody")
    answer = visitor.post("/language", {"language": "en", "next": "/verify"})
    assert answer.headers["Location"] == "/verify"
    assert language(visitor.get("/sign-in", Accept_Language="es").text) == "en"


def test_the_choice_of_a_person_follows_them_to_another_browser(visit: Visit) -> None:
    visit("alice").post("/language", {"language": "en"})
    assert language(visit("alice").get("/", Accept_Language="es").text) == "en"
    assert language(visit("bob").get("/", Accept_Language="es").text) == "es"


@pytest.mark.parametrize("wanted", ["de", "", "../en", "EN"])
def test_a_language_nobody_speaks_changes_nothing(visit: Visit, wanted: str) -> None:
    alice = visit("alice")
    assert alice.post("/language", {"language": wanted}).status_code == 303
    assert language(alice.get("/").text) == "es"


def test_errors_speak_the_readers_language(visit: Visit) -> None:
    told = {
        code: visit("nobody").get("/no-such-page", Accept_Language=code).text
        for code in ("es", "en")
    }
    assert "There is nothing here" in told["en"]
    assert "There is nothing here" not in told["es"]


def test_colours_are_chosen_the_same_way(visit: Visit) -> None:
    alice = visit("alice")
    alice.post("/theme", {"theme": "dark"})
    alice.post("/theme", {"theme": "pink"})
    assert 'data-bs-theme="dark"' in visit("alice").get("/").text
