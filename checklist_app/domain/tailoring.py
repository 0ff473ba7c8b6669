"""Which requirements speak about something that a project does not have."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from checklist_app.domain.standards import Feature


@dataclass(frozen=True, slots=True)
class Tailoring:
    """What of a standard a checklist asks for.

    Attributes:
        level: the highest level that is assessed; None for all.
        features: the profile of the project; None when it was not told, so that all is taken to
            apply.
    """

    level: int | None = None
    features: frozenset[Feature] | None = None


EVERYTHING = Tailoring()


def missing_features(
    presupposed: Iterable[str], profile: Collection[Feature] | None
) -> list[str] | None:
    """Return the features for want of which a requirement does not apply, or None if it does.

    Args:
        presupposed: features of which the requirement needs any; none: it always applies.
        profile: what the project has; None: not told, so everything is taken to apply.
    """
    wanted = list(presupposed)
    if profile is None or not wanted or any(Feature(name) in profile for name in wanted):
        return None
    return wanted
