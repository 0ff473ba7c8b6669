"""``checklist report project``: the whole way from scanner files to a signed PDF."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from checklist_app.cli import remote
from checklist_app.cli.client import Client, server
from checklist_app.cli.console import Refused, answer, json_option, say
from checklist_app.cli.order import Order
from checklist_app.cli.remote import patience_option, url_option
from checklist_app.cli.running import load_config, opened
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import Language


@click.command(
    name="project",
    help=say(
        text(
            "Import scanner reports into PROJECT (made if it is new), sign its checklist off and "
            "write the signed PDF. What nobody assessed is listed as not assessed."
        )
    ),
)
@click.argument("project")
@click.argument("more", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--scan",
    "scans",
    multiple=True,
    type=click.Path(path_type=Path),
    help=say(text("Scanner report to import; may be given several times, or with several files.")),
)
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help=say(text("PDF to write."))
)
@click.option(
    "--user", default="", help=say(text("Who signs; the first administrator if not given."))
)
@click.option(
    "--standard", default="owasp-base", show_default=True, help=say(text("What is assessed."))
)
@click.option(
    "--language",
    default="",
    type=click.Choice(["", *(language.value for language in Language)]),
    help=say(text("Language of the report; the project's own if not given.")),
)
@click.option(
    "--checklist",
    type=click.IntRange(1),
    help=say(text("On a server: the checklist to report; nothing is signed off there.")),
)
@patience_option
@url_option
@json_option
def report(*, as_json: bool, scans: tuple[Path, ...], more: tuple[Path, ...], **asked: Any) -> None:
    """Make a signed report in one go, or have a server make one."""
    checklist, patience = asked.pop("checklist"), asked.pop("patience")
    client = server(asked.pop("url"))
    if client is not None:
        order = Order(scans=(*scans, *more), **asked)
        _check_files(order)
        _fetch(client, order, checklist, patience, as_json=as_json)
        return
    if checklist is not None:
        raise Refused(text("--checklist is for reports that a server makes; give its --url."))
    _make(Order(scans=(*scans, *more), **asked), as_json=as_json)


def _fetch(
    client: Client, order: Order, checklist: int | None, patience: int, *, as_json: bool
) -> None:
    """Have a server make a report, and write it."""
    if order.scans or order.user:
        raise Refused(
            text(
                "A server takes no scans and no --user with a report: import the scans before, "
                "with checklist scan import."
            )
        )
    if checklist is None:
        raise Refused(text("Say which checklist is reported, with --checklist."))
    ordered = remote.order_report(client, order.project, checklist, order.language)
    found = remote.fetch_report(client, order.project, ordered, order.out, patience)
    names = ("pages", "language", "signer", "signed_at", "is_draft")
    facts = {
        "project": order.project,
        "checklist": checklist,
        "report": found["number"],
        "out": str(order.out),
        "sha256": found["pdf_sha256"],
        **{name: found[name] for name in names},
    }
    told = text(
        "%(out)s: report %(number)s of %(project)s, %(pages)s pages, signed by %(signer)s.",
        out=str(order.out),
        number=found["number"],
        project=order.project,
        pages=found["pages"],
        signer=found["signer"],
    )
    answer(facts, say(told), as_json=as_json)


def _make(order: Order, *, as_json: bool) -> None:
    from checklist_app.cli.set_up import make_ready  # noqa: PLC0415 - imports SQLAlchemy
    from checklist_app.cli.whole_way import make_report  # noqa: PLC0415

    _check_files(order)
    config = load_config(quiet=True)
    make_ready(config)
    with opened(config) as resources:
        facts = make_report(resources, order)
    answer(
        facts,
        say(
            text(
                "%(out)s: report %(number)s of %(project)s, %(pages)s pages, %(assessed)s of "
                "%(items)s requirements assessed, %(findings)s open findings.",
                out=str(order.out),
                number=facts["report"],
                project=facts["project"],
                pages=facts["pages"],
                assessed=facts["assessed"],
                items=facts["items"],
                findings=facts["findings"],
            )
        ),
        as_json=as_json,
    )


def _check_files(order: Order) -> None:
    """Refuse before anything is stored."""
    missing = [path for path in order.scans if not path.is_file()]
    if missing:
        raise Refused(
            *(text("There is no file %(path)s.", path=str(path)) for path in missing),
            missing=[str(path) for path in missing],
        )
    if order.out.is_dir() or not order.out.absolute().parent.is_dir():
        raise Refused(
            text(
                "%(path)s cannot be written: give a file name in a folder that exists.",
                path=str(order.out),
            )
        )
