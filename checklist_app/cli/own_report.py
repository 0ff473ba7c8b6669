"""``checklist report self``: this program assessed with its own lists, as a signed PDF."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from checklist_app.cli.console import Refused, answer, json_option, language, say
from checklist_app.cli.running import load_config, opened
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import Language

if TYPE_CHECKING:
    from checklist_app.services.resources import Resources

LISTS = ("base", "asvs")


@click.command(
    name="self",
    help=say(
        text(
            "Write the signed self-assessment of this program. It is not an independent one: its "
            "verdicts are those of the people who wrote it."
        )
    ),
)
@click.option(
    "--out",
    "--output",
    "output",
    default=None,
    type=click.Path(path_type=Path),
    help=say(text("PDF to write; if not given, in this folder and named after list and language.")),
)
@click.option(
    "--language",
    "spoken",
    default="",
    type=click.Choice(["", *(language.value for language in Language)]),
    help=say(text("Language of the report; that of the command line if not given.")),
)
@click.option(
    "--standard",
    default=LISTS[0],
    show_default=True,
    type=click.Choice(LISTS),
    help=say(text("The list it was assessed with: the base list, or ASVS at level 2.")),
)
@json_option
def own_report(*, output: Path | None, spoken: str, standard: str, as_json: bool) -> None:
    """Load what is new of the self-assessment, and make its report."""
    from checklist_app.cli.set_up import make_ready  # noqa: PLC0415 - imports SQLAlchemy

    chosen = Language(spoken) if spoken else language()
    out = output or Path(f"self-assessment-{standard}-{chosen}.pdf")
    if out.is_dir() or not out.absolute().parent.is_dir():
        raise Refused(
            text(
                "%(path)s cannot be written: give a file name in a folder that exists.",
                path=str(out),
            )
        )
    config = load_config(quiet=True)
    make_ready(config)
    with opened(config) as resources:
        facts = _make(resources, standard, chosen, out)
    answer(
        facts,
        say(
            text(
                "%(out)s: report %(number)s of the self-assessment, %(pages)s pages.",
                out=str(out),
                number=facts["report"],
                pages=facts["pages"],
            )
        ),
        as_json=as_json,
    )


def _make(resources: Resources, standard: str, chosen: Language, out: Path) -> dict[str, Any]:
    from checklist_app.cli.whole_way import write_report  # noqa: PLC0415 - imports SQLAlchemy
    from checklist_app.demo import let_in, load_own_project  # noqa: PLC0415
    from checklist_app.jobs.errands import JobNotDone, issue_report  # noqa: PLC0415
    from checklist_app.queries.people import first_user  # noqa: PLC0415

    own = load_own_project(resources, chosen)
    with resources.sessions() as session:
        asker = first_user(session)
    if asker is not None:  # so that they find the project in their browser as well
        let_in(resources, own, asker.email)
    number = own.checklists[standard]
    try:
        report = issue_report(resources, own.assessor, own.slug, number, chosen)
    except JobNotDone as error:
        raise Refused(error.text) from error
    write_report(resources, report, out)
    return {
        "project": own.slug,
        "checklist": number,
        "report": report.number,
        "out": str(out),
        "sha256": report.pdf_sha256,
        "pages": report.pages,
        "language": report.language.value,
        "signer": report.signer,
    }
