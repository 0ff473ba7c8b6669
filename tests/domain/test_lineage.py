"""What became of requirements, told by their words or by a published lineage."""

from __future__ import annotations

from checklist_app.domain.lineage import Step, compare, complete
from checklist_app.domain.standards import Feature
from checklist_app.domain.tailoring import missing_features
from checklist_app.domain.vocabulary import Change


def test_the_same_words_under_the_same_identifier_are_unchanged() -> None:
    assert compare({"A-1": "Hash  passwords\n"}, {"A-1": "hash passwords"}) == [
        Step("A-1", "A-1", Change.UNCHANGED)
    ]


def test_other_words_under_the_same_identifier_are_reworded() -> None:
    assert compare({"A-1": "Hash passwords"}, {"A-1": "Never hash passwords"}) == [
        Step("A-1", "A-1", Change.REWORDED)
    ]


def test_the_same_words_under_another_identifier_have_moved() -> None:
    assert compare({"A-1": "Hash"}, {"B-7": "Hash"}) == [Step("A-1", "B-7", Change.MOVED)]


def test_words_that_exist_twice_move_once() -> None:
    assert compare({"A-1": "Hash"}, {"B-1": "Hash", "B-2": "Hash"}) == [
        Step("A-1", "B-1", Change.MOVED),
        Step("", "B-2", Change.NEW),
    ]


def test_what_is_on_one_side_only_is_new_or_gone() -> None:
    assert compare({"A-1": "Old"}, {"B-1": "Young"}) == [
        Step("", "B-1", Change.NEW),
        Step("A-1", "", Change.GONE),
    ]


def test_a_step_out_of_the_level_is_gone_and_one_from_outside_is_new() -> None:
    published = [
        Step("A-1", "B-1", Change.MOVED),
        Step("A-2", "B-2", Change.SPLIT),
        Step("A-3", "B-1", Change.MERGED),
    ]

    assert complete(published, ["A-1", "A-2"], ["B-1", "B-9"]) == [
        Step("A-1", "B-1", Change.MOVED),
        Step("", "B-9", Change.NEW),
        Step("A-2", "", Change.GONE),
    ]


def test_a_requirement_without_presupposition_always_applies() -> None:
    assert missing_features([], frozenset()) is None


def test_nothing_is_excluded_while_the_profile_is_not_told() -> None:
    assert missing_features(["webrtc"], None) is None


def test_one_of_the_features_is_enough() -> None:
    assert missing_features(["android", "ios"], frozenset({Feature.IOS})) is None


def test_without_any_of_them_it_says_which_are_missing() -> None:
    assert missing_features(["android", "ios"], frozenset({Feature.WEB})) == ["android", "ios"]
