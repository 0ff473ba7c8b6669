"""One database session for a request, one commit for a request that succeeded."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import TypeVar

from flask import Flask, Response, current_app, g
from flask import session as cookie

from checklist_app.services.faults import is_busy
from checklist_app.services.resources import DatabaseSession, Resources

Written = TypeVar("Written")

FIRST_FAILURE = 400
MADE_FOR_FORMS = "csrf_token"
"""Where the forms' extension keeps the token that it has made for this request."""


def resources() -> Resources:
    """Return the connections of this process."""
    opened: Resources = current_app.extensions["checklist_resources"]
    return opened


def db_session() -> DatabaseSession:
    """Return the session of this request; it begins as a reader."""
    if "session" not in g:
        g.session = resources().reading_session()
    opened: DatabaseSession = g.session
    return opened


def begin_writing() -> None:
    """End what was read so far, so that the next statement begins a transaction that writes.

    Long work that needs no database (storing an upload) goes before that next statement, so that
    no writer waits for it.
    """
    db_session().commit()


def write_unless_busy(write: Callable[[DatabaseSession], Written]) -> Written | None:
    """Write what may as well be written next time; where another writer holds SQLite, let it be.

    Returns:
        What ``write`` returned, once it is committed; None when it was left.
    """
    try:
        with resources().hasty_session() as session:
            written = write(session)
            session.commit()
    except Exception as error:
        if not is_busy(error):
            raise
        return None
    return written


def forget() -> None:
    """Undo what this request has not committed, so that its session can be asked again."""
    if "session" in g:
        g.session.rollback()


def note_cookie() -> None:
    """Remember the browser's cookie as it is while all that it tells of is committed."""
    g.cookie_before = deepcopy(dict(cookie))


def _restore_cookie() -> None:
    """Give the browser what it came with: a token that was not committed opens nothing."""
    if g.get("cookie_before", cookie) == cookie:
        return
    cookie.clear()
    cookie.update(g.cookie_before)
    g.pop(MADE_FOR_FORMS, None)  # it was made for the cookie that is gone


def read_on() -> None:
    """Undo what this request has not committed; what is asked now waits for no writer.

    The cookie goes back as well to what it was before the view ran.
    """
    _restore_cookie()
    if "session" in g:
        resources().read_on(g.session)


def install(app: Flask) -> None:
    """Commit after each successful request, roll back after any other."""

    @app.after_request
    def commit(response: Response) -> Response:
        if "session" in g and response.status_code < FIRST_FAILURE:
            g.session.commit()
        return response

    @app.teardown_request
    def close(_error: BaseException | None) -> None:
        session = g.pop("session", None)
        if session is not None:
            session.close()
