"""``checklist start``: everything on one machine with one command."""

from __future__ import annotations

import http.client
import os
import socket
import sys
import time
from dataclasses import replace

import click

from checklist_app.cli.console import Refused, answer, json_option, say
from checklist_app.cli.prepare import set_up_message
from checklist_app.cli.running import load_config, opened
from checklist_app.cli.serve import host_option, port_option
from checklist_app.cli.set_up import progress_lines, set_up
from checklist_app.cli.supervisor import Child, Supervisor
from checklist_app.config import Config
from checklist_app.domain.text import text

BASE_URL = "CHECKLIST_BASE_URL"
PATIENCE = 60.0
HTTP_OK = 200
EVERYWHERE = frozenset({"0.0.0.0", "::", ""})  # noqa: S104 - recognised, not used  # nosec B104


@click.command(help=say(text("Prepare what is missing, then run web server and worker.")))
@click.option("--demo", is_flag=True, help=say(text("Also load a demonstration project.")))
@host_option
@port_option
@json_option
def start(*, demo: bool, host: str, port: int, as_json: bool) -> None:
    """Run until Ctrl-C."""
    config = _followed_by_base_url(load_config(), host, port)
    _check_port(host, port)
    done, _, first = set_up(config)
    lines = progress_lines(done) if done.migrated or done.loaded else []
    facts: dict[str, object] = {"address": config.base_url}
    if demo:
        demo_facts, demo_lines = _load_demo(config)
        facts["demo"] = demo_facts
        lines += demo_lines
    for line in lines if not as_json else ():
        click.echo(line)
    supervisor = Supervisor(_children(config, host, port), _environment(config))
    supervisor.start()
    _wait_until_it_answers(supervisor, host, port)
    welcome = [say(text("Ready: %(address)s", address=config.base_url))]
    if first is not None:
        message, link = set_up_message(config, first)
        facts["set_up_link"] = link
        welcome += [message, f"  {link}"]
    welcome.append(say(text("Ctrl-C stops everything.")))
    if not supervisor.stopping.is_set():
        answer(facts, *welcome, as_json=as_json)
    sys.stdout.flush()
    failed = supervisor.watch()
    if failed is not None:
        raise Refused(
            text(
                "The %(name)s process ended three times in a row, so everything was stopped. "
                "Its log above says why.",
                name=failed.name,
            )
        )
    if not as_json:
        click.echo(say(text("Stopped.")))


def _followed_by_base_url(config: Config, host: str, port: int) -> Config:
    """Let the address that people type follow host and port, unless it was set."""
    if os.environ.get(BASE_URL):
        return config
    name = "127.0.0.1" if host in EVERYWHERE else host
    return replace(config, base_url=f"http://{name}:{port}")


def _environment(config: Config) -> dict[str, str]:
    return {**os.environ, BASE_URL: config.base_url}


def _children(config: Config, host: str, port: int) -> list[Child]:
    from checklist_app.cli.web_server import command  # noqa: PLC0415 - imports gunicorn

    return [
        Child("web", command(config, host, port)),
        Child("worker", [sys.executable, "-m", "checklist_app", "worker"]),
    ]


def _check_port(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Refused(
                text(
                    "Port %(port)s on %(host)s cannot be used (%(reason)s). Choose another one "
                    "with --port.",
                    port=port,
                    host=host,
                    reason=error.strerror or str(error),
                ),
                port=port,
            ) from error


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


def _wait_until_it_answers(supervisor: Supervisor, host: str, port: int) -> None:
    """Return when the web server is up, or when it is clear that it will not be."""
    name = "127.0.0.1" if host in EVERYWHERE else host
    deadline = time.monotonic() + PATIENCE
    while not supervisor.stopping.wait(0.05) and time.monotonic() < deadline:
        supervisor.look()
        if _is_healthy(name, port):
            return


def _is_healthy(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == HTTP_OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
