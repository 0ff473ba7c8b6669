"""Who may call a view: declared on the view, checked before it runs, denied by default.

A view inside a project never loads the project itself: the guard does, through the actor, so that
a stranger gets the same 404 as for a project that does not exist.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, g, request
from flask import session as cookie
from flask_login import UserMixin, current_user

from checklist_app.domain.actor import Actor
from checklist_app.domain.errors import (
    ConfirmationRequired,
    FactorRequired,
    Forbidden,
    SignInRequired,
)
from checklist_app.domain.permissions import PROJECT_PERMISSIONS, Permission
from checklist_app.queries.access import (
    ItemAccess,
    ProjectAccess,
    open_checklist,
    open_item,
    open_project,
)
from checklist_app.services import sessions
from checklist_app.services.confirmation import is_recent
from checklist_app.services.rotation import rotate_if_due
from checklist_app.web import bearer
from checklist_app.web.extensions import login_manager
from checklist_app.web.marks import request_id
from checklist_app.web.transaction import (
    begin_writing,
    db_session,
    note_cookie,
    resources,
    write_unless_busy,
)

View = TypeVar("View", bound=Callable[..., Any])

PUBLIC = "public"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_SITES = frozenset({"same-origin", "none"})
ASSET_ENDPOINTS = frozenset({"static", "bootstrap.static"})
DECLARATION = "access_declaration"
ENROLMENT = "serves_enrolment"
SENSITIVE_ACT = "sensitive_act"
ASKS_ITSELF = "asks_itself"


class SignedInUser(UserMixin):
    """What the login extension holds: the session's token, and who it belongs to."""

    def __init__(self, token: str, opened: sessions.OpenSession) -> None:
        self.token = token
        self.opened = opened
        self.actor = opened.actor

    def get_id(self) -> str:
        """Return the token, which is what the cookie carries: it dies with its session row."""
        return self.token

    @property
    def id(self) -> int:
        """Key of the account."""
        return self.actor.user_id

    @property
    def name(self) -> str:
        """The person's name."""
        return self.actor.name

    @property
    def email(self) -> str:
        """The person's e-mail address."""
        return self.actor.email

    @property
    def permissions(self) -> frozenset[Permission]:
        """What the person may do outside any project."""
        return self.actor.permissions


def requires(permission: Permission) -> Callable[[View], View]:
    """Declare what a view needs; one inside a project checks the role there."""

    def declare(view: View) -> View:
        setattr(view, DECLARATION, permission)
        return view

    return declare


def recent_auth(act: Any) -> Callable[[View], View]:
    """Declare that what a view changes needs a recent proof of identity.

    Args:
        act: what it does, in translated words, as the page says it that asks for the proof.
    """

    def declare(view: View) -> View:
        setattr(view, SENSITIVE_ACT, act)
        return view

    return declare


def sensitive_act(endpoint: str | None) -> Any:
    """Return in words what an endpoint does that needs a recent proof; None when it does not."""
    return getattr(current_app.view_functions.get(endpoint or ""), SENSITIVE_ACT, None)


def public(view: View) -> View:
    """Declare that a view is for everybody, signed in or not."""
    setattr(view, DECLARATION, PUBLIC)
    return view


def serves_enrolment(view: View) -> View:
    """Declare that a view is open to somebody who still has to add a second factor."""
    setattr(view, ENROLMENT, True)
    return view


def declaration(app: Flask, endpoint: str) -> Permission | str | None:
    """Return what an endpoint declares: a permission, ``public``, or None for nothing."""
    if endpoint in ASSET_ENDPOINTS:
        return PUBLIC
    declared: Permission | str | None = getattr(app.view_functions[endpoint], DECLARATION, None)
    return declared


def install(app: Flask) -> None:
    """Put the guard before every view."""
    login_manager.init_app(app)
    login_manager.session_protection = None  # the server-side row is the session's protection
    login_manager.user_loader(_load_user)
    login_manager.request_loader(_load_bearer)
    app.before_request(_refuse_other_sites)
    app.before_request(_guard)


def actor() -> Actor:
    """Return who is signed in, or raise SignInRequired."""
    if not current_user.is_authenticated:
        raise SignInRequired
    found: Actor = current_user.actor
    return found


def wants_fragment() -> bool:
    """Return whether our own script asks for a part of a page."""
    return request.headers.get("X-Requested-With") == "fragment"


def origin() -> sessions.Origin:
    """Return where this request came from."""
    return sessions.Origin(
        address=request.remote_addr or "",
        user_agent=request.headers.get("User-Agent", ""),
        request_id=request_id(),
    )


def project() -> ProjectAccess:
    """Return the project in the address, as the actor may use it."""
    access: ProjectAccess = g.project_access
    return access


def current_project() -> ProjectAccess | None:
    """Return the project in the address once the guard has opened it, else None."""
    access: ProjectAccess | None = g.get("project_access")
    return access


def item() -> ItemAccess:
    """Return the item in the address, loaded through its checklist and project."""
    arguments = request.view_args or {}
    checklist = open_checklist(db_session(), project(), arguments["number"])
    return open_item(db_session(), project(), checklist, arguments["identifier"])


def remember(token: str) -> None:
    """Give the browser a new session; whatever its cookie held before is gone."""
    cookie.clear()
    cookie["_user_id"] = token
    cookie["_fresh"] = True


def renew(token: str) -> None:
    """Give the browser the new token of the session that it has."""
    cookie["_user_id"] = token


def _refuse_other_sites() -> None:
    """Refuse what another site's page sends, even with a form token that it got hold of.

    Browsers say so truthfully; older ones, and all of them on plain http, name the origin alone.
    Programs send neither, and carry nobody's cookie by themselves.
    """
    if request.method in SAFE_METHODS:
        return
    told = request.headers.get("Sec-Fetch-Site")
    came_from = request.headers.get("Origin")
    if told is not None:
        foreign = told not in OWN_SITES
    else:
        foreign = came_from is not None and not _is_own(came_from)
    if foreign:
        raise Forbidden


def _is_own(came_from: str) -> bool:
    _, _, host = came_from.partition("://")
    return host == request.host or came_from == resources().config.base_url


def _load_user(token: str) -> SignedInUser | None:
    if bearer.on_api():  # a cookie opens pages alone
        return None
    found = sessions.resume(db_session(), resources().config, token, origin())
    return SignedInUser(token, found) if found else None


def _load_bearer(_request: object) -> SignedInUser | None:
    if not bearer.on_api():  # and a token operations alone
        return None
    found = bearer.bearer(origin())
    return SignedInUser("", found) if found else None


def _guard() -> None:
    if bearer.on_api():
        bearer.refuse_secrets_in_address()
    if request.endpoint is None:
        return
    declared = declaration(current_app, request.endpoint)
    if declared is None:
        raise Forbidden
    if declared != PUBLIC:
        _check(Permission(declared))
        _ask_for_proof()
    if request.endpoint not in ASSET_ENDPOINTS:
        note_cookie()
    if request.method not in SAFE_METHODS:
        begin_writing()


def _ask_for_proof() -> None:
    """Refuse what is sensitive until the actor has proved who they are; forms may be looked at."""
    view = current_app.view_functions.get(request.endpoint or "")
    if not hasattr(view, SENSITIVE_ACT) or hasattr(view, ASKS_ITSELF):
        return
    methods = request.url_rule.methods if request.url_rule else None
    only_shows = request.method in SAFE_METHODS and "POST" in (methods or ())
    if not only_shows and not is_recent(resources().config, current_user.opened.confirmed_at):
        raise ConfirmationRequired


def _check(permission: Permission) -> None:
    who = actor()
    _touch(who)
    if who.must_enrol and not hasattr(
        current_app.view_functions[request.endpoint or ""], ENROLMENT
    ):
        raise FactorRequired(bearer.how_to_enrol(who))
    _rotate(who)
    if permission not in PROJECT_PERMISSIONS:
        who.require(permission)
        return
    g.project_access = open_project(db_session(), who, (request.view_args or {})["slug"])
    g.project_access.require(permission)


def _touch(who: Actor) -> None:
    if who.token_id is not None:
        bearer.touch(who)
        return
    if sessions.is_due_for_touch(who):
        write_unless_busy(lambda session: sessions.touch(session, who))


def _rotate(who: Actor) -> None:
    """Give a browser its new token with the next page that it shows, not with what runs beside.

    While a writer holds SQLite it keeps the old one: what the person may do is read anew at every
    request, and the new token comes with the first page for which it can be written.
    """
    if not current_user.opened.must_rotate or request.method != "GET" or wants_fragment():
        return
    token = write_unless_busy(lambda session: rotate_if_due(session, who))
    if token is not None:
        renew(token)
