"""``checklist tokens``: the keys that sign access tokens."""

from __future__ import annotations

import click

from checklist_app.cli.console import answer, json_option, say
from checklist_app.cli.running import load_config
from checklist_app.domain.text import text


@click.group(help=say(text("Look after the keys that sign access tokens.")))
def tokens() -> None:
    """Hold the commands."""


@tokens.command(
    help=say(
        text(
            "Sign with a new key from now on. Tokens that are out stay good until they expire; "
            "keys that nobody needs any more are deleted."
        )
    )
)
@json_option
def rotate(*, as_json: bool) -> None:
    """Make a new signing key."""
    from checklist_app.services.token_keys import rotate as rotate_keys  # noqa: PLC0415

    new, deleted = rotate_keys(load_config(quiet=True))
    message = say(text("Access tokens are signed with the new key %(kid)s.", kid=new.kid))
    answer({"kid": new.kid, "deleted": deleted}, message, as_json=as_json)
