"""What readers of web scanners share: requests and answers as evidence, without their secrets.

A scanner writes down whole requests: with the session of the person who scanned, with passwords,
with tokens. Evidence needs the request, not what would open the door again.
"""

from __future__ import annotations

import base64
import re

from checklist_app.domain.findings import MAX_SNIPPET, MAX_URI, clean
from checklist_app.domain.masking import MASK, masked

__all__ = [
    "MASK",
    "exchange",
    "from_base64",
    "masked",
    "masked_url",
    "without_query",
]

_MAX_PART = MAX_SNIPPET // 2
_QUERY = re.compile(r"[?#].*", re.DOTALL)
_BASE64_READ = 16_000


def masked_url(value: object) -> str:
    """Return an address without passwords and tokens in it."""
    return clean(masked(clean(value, MAX_URI)), MAX_URI)


def without_query(url: str) -> str:
    """Return an address without what a scanner put into it: it differs from run to run."""
    return _QUERY.sub("", url)


def exchange(*parts: object) -> str:
    """Return a request and its answer as a snippet: masked, and each cut to its share."""
    found = (masked(_readable(clean(part, _MAX_PART * 2))) for part in parts)
    shown = "\n\n".join(clean(part, _MAX_PART - 2) for part in found if part)
    return clean(shown, MAX_SNIPPET)


def _readable(part: str) -> str:
    """Return a request or answer; a body that is no text is left out."""
    head, blank, body = part.partition("\n\n")
    return head if blank and body.count("\ufffd") > len(body) // 20 else part


def from_base64(value: str) -> str:
    """Return what a text in base64 stands for, its beginning at least; the text if it is none."""
    beginning = "".join(value[: _BASE64_READ * 2].split())[:_BASE64_READ]
    try:
        data = base64.b64decode(beginning, validate=True)
    except ValueError:
        return value
    return data.decode("utf-8", "replace")
