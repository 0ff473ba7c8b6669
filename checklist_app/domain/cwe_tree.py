"""The tree of weaknesses, and the way up from a weakness to one that a list knows."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice


class CweKind(StrEnum):
    """How general an entry of CWE is."""

    PILLAR = "pillar"
    CLASS = "class"
    BASE = "base"
    VARIANT = "variant"
    COMPOUND = "compound"
    CATEGORY = "category"


@dataclass(frozen=True, slots=True)
class Weakness:
    """One entry of CWE.

    Attributes:
        usage: whether CWE itself lets findings be mapped to it: ``allowed``,
            ``allowed-with-review``, ``discouraged`` or ``prohibited``.
        status: how settled the entry is, such as ``draft``.
        parents: in view 1000, the primary one first.
    """

    number: int
    name: str
    kind: CweKind
    usage: str
    status: str
    parents: tuple[int, ...]

    @property
    def is_broad(self) -> bool:
        """Whether CWE itself says that a finding of this number tells too little."""
        return self.usage in ("discouraged", "prohibited")


@dataclass(frozen=True, slots=True)
class Reached:
    """A weakness that was reached: itself (depth 0) or an ancestor ``depth`` steps up."""

    via: int
    depth: int


class CweTree:
    """All entries by number."""

    def __init__(self, weaknesses: Mapping[int, Weakness]) -> None:
        self._by_number = dict(weaknesses)

    def get(self, number: int) -> Weakness | None:
        """Return an entry, or None when it is unknown or deprecated."""
        return self._by_number.get(number)

    @property
    def live(self) -> tuple[int, ...]:
        """The numbers of the weaknesses, without categories, ascending."""
        return tuple(
            number
            for number, weakness in sorted(self._by_number.items())
            if weakness.kind is not CweKind.CATEGORY
        )

    def search(self, words: str, limit: int) -> list[Weakness]:
        """Return entries whose number or name holds these words, by number, at most ``limit``."""
        wanted = words.casefold().removeprefix("cwe-").split()
        if not wanted:
            return []
        found = (
            weakness
            for number, weakness in sorted(self._by_number.items())
            if wanted == [str(number)] or all(word in weakness.name.casefold() for word in wanted)
        )
        return list(islice(found, limit))

    def ancestors(self, number: int) -> Iterator[Reached]:
        """Yield what lies above a weakness, nearest first, pillars left out.

        Among ancestors of one depth the primary parents come first.
        """
        passed = {number}
        level = [number]
        depth = 0
        while level:
            depth += 1
            above: list[int] = []
            for below in level:
                weakness = self._by_number.get(below)
                for parent in weakness.parents if weakness else ():
                    found = self._by_number.get(parent)
                    if parent in passed or found is None or found.kind is CweKind.PILLAR:
                        continue
                    passed.add(parent)
                    above.append(parent)
                    yield Reached(parent, depth)
            level = above

    def nearest(self, number: int, known: Collection[int]) -> tuple[Reached, ...]:
        """Return the weakness itself or its nearest ancestors among those a list knows.

        Several only when they are equally near; the one by the primary parents comes first.
        """
        if number in known:
            return (Reached(number, 0),)
        found: list[Reached] = []
        for ancestor in self.ancestors(number):
            if found and ancestor.depth > found[0].depth:
                break
            if ancestor.via in known:
                found.append(ancestor)
        return tuple(found)
