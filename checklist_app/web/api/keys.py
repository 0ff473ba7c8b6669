"""The public halves of the keys that sign access tokens, for whoever wants to check one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify

from checklist_app.services.token_keys import signing_key, verifying_keys
from checklist_app.web.access import public
from checklist_app.web.transaction import resources

blueprint = Blueprint("keys", __name__)


@blueprint.get("/.well-known/jwks.json")
@public
def jwks() -> Response:
    """Publish the keys that tokens which are out may be signed with."""
    config = resources().config
    signing_key(config)
    keys: list[dict[str, Any]] = [key.public_facts() for key in verifying_keys(config)]
    return jsonify(keys=keys)
