"""How much a confined function may use, and what is said when it wants more."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from checklist_app.domain.errors import JobFailed
from checklist_app.domain.text import Text, text


class Resource(StrEnum):
    """What a confined function can run out of."""

    MEMORY = "memory"
    CPU = "cpu"
    WALL = "wall"
    OUTPUT = "output"


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one confined call.

    Attributes:
        memory_mb: address space, in MiB; more than the resident set, so leave some air.
        cpu_seconds: processor time, in seconds.
        wall_seconds: time on the clock from start to result, in seconds.
        output_mb: the largest file it may write, the result included, in MiB.
        open_files: file descriptors open at once.
    """

    memory_mb: int = 512
    cpu_seconds: int = 60
    wall_seconds: int = 120
    output_mb: int = 256
    open_files: int = 128


class LimitExceeded(JobFailed):
    """A confined function wanted more than its limits.

    Attributes:
        resource: what it ran out of.
    """

    def __init__(self, resource: Resource, limits: Limits) -> None:
        super().__init__(_message(resource, limits))
        self.resource = resource


def _message(resource: Resource, limits: Limits) -> Text:
    match resource:
        case Resource.MEMORY:
            return text(
                "This needs more than the %(limit)s MB of memory that is allowed. "
                "Split the file into smaller ones and try again.",
                limit=limits.memory_mb,
            )
        case Resource.CPU:
            return text(
                "This needs more than the %(limit)s seconds of processor time that are allowed. "
                "Split the file into smaller ones and try again.",
                limit=limits.cpu_seconds,
            )
        case Resource.WALL:
            return text(
                "This took longer than the %(limit)s seconds that are allowed. "
                "Split the file into smaller ones and try again.",
                limit=limits.wall_seconds,
            )
        case Resource.OUTPUT:
            return text(
                "The result is larger than the %(limit)s MB that are allowed. "
                "Split the file into smaller ones and try again.",
                limit=limits.output_mb,
            )
