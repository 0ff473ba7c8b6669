"""``checklist standards route`` and ``coverage``: what leads to which requirement."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from checklist_app.cli.console import answer, json_option, language, say
from checklist_app.cli.running import load_config, opened
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import MappingKind

if TYPE_CHECKING:
    from checklist_app.queries.coverage import Coverage
    from checklist_app.queries.routes import Route


@click.command(
    help=say(
        text("List the requirements that a CWE, a tag or a tool's rule leads to, in every list.")
    )
)
@click.option("--cwe", type=click.IntRange(1, 9999), help=say(text("A CWE number, such as 89.")))
@click.option("--tag", help=say(text("A tag, such as owasp-top10-2021:A03.")))
@click.option("--rule", help=say(text("A tool and its rule, such as checkov:CKV_K8S_20.")))
@json_option
def route(*, cwe: int | None, tag: str | None, rule: str | None, as_json: bool) -> None:
    """Say where a finding with these keys would be suggested."""
    from checklist_app.queries.routes import (  # noqa: PLC0415
        routes_of_cwe,
        routes_of_key,
        routes_of_rule,
    )

    if cwe is None and not tag and not rule:
        raise click.UsageError(say(text("Give at least one of --cwe, --tag and --rule.")))
    routes: list[Route] = []
    with opened(load_config(quiet=True)) as resources, resources.sessions() as session:
        if cwe is not None:
            routes += routes_of_cwe(session, cwe, language())
        for kind in (MappingKind.TAG, MappingKind.CATEGORY):
            if tag:
                routes += routes_of_key(session, kind, tag, language())
        if rule:
            routes += routes_of_rule(session, rule, language())
    answer(
        [asdict(one) for one in routes],
        *(
            f"{one.standard} {one.version}  {one.identifier}  {one.title}  "
            f"[{one.source}, {one.tier}, {one.confidence}, {one.via}, {one.depth}]"
            for one in routes
        ),
        *([] if routes else [say(text("This leads to no requirement of the library."))]),
        as_json=as_json,
    )


@click.command(help=say(text("Say how much of each list scanners can reach.")))
@json_option
def coverage(*, as_json: bool) -> None:
    """Print the figures of each list."""
    from checklist_app.queries.coverage import coverage as figures  # noqa: PLC0415

    with opened(load_config(quiet=True)) as resources, resources.sessions() as session:
        found = figures(session, language())
    answer([_told(one) for one in found], *(_said(one) for one in found), as_json=as_json)


def _told(one: Coverage) -> dict[str, Any]:
    edition = {"standard": one.standard, "version": one.version, "name": one.name}
    return {**edition, **asdict(one.figures)}


def _said(one: Coverage) -> str:
    counts = one.figures
    return say(
        text(
            "%(edition)s: %(total)s requirements. A CWE leads to %(cwe)s, as an ancestor to "
            "%(ancestor)s, a tag or rule to %(key)s; tools can see %(scanned)s, only a person "
            "%(person)s. Of %(all)s CWEs %(numbers)s reach it, with ancestors %(ancestors)s.",
            edition=f"{one.standard} {one.version}",
            total=counts.requirements,
            cwe=counts.by_cwe,
            ancestor=counts.by_ancestor,
            key=counts.by_key,
            scanned=counts.scanned,
            person=counts.person_only,
            all=counts.all_cwes,
            numbers=counts.cwes,
            ancestors=counts.cwes_with_ancestors,
        )
    )
