"""``checklist standards import`` and ``template``: official files and lists of one's own."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from checklist_app.cli.console import answer, json_option, say
from checklist_app.cli.running import load_config, opened
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import Language

if TYPE_CHECKING:
    from checklist_app.services.resources import Resources


@click.command(
    "import", help=say(text("Add an official file, or a list of your own, to the library."))
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--version", default="", help=say(text("The edition, where the file does not say.")))
@click.option(
    "--language",
    type=click.Choice([language.value for language in Language]),
    help=say(text("The language of the file, where it does not say.")),
)
@json_option
def import_(*, file: Path, version: str, language: str | None, as_json: bool) -> int:
    """Recognise the file by what it holds and load all of it or nothing."""
    from checklist_app.catalog.custom import confined as custom  # noqa: PLC0415 - imports openpyxl

    config = load_config(quiet=True)
    try:
        with opened(config) as resources:
            if custom.is_custom(file.read_bytes()):
                facts = _import_custom(resources, file)
            else:
                facts = _import_official(resources, file, version, language)
    except custom.FaultyList as error:
        for fault in error.faults:
            click.echo(f"{fault.where}: {say(fault.message)} {fault.detail}".rstrip(), err=True)
        raise
    answer(
        facts,
        say(
            text(
                "%(edition)s: %(count)s requirements, language %(language)s.",
                edition=f"{facts['id']} {facts['version']}",
                count=facts["requirements"],
                language=", ".join(facts["languages"]),
            )
        ),
        as_json=as_json,
    )
    return 0


@click.command(help=say(text("Write the spreadsheet in which a list of your own is filled in.")))
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def template(*, file: Path) -> None:
    """Write the template; an existing file is not overwritten."""
    from checklist_app.catalog.custom.workbook import template as made  # noqa: PLC0415

    with file.open("xb") as target:
        target.write(made())
    click.echo(say(text("Written: %(file)s", file=str(file))))


def _import_official(
    resources: Resources, file: Path, version: str, language: str | None
) -> dict[str, Any]:
    from checklist_app.catalog.official.confined import read_confined  # noqa: PLC0415
    from checklist_app.catalog.official.model import Told  # noqa: PLC0415
    from checklist_app.services.official import FileFacts, import_official  # noqa: PLC0415

    official = read_confined(file, Told(version, Language(language) if language else None))
    facts = FileFacts(file.name, hashlib.sha256(file.read_bytes()).hexdigest())
    with resources.sessions.begin() as session:
        done = import_official(session, None, official, facts)
    return {
        "id": done.key,
        "version": done.version,
        "languages": [done.language.value],
        "requirements": done.requirements,
        "texts": done.texts,
        "new": done.is_new,
        "format": official.file_format,
    }


def _import_custom(resources: Resources, file: Path) -> dict[str, Any]:
    from checklist_app.catalog.custom.confined import read_confined  # noqa: PLC0415
    from checklist_app.services.custom_lists import save_custom  # noqa: PLC0415

    standard, languages = read_confined(file)
    with resources.sessions.begin() as session:
        save_custom(session, None, standard, languages)
    return {
        "id": standard.key,
        "version": standard.version,
        "languages": [language.value for language in languages],
        "requirements": len(list(standard.requirements())),
    }
