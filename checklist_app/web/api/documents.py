"""The document of the interface, for programs and for people."""

from __future__ import annotations

import json
from typing import Any, cast

from apiflask import APIFlask
from flask import Blueprint, Response, render_template

from checklist_app.domain.scopes import SCOPE_PERMISSIONS
from checklist_app.domain.vocabulary import Language
from checklist_app.web.access import public
from checklist_app.web.languages import reader_language
from checklist_app.web.problems import MEANINGS


def install(app: APIFlask, parent: Blueprint) -> None:
    """Add the two forms of the document; both need to know all addresses of the app."""
    made: dict[Language, dict[str, Any]] = {}

    def document() -> dict[str, Any]:
        language = reader_language()
        if language not in made:
            made[language] = cast("dict[str, Any]", app.spec)
        return made[language]

    @parent.get("/openapi.json")
    @public
    def openapi() -> Response:
        """Give the OpenAPI document."""
        answer = Response(json.dumps(document(), ensure_ascii=False), mimetype="application/json")
        answer.headers["Cache-Control"] = "private, no-cache"
        return answer

    @app.get("/api/docs", endpoint="api_docs")
    @public
    def docs() -> str:
        """Show the OpenAPI document."""
        return render_template(
            "api/docs.html", document=document(), meanings=MEANINGS, scopes=SCOPE_PERMISSIONS
        )
