"""What somebody sent and we have not done yet: it waits in the page that asks who they are.

Nothing is kept on the server. The address is rebuilt from the endpoint that it matches, which has
to be one that asks for a proof of identity, and secrets are not carried along.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import parse_qsl, urlencode

from flask import current_app, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from checklist_app.services import passkeys
from checklist_app.services.factor_policy import factors_of, has_password
from checklist_app.web.access import actor, sensitive_act
from checklist_app.web.transaction import db_session, resources

NEVER_CARRIED = frozenset({"csrf_token", "password", "current", "repeat", "code", "credential"})
MOST_FIELDS = 2000


@dataclass(frozen=True, slots=True)
class Waiting:
    """A form that was sent.

    Attributes:
        act: what it does, in translated words.
        url: where it goes.
        fields: what it holds, name and value, in order.
    """

    act: Any
    url: str
    fields: tuple[tuple[str, str], ...]

    @property
    def packed(self) -> str:
        """The fields as one text, for a hidden field."""
        return urlencode(self.fields)

    @classmethod
    def of_request(cls) -> Self:
        """Return what the request at hand holds; an upload has to be chosen again."""
        fields = tuple(
            (name, value)
            for name, value in request.form.items(multi=True)
            if name not in NEVER_CARRIED
        )
        return cls(sensitive_act(request.endpoint), request.path, fields)

    @classmethod
    def unpacked(cls, path: str, packed: str) -> Self | None:
        """Return what waits according to hidden fields; None when that is nothing of ours."""
        try:
            fields = parse_qsl(packed, keep_blank_values=True, max_num_fields=MOST_FIELDS)
            endpoint, arguments = current_app.url_map.bind(request.host).match(path, method="POST")
        except (ValueError, HTTPException, RequestRedirect):
            return None
        act = sensitive_act(endpoint)
        if act is None:
            return None
        kept = tuple(pair for pair in fields if pair[0] not in NEVER_CARRIED)
        return cls(act, url_for(endpoint, **arguments), kept)


@dataclass(frozen=True, slots=True)
class Ways:
    """What the person at this browser can confirm with."""

    password: bool
    codes: bool
    passkeys: bool


def ways_to_confirm() -> Ways:
    """Return what the person at this browser can confirm with."""
    user_id = actor().user_id
    held = factors_of(db_session(), user_id)
    return Ways(
        password=has_password(db_session(), user_id),
        codes=held.codes or held.recovery_codes > 0,
        passkeys=held.passkeys > 0 and passkeys.is_possible(resources().config),
    )
