"""Walk a SARIF log twice without holding its results: first all else in it, then one by one.

What results refer to (rules, files, taxonomies) may stand behind them in the file, so nothing can
be read of a result before the file was seen to its end.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from checklist_app.scanners.base import Report
from checklist_app.untrusted.json_stream import JsonStream


@dataclass(frozen=True, slots=True)
class ResultCount:
    """Stands in a run for its list of results."""

    count: int


def without_results(report: Report) -> Any:
    """Return a log in which each list of results is replaced by its :class:`ResultCount`.

    Raises:
        UnreadableReport: it is no strict JSON.
    """
    with _opened(report) as stream:
        if stream.peek() != "{":
            log = stream.value()
        else:
            log = {
                key: _runs(stream) if key == "runs" and stream.peek() == "[" else stream.value()
                for key in stream.members()
            }
        stream.finish()
        return log


def _runs(stream: JsonStream) -> list[Any]:
    return [_run(stream) if stream.peek() == "{" else stream.value() for _ in stream.elements()]


def _run(stream: JsonStream) -> dict[str, Any]:
    return {
        key: _count(stream) if key == "results" and stream.peek() == "[" else stream.value()
        for key in stream.members()
    }


def _count(stream: JsonStream) -> ResultCount:
    count = 0
    for _ in stream.elements():
        stream.skip()
        count += 1
    return ResultCount(count)


def results(report: Report) -> Iterator[tuple[int, Any]]:
    """Yield every result of a log with the number of its run, counted from 0.

    Raises:
        UnreadableReport: a result is no strict JSON.
    """
    with _opened(report) as stream:
        for key in stream.members():
            if key == "runs" and stream.peek() == "[":
                for number, _ in enumerate(stream.elements()):
                    yield from ((number, result) for result in _results(stream))
            else:
                stream.skip()


def _results(stream: JsonStream) -> Iterator[Any]:
    if stream.peek() != "{":
        stream.skip()
        return
    for key in stream.members():
        if key == "results" and stream.peek() == "[":
            for _ in stream.elements():
                yield stream.value()
        else:
            stream.skip()


@contextmanager
def _opened(report: Report) -> Iterator[JsonStream]:
    size = report.check_size()
    with report.path.open("rb") as file:
        yield JsonStream(file, size)
