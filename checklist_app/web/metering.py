"""Each answer is counted, with the time that it took, under the name of its route."""

from __future__ import annotations

import time

from flask import Flask, Response, request

from checklist_app.metrics import count_request

_BEGAN = "checklist.began"


def install(app: Flask) -> None:
    """Count what is answered. Has to come first, so that it sees what others refuse."""

    @app.before_request
    def begin() -> None:
        request.environ[_BEGAN] = time.monotonic()

    @app.after_request
    def count(response: Response) -> Response:
        began = request.environ.get(_BEGAN, time.monotonic())
        seconds = time.monotonic() - began
        count_request(request.method, request.endpoint, response.status_code, seconds)
        return response
