"""``checklist audit verify``: whether what happened here still stands as it was written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from checklist_app.cli.console import answer, json_option, say
from checklist_app.cli.running import load_config, opened
from checklist_app.domain.text import Text, text

if TYPE_CHECKING:
    from checklist_app.queries.event_chain import BrokenAt


@click.group(help=say(text("Look after the record of what happened.")))
def audit() -> None:
    """Hold the commands."""


@audit.command(help=say(text("Check that no event was changed, removed or added behind our back.")))
@click.option(
    "--after-restore",
    is_flag=True,
    help=say(text("Do not compare with the state remembered before a backup was put back.")),
)
@json_option
def verify(*, after_restore: bool, as_json: bool) -> int:
    """End with 0 when the whole chain holds; else name the first row that does not."""
    from checklist_app.services.event_witness import check_events  # noqa: PLC0415

    config = load_config(quiet=True)
    with opened(config) as resources, resources.reading_session() as session:
        checked = check_events(session, config, forget=after_restore)
    broken = checked.broken
    facts: dict[str, object] = {
        "whole": checked.is_whole,
        "size": checked.head.size,
        "sha256": checked.head.sha256,
        "checked": checked.checked,
    }
    if broken is None:
        told = text(
            "Whole: %(size)s events, last seal %(sha256)s.",
            size=checked.head.size,
            sha256=checked.head.sha256,
        )
        answer(facts, say(told), as_json=as_json)
        return 0
    facts |= {
        "reason": broken.reason.value,
        "position": broken.position,
        "log": broken.log,
        "row": broken.row_id,
    }
    answer(facts, say(_told(broken)), as_json=as_json)
    return 1


def _told(broken: BrokenAt) -> Text:
    place: dict[str, str | int] = {
        "log": broken.log,
        "row": broken.row_id or 0,
        "position": broken.position,
    }
    return {
        "row_changed": text(
            "BROKEN: row %(row)s of %(log)s, or its seal %(position)s, was changed.", **place
        ),
        "row_missing": text(
            "BROKEN: row %(row)s of %(log)s was removed; its seal %(position)s is there.", **place
        ),
        "row_unsealed": text("BROKEN: row %(row)s of %(log)s has no seal; it was added.", **place),
        "seal_missing": text("BROKEN: seal %(position)s was removed.", **place),
        "head_changed": text("BROKEN: the head does not name seal %(position)s.", **place),
        "history_rewritten": text(
            "BROKEN: up to seal %(position)s the chain is not the one that was checked before. "
            "Was a backup put back? Then run it once with --after-restore.",
            **place,
        ),
        "witness_damaged": text(
            "BROKEN: the file event-chain.json in the data directory, which remembers the state "
            "that was checked before, cannot be read. When you know why, run it once with "
            "--after-restore."
        ),
    }[broken.reason.value]
