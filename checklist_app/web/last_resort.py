"""The few words that are left when nothing can be asked, not even which language is read."""

from __future__ import annotations

import json

from flask import Response

from checklist_app.web.bearer import on_api
from checklist_app.web.marks import request_id
from checklist_app.web.problems import MEDIA_TYPE

AWAY = 503
PAGE = """<!doctype html>
<html lang="es"><head><meta charset="utf-8"><title>503</title></head><body>
<p>El servicio no responde en este momento. No se guardó nada; inténtelo de nuevo en un minuto.</p>
<p lang="en">The service does not answer just now. Nothing was saved; try again in a minute.</p>
<p>%s</p></body></html>"""
TITLE = "The service does not answer just now. Nothing was saved; try again in a minute."


def last_resort() -> tuple[str | Response, int]:
    """Return an answer that needs neither the database nor a translation."""
    if not on_api():
        return PAGE % request_id(), AWAY
    told = {"type": "about:blank", "title": TITLE, "status": AWAY, "request_id": request_id()}
    return Response(json.dumps(told), AWAY, mimetype=MEDIA_TYPE), AWAY
