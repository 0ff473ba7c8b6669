"""Requests and answers as evidence: what must not stay, and what must."""

from __future__ import annotations

import time

import pytest

from checklist_app.domain.findings import MAX_SNIPPET
from checklist_app.scanners.web_evidence import exchange, from_base64, masked, masked_url

TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("found", "kept"),
    [
        ("Authorization: Basic YWxpY2U6c2VjcmV0", "Authorization: ***"),
        ("  Proxy-Authorization: Digest abc", "  Proxy-Authorization: ***"),
        ("X-Api-Key: 0123456789", "X-Api-Key: ***"),
        ("Cookie: sid=abc; theme=dark", "Cookie: sid=***; theme=***"),
        ("Set-Cookie: sid=abc; Path=/; HttpOnly", "Set-Cookie: sid=***; Path=/; HttpOnly"),
        ("login=alice&pw=Letm3in&next=/", "login=alice&pw=***&next=/"),
        ('{"user":"alice","password":"Letm3in"}', '{"user":"alice","password":"***"}'),
        ("GET /a?access_token=abc&page=2 HTTP/1.1", "GET /a?access_token=***&page=2 HTTP/1.1"),
        (f"the token {TOKEN} was found", "the token *** was found"),
        ("https://alice:secret@a.example/", "https://alice:***@a.example/"),
        ("Access-Control-Allow-Credentials: true", "Access-Control-Allow-Credentials: true"),
        (
            "Content-Security-Policy: default-src 'self'",
            "Content-Security-Policy: default-src 'self'",
        ),
        ("Lack of anti CSRF token", "Lack of anti CSRF token"),
    ],
)
def test_secrets_are_masked_and_nothing_else(found: str, kept: str) -> None:
    assert masked(found) == kept


def test_an_address_keeps_its_path_without_its_token() -> None:
    assert masked_url("https://a.example/x?token=abc") == "https://a.example/x?token=***"


def test_an_exchange_has_both_sides_whatever_their_length() -> None:
    shown = exchange("GET / HTTP/1.1\r\n\r\n" + "a" * 9000, "HTTP/1.1 200 OK\r\n\r\n" + "b" * 9000)
    assert shown.startswith("GET / HTTP/1.1\n\naaa")
    assert "HTTP/1.1 200 OK\n\nbbb" in shown
    assert len(shown) <= MAX_SNIPPET


def test_a_body_that_is_no_text_is_left_out() -> None:
    assert exchange("HTTP/1.1 200 OK\n\n" + "\ufffd" * 50) == "HTTP/1.1 200 OK"


def test_base64_is_undone_and_other_text_stays() -> None:
    assert from_base64("R0VUIC8g\nSFRUUC8xLjE=") == "GET / HTTP/1.1"
    assert from_base64("GET / HTTP/1.1") == "GET / HTTP/1.1"
    assert from_base64("ñ") == "ñ"


@pytest.mark.parametrize("text", ["a" * 20_000, "token=" * 4_000, "Cookie: " + "a" * 20_000])
def test_odd_texts_do_not_take_long(text: str) -> None:
    start = time.perf_counter()
    masked(text)
    assert time.perf_counter() - start < 2
