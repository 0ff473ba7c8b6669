"""One's own account."""

from __future__ import annotations

from apiflask import APIBlueprint

from checklist_app.domain.permissions import Permission
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import Language, OrganisationRole, Theme
from checklist_app.queries.people import account_of
from checklist_app.services.accounts import set_preferences
from checklist_app.web.access import actor, requires
from checklist_app.web.api.operations import Operation
from checklist_app.web.api.schemas import Input, Output
from checklist_app.web.transaction import db_session

blueprint = APIBlueprint("account", __name__, url_prefix="/account")


class Account(Output):
    """Who the token acts for."""

    id: int
    email: str
    name: str
    organisation_role: OrganisationRole
    language: Language | None
    theme: Theme


class AccountChange(Input):
    """How the person wants to read; what is left out stays."""

    language: Language | None = None
    theme: Theme | None = None


def shown() -> Account:
    """Return one's own account."""
    return Account.model_validate(account_of(db_session(), actor()))


@blueprint.get("")
@requires(Permission.ACCOUNT_MANAGE)
@Operation(text("Show one's own account"), answer=Account)
def show() -> Account:
    """Show the account."""
    return shown()


@blueprint.patch("")
@requires(Permission.ACCOUNT_MANAGE)
@Operation(text("Change how one reads"), body=AccountChange, answer=Account, existing=shown)
def edit(body: AccountChange) -> Account:
    """Change the preferences."""
    set_preferences(db_session(), actor(), language=body.language, theme=body.theme)
    db_session().flush()
    return shown()
