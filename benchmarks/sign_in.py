"""How long a sign-in of a program takes, and how many a second the web server manages.

A sign-in is ``POST /api/v1/token`` with e-mail and password, sent to gunicorn on loopback: most of
it is the password's hash, which is slow on purpose. First one client, then several at once. Then
sign-ins that are refused, in turns, each from another address of loopback: nobody may tell from the
time who has an account.

Run: ``.venv/bin/python -m benchmarks.sign_in [--requests 40] [--clients 4] [--refused 300]
[--database URL]``
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
REFUSED = 401
WARM_UP = 3
MOST_APART_MS = 10.0
PEOPLE = 4
"""With each kind of account, so that no account meets the limit of its own."""


def main() -> None:
    """Print one line of JSON with the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=40, help="sign-ins of each run")
    parser.add_argument("--clients", type=int, default=4, help="who sign in at the same time")
    parser.add_argument("--refused", type=int, default=300, help="refusals of each kind")
    add_options(parser, runs=3)
    options = parser.parse_args()
    facts = measure(options)
    tell(facts, {"refused_apart_ms": (facts["refused_apart_ms"], MOST_APART_MS)})


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Sign in so many times in each run: one after another, then several at once; be refused."""
    requests, clients, runs = options.requests, options.clients, options.runs
    with opened_place(options.database, is_empty=True) as resources:
        hash_ms = _add_person(resources)
        with served(resources) as port:
            sign_in(port, WARM_UP)
            alone = [sign_in(port, requests) for _ in range(runs)]
            together = [_at_once(port, requests, clients) for _ in range(runs)]
            refused = {kind: median(took) for kind, took in be_refused(port, options.refused)}
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
        "refused": options.refused,
        "refused_ms_median": refused,
        "refused_apart_ms": round(max(refused.values()) - min(refused.values()), 1),
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


def be_refused(port: int, times: int) -> list[tuple[str, list[float]]]:
    """Be refused so many times for each reason, in turns; return the milliseconds of each."""
    took: dict[str, list[float]] = {"unknown": [], "wrong": [], "closed": []}
    for turn in range(times):
        named = {
            "unknown": (f"nobody{turn}@example.org", SAID["password"]),
            "wrong": (f"known{turn % PEOPLE}@example.org", "no such password at all"),
            "closed": (f"closed{turn % PEOPLE}@example.org", SAID["password"]),
        }
        for place, (kind, (email, password)) in enumerate(named.items()):
            source = (f"127.{place + 1}.{turn // 250}.{turn % 250 + 1}", 0)
            connection = HTTPConnection(
                "127.0.0.1", port, timeout=PATIENCE_SECONDS, source_address=source
            )
            with closing(connection):
                connection.connect()
                began = time.perf_counter()
                body = json.dumps({"email": email, "password": password})
                connection.request(
                    "POST", "/api/v1/token", body, {"Content-Type": "application/json"}
                )
                answer = connection.getresponse()
                told = answer.read()
                took[kind].append((time.perf_counter() - began) * 1000)
                assert answer.status == REFUSED, told
    return list(took.items())


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
    names = [SAID["email"]]
    names += [f"{kind}{n}@example.org" for kind in ("known", "closed") for n in range(PEOPLE)]
    with resources.sessions.begin() as session:
        for email in names:
            is_open = not email.startswith("closed")
            session.add(
                User(
                    email=email,
                    name="Alice",
                    password_hash=hashed,
                    is_active=is_open,
                    created_at=now(),
                )
            )
    return took


if __name__ == "__main__":
    main()
