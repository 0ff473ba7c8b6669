"""What is known of a call, whatever the neighbour has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.house.caller import Caller, Given

Of = Callable[[Caller, Any], Any]


@dataclass(frozen=True)
class Known:
    """What a function is given, and what of its answer is known, or the name of what it raises."""

    given: Given
    answer: Any
    of: Of = lambda _, answer: answer
