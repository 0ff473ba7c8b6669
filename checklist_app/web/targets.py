"""Where a person goes next: only ever to a page of ours."""

from __future__ import annotations

from urllib.parse import parse_qsl

from flask import current_app, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

KEPT_PARAMETERS = frozenset({"q", "outcome", "section", "suggestion", "no_evidence", "page"})
MOST_PARAMETERS = 20


def local_target(wanted: str | None) -> str:
    """Return the page of ours that ``wanted`` names, or the first page.

    The address is not trusted but looked up: it is rebuilt from the endpoint that it matches, so
    that nothing of it (host, scheme, backslashes, line breaks) reaches the answer.
    """
    first_page = url_for("projects.index")
    path, _, query = (wanted or "").partition("?")
    if not path.startswith("/") or path.startswith("//"):
        return first_page
    known = _kept(query)
    if known is None:
        return first_page
    adapter = current_app.url_map.bind(request.host)
    try:
        endpoint, arguments = adapter.match(path, method="GET")
    except (HTTPException, RequestRedirect):
        return first_page
    return url_for(endpoint, **{**known, **arguments})


def _kept(query: str) -> dict[str, str] | None:
    """Return the parameters that our own pages have; None for more than any of them has."""
    try:
        pairs = parse_qsl(query, max_num_fields=MOST_PARAMETERS)
    except ValueError:
        return None
    return {name: value for name, value in pairs if name in KEPT_PARAMETERS}
