"""THE table: what went wrong, which status that is, and the page that tells it.

Nothing typed is ever lost: when a form could not be taken, its texts come back on the page.
"""

from __future__ import annotations

import logging
from math import ceil
from time import time
from typing import Any

from flask import Flask, Response, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_limiter.errors import RateLimitExceeded
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from checklist_app.config import MEGABYTE
from checklist_app.domain import errors
from checklist_app.domain.errors import DomainError
from checklist_app.domain.text import text
from checklist_app.services.faults import is_busy, is_disk_full, is_lost_race
from checklist_app.web.access import SAFE_METHODS, wants_fragment
from checklist_app.web.bearer import on_api
from checklist_app.web.extensions import limiter
from checklist_app.web.filters import told
from checklist_app.web.heavy import too_often
from checklist_app.web.last_resort import last_resort
from checklist_app.web.marks import request_id
from checklist_app.web.problems import Refusal, of_domain_error, problem
from checklist_app.web.refusals import write_down
from checklist_app.web.transaction import read_on, resources
from checklist_app.web.waiting import NEVER_CARRIED, Waiting, ways_to_confirm

_log = logging.getLogger(__name__)

STATUSES: dict[type[DomainError], int] = {
    errors.SignInRequired: 401,
    errors.ConfirmationRequired: 403,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.StaleWrite: 409,
    errors.Conflict: 409,
    errors.TooLarge: 413,
    errors.InvalidInput: 422,
    errors.UnreadableReport: 422,
    errors.JobFailed: 422,
    errors.Cancelled: 409,
    errors.TooManyAttempts: 429,
    errors.AlteredFile: 500,
    errors.Busy: 503,
    errors.StorageUnavailable: 503,
    errors.StorageFull: 507,
}
TOO_MANY = 429
BUSY = {"Retry-After": "60"}
NOTED = errors.TooManyAttempts | errors.AlteredFile
LATER = errors.TooManyAttempts | errors.Busy | errors.StorageUnavailable
PAGES = frozenset({400, 403, 404, 405, 409, 413, 422, 429, 500, 503, 507})
NEVER_SHOWN = NEVER_CARRIED | {"row_version", "next"}


def install(app: Flask) -> None:
    """Answer every error with our pages."""
    app.register_error_handler(DomainError, _domain_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(RateLimitExceeded, _rate_limited)
    app.register_error_handler(RequestEntityTooLarge, _too_large)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unexpected)


def status_of(error: DomainError) -> int:
    """Return the status of a domain error; the nearest class in the table decides."""
    if isinstance(error, Refusal):
        return error.status
    return next(STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES)


def _domain_error(error: DomainError) -> ResponseReturnValue:
    if on_api():
        return _told_to_program(error)
    proof = _proof_first(error)
    if proof is not None:
        return proof
    status = status_of(error)
    if isinstance(error, errors.Forbidden | errors.NotFound | NOTED):
        write_down(status, error)
    if isinstance(error, errors.StaleWrite):
        return _page(status, told(error.text), stale=_both_values(error))
    page = _page(status, told(error.text))
    return (*page, BUSY) if isinstance(error, LATER) else page


def _proof_first(error: DomainError) -> ResponseReturnValue | None:
    """Return the page that asks who sits there, where that is what is missing."""
    if isinstance(error, errors.SignInRequired):
        return _sign_in_first(error)
    if isinstance(error, errors.FactorRequired) and _is_plain_page():
        return redirect(url_for("auth.factors"), 303)
    if isinstance(error, errors.ConfirmationRequired):
        return _confirm_first()
    return None


def _told_to_program(error: DomainError) -> ResponseReturnValue:
    status = status_of(error)
    if status in (401, 403, 404) or isinstance(error, NOTED):
        write_down(status, error)
    answer = of_domain_error(error, status)
    return (answer, BUSY) if isinstance(error, LATER) else answer


def _both_values(error: errors.StaleWrite) -> dict[str, Any]:
    current = error.current
    return {
        "theirs": {name: current.get(name, "") for name in ("outcome", "rationale")},
        "mine": {name: error.submitted.get(name, "") for name in ("outcome", "rationale")},
        "author": current["author"],
        "recorded_at": current["recorded_at"],
        "row_version": current["row_version"],
        "save_url": request.path if "outcome" in error.submitted else None,
    }


def _sign_in_first(reason: Exception) -> ResponseReturnValue:
    if _is_plain_page():
        return redirect(url_for("auth.sign_in", next=request.path), 303)
    write_down(401, reason)
    return render_template("errors/expired.html", typed=_typed(), message=None), 401


def _is_plain_page() -> bool:
    return request.method in SAFE_METHODS and not wants_fragment()


def _confirm_first() -> ResponseReturnValue:
    """Ask who sits there; what was sent waits in the page itself, and goes nowhere else."""
    if request.method in SAFE_METHODS:
        return redirect(url_for("auth.confirm", next=request.path), 303)
    waiting = Waiting.of_request()
    page = render_template("auth/confirm.html", form=None, waiting=waiting, ways=ways_to_confirm())
    return page, STATUSES[errors.ConfirmationRequired]


def _csrf_error(error: CSRFError) -> ResponseReturnValue:
    if not current_user.is_authenticated and "_user_id" not in cookie:
        return _sign_in_first(error)
    write_down(400, error)
    return _page(400, gettext("The form had expired. Nothing was saved; please send it again."))


def _rate_limited(error: RateLimitExceeded) -> ResponseReturnValue:
    write_down(429, error)
    window = error.limit.limit.get_expiry()
    met = limiter.current_limit
    seconds = min(max(ceil(met.reset_at - time()), 1), window) if met else window
    answer = _page(429, told(too_often(error.limit.scope, seconds)))
    return (*answer, {"Retry-After": str(seconds)})


def _too_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    taken_here = request.max_content_length or 0
    if taken_here < resources().config.max_upload_mb * MEGABYTE:
        words = text(
            "What you sent is larger than the %(limit)s kB that are taken here. "
            "Nothing was stored.",
            limit=taken_here // 1000,
        )
        return _page(413, told(words), typed=None)
    return _page(
        413,
        gettext(
            "What you sent is larger than the %(limit)s MB that one request may hold. "
            "Nothing was stored.",
            limit=resources().config.max_upload_mb,
        ),
        typed=None,
    )


def _http_error(error: HTTPException) -> ResponseReturnValue:
    ours = getattr(error, "original_exception", None)
    if ours is not None:
        return _met_outside(ours)
    if error.code is None or error.code < 400:
        return error
    words = getattr(error, "text", None)
    return (*_page(error.code, told(words) if words else None), _headers(error))


def _headers(error: HTTPException) -> dict[str, str]:
    allowed = getattr(error, "valid_methods", None)
    return {"Allow": ", ".join(sorted(allowed))} if allowed else {}


def _met_outside(error: Exception) -> ResponseReturnValue:
    """Answer what went wrong where Flask asks no handler: at the commit, or while we told of it.

    Nothing answers for an error of this function, so it ends with words that need nothing.
    """
    try:
        return _unexpected(error)
    except Exception:
        _log.exception("the answer to an error broke", extra={"request_id": request_id()})
        return last_resort()


def _unexpected(error: Exception) -> ResponseReturnValue:
    read_on()  # the page below asks through the same session, which a failed statement has broken
    if is_lost_race(error):
        return _page(409, gettext("Somebody else changed this at the same moment. Try again."))
    if is_disk_full(error):
        return _domain_error(errors.StorageFull())
    if is_busy(error):
        return _domain_error(errors.Busy())
    _log.exception("request failed", extra={"request_id": request_id()})
    return _page(500, None)


def _page(status: int, message: str | None, **context: Any) -> tuple[str | Response, int]:
    if on_api():
        return problem(status, message), status
    try:
        return _rendered(status, message, **context), status
    except Exception:
        # The page asks the database for its frame; without one, these words are what is left.
        _log.exception("the page of an error broke", extra={"request_id": request_id()})
        return last_resort()


def _rendered(status: int, message: str | None, **context: Any) -> str:
    page = status if status in PAGES else (400 if status < 500 else 500)
    context.setdefault("typed", _typed())
    return render_template(
        f"errors/{page}.html",
        message=message,
        request_id=request_id(),
        back_url=_back(),
        **context,
    )


def _typed() -> list[tuple[str, str]]:
    """Return what the person had typed, label and text, but for secrets and choices."""
    if request.method in SAFE_METHODS:
        return []
    try:
        fields = request.form
    except HTTPException:
        return []
    labels = _labels()
    return [
        (labels.get(name, name), value)
        for name, value in fields.items()
        if name not in NEVER_SHOWN and value.strip() and (name in labels or " " in value)
    ]


def _labels() -> dict[str, str]:
    return {
        "rationale": gettext("Rationale"),
        "note": gettext("Note"),
        "title": gettext("Title"),
        "plan": gettext("Plan"),
        "justification": gettext("Justification"),
        "statement": gettext("Statement"),
        "description": gettext("Description"),
        "scope": gettext("Scope"),
        "name": gettext("Name"),
        "url": gettext("Address"),
    }


def _back() -> str | None:
    referrer = request.referrer or ""
    own = request.host_url
    return referrer if referrer.startswith(own) and referrer != request.url else None
