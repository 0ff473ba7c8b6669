"""Starts ./run twice as a person would and stops it by Ctrl-C; prints what happened.

    python3 scripts/prove_start.py [--port N]

Uses the standard library only, for it runs where nothing is installed yet. Prints rows of a
Markdown table; exits 0 only when every row is as promised.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FIRST_START_SECONDS = 900
SECOND_START_SECONDS = 5
STOP_SECONDS = 20


class NotAsPromisedError(Exception):
    """The system did not do what it promises."""


def _answers(port: int, path: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _start(port: int, limit: float) -> tuple[subprocess.Popen[bytes], float]:
    """Start in a session of its own, as a terminal does; return it and the seconds to /healthz."""
    began = time.monotonic()
    command = [str(ROOT / "run"), "--port", str(port)]
    process = subprocess.Popen(command, stdout=sys.stderr, start_new_session=True)
    while not _answers(port, "/healthz"):
        if process.poll() is not None:
            raise NotAsPromisedError(f"./run ended with {process.returncode}")
        if time.monotonic() - began > limit:
            _stop(process)
            raise NotAsPromisedError(f"no answer within {limit:.0f} s")
        time.sleep(0.05)
    return process, time.monotonic() - began


def _alive_in_session(session: int) -> list[str]:
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                stat = (folder / "stat").read_text()
            except OSError:
                continue
            name, fields = (
                stat.partition("(")[2].rpartition(")")[0],
                stat.rpartition(")")[2].split(),
            )
            if int(fields[3]) == session and fields[0] != "Z":
                found.append(name)
    return found


def _stop(process: subprocess.Popen[bytes]) -> tuple[int, float, list[str]]:
    """Press Ctrl-C; return the exit code, the seconds it took and who is still there."""
    began = time.monotonic()
    os.killpg(process.pid, signal.SIGINT)
    try:
        code = process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        raise NotAsPromisedError(f"Ctrl-C did not stop it within {STOP_SECONDS} s") from None
    deadline = time.monotonic() + 2
    while (left := _alive_in_session(process.pid)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return code, time.monotonic() - began, left


def _prove(port: int) -> None:
    process, seconds = _start(port, FIRST_START_SECONDS)
    print(f"| first `./run` answers 200 on `/healthz` | yes | {seconds:.1f} s |", flush=True)
    ready = _answers(port, "/readyz")
    print(f"| `/readyz` at once after that | {'yes' if ready else 'not yet'} | |", flush=True)
    code, seconds, left = _stop(process)
    print(
        f"| Ctrl-C: exit code {code}, processes left: {len(left)} | "
        f"{'yes' if not left else ', '.join(left)} | {seconds:.1f} s |",
        flush=True,
    )
    if left:
        raise NotAsPromisedError(f"still running after Ctrl-C: {', '.join(left)}")
    process, seconds = _start(port, FIRST_START_SECONDS)
    print(
        f"| second `./run` answers 200 on `/healthz` | "
        f"{'yes' if seconds < SECOND_START_SECONDS else 'too late'} | {seconds:.1f} s |",
        flush=True,
    )
    _, _, left = _stop(process)
    if seconds >= SECOND_START_SECONDS or left:
        raise NotAsPromisedError(f"second start took {seconds:.1f} s, left: {left}")


def main() -> int:
    """Prove it; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8765)
    try:
        _prove(parser.parse_args().port)
    except NotAsPromisedError as error:
        print(f"| NOT AS PROMISED: {error} | no | |", flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
