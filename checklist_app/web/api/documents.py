"""The document of the interface, for programs and for people."""

from __future__ import annotations

import json

from flask import Blueprint, Flask, Response, render_template

from checklist_app.domain.scopes import SCOPE_PERMISSIONS
from checklist_app.web.access import public
from checklist_app.web.api.openapi import document
from checklist_app.web.problems import MEANINGS
from checklist_app.web.transaction import resources


def install(app: Flask, parent: Blueprint) -> None:
    """Add the two forms of the document; both need to know all addresses of the app."""

    @parent.get("/openapi.json")
    @public
    def openapi() -> Response:
        """Give the OpenAPI document."""
        found = document(app, resources().config.base_url)
        answer = Response(json.dumps(found, ensure_ascii=False), mimetype="application/json")
        answer.headers["Cache-Control"] = "private, no-cache"
        return answer

    @app.get("/api/docs", endpoint="api_docs")
    @public
    def docs() -> str:
        """Show the OpenAPI document."""
        found = document(app, resources().config.base_url)
        return render_template(
            "api/docs.html", document=found, meanings=MEANINGS, scopes=SCOPE_PERMISSIONS
        )
