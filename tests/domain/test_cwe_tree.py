"""The way up the tree of weaknesses."""

from __future__ import annotations

from checklist_app.domain.cwe_tree import CweKind, CweTree, Reached, Weakness


def tree(**parents: tuple[int, ...]) -> CweTree:
    """A tree of ``w5=(3, 4)``: 5 below 3 (its primary parent) and 4; 1 is a pillar."""
    return CweTree(
        {
            int(name[1:]): Weakness(
                number=int(name[1:]),
                name=name,
                kind=CweKind.PILLAR if name == "w1" else CweKind.BASE,
                usage="allowed",
                status="draft",
                parents=above,
            )
            for name, above in parents.items()
        }
    )


FOREST = tree(w1=(), w2=(1,), w3=(2,), w4=(2,), w5=(3, 4), w6=(5,), w7=(7, 99))


def test_a_known_number_reaches_itself_and_looks_no_further() -> None:
    assert FOREST.nearest(5, {5, 3}) == (Reached(5, 0),)


def test_the_nearest_ancestor_wins() -> None:
    assert FOREST.nearest(6, {5, 2}) == (Reached(5, 1),)


def test_equally_near_ancestors_are_all_taken_the_primary_one_first() -> None:
    assert FOREST.nearest(6, {4, 3, 2}) == (Reached(3, 2), Reached(4, 2))


def test_a_pillar_is_reached_by_its_own_number_only() -> None:
    assert FOREST.nearest(2, {1}) == ()
    assert FOREST.nearest(1, {1}) == (Reached(1, 0),)


def test_circles_and_unknown_numbers_end_the_way() -> None:
    assert FOREST.nearest(7, {5}) == ()
    assert FOREST.nearest(12345, {5}) == ()
    assert FOREST.nearest(12345, {12345}) == (Reached(12345, 0),)
