"""One client floods, others are served: how long they wait before and meanwhile.

Run: ``.venv/bin/python -m benchmarks.flood [--seconds 6] [--processes 1]``

The web server is the real one with its usual limits. Four people, each at an address of their own,
open pages with a pause in between; the flood comes from one other address: wrong passwords, a
program with a token, a person who opens pages, sockets that never finish a request. Misses its
target when anybody else is refused or gets no answer, when the 95th percentile of their waiting is
above a second, or when guessing was never answered 429 (the other limits are by the minute, and a
slow machine does not reach them in a few seconds). All of it runs on one machine, so that whoever
floods and whoever measures take processor time from the server too.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from http.client import HTTPConnection, HTTPException
from threading import Event, Thread
from typing import Any

from flask import Flask

from benchmarks.browsing import PATIENCE_SECONDS, served
from benchmarks.figures import percentile, tell
from benchmarks.flooder import AT_ONCE, SLOW_SOCKETS, Flood
from benchmarks.place import opened_place
from checklist_app.domain.scopes import Scope
from checklist_app.factory import create_app
from checklist_app.services.resources import Resources
from tests.cast import Cast, make_cast
from tests.web.api.program import pipeline_token
from tests.web.visitor import Visitor

LONGEST_P95 = 1000.0
PAUSE_SECONDS = 0.15
PAGES = ("/", "/projects/banca", "/projects/banca/findings", "/projects/banca/evidence")
OTHERS = ("bob", "vera", "carla", "martha")


@dataclass(slots=True)
class Waiting:
    """How long the answers of others took, and how many were not the page that was asked for."""

    milliseconds: list[float] = field(default_factory=list)
    failed: int = 0

    def told(self) -> dict[str, Any]:
        """Return the figures: milliseconds, and counts."""
        return {
            "answers": len(self.milliseconds),
            "failed": self.failed,
            **{
                f"p{part}_ms": round(percentile(self.milliseconds, part), 1)
                for part in (50, 95, 99)
            },
        }


def main() -> None:
    """Measure, and print one line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=6, help="length of each flood")
    parser.add_argument("--processes", type=int, default=1, help="web server processes")
    options = parser.parse_args()
    with opened_place("", is_empty=True) as place:
        config = replace(place.config, web_processes=options.processes)
        facts = measure(replace(place, config=config), options.seconds)
    tell({"benchmark": "flood", **facts}, targets(facts))


def measure(resources: Resources, seconds: float) -> dict[str, Any]:
    """Return the waiting of others without a flood, and with each."""
    with resources.sessions.begin() as session:
        cast = make_cast(session)
    app = create_app(resources.config)
    try:
        cookies = [cookie_of(app, cast, name) for name in OTHERS]
        kinds = floods(app, cast)
    finally:
        app.extensions["checklist_resources"].close()
    with served(resources) as port:
        others_waiting(port, cookies, 2)  # pages are compiled, connections made
        found: dict[str, Any] = {"quiet": others_waiting(port, cookies, seconds).told()}
        for name, flood in kinds.items():
            found[name] = flooded(replace(flood, port=port), cookies, seconds)
    return {
        "seconds": seconds,
        "others": len(OTHERS),
        "connections_of_flood": AT_ONCE,
        "slow_sockets": SLOW_SOCKETS,
        "web_processes": resources.config.web_processes,
        "web_threads": resources.config.web_threads,
        "requests_per_second": resources.config.requests_per_second,
        "requests_per_minute": resources.config.requests_per_minute,
        **found,
    }


def targets(facts: dict[str, Any]) -> dict[str, tuple[float, float]]:
    """Return what may not be exceeded: nobody else refused, soon served, the flood held back."""
    found: dict[str, tuple[float, float]] = {}
    for name in ("sign_in", "token", "pages", "slow"):
        found[f"{name}_failed"] = (facts[name]["failed"], 0)
        found[f"{name}_p95_ms"] = (facts[name]["p95_ms"], LONGEST_P95)
    found["sign_in_without_429"] = ("429" not in facts["sign_in"]["flood"], 0)
    return found


def floods(app: Flask, cast: Cast) -> dict[str, Flood]:
    """Return what one client can flood with."""
    token = pipeline_token(app, cast.alice, "banca", Scope.PROJECT_READ)[1]
    guess = '{"email": "nobody{number}@example.org", "password": "a wrong one {number}"}'
    as_json = {"Content-Type": "application/json"}
    return {
        "sign_in": Flood(0, "/api/v1/token", as_json, guess),
        "token": Flood(0, "/api/v1/projects/banca", {"Authorization": f"Bearer {token}"}),
        "pages": Flood(0, "/projects/banca", {"Cookie": cookie_of(app, cast, "alice")}),
        "slow": Flood(0),
    }


def flooded(flood: Flood, cookies: Sequence[str], seconds: float) -> dict[str, Any]:
    """Return the waiting of others while one client floods, and what that client was answered."""
    client = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.flooder"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert client.stdin is not None
    client.stdin.write(flood.order() + "\n")
    client.stdin.flush()
    waiting = others_waiting(flood.port, cookies, seconds)
    answered, _ = client.communicate()
    return {**waiting.told(), "flood": json.loads(answered)}


def others_waiting(port: int, cookies: Sequence[str], seconds: float) -> Waiting:
    """Let everybody else open pages for so long."""
    waiting, over = Waiting(), Event()
    with ExitStack() as ends:
        for number, cookie in enumerate(cookies):
            person = Thread(
                target=_browse, args=(port, f"127.0.0.{11 + number}", cookie, waiting, over)
            )
            person.start()
            ends.callback(person.join)
        over.wait(seconds)
        over.set()
    return waiting


def _browse(port: int, address: str, cookie: str, waiting: Waiting, over: Event) -> None:
    number = 0
    while not over.wait(PAUSE_SECONDS):
        began = time.perf_counter()
        connection = HTTPConnection(
            "127.0.0.1", port, timeout=PATIENCE_SECONDS, source_address=(address, 0)
        )
        try:
            connection.request("GET", PAGES[number % len(PAGES)], headers={"Cookie": cookie})
            answer = connection.getresponse()
            answer.read()
            waiting.failed += answer.status != 200
        except (OSError, HTTPException):
            waiting.failed += 1
        finally:
            connection.close()
        waiting.milliseconds.append((time.perf_counter() - began) * 1000)
        number += 1


def cookie_of(app: Flask, cast: Cast, name: str) -> str:
    """Sign somebody in and return the cookie of their browser."""
    kept = Visitor(app, cast.people[name]).client.get_cookie("checklist")
    assert kept is not None
    return f"{kept.key}={kept.value}"


if __name__ == "__main__":
    main()
