"""Web addresses that tools name as references: as they are, in prose, and in lists of any shape."""

from __future__ import annotations

from typing import Any

import pytest

from checklist_app.domain.findings import MAX_URI
from checklist_app.scanners.links import MOST_LINKS, links_in

PAGE = "https://a.example/page"


@pytest.mark.parametrize(
    ("told", "found"),
    [
        (PAGE, (PAGE,)),
        ("HTTPS://A.example/Page", ("HTTPS://A.example/Page",)),
        ([PAGE, "", None, 7, {"url": PAGE}, "http://b.example"], (PAGE, "http://b.example")),
        (
            f"See {PAGE}. Or (http://b.example), or [more]({PAGE}#x).",
            (PAGE, "http://b.example", f"{PAGE}#x"),
        ),
        (
            "https://en.wikipedia.example/wiki/Salt_(cryptography)",
            ("https://en.wikipedia.example/wiki/Salt_(cryptography)",),
        ),
        ("http://[2001:db8::1]/x", ("http://[2001:db8::1]/x",)),
        (
            f"{PAGE},http://b.example;http://c.example",
            (PAGE, "http://b.example", "http://c.example"),
        ),
        (f"{PAGE}?a=1,2;b | http://b.example", (f"{PAGE}?a=1,2;b", "http://b.example")),
        (f'<a href="{PAGE}">x</a>', (PAGE,)),
        ("https://…, http://)))), httpx://a.example, file:///etc/passwd, javascript:alert(1)", ()),
        (
            "<a href='https://b.example/x'>b</a> https://a.example. https://b.example/x",
            ("https://b.example/x", "https://a.example"),
        ),
        (None, ()),
        (True, ()),
        ({"url": PAGE}, ()),
    ],
)
def test_addresses_are_found_whatever_is_written_around_them(
    told: Any, found: tuple[str, ...]
) -> None:
    assert links_in(told) == found


def test_each_is_kept_once_in_their_order_and_not_too_many() -> None:
    assert links_in("http://b.example", PAGE, ["http://b.example"]) == ("http://b.example", PAGE)
    many = [f"https://a.example/{number}" for number in range(100)]
    assert links_in(many) == tuple(many[:MOST_LINKS])


def test_an_address_has_its_greatest_length() -> None:
    (found,) = links_in(f"{PAGE}/{'x' * 10_000}")
    assert len(found) <= MAX_URI
