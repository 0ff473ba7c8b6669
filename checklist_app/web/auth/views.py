"""The rooms of this area; each puts its views on the one blueprint."""

from __future__ import annotations

from checklist_app.web.auth import account, links, preferences, sign_in
from checklist_app.web.auth.area import blueprint

__all__ = ["account", "blueprint", "links", "preferences", "sign_in"]
