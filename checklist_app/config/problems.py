"""What can be wrong with the settings, told all at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with the settings: an English message id and its parameters."""

    msgid: str
    params: Mapping[str, str]

    def __str__(self) -> str:
        """Return the English message."""
        return self.msgid % self.params


class ConfigError(Exception):
    """The settings do not let the system start.

    Attributes:
        problems: everything that is wrong, so that it can be mended in one go.
    """

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(str(problem) for problem in problems))
        self.problems = problems


def N_(msgid: str) -> str:  # noqa: N802 - the conventional gettext marker
    """Mark a message id for the translation catalogue."""
    return msgid
