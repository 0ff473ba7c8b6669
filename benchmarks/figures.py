"""What is measured, and the one line in which it is told."""

from __future__ import annotations

import json
import re
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NoReturn

from sqlalchemy import Engine, event

_WRITE = re.compile(r"\s*(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+[\"`]?(\w+)", re.IGNORECASE)

Wsgi = Callable[[Any, Any], Iterable[bytes]]


class Stopwatch:
    """Stands before a WSGI app and notes how long each answer takes, in milliseconds."""

    def __init__(self, app: Wsgi) -> None:
        self.app = app
        self.wall: list[float] = []
        self.processor: list[float] = []

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        """Answer with the whole body, so that all its making is counted."""
        wall, processor = time.perf_counter(), time.process_time()
        body = self.app(environ, start_response)
        answer = b"".join(body)
        close = getattr(body, "close", None)
        if close is not None:
            close()
        self.wall.append((time.perf_counter() - wall) * 1000)
        self.processor.append((time.process_time() - processor) * 1000)
        return [answer]

    def reset(self) -> None:
        """Forget what was noted."""
        self.wall, self.processor = [], []


@dataclass(slots=True)
class Statements:
    """SQL that was sent: how many statements, and how many writing ones by table."""

    count: int = 0
    writes: Counter[str] = field(default_factory=Counter)


@contextmanager
def counted(engine: Engine) -> Iterator[Statements]:
    """Count the statements of an engine; one that carries many rows is one."""
    found = Statements()

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith(("BEGIN", "PRAGMA")):
            return
        found.count += 1
        if match := _WRITE.match(statement):
            found.writes[match[1]] += 1

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)


def median(values: Iterable[float]) -> float:
    """Return the median, to one decimal."""
    return round(statistics.median(values), 1)


def p95(values: Iterable[float]) -> float:
    """Return the value that 95 of 100 do not exceed, to one decimal."""
    return round(percentile(values, 95), 1)


def percentile(values: Iterable[float], percent: int) -> float:
    """Return the value that so many of a hundred do not exceed."""
    ordered = sorted(values)
    return ordered[-(-percent * len(ordered) // 100) - 1]


def by_run(values: list[float], size: int) -> list[list[float]]:
    """Return the values in runs of ``size``."""
    return [values[start : start + size] for start in range(0, len(values), size)]


def tell(figures: dict[str, Any], targets: dict[str, tuple[float, float]]) -> NoReturn:
    """Print one line of JSON; exit 1 when a target is missed.

    Args:
        figures: what was measured.
        targets: by name, what was measured and what it may be at most.
    """
    missed = [name for name, (value, limit) in targets.items() if value > limit]
    limits = {name: limit for name, (_, limit) in targets.items()}
    print(json.dumps({**figures, "targets": limits, "missed": missed}))
    raise SystemExit(1 if missed else 0)
