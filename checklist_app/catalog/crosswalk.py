"""Pairs of requirements that hang on the same node of OpenCRE, as they lie with the content."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).resolve().parents[2] / "content" / "crosswalk" / "cre.csv"
SOURCE = "cre:"
"""Links that come from here name their node behind this."""


@dataclass(frozen=True, slots=True)
class SharedNode:
    """Two requirements, each as (standard, version, identifier), and the node both hang on."""

    cre: str
    one: tuple[str, str, str]
    other: tuple[str, str, str]

    @property
    def source(self) -> str:
        """How a link names where it comes from, such as ``cre:760-764``."""
        return f"{SOURCE}{self.cre}"


@cache
def shared_nodes() -> tuple[SharedNode, ...]:
    """Return the pairs; read once in a process."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return tuple(
            SharedNode(
                cre=row["cre"],
                one=(row["standard"], row["version"], row["identifier"]),
                other=(row["other"], row["other_version"], row["other_identifier"]),
            )
            for row in csv.DictReader(file)
        )
