"""What is no request is refused by the web server itself: once, plainly, with the usual headers."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from checklist_app.cli.unreadable_requests import refusal
from checklist_app.config import Config
from checklist_app.web.security import HEADERS, HSTS, PAGE_POLICY
from tests.cli.web_server import WebServer
from tests.raw_answers import read_to_end

SECOND = "GET /verify HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
TWO_ENDS = {
    "length and chunks": "Content-Length: 6\r\n"
    f"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n{SECOND}",
    "two lengths": f"Content-Length: 0\r\nContent-Length: {len(SECOND)}\r\n\r\n{SECOND}",
    "a length with a sign": f"Content-Length: +0\r\n\r\n{SECOND}",
    "a blank before the colon": f"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n{SECOND}",
    "an unknown coding": f"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n{SECOND}",
    "chunks and something else": f"Transfer-Encoding: chunked, x\r\n\r\n0\r\n\r\n{SECOND}",
    "a bare line feed": f"X: a\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{SECOND}",
    "a folded line": f"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n{SECOND}",
    "an odd chunk size": f"Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n{SECOND}",
}


def said(server: WebServer, sent: str) -> str:
    """Return everything that comes back until the server ends the connection."""
    with server.connection() as connection:
        connection.settimeout(20)
        connection.sendall(sent.encode("latin-1"))
        return read_to_end(connection)


@pytest.mark.parametrize("name", TWO_ENDS)
def test_a_body_with_two_ends_is_refused_and_what_stands_behind_it_is_no_request(
    server: WebServer, name: str
) -> None:
    told = said(server, f"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\n{TWO_ENDS[name]}")
    statuses = re.findall(r"HTTP/1\.1 (\d+)", told)
    # A bad chunk may be met only after the application has refused a form that it never read.
    assert statuses in (["400"], ["501"], ["401", "400"])
    assert told.rpartition("HTTP/1.1")[2].count("Connection: close") == 1


@pytest.mark.parametrize(
    "sent",
    ["GET / HTTP/1.1 kaputt\r\n\r\n", "GET / HTTP/1.1\r\nX: " + "kaputt" * 3000 + "\r\n\r\n"],
)
def test_what_is_no_request_is_answered_like_all_others_and_repeated_nowhere(
    server: WebServer, sent: str
) -> None:
    head, _, body = said(server, sent).partition("\r\n\r\n")
    expected = {**HEADERS, "Content-Security-Policy": PAGE_POLICY, "Cache-Control": "no-store"}
    expected |= {"Strict-Transport-Security": HSTS} if server.authority else {}
    lines = head.split("\r\n")
    assert lines[0].startswith("HTTP/1.1 4")
    assert {f"{name}: {value}" for name, value in expected.items()} <= set(lines)
    assert "Content-Type: text/plain; charset=utf-8" in lines
    assert "petición" in body
    assert "kaputt" not in body


def test_no_header_of_a_visitor_takes_the_place_of_a_proxys(server: WebServer) -> None:
    for header in ("SCRIPT_NAME: /x", "PATH_INFO: /verify"):
        sent = f"GET /x/verify HTTP/1.1\r\nHost: 127.0.0.1\r\n{header}\r\nConnection: close\r\n\r\n"
        assert said(server, sent).startswith("HTTP/1.1 404")


def test_only_https_is_remembered(config: Config) -> None:
    plain = replace(config, base_url="http://127.0.0.1:8000")
    assert b"Strict-Transport" not in refusal(plain, 400)
    assert HSTS.encode() in refusal(replace(config, base_url="https://x.example"), 400)
