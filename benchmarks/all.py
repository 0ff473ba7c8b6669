"""All benchmarks, one after another: one line of JSON each; exit 1 when any target is missed.

Run: ``.venv/bin/python -m benchmarks.all [--database URL]``
"""

from __future__ import annotations

import argparse
import subprocess
import sys

OVER_A_DATABASE = (
    ("checklist_page",),
    ("save_verdict",),
    ("import_scan",),
    ("import_scan", "--size=100000", "--runs=1"),
    ("import_scan", "--format=zap", "--runs=1"),
    ("library",),
)
WITHOUT = (("report_pdf",),)


def main() -> None:
    """Run each benchmark in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", default="", metavar="URL", help="see the single ones")
    database = parser.parse_args().database
    orders = [[*order, f"--database={database}"] for order in OVER_A_DATABASE]
    orders += [list(order) for order in WITHOUT]
    codes = [
        subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *rest], check=False).returncode
        for name, *rest in orders
    ]
    raise SystemExit(max(codes))


if __name__ == "__main__":
    main()
