"""Single sign-on: to the provider and back."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from checklist_app.domain.errors import InvalidInput
from checklist_app.domain.permissions import Permission
from checklist_app.domain.vocabulary import ProofPurpose
from checklist_app.services import external_people, pending, second_factor, single_sign_on
from checklist_app.services.identity_tokens import Claims
from checklist_app.services.single_sign_on import SingleSignOnRefused
from checklist_app.web.access import actor, origin, public, recent_auth, requires
from checklist_app.web.attempts import PER_ADDRESS
from checklist_app.web.auth.area import REFUSED, blueprint
from checklist_app.web.auth.entering import go_on, kept, undo
from checklist_app.web.extensions import limiter
from checklist_app.web.filters import told
from checklist_app.web.messages import done
from checklist_app.web.transaction import begin_writing, db_session, resources

PROOF = "sso_proof"


@blueprint.get("/sign-in/sso")
@public
@limiter.limit(PER_ADDRESS)
def sso_begin() -> ResponseReturnValue:
    """Send somebody to the provider."""
    if not resources().config.has_single_sign_on:
        return redirect(url_for("auth.sign_in"), 303)
    try:
        return redirect(_begin(request.args.get("next", "")), 303)
    except SingleSignOnRefused as error:
        return _refuse(error)


@blueprint.post("/account/sso/link")
@requires(Permission.ACCOUNT_MANAGE)
@recent_auth(_l("Link an identity"))
def sso_link() -> ResponseReturnValue:
    """Let somebody who is signed in add this way in; the page leads on, as forms may not."""
    address = _begin(url_for("auth.factors"), link_to=actor().user_id)
    return render_template(
        "auth/sso_link.html", address=address, provider=resources().config.oidc_label
    )


@blueprint.post("/account/sso/<int:identity_id>/unlink")
@requires(Permission.ACCOUNT_MANAGE)
@recent_auth(_l("Unlink an identity"))
def sso_unlink(identity_id: int) -> ResponseReturnValue:
    """Take this way in away again."""
    external_people.unlink(db_session(), resources().config, actor(), identity_id)
    done(gettext("That identity no longer opens your account."))
    return redirect(url_for("auth.factors"), 303)


@blueprint.get("/sign-in/sso/callback")
@public
@limiter.limit(PER_ADDRESS)
def sso_callback() -> ResponseReturnValue:
    """Take what the provider says, and go on as after a password."""
    config = resources().config
    token = kept(PROOF)
    cookie.pop(PROOF, None)
    try:
        with resources().sessions.begin() as apart:
            proof = pending.take(apart, ProofPurpose.SINGLE_SIGN_ON, token)
        # The provider is asked while no transaction is open: it may take its time.
        claims = single_sign_on.claims_of(
            config,
            proof,
            state=request.args.get("state", ""),
            code=request.args.get("code", ""),
            error=request.args.get("error", ""),
        )
        begin_writing()
        if proof.user_id is not None:
            return _linked(proof.user_id, claims)
        user = external_people.person_of(db_session(), config, claims, origin())
        entered = second_factor.enter(
            db_session(),
            config,
            user,
            origin(),
            by="provider",
            proved_elsewhere=claims.multi_factor,
        )
    except InvalidInput as error:
        return _refuse(error)
    return go_on(entered, str((proof.details or {}).get("next", "")))


def _linked(user_id: int, claims: Claims) -> ResponseReturnValue:
    who = actor()
    if who.user_id != user_id:
        raise pending.ProofOver
    external_people.link(db_session(), resources().config, who, claims)
    done(gettext("From now on you can sign in that way as well."))
    return redirect(url_for("auth.factors"), 303)


def _begin(going_to: str, link_to: int | None = None) -> str:
    departure = single_sign_on.prepare(resources().config)
    with resources().sessions.begin() as apart:
        cookie[PROOF] = single_sign_on.begin(apart, departure, going_to=going_to, link_to=link_to)
    return departure.address


def _refuse(error: InvalidInput) -> tuple[str, int] | Response:
    undo()
    reason = error.reason if isinstance(error, SingleSignOnRefused) else "over"
    with resources().sessions.begin() as apart:
        single_sign_on.record_refusal(apart, reason, origin())
    return render_template("auth/refused.html", error=told(error.text)), REFUSED
