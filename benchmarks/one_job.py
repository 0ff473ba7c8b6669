"""A worker process that does the jobs that wait and tells what that took, as a line of JSON.

Started by ``benchmarks.import_scan`` with the settings of its place in the environment, so that
the memory of the process is that of a worker and nothing else.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from pathlib import Path

from benchmarks.figures import counted
from checklist_app.config import Config
from checklist_app.jobs.worker import collect_rarely, work_until_over
from checklist_app.services.resources import Resources


def main() -> None:
    """Do the job whose key is the only argument."""
    resources = Resources.open(Config.from_env(os.environ))
    collect_rarely()  # as the worker does
    with counted(resources.engine) as statements:
        began, processor = time.perf_counter(), time.process_time()
        state = work_until_over(resources, int(sys.argv[1]))
        seconds = time.perf_counter() - began
        processor = time.process_time() - processor
    resources.close()
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(
        json.dumps(
            {
                "state": state.value,
                "seconds": seconds,
                "statements": statements.count,
                "writes": dict(statements.writes),
                "worker_processor": processor,
                "parser_processor": children.ru_utime + children.ru_stime,
                "worker_mb": _own_peak_mb(),
                "parser_mb": _children_peak_mb(),
            }
        )
    )


def _own_peak_mb() -> int:
    """Return the most memory this program held.

    Not ``getrusage``: what that says of a process begins with the peak of whoever started it.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return -(-int(line.split()[1]) // 1024)


def _children_peak_mb() -> int:
    """Return the most memory any child held, or this program when it started the child."""
    return -(-resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)


if __name__ == "__main__":
    main()
