"""Whether the system is alive and ready, for machines; tells nothing to strangers but yes or no."""

from __future__ import annotations

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from checklist_app.services.readiness import check_readiness
from checklist_app.web.access import public
from checklist_app.web.extensions import limiter
from checklist_app.web.transaction import resources

blueprint = Blueprint("health", __name__)

NOT_READY = 503


@blueprint.get("/healthz")
@public
@limiter.exempt
def healthz() -> ResponseReturnValue:
    """Say that this process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@public
@limiter.exempt
def readyz() -> ResponseReturnValue:
    """Say whether database, migrations, storage and a worker are there."""
    checks = check_readiness(resources())
    ready = all(checks.values())
    answer = jsonify(
        status="ok" if ready else "unavailable",
        checks={name: "ok" if fine else "failed" for name, fine in checks.items()},
    )
    return answer, 200 if ready else NOT_READY
