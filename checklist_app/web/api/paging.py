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


def cut(
    query: ListQuery, rows: Sequence[Row], show: Callable[[Row], Item], *named_by: str
) -> Page[Item]:
    """Return one part of a list that is in memory as a whole because it is short.

    A part begins behind the row that ended the one before, wherever that stands now, and behind
    its former place where it is gone: what came or went meanwhile shifts nothing.

    Args:
        query: what was asked for.
        rows: the whole list.
        show: makes of a row what is given out.
        named_by: the attributes that tell one row from all others; plain JSON.
    """

    def name(row: Row) -> list[Any]:
        return [getattr(row, attribute) for attribute in named_by]

    start = 0
    if (cursor := start_of(query)) is not None:
        place, last = cursor
        start = next((at for at, row in enumerate(rows, 1) if name(row) == last), place)
    window = rows[start : start + query.limit + 1]
    return page(query, window, show, lambda row: [start + query.limit, name(row)])


def _signer(query: ListQuery) -> URLSafeSerializer:
    filters = query.model_dump_json(exclude={"cursor", "limit"})
    return URLSafeSerializer(
        resources().config.session_secret(), salt=f"{SALT}:{request.path}:{filters}"
    )
