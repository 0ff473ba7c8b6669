"""What differs between two answers by chance alone."""

from __future__ import annotations

import re

FORM_TOKEN = re.compile(r'(name="csrf[_-]token"[^>]* (?:value|content)=")[^"]*')
SCRIPT_NONCE = re.compile(r'(<script [^>]*nonce=")[^"]*')
REQUEST_ID = re.compile(r"\b[0-9a-f]{32}\b")


def without_chance(text: str) -> str:
    """Return an answer's text without form tokens, the nonce of its script and request ids."""
    told = SCRIPT_NONCE.sub(r"\1", FORM_TOKEN.sub(r"\1", text))
    return REQUEST_ID.sub("REQUEST", told)
