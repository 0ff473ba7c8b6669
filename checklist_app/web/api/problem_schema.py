"""The schema of every refusal: ``application/problem+json`` with members of ours."""

from __future__ import annotations

from typing import Any

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
