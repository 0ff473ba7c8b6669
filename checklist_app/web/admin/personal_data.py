"""What is held about a person, and erasing it, for administrators."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from checklist_app.domain.errors import Conflict, InvalidInput
from checklist_app.domain.permissions import Permission
from checklist_app.queries.erasure import erasure_preview
from checklist_app.services.erasure import erase_person, pseudonym
from checklist_app.web.access import actor, recent_auth, requires
from checklist_app.web.admin.forms import EraseForm
from checklist_app.web.forms import show_error
from checklist_app.web.messages import done
from checklist_app.web.personal_data import personal_data_file
from checklist_app.web.transaction import db_session

blueprint = Blueprint("personal_data", __name__, url_prefix="/admin/users/<int:user_id>")

REFUSED = 422


@blueprint.get("/data")
@requires(Permission.USER_MANAGE)
def show(user_id: int) -> ResponseReturnValue:
    """Show how much is held about a person, and what would go and stay."""
    return _page(user_id, EraseForm(formdata=None), 200)


@blueprint.post("/data")
@requires(Permission.USER_MANAGE)
@recent_auth(_l("Download a copy of a person's data"))
def export(user_id: int) -> ResponseReturnValue:
    """Give out a copy of what is held about a person."""
    return personal_data_file(user_id, by_administrator=True)


@blueprint.post("/erase")
@requires(Permission.USER_MANAGE)
@recent_auth(_l("Erase a person"))
def erase(user_id: int) -> ResponseReturnValue:
    """Erase a person for good."""
    form = EraseForm()
    if not form.validate_on_submit():
        return _page(user_id, form, REFUSED)
    try:
        user = erase_person(db_session(), actor(), user_id, email=form.email.data or "")
    except (Conflict, InvalidInput) as error:
        show_error(form, error)
        db_session().rollback()
        return _page(user_id, form, REFUSED)
    done(
        gettext(
            "That person is erased. What they recorded carries the name %(name)s now.",
            name=user.name,
        )
    )
    return redirect(url_for("admin.users"), 303)


def _page(user_id: int, form: EraseForm, status: int) -> ResponseReturnValue:
    preview = erasure_preview(db_session(), actor(), user_id)
    page = render_template(
        "admin/personal_data.html", person=preview, form=form, pseudonym=pseudonym(user_id)
    )
    return page, status
