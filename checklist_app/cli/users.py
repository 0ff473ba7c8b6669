"""``checklist users``: accounts, from the machine itself."""

from __future__ import annotations

import click

from checklist_app.cli.console import Refused, answer, json_option, say
from checklist_app.cli.running import load_config, opened
from checklist_app.config import Config
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import OrganisationRole

_ROLE_WORDS = {
    OrganisationRole.ADMINISTRATOR: text("Administrator"),
    OrganisationRole.AUDITOR: text("Auditor"),
    OrganisationRole.MEMBER: text("Member"),
}


@click.group(help=say(text("Create accounts and the links that set passwords.")))
def users() -> None:
    """Hold the commands."""


@users.command(help=say(text("Create an account and print the link that sets its password.")))
@click.argument("email")
@click.option("--name", default="", help=say(text("Name as others read it.")))
@click.option("--administrator", is_flag=True, help=say(text("May manage accounts.")))
@click.option(
    "--role",
    type=click.Choice([role.value for role in OrganisationRole]),
    default=OrganisationRole.MEMBER.value,
    help=say(text("What they are in the organisation; an auditor reads every project.")),
)
@json_option
def create(*, email: str, name: str, administrator: bool, role: str, as_json: bool) -> None:
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
            organisation_role=(
                OrganisationRole.ADMINISTRATOR if administrator else OrganisationRole(role)
            ),
        )
        address, token = user.email, issue_link(session, None, user, config)
    _tell(config, address, token, is_new=True, as_json=as_json)


@users.command(help=say(text("Print a new link for somebody who lost their password.")))
@click.argument("email")
@json_option
def link(*, email: str, as_json: bool) -> None:
    """Print a new set-password link; older ones stop working."""
    from checklist_app.queries.people import find_user  # noqa: PLC0415 - imports SQLAlchemy
    from checklist_app.services.links import is_in_use, issue_link  # noqa: PLC0415

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
        is_new = not is_in_use(session, user)
        address, token = user.email, issue_link(session, None, user, config)
    _tell(config, address, token, is_new=is_new, as_json=as_json)


@users.command(help=say(text("Say what a person is in the organisation; their sessions end.")))
@click.argument("email")
@click.argument("role", type=click.Choice([role.value for role in OrganisationRole]))
@json_option
def role(*, email: str, role: str, as_json: bool) -> None:
    """Change the role of an account."""
    from checklist_app.queries.people import find_user  # noqa: PLC0415 - imports SQLAlchemy
    from checklist_app.services.organisation import set_organisation_role  # noqa: PLC0415

    config = load_config(quiet=True)
    with opened(config) as resources, resources.sessions.begin() as session:
        user = find_user(session, email)
        if user is None:
            raise Refused(text("Nobody has an account with the address %(email)s.", email=email))
        set_organisation_role(session, None, user.id, OrganisationRole(role))
        address = user.email
    word = say(_ROLE_WORDS[OrganisationRole(role)])
    message = say(text("%(email)s has the role “%(role)s” now.", email=address, role=word))
    answer({"email": address, "role": role}, message, as_json=as_json)


@users.command(
    "reset-factors",
    help=say(text("Take every second factor from somebody who lost theirs; their sessions end.")),
)
@click.argument("email")
@json_option
def reset_factors(*, email: str, as_json: bool) -> None:
    """Let somebody sign in without a second factor once more."""
    from checklist_app.queries.people import find_user  # noqa: PLC0415 - imports SQLAlchemy
    from checklist_app.services.second_factor import reset_factors  # noqa: PLC0415

    config = load_config(quiet=True)
    with opened(config) as resources, resources.sessions.begin() as session:
        user = find_user(session, email)
        if user is None:
            raise Refused(text("Nobody has an account with the address %(email)s.", email=email))
        address = reset_factors(session, config, None, user.id).email
    message = say(text("%(email)s has no second factor any more.", email=address))
    answer({"email": address}, message, as_json=as_json)


def _tell(config: Config, email: str, token: str, *, is_new: bool, as_json: bool) -> None:
    from checklist_app.services.links import LINK_MINUTES  # noqa: PLC0415

    address = f"{config.base_url}/set-password/{token}"
    hours = config.invitation_hours
    message = say(
        text(
            "Set the password of %(email)s once, within %(hours)s hours:", email=email, hours=hours
        )
        if is_new
        else text(
            "Set the password of %(email)s once, within %(minutes)s minutes:",
            email=email,
            minutes=LINK_MINUTES,
        )
    )
    answer({"email": email, "link": address}, message, address, as_json=as_json)
