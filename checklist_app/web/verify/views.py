"""The public check of a signed report."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from checklist_app.domain.alerts import SecurityKind
from checklist_app.domain.errors import TooManyAttempts
from checklist_app.domain.text import text
from checklist_app.services.verification import check_report
from checklist_app.web.access import public
from checklist_app.web.extensions import limiter
from checklist_app.web.transaction import db_session, resources
from checklist_app.web.turns import places
from checklist_app.web.watch import notice

blueprint = Blueprint("verify", __name__)

REFUSED = 422


@blueprint.route("/verify", methods=["GET", "POST"])
@public
@limiter.limit("30 per 10 minutes", methods=["POST"])
def index() -> ResponseReturnValue:
    """Take a PDF and say who signed it, when, and whether a byte has changed since."""
    if request.method == "GET":
        return render_template("verify/index.html")
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        message = gettext("Choose a PDF file first.")
        return render_template("verify/index.html", form_error=message), REFUSED
    if not places.acquire(blocking=False):
        raise TooManyAttempts(text("Too many attempts. Wait a few minutes and try again."))
    try:
        checked = check_report(db_session(), resources(), upload.stream)
    finally:
        places.release()
    if not checked.verification.is_valid:
        notice(
            SecurityKind.TAMPERING,
            subject=checked.verification.sha256,
            status=200,
            verdict=checked.verification.verdict.value,
        )
    return render_template(
        "verify/index.html",
        file_name=upload.filename,
        result=checked.verification,
        issued=checked.issued,
    )
