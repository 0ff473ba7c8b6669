"""In which state a thing is: its ETag, and the check that a change is meant for that state."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from flask import request

from checklist_app.web.api.schemas import Output
from checklist_app.web.languages import reader_language
from checklist_app.web.problems import Refusal

HEX_DIGITS = 32


def state_tag(thing: Output) -> str:
    """Return what names the state of a thing, the same in every language."""
    return _digest(thing.present_state())


def etag(thing: Output) -> str:
    """Return the ETag of a thing as it is shown now: its state, and the language of its words."""
    tag = state_tag(thing)
    if not thing.worded:
        return tag
    shown = _digest(thing.model_dump(mode="json"))
    return f"{tag}.{reader_language().value}.{shown[:8]}"


def check_unchanged(thing: Output, submitted: dict[str, Any]) -> None:
    """Raise Refusal unless the request names the present state of a thing in ``If-Match``.

    Raises:
        Refusal: 428 when it names none; 412 when it names another, with the present values and
            those that were sent.
    """
    wanted = request.if_match
    if not wanted and "If-Match" not in request.headers:
        raise Refusal(428)
    if wanted.star_tag:
        return
    named = {tag.partition(".")[0] for tag in wanted.as_set()}
    if state_tag(thing) not in named:
        raise Refusal(
            412,
            facts={
                "current": thing.model_dump(mode="json"),
                "submitted": submitted,
                "etag": f'"{etag(thing)}"',
            },
        )


def _digest(value: Any) -> str:
    exact = json.dumps(value, ensure_ascii=False, sort_keys=True).encode("utf-8")
    return hashlib.sha256(exact).hexdigest()[:HEX_DIGITS]
