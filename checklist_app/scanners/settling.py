"""Give results fingerprints of their own while they come, with none of them kept in memory.

What :func:`checklist_app.scanners.base.settle` does to a list, this does to a file: one JSON line
for each result. Only those that share a fingerprint are read again and compared.
"""

from __future__ import annotations

import hashlib
import json
from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from checklist_app.domain.findings import FindingState, ParsedFinding
from checklist_app.scanners.base import fingerprint, place_of


class Settling:
    """A file that results are written to, and what is known of them.

    Attributes:
        states: how many results of the report there are of each state, merged ones included.
        merged: how many of them were merged into another one.
    """

    def __init__(self, folder: Path) -> None:
        self.states: Counter[FindingState] = Counter()
        self.merged = 0
        self._path = folder / "taken"
        self._file: BinaryIO = self._path.open("w+b")
        self._begins: array[int] = array("Q", [0])
        self._is_reading = False
        self._first: dict[bytes, int] = {}
        self._alike: dict[bytes, dict[bytes, int]] = {}
        self._more: dict[int, tuple[int, int]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def take(self, result: ParsedFinding) -> None:
        """Write a result down, unless one that is equal in everything was there before."""
        self.states[result.state] += result.results
        self.merged += result.results - 1
        line = result_line(result)
        mark = bytes.fromhex(result.fingerprint)
        first = self._first.setdefault(mark, self._count)
        if first == self._count:
            self._write(line)
            return
        alike = self._alike.setdefault(mark, {})
        if not alike:
            alike[_digest(self._line(first))] = first
        number = alike.setdefault(_digest(line), self._count)
        if number == self._count:
            self._write(line)
            return
        results, occurrences = self._more.get(number, (0, 0))
        self._more[number] = (results + result.results, occurrences + result.occurrences)
        self.merged += 1

    def write_to(self, target: Path) -> None:
        """Write the settled results, in the order of the report, one JSON line each."""
        numbered = dict(self._numbered())
        self._file.seek(0)
        with target.open("wb") as settled:
            for number, line in enumerate(self._file):
                if number in numbered or number in self._more:
                    result = read_result(line)
                    results, occurrences = self._more.get(number, (0, 0))
                    settled.write(
                        result_line(
                            replace(
                                result,
                                fingerprint=numbered.get(number, result.fingerprint),
                                results=result.results + results,
                                occurrences=result.occurrences + occurrences,
                            )
                        )
                    )
                else:
                    settled.write(line)

    def _numbered(self) -> Iterator[tuple[int, str]]:
        """Yield the new fingerprint of every result that is not the first of its own."""
        for mark, alike in self._alike.items():
            if len(alike) == 1:
                continue
            # Sorting keeps the order of the report among those of one place.
            group = sorted(
                alike.values(), key=lambda number: place_of(read_result(self._line(number)))
            )
            for place, number in enumerate(group[1:], 1):
                yield number, fingerprint(mark.hex(), place)

    @property
    def _count(self) -> int:
        return len(self._begins) - 1

    def _write(self, line: bytes) -> None:
        if self._is_reading:  # needless seeking would empty the buffer each time
            self._file.seek(self._begins[-1])
            self._is_reading = False
        self._file.write(line)
        self._begins.append(self._begins[-1] + len(line))

    def _line(self, number: int) -> bytes:
        begin, end = self._begins[number], self._begins[number + 1]
        self._is_reading = True
        self._file.seek(begin)
        return self._file.read(end - begin)


def result_line(result: ParsedFinding) -> bytes:
    """Return a result as one line of JSON."""
    return json.dumps(result.to_json(), ensure_ascii=False).encode() + b"\n"


def read_result(line: bytes) -> ParsedFinding:
    """Return the result that :func:`result_line` wrote down."""
    return ParsedFinding.from_json(json.loads(line))


def _digest(line: bytes) -> bytes:
    return hashlib.blake2b(line, digest_size=16).digest()
