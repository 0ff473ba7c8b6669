"""``checklist gate``: may the pipeline go on?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from checklist_app.cli.client import server
from checklist_app.cli.console import answer, json_option, language, say
from checklist_app.cli.gate_files import as_junit, as_sarif, place_of
from checklist_app.cli.remote import judge_gate, url_option
from checklist_app.domain.gate import HIGHEST_LEVEL, MOST_DAYS, GatePolicy, policy_in_force
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import Severity

CLOSED = 1
MOST_PRINTED = 50


@click.command(
    help=say(
        text(
            "Ask whether PROJECT holds what its gate asks for. Ends with 0 when it does, with 1 "
            "when it does not, and with 2 when that could not be found out. Options ask for more "
            "than the project's own policy, never for less."
        )
    )
)
@click.argument("project")
@click.option(
    "--checklist", type=click.IntRange(1), help=say(text("Only the checklist of this number."))
)
@click.option(
    "--level",
    type=click.IntRange(1, HIGHEST_LEVEL),
    help=say(text("Requirements up to this level count; all if not given.")),
)
@click.option(
    "--severity",
    type=click.Choice([one.value for one in Severity]),
    help=say(text("No open finding this severe, or worse.")),
)
@click.option(
    "--evidence-days",
    type=click.IntRange(1, MOST_DAYS),
    help=say(text("No verdict whose newest evidence is older than so many days.")),
)
@click.option("--no-unassessed", is_flag=True, help=say(text("No requirement without a verdict.")))
@click.option(
    "--no-unreviewed", is_flag=True, help=say(text("No verdict that waits for a second look."))
)
@click.option(
    "--waiver-days",
    type=click.IntRange(0, MOST_DAYS),
    help=say(text("No waiver that ends within so many days.")),
)
@click.option(
    "--sarif", type=click.Path(path_type=Path), help=say(text("Also write SARIF 2.1.0 here."))
)
@click.option(
    "--junit", type=click.Path(path_type=Path), help=say(text("Also write JUnit XML here."))
)
@click.option("--user", default="", help=say(text("Who asks; the first administrator.")))
@url_option
@json_option
def gate(
    *, project: str, sarif: Path | None, junit: Path | None, as_json: bool, **asked: Any
) -> int:
    """Print the judgement and write it where it was asked for."""
    user, client = asked.pop("user"), server(asked.pop("url"))
    if client is not None:
        facts = judge_gate(client, project, asked)
    else:
        facts = _judged_here(project, user, asked)
    if sarif is not None:
        sarif.write_text(as_sarif(facts), encoding="utf-8")
    if junit is not None:
        junit.write_text(as_junit(facts), encoding="utf-8")
    answer(facts, *_lines(facts), as_json=as_json)
    return 0 if facts["passed"] else CLOSED


def _judged_here(slug: str, user: str, asked: dict[str, Any]) -> dict[str, Any]:
    from checklist_app.cli.running import load_config, opened  # noqa: PLC0415 - takes long
    from checklist_app.cli.whole_way import signer  # noqa: PLC0415
    from checklist_app.queries.access import open_project  # noqa: PLC0415
    from checklist_app.queries.gate import judge, own_policy  # noqa: PLC0415
    from checklist_app.queries.gate_facts import gate_facts  # noqa: PLC0415
    from checklist_app.services.clock import now  # noqa: PLC0415

    config = load_config(quiet=True)
    number = asked.pop("checklist")
    severity = asked.pop("severity")
    wanted = GatePolicy(severity=Severity(severity) if severity else None, **asked)
    with opened(config) as resources, resources.sessions() as session:
        access = open_project(session, signer(session, user), slug)
        policy = policy_in_force(own_policy(session, access), wanted)
        found = judge(session, access, policy, language(), now(), checklist=number)
        return gate_facts(found, say, config.base_url)


def _lines(facts: Mapping[str, Any]) -> list[str]:
    total = sum(facts["counts"].values())
    if facts["passed"]:
        items = sum(one["items"] for one in facts["checklists"])
        return [
            say(
                text(
                    "The gate of %(project)s is open: %(items)s requirements looked at.",
                    project=facts["project"],
                    items=items,
                )
            )
        ]
    lines = [
        say(
            text(
                "The gate of %(project)s is closed. Reasons: %(count)s.",
                project=facts["project"],
                count=total,
            )
        )
    ]
    for one in facts["obstacles"][:MOST_PRINTED]:
        lines += [
            _plain(f"  [{one['rule']}] {place_of(one)}"),
            _plain(f"      {one['why']} {one['advice']}"),
            _plain(f"      {one['url']}"),
        ]
    left = total - min(total, MOST_PRINTED)
    if left:
        lines.append(say(text("  and %(count)s more; --json tells up to a thousand.", count=left)))
    return lines


def _plain(line: str) -> str:
    """Return a line without what would steer a terminal: titles of findings come from outside."""
    return "".join(c if c.isprintable() else " " for c in line)
