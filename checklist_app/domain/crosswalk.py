"""When verdicts on two linked requirements cannot both be true."""

from __future__ import annotations

from checklist_app.domain.vocabulary import Outcome, Relation

HUB = "owasp-asvs"
"""The list that others are linked through: same here and same there is the same."""


def contradict(here: Outcome | None, relation: Relation, there: Outcome | None) -> bool:
    """Return whether two verdicts deny each other.

    Args:
        here: the verdict on one requirement; None is not assessed, which denies nothing.
        relation: how this requirement stands to the other one.
        there: the verdict on the other.

    What asks for the same must come out the same; partial and fail both say that it does not
    hold. What is violated in a part cannot hold, or not apply, as a whole.
    """
    if here is None or there is None:
        return False
    if relation is Relation.SAME:
        return here is not there and not (here.is_gap and there.is_gap)
    if relation is Relation.NARROWER:
        return here.is_gap and not there.is_gap
    if relation is Relation.BROADER:
        return there.is_gap and not here.is_gap
    return False
