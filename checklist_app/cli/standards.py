"""``checklist standards``: the library of editions."""

from __future__ import annotations

from pathlib import Path

import click

from checklist_app.cli.console import answer, json_option, language, say
from checklist_app.cli.library_files import import_, template
from checklist_app.cli.paths import CONTENT
from checklist_app.cli.running import load_config, opened
from checklist_app.domain.text import text


@click.group(help=say(text("Load and list the standards that checklists are made of.")))
def standards() -> None:
    """Hold the commands."""


@standards.command(help=say(text("Add the editions of a folder to the library.")))
@click.argument("folder", required=False, type=click.Path(exists=True, path_type=Path))
@json_option
def load(*, folder: Path | None, as_json: bool) -> None:
    """Add what is missing; an edition that is there already stays as it is."""
    from checklist_app.cli.prepare import load_content  # noqa: PLC0415 - imports SQLAlchemy

    config = load_config(quiet=True)
    with opened(config) as resources:
        loaded = load_content(resources, folder or CONTENT)
    lines = [say(text("Loaded %(edition)s.", edition=edition)) for edition in loaded]
    nothing = [say(text("Everything was up to date already."))]
    answer({"loaded": loaded}, *(lines or nothing), as_json=as_json)


@standards.command("list", help=say(text("List the editions in the library.")))
@json_option
def list_(*, as_json: bool) -> None:
    """List key, version, number of requirements and name."""
    from checklist_app.queries.standards import standard_cards  # noqa: PLC0415 - imports SQLAlchemy

    config = load_config(quiet=True)
    with opened(config) as resources, resources.sessions() as session:
        found = standard_cards(session, language())
    answer(
        {
            "standards": [
                {
                    "key": edition.key,
                    "version": edition.version,
                    "name": edition.name,
                    "requirements": edition.requirement_count,
                }
                for edition in found
            ]
        },
        *(f"{e.key} {e.version}  {e.requirement_count:4}  {e.name}" for e in found),
        as_json=as_json,
    )


standards.add_command(import_)
standards.add_command(template)
