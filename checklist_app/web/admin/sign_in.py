"""How people sign in, for administrators: who needs a second factor, and who lost theirs."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from checklist_app.domain.permissions import Permission
from checklist_app.domain.vocabulary import FactorPolicy
from checklist_app.services import factor_policy, second_factor
from checklist_app.web.access import actor, recent_auth, requires
from checklist_app.web.forms import form_choice
from checklist_app.web.messages import done
from checklist_app.web.transaction import db_session, resources

blueprint = Blueprint("sign_in_policy", __name__, url_prefix="/admin")


@blueprint.get("/sign-in")
@requires(Permission.ORGANISATION_VIEW)
def show() -> ResponseReturnValue:
    """Show who needs a second factor, and how single sign-on is set up."""
    return render_template(
        "admin/sign_in.html",
        required=factor_policy.policy(db_session()),
        policies=list(FactorPolicy),
        config=resources().config,
    )


@blueprint.post("/sign-in")
@requires(Permission.USER_MANAGE)
@recent_auth(_l("Decide who needs a second factor"))
def change() -> ResponseReturnValue:
    """Decide who needs a second factor."""
    required = form_choice("second_factor", FactorPolicy)
    factor_policy.set_policy(db_session(), actor(), required)
    done(gettext("Saved. Whoever needs a second factor and has none is led to add one."))
    return redirect(url_for("sign_in_policy.show"), 303)


@blueprint.post("/users/<int:user_id>/factors/reset")
@requires(Permission.USER_MANAGE)
@recent_auth(_l("Take the second factor off an account"))
def reset_factors(user_id: int) -> ResponseReturnValue:
    """Take the factors of somebody who lost theirs; their sessions end."""
    user = second_factor.reset_factors(db_session(), resources().config, actor(), user_id)
    done(gettext("%(email)s signs in without a second factor once more.", email=user.email))
    return redirect(url_for("admin.users"), 303)
