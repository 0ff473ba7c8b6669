"""``checklist standards``: the library of editions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from checklist_app.cli.console import answer, json_option, language, say
from checklist_app.cli.library_facts import coverage, route
from checklist_app.cli.library_files import import_, template
from checklist_app.cli.paths import CONTENT
from checklist_app.cli.running import load_config, opened
from checklist_app.domain.text import text

if TYPE_CHECKING:
    from checklist_app.queries.standards import StandardCard


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
    """List identity, counts by level and complete languages of every edition."""
    from checklist_app.queries.standards import standard_cards  # noqa: PLC0415 - imports SQLAlchemy

    config = load_config(quiet=True)
    with opened(config) as resources, resources.sessions() as session:
        found = standard_cards(session, language())
    answer(
        [_told(edition) for edition in found],
        *(_line(edition) for edition in found),
        as_json=as_json,
    )


def _told(edition: StandardCard) -> dict[str, Any]:
    return {
        "id": edition.key,
        "version": edition.version,
        "name": edition.name,
        "origin": edition.origin.value,
        "requirements": edition.requirement_count,
        "entries": edition.entry_count,
        "by_level": {str(level): edition.by_level[level] for level in edition.levels},
        "languages": list(edition.languages),
        "licence": edition.licence,
    }


def _line(edition: StandardCard) -> str:
    levels = " + ".join(f"{edition.by_level[level]} L{level}" for level in edition.levels)
    return "  ".join(
        filter(
            None,
            (
                f"{edition.key} {edition.version}".ljust(32),
                f"{edition.requirement_count:4}",
                "+".join(edition.languages),
                edition.name,
                levels and f"({levels})",
            ),
        )
    )


standards.add_command(coverage)
standards.add_command(route)
standards.add_command(import_)
standards.add_command(template)
