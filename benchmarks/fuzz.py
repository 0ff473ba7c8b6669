"""Thousands of changed reports through every parser: what came out that should not have.

Begins with the samples of the tests and, where they are at hand, with real reports. Each kind of
failure is told once, and the file that showed it is kept.

Run: ``.venv/bin/python -m benchmarks.fuzz [--examples 2000] [--only zap,nmap] [--keep FOLDER]``
"""

from __future__ import annotations

import argparse
import time
import traceback
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from benchmarks.figures import tell
from checklist_app.scanners.base import HEAD_BYTES, Parser
from checklist_app.scanners.table import PARSERS, recognise
from tests.scanners.hostile_files import SAMPLES
from tests.scanners.mutations import changed, seed_files
from tests.scanners.test_fuzz import try_parser

LARGEST_SEED = 60_000
SLOWEST_SECONDS = 10.0
CORPUS = Path(__file__).parents[2] / "shared" / "scans"


@dataclass(slots=True)
class Tally:
    """What became of the examples of one parser."""

    read: int = 0
    refused: int = 0
    slowest: float = 0.0
    failures: dict[str, bytes] = field(default_factory=dict)


def main() -> None:
    """Print one line of JSON with the figures; exit 1 when anything but a refusal came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=2000, help="for each parser")
    parser.add_argument("--only", default="", help="formats, separated by commas")
    parser.add_argument("--keep", type=Path, help="where the files that fail are written")
    parser.add_argument("--corpus", type=Path, default=CORPUS, help="folder with real reports")
    options = parser.parse_args()
    wanted = set(options.only.split(",")) if options.only else {one.format for one in PARSERS}
    seeds = seeds_by_format((SAMPLES, options.corpus))
    began = time.process_time()
    tallies = {
        one.format: fuzz(one, seeds[one.format], options.examples)
        for one in PARSERS
        if one.format in wanted
    }
    failures = Counter({name: len(tally.failures) for name, tally in tallies.items()})
    for name, tally in tallies.items():
        _show(name, tally, options.keep)
    slowest = max(tally.slowest for tally in tallies.values())
    tell(
        {
            "benchmark": "fuzz",
            "parsers": len(tallies),
            "seeds": sum(len(seeds[name]) for name in tallies),
            "examples_each": options.examples,
            "fewest_examples": min(tally.read + tally.refused for tally in tallies.values()),
            "read": sum(tally.read for tally in tallies.values()),
            "refused": sum(tally.refused for tally in tallies.values()),
            "fewest_read": min((tally.read, name) for name, tally in tallies.items()),
            "processor_minutes": round((time.process_time() - began) / 60, 1),
            "slowest_s": round(slowest, 2),
            "failures": dict(+failures),
        },
        {
            "failures": (failures.total(), 0),
            "slowest_s": (slowest, SLOWEST_SECONDS),
        },
    )


def seeds_by_format(folders: Iterable[Path]) -> dict[str, list[bytes]]:
    """Return reports that are read, by the key of their format."""
    found: dict[str, list[bytes]] = {}
    for folder in folders:
        for path in seed_files(folder, largest=LARGEST_SEED):
            data = path.read_bytes()
            parser = recognise(data[:HEAD_BYTES])
            if parser is not None:
                found.setdefault(parser.format, []).append(data)
    return found


def fuzz(parser: Parser, seeds: list[bytes], examples: int) -> Tally:
    """Try so many changed reports; never stops at a failure."""
    tally = Tally()

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.sampled_from(seeds).flatmap(changed))
    def attempt(data: bytes) -> None:
        began = time.perf_counter()
        try:
            was_read = try_parser(parser, data)
        except Exception as error:
            tally.failures.setdefault(_where(error), data)
            was_read = False
        tally.slowest = max(tally.slowest, time.perf_counter() - began)
        tally.read += was_read
        tally.refused += not was_read

    attempt()
    return tally


def _where(error: Exception) -> str:
    """Return what tells one failure from another: its kind, and the line that raised it."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "checklist_app" in frame.filename] or frames
    lines = [f"{Path(one.filename).name}:{one.lineno} {one.line}" for one in (ours[-1], frames[-1])]
    return f"{type(error).__name__} at {' | '.join(dict.fromkeys(lines))}"


def _show(name: str, tally: Tally, folder: Path | None) -> None:
    for number, (where, data) in enumerate(tally.failures.items(), 1):
        print(f"{name}: {where}")
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{name}-{number}.bin").write_bytes(data)


if __name__ == "__main__":
    main()
