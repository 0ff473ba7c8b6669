"""``checklist users``: accounts, from the machine itself."""

from __future__ import annotations

import click

from checklist_app.cli.console import Refused, answer, json_option, say
from checklist_app.cli.running import load_config, opened
from checklist_app.domain.text import text


@click.group(help=say(text("Create accounts and the links that set passwords.")))
def users() -> None:
    """Hold the commands."""


@users.command(help=say(text("Create an account and print the link that sets its password.")))
@click.argument("email")
@click.option("--name", default="", help=say(text("Name as others read it.")))
@click.option("--administrator", is_flag=True, help=say(text("May manage accounts.")))
@json_option
def create(*, email: str, name: str, administrator: bool, as_json: bool) -> None:
    """Create an account."""
    from checklist_app.services.accounts import create_user  # noqa: PLC0415
    from checklist_app.services.links import issue_link  # noqa: PLC0415

    config = load_config(quiet=True)
    with opened(config) as resources, resources.sessions.begin() as session:
        user = create_user(
            session,
            None,
            email=email,
            name=name or email.partition("@")[0],
            is_administrator=administrator,
        )
        address, token = user.email, issue_link(session, None, user)
    _tell(config.base_url, address, token, as_json=as_json)


@users.command(help=say(text("Print a new link for somebody who lost their password.")))
@click.argument("email")
@json_option
def link(*, email: str, as_json: bool) -> None:
    """Print a new set-password link; older ones stop working."""
    from checklist_app.queries.people import find_user  # noqa: PLC0415 - imports SQLAlchemy
    from checklist_app.services.links import issue_link  # noqa: PLC0415

    config = load_config(quiet=True)
    with opened(config) as resources, resources.sessions.begin() as session:
        user = find_user(session, email)
        if user is None or not user.is_active:
            raise Refused(
                text(
                    "Nobody with the address %(email)s has an open account. Create one with: "
                    "checklist users create %(email)s",
                    email=email,
                )
            )
        address, token = user.email, issue_link(session, None, user)
    _tell(config.base_url, address, token, as_json=as_json)


def _tell(base_url: str, email: str, token: str, *, as_json: bool) -> None:
    address = f"{base_url}/set-password/{token}"
    message = say(text("Set the password of %(email)s once, within two days:", email=email))
    answer({"email": email, "link": address}, message, address, as_json=as_json)
