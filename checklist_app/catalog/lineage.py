"""Files that tell what became of each requirement between two editions of a list."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from checklist_app.catalog.errors import ContentError, Problem
from checklist_app.domain.lineage import Step
from checklist_app.domain.vocabulary import Change

HEADER = ["from", "to", "change"]


@dataclass(frozen=True, slots=True)
class Lineage:
    """The steps from one edition of a standard to a later one."""

    standard: str
    before: str
    after: str
    steps: tuple[Step, ...]


def load_lineages(root: Path) -> list[Lineage]:
    """Read every ``<standard>/<before>--<after>.csv`` below ``root``.

    Raises:
        ContentError: with every fault of every file.
    """
    problems: list[Problem] = []
    found = [_load(path, root, problems) for path in sorted(root.glob("*/*--*.csv"))]
    if problems:
        raise ContentError(problems)
    return found


def _load(path: Path, root: Path, problems: list[Problem]) -> Lineage:
    shown_as = path.relative_to(root).as_posix()
    before, _, after = path.stem.partition("--")
    steps: list[Step] = []
    with path.open(encoding="utf-8", newline="") as file:
        lines = csv.reader(file)
        if next(lines, None) != HEADER:
            problems.append(Problem(shown_as, "", "", f"the first line must be {','.join(HEADER)}"))
        for number, line in enumerate(lines, start=2):
            step = _step(line)
            if step is None:
                problems.append(Problem(shown_as, f"line {number}", "", "is not from,to,change"))
            elif step in steps:
                problems.append(Problem(shown_as, f"line {number}", "", "is there twice"))
            else:
                steps.append(step)
    return Lineage(path.parent.name, before, after, tuple(steps))


def _step(line: list[str]) -> Step | None:
    """Return what a line says, or None when it makes no sense."""
    if len(line) != len(HEADER) or line[2] not in list(Change):
        return None
    step = Step(line[0], line[1], Change(line[2]))
    sides_fit = {
        Change.NEW: not step.before and bool(step.after),
        Change.GONE: bool(step.before) and not step.after,
    }.get(step.change, bool(step.before) and bool(step.after))
    return step if sides_fit else None
