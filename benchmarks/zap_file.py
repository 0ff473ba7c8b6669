"""A ZAP report in XML as it is written for a company of many web sites."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape

WEAKNESSES = (79, 89, 200, 352, 525, 565, 614, 693, 1021, 1275)
ALERTS = 40
REQUESTS = 14
PROSE = (
    "What is sent in a parameter comes back in the page, and runs in the browser of the reader. "
)


def zap_report(megabytes: int) -> bytes:
    """Return a report of at least that size: 40 alerts for each site, each seen in 14 requests."""
    parts = ['<?xml version="1.0"?>\n<OWASPZAPReport programName="ZAP" version="2.16.1" ']
    parts.append('created="2026-01-12T09:30:00.000000Z">\n')
    size, number = 0, 0
    while size < megabytes * 1024 * 1024:
        site = "".join(_site(f"https://site-{number:04}.bank.example"))
        parts.append(site)
        size += len(site)
        number += 1
    parts.append("</OWASPZAPReport>\n")
    return "".join(parts).encode()


def _site(name: str) -> Iterator[str]:
    yield f'<site name="{name}" host="{name[8:]}" port="443" ssl="true"><alerts>\n'
    for number in range(ALERTS):
        yield from _alert(name, number)
    yield "</alerts></site>\n"


def _alert(site: str, number: int) -> Iterator[str]:
    weakness = WEAKNESSES[number % len(WEAKNESSES)]
    prose = escape(f"<p>{PROSE * 3}</p><p>Case {number}.</p>")
    yield f"<alertitem><pluginid>{40000 + number}</pluginid><alert>Weakness {number}</alert>"
    yield f"<name>Weakness {number}</name><riskcode>{number % 4}</riskcode>"
    yield f"<confidence>2</confidence><desc>{prose}</desc><instances>\n"
    for request in range(REQUESTS):
        yield f"<instance><uri>{site}/app/{number}/page?id={request}&amp;q=1</uri>"
        yield f"<method>GET</method><param>q{request}</param><attack>' AND '1'='1</attack>"
        yield f"<evidence>{escape('<b>' * 9)}</evidence><otherinfo></otherinfo></instance>\n"
    yield f"</instances><count>{REQUESTS}</count><solution>{prose}</solution>"
    yield f"<reference>{escape('<p>https://example.org/weakness</p>')}</reference>"
    yield f"<cweid>{weakness}</cweid><wascid>-1</wascid><sourceid>{number}</sourceid><tags>"
    yield f"<tag><tag>OWASP_2021_A03</tag><link></link></tag><tag><tag>CWE-{weakness}</tag>"
    yield "<link></link></tag></tags></alertitem>\n"
