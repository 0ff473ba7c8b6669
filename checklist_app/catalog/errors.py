"""What is wrong with content files, all of it at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from checklist_app.domain.errors import DomainError
from checklist_app.domain.text import text


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One fault in one place.

    Attributes:
        file: path of the file as the loader was given it, ``/``-separated.
        requirement: identifier of the requirement or section; ``#N`` for the Nth entry of a file
            when the entry has no usable identifier; empty when the fault is the file's own.
        field: dotted path of the field, such as ``verification.es``; empty when none is to blame.
        message: what is wrong, in English: it speaks to whoever edits the file.
    """

    file: str
    requirement: str
    field: str
    message: str

    def __str__(self) -> str:
        """Return ``file: requirement: field: message`` without the empty parts."""
        return ": ".join(
            part for part in (self.file, self.requirement, self.field, self.message) if part
        )


class ContentError(DomainError):
    """Content that cannot be loaded.

    Attributes:
        problems: every fault found, sorted by file; never empty.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        listing = "\n".join(str(problem) for problem in self.problems)
        super().__init__(text("The content cannot be loaded:\n%(problems)s", problems=listing))
