"""One's own factors: the app for codes, the recovery codes, and the page that lists them all."""

from __future__ import annotations

import segno
from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from checklist_app.domain.errors import InvalidInput
from checklist_app.domain.permissions import Permission
from checklist_app.queries.factors import own_factors
from checklist_app.services import one_time_codes, passkeys, second_factor
from checklist_app.web.access import actor, recent_auth, renew, requires, serves_enrolment
from checklist_app.web.attempts import signed_in_account
from checklist_app.web.auth.area import (
    PER_OWN_ACCOUNT,
    REFUSED,
    blueprint,
    was_refused,
)
from checklist_app.web.auth.entering import sent
from checklist_app.web.extensions import limiter
from checklist_app.web.filters import told
from checklist_app.web.messages import done
from checklist_app.web.transaction import db_session, resources


@blueprint.get("/account/factors")
@requires(Permission.ACCOUNT_MANAGE)
@recent_auth(_l("See and change how you sign in"))
@serves_enrolment
def factors() -> ResponseReturnValue:
    """Show what one signs in with, besides the password."""
    config = resources().config
    return render_template(
        "auth/factors.html",
        held=own_factors(db_session(), actor()),
        passkeys_possible=passkeys.is_possible(config),
        provider=config.oidc_label if config.has_single_sign_on else "",
        must_enrol=actor().must_enrol,
    )


@blueprint.post("/account/factors/codes/begin")
@requires(Permission.ACCOUNT_MANAGE)
@recent_auth(_l("Set up an app for codes"))
@serves_enrolment
def begin_codes() -> ResponseReturnValue:
    """Make a secret for an app."""
    one_time_codes.begin(db_session(), resources().config, actor())
    return redirect(url_for("auth.confirm_codes"), 303)


@blueprint.route("/account/factors/codes", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_MANAGE)
@serves_enrolment
@limiter.limit(
    PER_OWN_ACCOUNT, key_func=signed_in_account, methods=["POST"], deduct_when=was_refused
)
def confirm_codes() -> ResponseReturnValue:
    """Show the secret as a picture and as text, and take the first code."""
    config, code = resources().config, sent("code")
    error = ""
    if code:
        try:
            brought = second_factor.add_codes(db_session(), config, actor(), code)
        except InvalidInput as refused:
            error = told(refused.text)
        else:
            return added(brought, gettext("Codes from your app are asked for from now on."))
    new = one_time_codes.under_way(db_session(), config, actor())
    if new is None:
        return redirect(url_for("auth.factors"), 303)
    picture = segno.make(new.uri, micro=False).svg_data_uri(
        scale=5, border=3, dark="#000", light="#fff"
    )
    page = render_template(
        "auth/codes.html", picture=picture, secret=new.secret, uri=new.uri, error=error
    )
    return page, REFUSED if error else 200


@blueprint.post("/account/factors/codes/remove")
@requires(Permission.ACCOUNT_MANAGE)
@recent_auth(_l("Stop asking for codes from your app"))
def remove_codes() -> ResponseReturnValue:
    """Remove the app for codes."""
    second_factor.remove_codes(db_session(), resources().config, actor())
    done(gettext("Codes from that app are no longer asked for. Every other session has ended."))
    return redirect(url_for("auth.factors"), 303)


@blueprint.post("/account/factors/recovery")
@requires(Permission.ACCOUNT_MANAGE)
@recent_auth(_l("Make new recovery codes"))
def renew_recovery_codes() -> ResponseReturnValue:
    """Make new recovery codes and show them once."""
    codes = second_factor.renew_recovery_codes(db_session(), actor())
    return render_template("auth/recovery_codes.html", codes=codes)


def added(brought: second_factor.Added, message: str) -> ResponseReturnValue:
    """Say that a factor was added; the first one brings recovery codes, shown this once."""
    renew(brought.session_token)
    codes = brought.recovery_codes
    if codes:
        return render_template("auth/recovery_codes.html", codes=codes, message=message)
    done(message)
    return redirect(url_for("auth.factors"), 303)
