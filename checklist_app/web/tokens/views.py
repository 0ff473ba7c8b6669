"""Tokens of a project for its pipelines."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from checklist_app.domain.errors import InvalidInput
from checklist_app.domain.permissions import Permission
from checklist_app.domain.scopes import PIPELINE_SCOPES
from checklist_app.queries.pipeline_tokens import token_lines
from checklist_app.services import pipeline_tokens
from checklist_app.services.clock import now, today
from checklist_app.web.access import project, recent_auth, requires
from checklist_app.web.filters import told
from checklist_app.web.forms import form_date, form_text
from checklist_app.web.messages import done
from checklist_app.web.transaction import db_session

blueprint = Blueprint("tokens", __name__, url_prefix="/projects/<slug>/tokens")

REFUSED = 422
USUAL_LIFETIME = timedelta(days=90)


@blueprint.get("")
@requires(Permission.TOKEN_VIEW)
def index(slug: str) -> ResponseReturnValue:
    """Show the tokens of the project and the way to make one."""
    return _page()


@blueprint.post("")
@requires(Permission.TOKEN_MANAGE)
@recent_auth(_l("Make a token for a pipeline"))
def make(slug: str) -> ResponseReturnValue:
    """Make a token; its secret is in this answer alone."""
    try:
        _, secret = pipeline_tokens.make_token(
            db_session(),
            project(),
            name=form_text("name"),
            scopes=request.form.getlist("scopes"),
            expires_on=form_date("expires_on"),
        )
    except InvalidInput as error:
        return _page(form_error=told(error.text), typed=request.form), REFUSED
    db_session().flush()
    return _page(secret=secret)


@blueprint.post("/<int:token_id>/revoke")
@requires(Permission.TOKEN_MANAGE)
def revoke(slug: str, token_id: int) -> ResponseReturnValue:
    """End a token at once."""
    pipeline_tokens.revoke_token(db_session(), project(), token_id)
    done(gettext("The token is revoked; nothing can be done with it any more."))
    return redirect(url_for("tokens.index", slug=slug), 303)


def _page(**context: object) -> str:
    return render_template(
        "tokens/index.html",
        tokens=token_lines(db_session(), project(), now()),
        scopes=PIPELINE_SCOPES,
        first_day=today(),
        usual_day=today() + USUAL_LIFETIME,
        last_day=today() + pipeline_tokens.LONGEST_LIFETIME,
        **context,
    )
