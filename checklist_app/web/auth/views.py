"""The rooms of this area; each puts its views on the one blueprint."""

from __future__ import annotations

from checklist_app.web.auth import (
    account,
    confirm,
    email,
    factors,
    links,
    passkeys,
    personal_data,
    preferences,
    recovery,
    second_factor,
    sign_in,
    single_sign_on,
)
from checklist_app.web.auth.area import blueprint

__all__ = [
    "account",
    "blueprint",
    "confirm",
    "email",
    "factors",
    "links",
    "passkeys",
    "personal_data",
    "preferences",
    "recovery",
    "second_factor",
    "sign_in",
    "single_sign_on",
]
