"""``checklist start``: everything on one machine with one command."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import click

from checklist_app.cli.console import Refused, answer, json_option, say
from checklist_app.cli.door import Door, check_ports, door_options, refuse_to_be_overheard
from checklist_app.cli.metrics_port import counting_together, forget_counts
from checklist_app.cli.prepare import set_up_message
from checklist_app.cli.running import load_config, opened
from checklist_app.cli.set_up import progress_lines, set_up
from checklist_app.cli.supervisor import Child, Supervisor
from checklist_app.cli.tls import check_pair
from checklist_app.config import Config
from checklist_app.domain.text import text

BASE_URL = "CHECKLIST_BASE_URL"
PATIENCE = 60.0


@click.command(help=say(text("Prepare what is missing, then run web server and worker.")))
@click.option("--demo", is_flag=True, help=say(text("Also load a demonstration project.")))
@door_options
@json_option
def start(*, demo: bool, door: Door, as_json: bool) -> None:
    """Run until Ctrl-C."""
    environment = door.environment()
    config = _followed_by_base_url(load_config(environment), door, environment)
    _look_at(door, config)
    done, _, first = set_up(config)
    lines = progress_lines(done) if done.migrated or done.loaded else []
    facts: dict[str, object] = {"address": config.base_url}
    if demo:
        demo_facts, demo_lines = _load_demo(config)
        facts["demo"] = demo_facts
        lines += demo_lines
    for line in lines if not as_json else ():
        click.echo(line)
    shared = counting_together(config, {**environment, BASE_URL: config.base_url})
    supervisor = Supervisor(_children(config, door), shared)
    supervisor.start()
    _wait_until_it_answers(supervisor, door, config.tls_cert)
    welcome = [say(text("Ready: %(address)s", address=config.base_url))]
    if first is not None:
        message, link = set_up_message(config, first)
        facts["set_up_link"] = link
        welcome += [message, f"  {link}"]
    welcome.append(say(text("Ctrl-C stops everything.")))
    if not supervisor.stopping.is_set():
        answer(facts, *welcome, as_json=as_json)
    sys.stdout.flush()
    _watch(supervisor, shared)
    if not as_json:
        click.echo(say(text("Stopped.")))


def _watch(supervisor: Supervisor, environment: Mapping[str, str]) -> None:
    """Stay until everything has stopped, and tell when that was nobody's wish."""
    failed = supervisor.watch()
    forget_counts(environment)
    if failed is not None:
        raise Refused(
            text(
                "The %(name)s process ended three times in a row, so everything was stopped. "
                "Its log above says why.",
                name=failed.name,
            )
        )


def _followed_by_base_url(config: Config, door: Door, environment: Mapping[str, str]) -> Config:
    """Let the address that people type follow host and port, unless it was set."""
    if environment.get(BASE_URL):
        return config
    scheme = "http" if config.tls_cert is None else "https"
    return replace(config, base_url=f"{scheme}://{door.authority}")


def _children(config: Config, door: Door) -> list[Child]:
    from checklist_app.cli.web_server import command  # noqa: PLC0415 - imports gunicorn

    return [
        Child("web", command(config, door)),
        Child("worker", [sys.executable, "-m", "checklist_app", "worker"]),
    ]


def _look_at(door: Door, config: Config) -> None:
    """Refuse what could not be served, or not safely, before anything is made."""
    refuse_to_be_overheard(config, door)
    check_pair(config)
    check_ports(config, door)


def _load_demo(config: Config) -> tuple[dict[str, object], list[str]]:
    from checklist_app.demo import load_demo  # noqa: PLC0415 - most starts do without

    with opened(config) as resources:
        demo = load_demo(resources)
    facts: dict[str, object] = {
        "projects": demo.projects,
        "email": demo.email,
        "password": demo.password,
    }
    lines = [
        say(text("Demonstration: %(address)s", address=f"{config.base_url}/projects/{slug}"))
        for slug in demo.projects
    ]
    if demo.password is not None:
        lines.append(
            say(
                text(
                    "Sign in as %(email)s with the password “%(password)s” (shown this once).",
                    email=demo.email,
                    password=demo.password,
                )
            )
        )
    return facts, lines


def _wait_until_it_answers(supervisor: Supervisor, door: Door, certificate: Path | None) -> None:
    """Return when the web server is up, or when it is clear that it will not be."""
    deadline = time.monotonic() + PATIENCE
    while not supervisor.stopping.wait(0.05) and time.monotonic() < deadline:
        supervisor.look()
        if door.answers(certificate):
            return
