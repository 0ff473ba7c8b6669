"""A copy of one's own data."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from checklist_app.domain.permissions import Permission
from checklist_app.web.access import actor, recent_auth, requires
from checklist_app.web.attempts import signed_in_account
from checklist_app.web.auth.area import blueprint
from checklist_app.web.extensions import limiter
from checklist_app.web.personal_data import personal_data_file


@blueprint.post("/account/data")
@requires(Permission.ACCOUNT_MANAGE)
@recent_auth(_l("Download a copy of your data"))
@limiter.limit("20 per hour", key_func=signed_in_account)
def export_data() -> ResponseReturnValue:
    """Give a person a copy of what is held about them."""
    return personal_data_file(actor().user_id)
