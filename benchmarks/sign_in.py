"""How long a sign-in of a program takes, and how many a second the web server manages.

A sign-in is ``POST /api/v1/token`` with e-mail and password, sent to gunicorn on loopback: most of
it is the password's hash, which is slow on purpose. First one client, then several at once.

Run: ``.venv/bin/python -m benchmarks.sign_in [--requests 40] [--clients 4] [--database URL]``
"""

from __future__ import annotations

import argparse
import json
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from typing import Any

from benchmarks.browsing import PATIENCE_SECONDS, served
from benchmarks.figures import median, p95, tell
from benchmarks.place import add_options, opened_place
from checklist_app.models import User
from checklist_app.services.clock import now
from checklist_app.services.passwords import hash_password
from checklist_app.services.resources import Resources

SAID = {"email": "alice@example.org", "password": "cuatro palabras sin sentido"}
TAKEN = 200
WARM_UP = 3


def main() -> None:
    """Print one line of JSON with the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=40, help="sign-ins of each run")
    parser.add_argument("--clients", type=int, default=4, help="who sign in at the same time")
    add_options(parser, runs=3)
    options = parser.parse_args()
    tell(measure(options.requests, options.clients, options.runs, options.database), {})


def measure(requests: int, clients: int, runs: int, server: str) -> dict[str, Any]:
    """Sign in ``requests`` times in each run: one after another, then ``clients`` at once."""
    with opened_place(server, is_empty=True) as resources:
        hash_ms = _add_person(resources)
        with served(resources) as port:
            sign_in(port, WARM_UP)
            alone = [sign_in(port, requests) for _ in range(runs)]
            together = [_at_once(port, requests, clients) for _ in range(runs)]
    every = [one for run in together for one in run[1]]
    return {
        "benchmark": "sign_in",
        "database": resources.engine.dialect.name,
        "requests": requests * runs,
        "clients": clients,
        "hash_ms": round(hash_ms, 1),
        "alone_ms_median": median(map(median, alone)),
        "alone_ms_p95": median(map(p95, alone)),
        "together_ms_median": median(every),
        "together_ms_p95": p95(every),
        "together_per_second": median(run[0] for run in together),
    }


def sign_in(port: int, times: int) -> list[float]:
    """Sign in so many times over one connection; return how long each took, in milliseconds."""
    took = []
    with closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)) as connection:
        for _ in range(times):
            began = time.perf_counter()
            connection.request(
                "POST", "/api/v1/token", json.dumps(SAID), {"Content-Type": "application/json"}
            )
            answer = connection.getresponse()
            told = answer.read()
            took.append((time.perf_counter() - began) * 1000)
            assert answer.status == TAKEN, told
    return took


def _at_once(port: int, requests: int, clients: int) -> tuple[float, list[float]]:
    """Return how many sign-ins a second came through, and how long each took."""
    began = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        took = list(pool.map(lambda _: sign_in(port, requests // clients), range(clients)))
    seconds = time.perf_counter() - began
    every = [one for run in took for one in run]
    return len(every) / seconds, every


def _add_person(resources: Resources) -> float:
    """Add who signs in; return the processor time of their password's hash, in milliseconds."""
    began = time.process_time()
    hashed = hash_password(SAID["password"])
    took = (time.process_time() - began) * 1000
    with resources.sessions.begin() as session:
        session.add(User(email=SAID["email"], name="Alice", password_hash=hashed, created_at=now()))
    return took


if __name__ == "__main__":
    main()
