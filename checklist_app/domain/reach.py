"""How far findings reach into a list: by which keys, by which kinds of tools, and where not."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from checklist_app.domain.cwe_tree import CweTree


@dataclass(frozen=True, slots=True)
class Reach:
    """What leads to one requirement, and which kinds of tools can see it.

    ``is_keyed`` tells whether a tag or a tool's rule leads there.
    """

    cwes: frozenset[int]
    is_keyed: bool
    scanners: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts over the requirements of a list, and over all weaknesses of CWE.

    Attributes:
        by_cwe: requirements that name a CWE.
        by_ancestor: those of them that further weaknesses reach, as their nearest ancestor.
        by_key: requirements that a tag or a tool's rule leads to.
        keyed: requirements that any of these leads to.
        scanned: requirements that some kind of tool can see.
        person_only: the others: only a person can tell.
        cwes: live weaknesses that reach the list by their own number.
        cwes_with_ancestors: live weaknesses that reach it, if only by an ancestor.
        all_cwes: live weaknesses there are.
    """

    requirements: int
    by_cwe: int
    by_ancestor: int
    by_key: int
    keyed: int
    scanned: int
    person_only: int
    cwes: int
    cwes_with_ancestors: int
    all_cwes: int


def figures(reaches: Collection[Reach], tree: CweTree) -> Figures:
    """Count over the requirements of one list."""
    known = frozenset().union(*(reach.cwes for reach in reaches))
    ways = {number: tree.nearest(number, known) for number in tree.live}
    inherited = {way.via for nearest in ways.values() for way in nearest if way.depth}
    scanned = sum(bool(reach.scanners) for reach in reaches)
    return Figures(
        requirements=len(reaches),
        by_cwe=sum(bool(reach.cwes) for reach in reaches),
        by_ancestor=sum(bool(reach.cwes & inherited) for reach in reaches),
        by_key=sum(reach.is_keyed for reach in reaches),
        keyed=sum(bool(reach.cwes) or reach.is_keyed for reach in reaches),
        scanned=scanned,
        person_only=len(reaches) - scanned,
        cwes=len(known.intersection(tree.live)),
        cwes_with_ancestors=sum(bool(nearest) for nearest in ways.values()),
        all_cwes=len(tree.live),
    )
