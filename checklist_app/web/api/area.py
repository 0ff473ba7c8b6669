"""The interface for programs as a whole: its rooms, under one address."""

from __future__ import annotations

from apiflask import APIFlask
from flask import Blueprint

from checklist_app.web.api import (
    account,
    checklists,
    documents,
    events,
    evidence,
    finding_actions,
    findings,
    gate,
    groups,
    items,
    jobs,
    keys,
    members,
    openapi,
    pipeline_tokens,
    project_groups,
    projects,
    remediation,
    reports,
    reviews,
    scans,
    standards,
    suggestions,
    tokens,
    waivers,
    webhooks,
)
from checklist_app.web.extensions import csrf

ROOMS = (
    account,
    checklists,
    events,
    evidence,
    finding_actions,
    findings,
    gate,
    groups,
    items,
    jobs,
    members,
    pipeline_tokens,
    project_groups,
    projects,
    remediation,
    reports,
    reviews,
    scans,
    standards,
    suggestions,
    tokens,
    waivers,
    webhooks,
)


def install(app: APIFlask) -> None:
    """Register every room, without form tokens: no cookie opens any of them."""
    parent = Blueprint("api", __name__, url_prefix="/api/v1")
    for room in ROOMS:
        csrf.exempt(room.blueprint)
        parent.register_blueprint(room.blueprint)
    openapi.install(app)
    documents.install(app, parent)
    app.register_blueprint(parent)
    app.register_blueprint(keys.blueprint)
