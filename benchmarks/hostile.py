"""Every hostile file of the tests through the confined reader: how each ends, how long, how much.

Run: ``.venv/bin/python -m benchmarks.hostile [--every 1]``
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.figures import tell
from checklist_app.domain.errors import DomainError, UnreadableReport
from checklist_app.sandbox import LimitExceeded, Limits
from checklist_app.scanners.confined import parse_confined
from tests.scanners.hostile_files import hostile, samples

LIMITS = Limits(memory_mb=512, cpu_seconds=10, wall_seconds=10, output_mb=64)
SLOWEST_SECONDS = 10.0
MOST_MB = 512.0
FEWEST = 300


def main() -> None:
    """Print one line of JSON with the figures; exit 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="only every so many files")
    figures = measure(parser.parse_args().every)
    tell(
        figures,
        {
            "slowest_s": (figures["slowest_s"], SLOWEST_SECONDS),
            "peak_mb": (figures["peak_mb"], MOST_MB),
            "broken": (figures["broken"], 0),
        },
    )


def measure(every: int) -> dict[str, Any]:
    """Read the files one after another, each in a child of its own."""
    endings: Counter[str] = Counter()
    slowest = 0.0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "upload"
        number = 0
        for sample in samples():
            for _, data in hostile(sample):
                number += 1
                if number % every:
                    continue
                path.write_bytes(data)
                start = time.perf_counter()
                endings[_ending(path)] += 1
                slowest = max(slowest, time.perf_counter() - start)
    return {
        "benchmark": "hostile",
        "formats": len(samples()),
        "files": endings.total(),
        "refused": endings["refused"],
        "read": endings["read"],
        "over_a_limit": endings["over a limit"],
        "broken": endings["broken"],
        "slowest_s": round(slowest, 2),
        "peak_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024,
    }


def _ending(path: Path) -> str:
    try:
        scan = parse_confined(path, limits=LIMITS)
    except UnreadableReport:
        return "refused"
    except LimitExceeded:
        return "over a limit"
    except DomainError:
        return "broken"
    return "read" if scan.account.adds_up else "broken"


if __name__ == "__main__":
    main()
