"""Values that a report should not hold, and texts and bytes that somebody might put into it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

Draw = Callable[[st.SearchStrategy[Any]], Any]
MOST_CHANGES = 4
HOSTILE_TEXTS = (
    "",
    " ",
    "\0",
    "a\0b",
    "\ud800",
    "\udfff and \ud800",
    "\u2028",
    "\ufeff",
    "\x1b[31m",
    "ñ漢😀",
    "0",
    "-1",
    "1e999",
    "NaN",
    "9" * 400,
    "٣",
    "²",
    "true",
    "null",
    "{",
    "[]",
    "<script>alert(1)</script>",
    "{{7*7}}",
    "%s%n%(x)s",
    "=HYPERLINK(1)",
    "' OR 1=1 --",
    "../../etc/passwd",
    "file:///etc/passwd",
    "http://[::1",
    "https://user:pass@host:99999999/?q=%zz#",
    "//",
    ":",
    "CWE-",
    "CWE-0",
    "CWE-99999999999",
    "2026-02-30T25:61:61Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "x" * 3000,
    "x:" * 30_000,
    "\n" * 50,
)
ODD_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**63, 10**30, -(10**30), 0.5, -0.0, 1e308, 5e-324,
    [], {}, [[]], [None], [{}], [[], {}, 0, "x"], {"": 0}, {"": None}, {"x": {"x": []}},
)  # fmt: skip
ANY_TEXT = st.sampled_from(HOSTILE_TEXTS) | st.text(st.characters(codec=None), max_size=20)
SCALARS = (
    st.sampled_from(ODD_VALUES)
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | ANY_TEXT
)
RAW = (
    b"\0", b"\xff", b"\xef\xbb\xbf", b"\r", b'"', b"\\", b"{", b"}", b"[", b"]", b",", b":", b"<",
    b">", b"&", b"]]>", b"<!--", b"&x;", b"NaN", b"1e999", b"-", b"\\ud800", b"\\u0000", b"\n\n",
    b"/", b";", b"\t", b"'", b"<!DOCTYPE x [<!ENTITY x 'x'>]>", b"\xc3", b"\xed\xa0\x80",
)  # fmt: skip
