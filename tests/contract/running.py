"""A real server over a filled database, tried by schemathesis as somebody of the cast."""

from __future__ import annotations

import logging
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.serving import make_server

from checklist_app.config import Config
from checklist_app.domain.scopes import PIPELINE_SCOPES
from checklist_app.factory import create_app
from checklist_app.services.resources import Resources
from checklist_app.web.extensions import limiter
from tests.cast import PASSWORD as CAST_PASSWORD
from tests.cast import Cast, make_cast
from tests.conftest import SECRET
from tests.contract.signed_in import ADDRESS, EMAIL, PASSWORD
from tests.database import migrate_and_load
from tests.house.world import World, build_world
from tests.web.api.program import pipeline_token

ROOT = Path(__file__).resolve().parents[2]
ROLES = ("vera", "carla", "bob", "martha", "alice", "otto", "ada", "pipeline")
"""Viewer, contributor, reviewer, manager, owner, auditor, administrator, and a token of a CI."""

ALONE = ("examples", "coverage", "fuzzing")
STATEFUL = "stateful"
"""Phases of schemathesis: operations each for itself, and one after another."""

KNOWN = """
[parameters]
"path.slug" = "{slug}"
"path.identifier" = "{identifier}"
"path.evidence_id" = {evidence_id}
"path.finding_id" = {finding_id}
"path.import_id" = {import_id}
"path.job_id" = {job_id}
"path.user_id" = {user_id}
"path.key" = "{key}"
"path.version" = "{version}"
"path.number" = {number}
"path.hook_id" = {hook_id}
"path.public_id" = "{public_id}"
"path.group_id" = {group_id}
"path.token_id" = {token_id}
"path.action_id" = {action_id}
"header.If-Match" = "*"

# Archived, the project that all others try would refuse them; this one is to begin with.
[[operations]]
include-name = "POST /projects/{{slug}}/archive"
parameters = {{ "path.slug" = "{other_slug}" }}

[[operations]]
include-name = "POST /projects/{{slug}}/restore"
parameters = {{ "path.slug" = "{other_slug}" }}
"""
"""Where the objects of the filled project are."""
FOLLOWED = """
[parameters]
"header.If-Match" = "*"
"""
"""For requests that follow one another: what an answer named is what is asked for next."""
CHECKS = """
[checks.positive_data_acceptance]
# What the schema allows may still break a rule of the domain, and keys are used up.
expected-statuses = ["2xx", 401, 403, 404, 409, 412, 422, 429]

[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 409, 412, 413, 415, 416, 422, 428, 429]

[checks.missing_required_header]
expected-statuses = [400, 401, 403, 404, 409, 412, 415, 422, 428, 429]
"""


@dataclass(frozen=True)
class Trial:
    """What schemathesis said; ``cases`` is how many requests it made."""

    passed: bool
    cases: int
    told: str


@dataclass(frozen=True)
class Served:
    """A server on loopback and what its database holds."""

    app: Flask
    address: str
    cast: Cast
    world: World

    @property
    def interface(self) -> str:
        """Where the operations are."""
        return f"{self.address}/api/v1"

    def credentials(self, role: str) -> dict[str, str]:
        """Return what somebody signs in with, as ``signed_in`` reads it."""
        if role == "pipeline":
            slug = self.world.places["banca"]["slug"]
            return {PASSWORD: pipeline_token(self.app, self.cast.alice, slug, *PIPELINE_SCOPES)[1]}
        return {EMAIL: self.cast.people[role].email, PASSWORD: CAST_PASSWORD}


@contextmanager
def served(folder: Path) -> Iterator[Served]:
    """Serve a filled database on a free port of this machine, until the block ends."""
    url = f"sqlite:///{folder / 'contract.sqlite3'}"
    migrate_and_load(url)
    config = Config(
        data_dir=folder, database_url=url, secret_key=SECRET, base_url="http://localhost"
    )
    app = create_app(config)
    limiter.enabled = False
    resources: Resources = app.extensions["checklist_resources"]
    with resources.sessions() as session:
        cast = make_cast(session)
        world = build_world(session, resources, cast)
        session.commit()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield Served(app, f"http://127.0.0.1:{server.server_port}", cast, world)
    finally:
        server.shutdown()
        thread.join()
        resources.close()
        limiter.enabled = True


def tried(
    server: Served,
    role: str,
    folder: Path,
    *,
    examples: int,
    seed: int = 1,
    phases: tuple[str, ...] = (*ALONE, STATEFUL),
) -> Trial:
    """Let schemathesis try every operation as somebody, with all of its checks.

    Args:
        server: what is tried.
        role: one of ``ROLES``.
        folder: for what schemathesis reads and writes.
        examples: at most so many of each operation, where examples are made up.
        seed: makes the same examples again.
        phases: of schemathesis.
    """
    options = [f"--max-examples={examples}", f"--seed={seed}"]
    alone = ",".join(phase for phase in phases if phase != STATEFUL)
    trials = []
    if alone:
        settings = folder / f"{role}-alone.toml"
        settings.write_text(KNOWN.format(**_known(server.world)) + CHECKS, encoding="utf-8")
        trials.append(_run(server, role, settings, [*options, f"--phases={alone}"]))
    if STATEFUL in phases:
        settings = folder / f"{role}-{STATEFUL}.toml"
        settings.write_text(FOLLOWED + CHECKS, encoding="utf-8")
        trials.append(_run(server, role, settings, [*options, f"--phases={STATEFUL}"]))
    return Trial(
        all(trial.passed for trial in trials),
        sum(trial.cases for trial in trials),
        "\n".join(trial.told for trial in trials),
    )


def _run(server: Served, role: str, settings: Path, options: list[str]) -> Trial:
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        f"--config-file={settings}",
        "run",
        f"{server.interface}/openapi.json",
        f"--url={server.interface}",
        "--continue-on-failure",  # all checks, unless the settings say otherwise
        "--generation-database=none",
        "--no-color",
        "--request-timeout=60",  # fifty pictures at once take a busy machine more than ten seconds
        *options,
    ]
    known = {**_environment(), ADDRESS: server.interface, **server.credentials(role)}
    done = subprocess.run(
        command, cwd=settings.parent, capture_output=True, text=True, check=False, env=known
    )
    told = done.stdout + done.stderr
    made = re.search(r"(\d+) generated", told)
    return Trial(done.returncode == 0, int(made[1]) if made else 0, told)


def _known(world: World) -> dict[str, Any]:
    return {**world.places["banca"], "other_slug": world.places["archivo"]["slug"]}


def _environment() -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("CHECKLIST_")}
    return {**ours, "SCHEMATHESIS_HOOKS": "tests.contract.signed_in", "PYTHONPATH": str(ROOT)}
