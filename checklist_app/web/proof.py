"""The proof of identity for a view that is sensitive only for some of what it can be sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_login import current_user

from checklist_app.domain.errors import ConfirmationRequired
from checklist_app.services.confirmation import is_recent
from checklist_app.web.access import ASKS_ITSELF, View, recent_auth
from checklist_app.web.transaction import resources


def asks_itself(act: Any) -> Callable[[View], View]:
    """Declare that a view may need a recent proof of identity, and calls ``prove`` when it does.

    Args:
        act: what needs it, as ``recent_auth`` is told.
    """

    def declare(view: View) -> View:
        setattr(view, ASKS_ITSELF, True)
        return recent_auth(act)(view)

    return declare


def prove() -> None:
    """Go on only if the actor has proved lately who they are.

    Raises:
        ConfirmationRequired: they have not; what was sent waits in the page that asks.
    """
    if not is_recent(resources().config, current_user.opened.confirmed_at):
        raise ConfirmationRequired
