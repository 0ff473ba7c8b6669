"""The public check of a signed report."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from checklist_app.web.access import public
from checklist_app.web.extensions import limiter
from checklist_app.web.public_check import check_handed_in

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
    checked = check_handed_in(upload.stream)
    return render_template(
        "verify/index.html",
        file_name=upload.filename,
        result=checked.verification,
        issued=checked.issued,
    )
