"""The web addresses that a tool names as its references, whatever it writes around them."""

from __future__ import annotations

import re

from checklist_app.domain.findings import MAX_DESCRIPTION, clean
from checklist_app.untrusted.json_text import as_list

MOST_LINKS = 20
_LINK = re.compile(r"https?://[\w\[][^\s<>\"'|]{2,1980}", re.IGNORECASE)
_GLUED = re.compile(r"[,;](?=https?://)", re.IGNORECASE)
"""What stands between addresses that are listed without a blank."""
_AROUND = {")": "(", "]": "["}
"""What closes the sentence around an address, unless the address itself has opened it."""


def links_in(*values: object) -> tuple[str, ...]:
    """Return the web addresses in texts and lists of texts, each once, in their order.

    No more than 20. What is neither text nor list holds none.
    """
    found = (
        _without_stop(link)
        for value in values
        for part in (as_list(value) if isinstance(value, list) else [value])
        for link in _LINK.findall(_GLUED.sub(" ", clean(part, MAX_DESCRIPTION)))
    )
    return tuple(dict.fromkeys(found))[:MOST_LINKS]


def _without_stop(link: str) -> str:
    link = link.rstrip(".,;")
    while link[-1] in _AROUND and _AROUND[link[-1]] not in link:
        link = link[:-1].rstrip(".,;")
    return link
