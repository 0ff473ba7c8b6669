"""``checklist serve`` and ``checklist worker``: one process each, for containers."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

import click

from checklist_app.cli.console import json_option, say
from checklist_app.cli.running import load_config, opened
from checklist_app.domain.text import text

DEFAULT_PORT = 8000

host_option = click.option(
    "--host", default="127.0.0.1", show_default=True, help=say(text("Address to listen on."))
)
port_option = click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=DEFAULT_PORT,
    show_default=True,
    help=say(text("Port to listen on.")),
)


@click.command(help=say(text("Serve the web application only; `start` runs everything.")))
@click.option(
    "--host", default="127.0.0.1", show_default=True, help=say(text("Address to listen on."))
)
@port_option
@json_option
def serve(*, host: str, port: int, as_json: bool) -> None:  # noqa: ARG001 - its log is JSON anyway
    """Become the web server, so that signals reach it directly."""
    from checklist_app.cli.web_server import command  # noqa: PLC0415 - imports gunicorn

    config = load_config()
    sys.stdout.flush()
    arguments = command(config, host, port)
    os.execv(arguments[0], arguments)  # nosec B606 # noqa: S606 - our own interpreter


@click.command(help=say(text("Do background work: read scanner reports, make PDFs.")))
@json_option
def worker(*, as_json: bool) -> None:  # noqa: ARG001 - its log is JSON anyway
    """Work until SIGTERM or SIGINT."""
    from checklist_app.jobs.worker import Worker  # noqa: PLC0415 - imports SQLAlchemy

    config = load_config()
    with opened(config) as resources:
        working = Worker(resources)

        def stop(_signal: int, _frame: FrameType | None) -> None:
            working.stopping.set()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        working.run()
