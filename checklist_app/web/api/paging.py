"""Long lists in parts: a cursor is signed, and good for the very list that it was given for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from flask import request
from itsdangerous import BadSignature, URLSafeSerializer

from checklist_app.domain.text import text
from checklist_app.web.api.schemas import Item, ListQuery, Page
from checklist_app.web.problems import Refusal
from checklist_app.web.transaction import resources

Row = TypeVar("Row")
SALT = "cursor"


def start_of(query: ListQuery) -> Any:
    """Return where the wanted part begins, as it was given to :func:`page`; None at the beginning.

    Raises:
        Refusal: 422, the cursor is not one of ours for this list.
    """
    if query.cursor is None:
        return None
    try:
        return _signer(query).loads(query.cursor)
    except BadSignature as error:
        raise Refusal(
            422,
            errors=[
                (
                    "query/cursor",
                    text("This cursor is not from this list with these filters. Begin anew."),
                )
            ],
        ) from error


def page(
    query: ListQuery, rows: Sequence[Row], show: Callable[[Row], Item], after: Callable[[Row], Any]
) -> Page[Item]:
    """Return one part of a list.

    Args:
        query: what was asked for.
        rows: one more than ``query.limit``, if there are so many from there on.
        show: makes of a row what is given out.
        after: makes of the last row where the next part begins; plain JSON.
    """
    shown = rows[: query.limit]
    more = _signer(query).dumps(after(shown[-1])) if len(rows) > len(shown) else None
    return Page(items=[show(row) for row in shown], next=str(more) if more is not None else None)


def cut(query: ListQuery, rows: Sequence[Row], show: Callable[[Row], Item]) -> Page[Item]:
    """Return one part of a list that is in memory as a whole because it is short."""
    start = start_of(query) or 0
    window = rows[start : start + query.limit + 1]
    return page(query, window, show, lambda _: start + query.limit)


def _signer(query: ListQuery) -> URLSafeSerializer:
    filters = query.model_dump_json(exclude={"cursor", "limit"})
    return URLSafeSerializer(
        resources().config.session_secret(), salt=f"{SALT}:{request.path}:{filters}"
    )
