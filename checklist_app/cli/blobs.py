"""``checklist blobs``: stored bytes carried to the object store, and read once more."""

from __future__ import annotations

import click

from checklist_app.cli.console import Refused, answer, json_option, say
from checklist_app.cli.running import load_config, opened
from checklist_app.domain.text import text


@click.group(help=say(text("Look after the stored bytes of evidence and reports.")))
def blobs() -> None:
    """Hold the commands."""


@blobs.command(
    help=say(text("Copy them from the data directory to the object store; safe to repeat."))
)
@json_option
def copy(*, as_json: bool) -> int:
    """End with 0 when every file of the folder was read back whole from the object store."""
    config = load_config(quiet=True)
    if not config.has_object_store:
        raise Refused(
            text(
                "No object store is set up. Set CHECKLIST_S3_BUCKET, its address and its keys for "
                "this command; docs/operator.md tells how."
            )
        )
    from checklist_app.blob_store import FolderStore  # noqa: PLC0415 - only when it is needed
    from checklist_app.blob_store.moving import Outcome, copy_all  # noqa: PLC0415
    from checklist_app.blob_store.s3 import S3Store  # noqa: PLC0415

    copied = copy_all(FolderStore(config.blob_dir), S3Store.of(config))
    told = text(
        "Copied: %(sent)s. There already: %(there)s. Each was read back and has its SHA-256.",
        sent=copied.counts[Outcome.SENT],
        there=copied.counts[Outcome.THERE],
    )
    lines = [say(told)]
    if copied.damaged:
        lines += [
            say(
                text(
                    "Not copied, since their bytes are no longer those of their names, here "
                    "(%(here)s) or there (%(there)s). Put them back from a backup and run this "
                    "again:",
                    here=copied.counts[Outcome.DAMAGED_HERE],
                    there=copied.counts[Outcome.DAMAGED_THERE],
                )
            ),
            *(f"  {sha256}" for sha256 in copied.damaged),
        ]
    facts = {outcome.value: number for outcome, number in copied.counts.items()}
    answer({**facts, "damaged": copied.damaged}, *lines, as_json=as_json)
    return 1 if copied.damaged else 0


@blobs.command(help=say(text("Read everything that is stored, and compare its SHA-256.")))
@json_option
def check(*, as_json: bool) -> int:
    """End with 0 when all that the database names is stored whole, in folder or object store."""
    from checklist_app.queries.stored_bytes import named_bytes  # noqa: PLC0415

    with opened(load_config(quiet=True)) as resources:
        with resources.reading_session() as session:
            names = named_bytes(session)
        lost = [sha256 for sha256 in names if not resources.store.holds(sha256)]
    lines = [
        say(
            text(
                "Read: %(checked)s. Whole: %(whole)s.",
                checked=len(names),
                whole=len(names) - len(lost),
            )
        )
    ]
    if lost:
        lines += [
            say(text("Missing, or no longer what was stored; put them back from a backup:")),
            *(f"  {sha256}" for sha256 in lost),
        ]
    answer({"checked": len(names), "lost": lost}, *lines, as_json=as_json)
    return 1 if lost else 0
