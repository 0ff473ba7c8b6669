"""Passkeys: signing in with one, and adding, naming and removing one's own."""

from __future__ import annotations

from flask import Response, redirect, render_template, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from checklist_app.domain.errors import InvalidInput
from checklist_app.domain.permissions import Permission
from checklist_app.domain.vocabulary import ProofPurpose
from checklist_app.services import passkeys, second_factor
from checklist_app.web.access import actor, origin, public, recent_auth, requires, serves_enrolment
from checklist_app.web.attempts import PER_ADDRESS
from checklist_app.web.auth.area import REFUSED, blueprint, was_refused
from checklist_app.web.auth.entering import PROOF, let_in, sent, taken, undo
from checklist_app.web.auth.factors import added
from checklist_app.web.extensions import limiter
from checklist_app.web.filters import told
from checklist_app.web.messages import done
from checklist_app.web.transaction import db_session, resources


@blueprint.post("/sign-in/passkey/options")
@public
@limiter.limit(PER_ADDRESS)
def passkey_options() -> ResponseReturnValue:
    """Begin signing in with a passkey."""
    token, options = second_factor.begin_passkey_sign_in(db_session(), resources().config)
    cookie[PROOF] = token
    return Response(options, mimetype="application/json")


@blueprint.post("/sign-in/passkey")
@public
@limiter.limit(PER_ADDRESS, deduct_when=was_refused)
def passkey_sign_in() -> ResponseReturnValue:
    """Open the session of whoever's passkey signed the challenge."""
    config = resources().config
    try:
        proof = taken(ProofPurpose.PASSKEY_SIGN_IN)
        token = second_factor.sign_in_by_passkey(
            db_session(), config, proof, sent("credential"), origin()
        )
    except InvalidInput as error:
        undo()
        with resources().sessions.begin() as apart:
            second_factor.record_refusal(apart, None, origin(), by="passkey")
        return render_template("auth/refused.html", error=told(error.text)), REFUSED
    return let_in(token, sent("next"))


@blueprint.post("/account/passkeys/options")
@requires(Permission.ACCOUNT_MANAGE)
@recent_auth(_l("Add a passkey"))
@serves_enrolment
def new_passkey_options() -> ResponseReturnValue:
    """Begin adding a passkey."""
    token, options = second_factor.begin_passkey(db_session(), resources().config, actor())
    cookie[PROOF] = token
    return Response(options, mimetype="application/json")


@blueprint.post("/account/passkeys")
@requires(Permission.ACCOUNT_MANAGE)
@serves_enrolment
def add_passkey() -> ResponseReturnValue:
    """Keep the passkey that the browser made."""
    proof = taken(ProofPurpose.ENROL_PASSKEY)
    brought = second_factor.add_passkey(
        db_session(),
        resources().config,
        actor(),
        proof,
        name=sent("name") or gettext("Passkey"),
        answer=sent("credential"),
    )
    return added(brought, gettext("The passkey works from now on."))


@blueprint.post("/account/passkeys/<int:passkey_id>/rename")
@requires(Permission.ACCOUNT_MANAGE)
@recent_auth(_l("Rename a passkey"))
def rename_passkey(passkey_id: int) -> ResponseReturnValue:
    """Call a passkey something else."""
    passkeys.rename(db_session(), actor(), passkey_id, sent("name"))
    done(gettext("The passkey has its new name."))
    return redirect(url_for("auth.factors"), 303)


@blueprint.post("/account/passkeys/<int:passkey_id>/remove")
@requires(Permission.ACCOUNT_MANAGE)
@recent_auth(_l("Remove a passkey"))
def remove_passkey(passkey_id: int) -> ResponseReturnValue:
    """Remove one of one's own passkeys."""
    second_factor.remove_passkey(db_session(), resources().config, actor(), passkey_id)
    done(gettext("The passkey no longer opens anything. Every other session has ended."))
    return redirect(url_for("auth.factors"), 303)
