"""XML as Nikto 2.1.5 and 2.1.6 break it, mended.

Their template closes the element of the last host only, and a second run into the same file begins
a second document (issues 28, 467 and 670 of Nikto). Later versions put a root around all hosts.
"""

from __future__ import annotations

import re

# The end of the file ends a CDATA section too, so that the pattern never goes back.
_PARTS = re.compile(
    rb"<!\[CDATA\[.*?(?:\]\]>|\Z)"
    rb"|(?P<open><niktoscan(?:\s[^>]*)?)>"
    rb"|(?P<close></niktoscan\s*>)"
    rb"|(?P<host><scandetails\s)"
    rb"|(?P<prolog><\?xml\s[^>]*>|<!DOCTYPE\s[^>\[]*>)",
    re.DOTALL,
)
_END = b"</niktoscan>"


def mended(data: bytes) -> bytes | None:
    """Return a report of hosts below one root; None if it is not broken, or not in that way."""
    opened = closed = hosts = 0
    is_broken = False
    for part in _PARTS.finditer(data):
        if part["open"]:
            is_broken |= bool(closed) and opened == closed
            opened += 1
        elif part["prolog"]:
            is_broken |= bool(opened)
        closed += bool(part["close"])
        hosts += bool(part["host"])
    is_whole = data.rstrip().endswith(_END) and opened in (closed, hosts)
    if not is_whole or not (is_broken or opened != closed):
        return None
    return b"<niktoscans>%s</niktoscans>" % _PARTS.sub(_below_one_root, data)


def _below_one_root(part: re.Match[bytes]) -> bytes:
    if part["open"]:
        return part["open"] + b"/>"
    return b"" if part["close"] or part["prolog"] else part[0]
