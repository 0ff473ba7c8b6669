"""``checklist init`` and ``checklist migrate``."""

from __future__ import annotations

import click

from checklist_app.cli.console import answer, json_option, language, say
from checklist_app.cli.prepare import (
    ADMINISTRATOR,
    FirstAdministrator,
    Prepared,
    bring_up_to_date,
    first_administrator,
    make_administrator,
    make_folders,
    make_signing_identity,
    set_up_message,
)
from checklist_app.cli.running import load_config, opened
from checklist_app.config import Config
from checklist_app.domain.text import text


@click.command(
    help=say(text("Make data folder, tables, library, signing identity, first administrator."))
)
@click.option(
    "--administrator",
    default=ADMINISTRATOR,
    show_default=True,
    help=say(text("E-mail address of the first administrator, when there is none yet.")),
)
@json_option
def init(*, administrator: str, as_json: bool) -> None:
    """Prepare everything; safe to repeat."""
    config = load_config(quiet=True)
    done, signer, first = set_up(config, administrator)
    facts = {
        "data_dir": config.data_dir,
        "migrated": done.migrated,
        "loaded": done.loaded,
        "signer": signer,
        "administrator": first.email if first else None,
        "set_up_link": set_up_message(config, first)[1] if first else None,
    }
    answer(facts, *_lines(config, done, first), as_json=as_json)


@click.command(help=say(text("Bring the tables and the library of standards up to date.")))
@json_option
def migrate(*, as_json: bool) -> None:
    """Migrate and load what is missing; safe to repeat and to run from several machines."""
    config = load_config(quiet=True)
    make_folders(config)
    with opened(config) as resources:
        done = bring_up_to_date(resources)
    answer(
        {"migrated": done.migrated, "loaded": done.loaded}, *progress_lines(done), as_json=as_json
    )


def set_up(
    config: Config, administrator: str = ADMINISTRATOR
) -> tuple[Prepared, str, FirstAdministrator | None]:
    """Prepare everything; return what was done, who signs, and the first administrator's link."""
    make_folders(config)
    with opened(config) as resources:
        done = bring_up_to_date(resources)
        signer = make_signing_identity(config)
        first = first_administrator(resources, language(), email=administrator)
    return done, signer, first


def make_ready(config: Config) -> None:
    """Prepare everything for a command that shows no link: the one shown before stays good."""
    make_folders(config)
    with opened(config) as resources:
        bring_up_to_date(resources)
        make_signing_identity(config)
        with resources.sessions.begin() as session:
            make_administrator(session, language())


def progress_lines(done: Prepared) -> list[str]:
    """Say what was done."""
    lines = [say(text("Tables are up to date."))] if done.migrated else []
    lines += [say(text("Loaded %(edition)s.", edition=edition)) for edition in done.loaded]
    return lines or [say(text("Everything was up to date already."))]


def _lines(config: Config, done: Prepared, first: FirstAdministrator | None) -> list[str]:
    lines = progress_lines(done)
    lines.append(say(text("Data lives in %(folder)s.", folder=str(config.data_dir))))
    if first is not None:
        lines += set_up_message(config, first)
    return lines
