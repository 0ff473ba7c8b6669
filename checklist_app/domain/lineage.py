"""What became of each requirement from one edition of a list to the next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from checklist_app.domain.vocabulary import Change

SAME_MEANING = frozenset({Change.UNCHANGED, Change.MOVED})
"""The only changes across which a verdict can be carried over."""


@dataclass(frozen=True, slots=True)
class Step:
    """One requirement of the older edition and one of the newer that continues it.

    Attributes:
        before: identifier in the older edition, empty for what is new.
        after: identifier in the newer edition, empty for what is gone.
    """

    before: str
    after: str
    change: Change


def compare(before: Mapping[str, str], after: Mapping[str, str]) -> list[Step]:
    """Tell two editions apart by their words alone, for lists that publish no lineage.

    A requirement keeps its identity by identifier, or else by its very words under another one.

    Args:
        before: words by identifier in the older edition.
        after: words by identifier in the newer edition.

    Returns:
        A step for every requirement of either edition, in the order of the newer one, what is gone
        last.
    """
    elsewhere: dict[str, str] = {}
    for identifier, words in before.items():
        if identifier not in after:
            elsewhere.setdefault(_folded(words), identifier)
    steps: list[Step] = []
    for identifier, words in after.items():
        if identifier in before:
            same = _folded(before[identifier]) == _folded(words)
            change = Change.UNCHANGED if same else Change.REWORDED
            steps.append(Step(identifier, identifier, change))
            continue
        former = elsewhere.pop(_folded(words), "")
        steps.append(Step(former, identifier, Change.MOVED if former else Change.NEW))
    continued = {step.before for step in steps}
    gone = (identifier for identifier in before if identifier not in continued)
    return [*steps, *(Step(identifier, "", Change.GONE) for identifier in gone)]


def complete(steps: Iterable[Step], before: Iterable[str], after: Iterable[str]) -> list[Step]:
    """Return the steps between these requirements, with what they do not speak of as new or gone.

    Both editions may be there in part only (a level, a profile): a step whose end is missing
    becomes gone, one whose beginning is missing becomes new.
    """
    here, there = dict.fromkeys(before), dict.fromkeys(after)
    known = [step for step in steps if step.before in here and step.after in there]
    into: dict[str, list[Step]] = defaultdict(list)
    for step in known:
        into[step.after].append(step)
    continued = {step.before for step in known}
    told = [
        step
        for identifier in there
        for step in into.get(identifier, [Step("", identifier, Change.NEW)])
    ]
    gone = (identifier for identifier in here if identifier not in continued)
    return [*told, *(Step(identifier, "", Change.GONE) for identifier in gone)]


def _folded(words: str) -> str:
    return " ".join(words.split()).casefold()
