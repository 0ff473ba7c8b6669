"""A worker process that does the jobs that wait and tells what that took, as a line of JSON.

Started by ``benchmarks.import_sarif`` with the settings of its place in the environment, so that
the memory of the process is that of a worker and nothing else.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time

from benchmarks.figures import counted
from checklist_app.config import Config
from checklist_app.jobs.worker import work_until_over
from checklist_app.services.resources import Resources


def main() -> None:
    """Do the job whose key is the only argument."""
    resources = Resources.open(Config.from_env(os.environ))
    with counted(resources.engine) as statements:
        began = time.perf_counter()
        state = work_until_over(resources, int(sys.argv[1]))
        seconds = time.perf_counter() - began
    resources.close()
    print(
        json.dumps(
            {
                "state": state.value,
                "seconds": seconds,
                "statements": statements.count,
                "writes": dict(statements.writes),
                "worker_mb": _peak_mb(resource.RUSAGE_SELF),
                "parser_mb": _peak_mb(resource.RUSAGE_CHILDREN),
            }
        )
    )


def _peak_mb(who: int) -> int:
    # Linux counts in KiB. A child's peak includes what its parent held when it was started.
    return -(-resource.getrusage(who).ru_maxrss // 1024)


if __name__ == "__main__":
    main()
