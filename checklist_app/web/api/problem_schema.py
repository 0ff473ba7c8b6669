"""The schema of every refusal: ``application/problem+json`` with members of ours."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from checklist_app.domain.text import Text
from checklist_app.web.filters import told
from checklist_app.web.problems import (
    CHALLENGE,
    DEAD_TOKEN,
    MEDIA_TYPE,
    NO_TOKEN,
    TOO_LONG_AGO,
)

PROBLEM: dict[str, Any] = {
    "title": "Problem",
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["place", "message"],
                "properties": {"place": {"type": "string"}, "message": {"type": "string"}},
            },
        },
        "current": {"type": "object", "description": "The present values, with status 412."},
        "submitted": {"type": "object", "description": "The values that were sent, with 412."},
        "etag": {"type": "string"},
        "max_age": {
            "type": "integer",
            "description": "With `step_up_required`: the greatest age of the sign-in, in seconds.",
        },
        "accepted": {"type": "array", "items": {"type": "string"}},
    },
}


def refusal(status: int, meaning: Text) -> dict[str, Any]:
    """Return what the document says of a status: its meaning, and its headers."""
    said: dict[str, Any] = {
        "description": told(meaning),
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        said["headers"] = {"Retry-After": {"schema": {"type": "integer", "minimum": 0}}}
    if status == HTTPStatus.UNAUTHORIZED:
        said["headers"] = {
            CHALLENGE: {
                "required": True,
                "schema": {"type": "string"},
                "examples": {
                    "no token": {"value": NO_TOKEN},
                    "a token that does not count": {"value": DEAD_TOKEN},
                    "a sign-in too long ago": {"value": TOO_LONG_AGO % 900},
                },
            }
        }
    return said
