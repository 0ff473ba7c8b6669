"""Runs inside the image's file system and proves that its start command works there.

    python prove_image.py HEALTHCHECK CMD     (both as JSON lists, from the Dockerfile)

Meant to be called by prove-image-start.sh. Prints rows of a Markdown table; exits 0 only when every
row is as promised.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

START_SECONDS = 60
STOP_SECONDS = 35
failures: list[str] = []


def _row(what: str, *, good: bool, remark: str = "") -> None:
    print(f"| {what} | {'yes' if good else 'NO'} | {remark} |", flush=True)
    if not good:
        failures.append(what)


def _refuses_to_write(folder: str) -> bool:
    try:
        (Path(folder) / "written-by-proof").touch()
    except OSError:
        return True
    return False


def _surroundings() -> None:
    ids = (os.getuid(), os.getgid(), os.getgroups())
    _row("runs as uid 10001 without other groups", good=ids == (10001, 10001, []), remark=str(ids))
    status = Path("/proc/self/status").read_text(encoding="ascii")
    held = [
        line.split()[1] for line in status.splitlines() if line.startswith(("CapEff", "CapBnd"))
    ]
    _row(
        "holds no capability", good=all(int(mask, 16) == 0 for mask in held), remark=" ".join(held)
    )
    closed = [
        folder for folder in ("/", "/app", "/opt/venv", "/etc", "/usr") if _refuses_to_write(folder)
    ]
    _row("cannot write outside /data and /tmp", good=len(closed) == 5, remark=" ".join(closed))
    found = [name for name in ("cc", "gcc", "make", "ld", "pip", "pip3") if shutil.which(name)]
    found += [
        name
        for name in ("pip", "setuptools", "wheel", "flit_core")
        if importlib.util.find_spec(name)
    ]
    _row("no compiler, pip, setuptools or build back-end", good=not found, remark=" ".join(found))


def _answer(path: str) -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:8000{path}", timeout=3) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def _wait(path: str, process: subprocess.Popen[bytes]) -> float | None:
    """Return the seconds until ``path`` answered 200, or None when it did not in time."""
    began = time.monotonic()
    while time.monotonic() - began < START_SECONDS and process.poll() is None:
        if _answer(path) == 200:
            return time.monotonic() - began
        time.sleep(0.1)
    return None


def _stop(name: str, process: subprocess.Popen[bytes]) -> None:
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    try:
        code: int | None = process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        code = None
    seconds = time.monotonic() - began
    _row(f"SIGTERM ends {name} with exit code 0", good=code == 0, remark=f"{code}, {seconds:.1f} s")


def main() -> int:
    """Prove it; return the exit code."""
    healthcheck, command = (json.loads(argument) for argument in sys.argv[1:3])
    _surroundings()
    migrated = subprocess.run(["checklist", "migrate"], check=False, stdout=sys.stderr)
    _row("`checklist migrate` exits 0", good=migrated.returncode == 0)
    web = subprocess.Popen(command)
    seconds = _wait("/healthz", web)
    _row(
        f"`{' '.join(command)}` answers 200 on /healthz",
        good=seconds is not None,
        remark="" if seconds is None else f"{seconds:.1f} s",
    )
    check = subprocess.run(healthcheck, check=False, stdout=sys.stderr)
    _row("the image's HEALTHCHECK exits 0", good=check.returncode == 0)
    _row("/readyz says no while no worker lives", good=_answer("/readyz") == 503)
    worker = subprocess.Popen(["checklist", "worker"])
    seconds = _wait("/readyz", worker)
    _row(
        "`checklist worker` makes /readyz answer 200",
        good=seconds is not None,
        remark="" if seconds is None else f"{seconds:.1f} s",
    )
    _stop("the worker", worker)
    _stop("the web server", web)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
