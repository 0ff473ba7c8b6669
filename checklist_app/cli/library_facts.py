"""``checklist standards route`` and ``coverage``: what leads to which requirement."""

from __future__ import annotations

from dataclasses import asdict

import click

from checklist_app.cli.console import answer, json_option, language, say
from checklist_app.cli.running import load_config, opened
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import MappingKind


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
    """Say where a finding with this key would be suggested."""
    from checklist_app.queries.routes import routes_of_cwe, routes_of_key  # noqa: PLC0415

    if sum(key is not None for key in (cwe, tag, rule)) != 1:
        raise click.UsageError(say(text("Give one of --cwe, --tag and --rule.")))
    with opened(load_config(quiet=True)) as resources, resources.sessions() as session:
        if cwe is not None:
            routes = routes_of_cwe(session, cwe, language())
        elif tag is not None:
            routes = routes_of_key(session, MappingKind.TAG, tag, language())
        else:
            routes = routes_of_key(session, MappingKind.RULE, rule or "", language())
    answer(
        {"routes": [asdict(one) for one in routes]},
        *(
            f"{one.standard} {one.version}  {one.identifier}  {one.title}  "
            f"[{one.tier}, {one.confidence}, {one.via}, {one.depth}]"
            for one in routes
        ),
        *([] if routes else [say(text("This leads to no requirement of the library."))]),
        as_json=as_json,
    )


@click.command(help=say(text("Say how much of each list scanners can reach.")))
@json_option
def coverage(*, as_json: bool) -> None:
    """Print one line for each list."""
    from checklist_app.queries.coverage import coverage as figures  # noqa: PLC0415

    with opened(load_config(quiet=True)) as resources, resources.sessions() as session:
        found = figures(session, language())
    answer(
        {"coverage": [asdict(one) for one in found]},
        *(
            say(
                text(
                    "%(edition)s: %(total)s requirements; a CWE leads to %(cwe)s, a tag or rule to "
                    "%(tag)s; tools can see %(scanned)s; only a person %(person)s. Reached by "
                    "%(numbers)s of %(all)s CWEs, with ancestors %(ancestors)s.",
                    edition=f"{one.standard} {one.version}",
                    total=one.requirements,
                    cwe=one.by_cwe,
                    tag=one.by_tag,
                    scanned=one.scanned,
                    person=one.person_only,
                    numbers=one.cwes,
                    all=one.all_cwes,
                    ancestors=one.cwes_with_ancestors,
                )
            )
            for one in found
        ),
        as_json=as_json,
    )
