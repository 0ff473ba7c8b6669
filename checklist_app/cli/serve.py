"""``checklist serve`` and ``checklist worker``: one process each, for containers."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from checklist_app.cli.console import Refused, answer, json_option, say
from checklist_app.cli.door import Door, check_ports, door_options, refuse_to_be_overheard
from checklist_app.cli.running import load_config, opened
from checklist_app.cli.signals import set_when_asked_to_stop
from checklist_app.cli.tls import check_pair
from checklist_app.domain.text import text


@click.command(help=say(text("Serve the web application only; `start` runs everything.")))
@door_options
@json_option
def serve(*, door: Door, as_json: bool) -> None:  # noqa: ARG001 - its log is JSON anyway
    """Become the web server, so that signals reach it directly."""
    # Here, since both take longer to import than other commands take to run.
    from checklist_app.cli.metrics_port import counting_together  # noqa: PLC0415
    from checklist_app.cli.web_server import command  # noqa: PLC0415

    environment = door.environment()
    config = load_config(environment)
    refuse_to_be_overheard(config, door)
    check_pair(config)
    check_ports(config, door)
    environment = counting_together(config, environment)
    sys.stdout.flush()
    arguments = command(config, door)
    os.execve(arguments[0], arguments, environment)  # nosec B606 # noqa: S606 - our own interpreter


@click.command(help=say(text("Ask the web server on this machine whether it is well.")))
@door_options
@json_option
def health(*, door: Door, as_json: bool) -> None:
    """Exit 0 when it is; for containers, which have no other program to ask with."""
    config = load_config(door.environment(), quiet=True)
    if not door.answers(config.tls_cert):
        raise Refused(text("No web server answers at %(address)s.", address=door.authority))
    answer({"healthy": True}, say(text("It is well.")), as_json=as_json)


@click.command(help=say(text("Do background work: read scanner reports, make PDFs.")))
@click.option(
    "--turn-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help=say(text("File whose time tells when the worker last looked for work, for probes.")),
)
@json_option
def worker(*, turn_file: Path | None, as_json: bool) -> None:  # noqa: ARG001 - its log is JSON
    """Work until SIGTERM or SIGINT."""
    from checklist_app.jobs.worker import (  # noqa: PLC0415 - imports SQLAlchemy
        Worker,
        collect_rarely,
    )

    config = load_config()
    collect_rarely()
    with opened(config) as resources:
        working = Worker(resources, turn_file)
        set_when_asked_to_stop(working.stopping)
        working.run()
