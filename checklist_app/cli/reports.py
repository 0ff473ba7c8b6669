"""``checklist report``: of a project, which is what it means by itself, or of this program."""

from __future__ import annotations

import click

from checklist_app.cli.console import say
from checklist_app.cli.own_report import own_report
from checklist_app.cli.report import report
from checklist_app.domain.text import text

HELP = frozenset({"-h", "--help"})


class ReportGroup(click.Group):
    """A group whose first word may be left out: ``report Bank`` is ``report project Bank``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the word that was left out in its place."""
        is_short = bool(args) and args[0] not in {*self.commands, *HELP}
        return super().parse_args(ctx, ["project", *args] if is_short else args)


reports = ReportGroup(
    name="report",
    help=say(
        text(
            "Write a signed PDF: “report PROJECT …”, short for “report project PROJECT …”, about "
            "one of your projects, “report self” about this program."
        )
    ),
    commands={"project": report, "self": own_report},
)
