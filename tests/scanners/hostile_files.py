"""Hostile files made from honest samples: the same harm in the shape of every format."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SAMPLES = Path(__file__).parent / "samples"
Made = Iterator[tuple[str, bytes]]

DEEP = 100_000
LONG = 3_000_000
_NUMBER = re.compile(r"(?<=[:\[,])\s*-?\d+(?:\.\d+)?(?=\s*[,}\]])")
_STRING = re.compile(r'(?<=: )"(?:[^"\\]|\\.)*"')
_ATTRIBUTE = re.compile(r'(?<==)"[^"<&]*"')


def samples() -> list[Path]:
    """Return an honest sample of every format."""
    return sorted(path for path in SAMPLES.iterdir() if path.is_file())


def hostile(sample: Path) -> Made:
    """Yield names and bytes of hostile files in the shape of a sample."""
    whole = sample.read_bytes()
    for tenth in range(1, 10):
        yield f"cut off after {tenth} tenths", whole[: len(whole) * tenth // 10]
    yield from _for_all(whole)
    if whole.lstrip()[:1] in (b"{", b"["):
        yield from _json(whole.decode("utf-8"))
    elif whole.lstrip()[:1] == b"<":
        yield from _xml(whole.decode("utf-8"))
    else:
        yield from _csv(whole.decode("utf-8"))


def _for_all(whole: bytes) -> Made:
    middle = len(whole) // 2
    yield "NUL in the middle", whole[:middle] + b"\0" + whole[middle:]
    yield "NUL all over", whole.replace(b" ", b"\0")
    yield "binary in the middle", whole[:middle] + bytes(range(256)) + whole[middle:]
    yield "UTF-16 without a mark", whole.decode("utf-8").encode("utf-16-be")
    yield "UTF-32", whole.decode("utf-8").encode("utf-32")
    yield "Latin-1", whole.replace(b"bank", "bañk".encode("latin-1"))
    yield "a picture before it", b"GIF89a" + whole
    yield "an archive behind it", whole + _archive(whole)
    yield "itself twice", whole + whole


def _archive(data: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("../../x", data)
    return target.getvalue()


def _json(text: str) -> Made:
    start = text.index("{")
    inside = start + 1
    yield "nested without end", (text[:inside] + '"a":' + "[" * DEEP).encode()
    yield (
        "nested and closed",
        (text[:inside] + '"a":' + _nested(200) + "," + text[inside:]).encode(),
    )
    yield "one key twice", (text[:inside] + '"zz": 1, "zz": 2,' + text[inside:]).encode()
    for word in ("NaN", "Infinity", "1e999", "1" * 5000, "-0.0e-400", '"7"', "true"):
        yield f"{word[:12]} for a number", _NUMBER.sub(f" {word}", text, count=3).encode()
    for name, word in (
        ("half a pair", r'"\ud800 and \udfff"'),
        ("an escaped NUL", r'"a\u0000b"'),
        ("a long text", f'"{"A" * LONG}"'),
        ("markup", '"<script>alert(1)</script>{{7*7}}"'),
        ("a formula", '"=HYPERLINK(1)"'),
        ("a path", '"../../../etc/passwd"'),
        ("nothing", "null"),
        ("an object", "{}"),
    ):
        told = _STRING.sub(word.replace("\\", "\\\\"), text, count=40)
        yield f"{name} for texts", told.encode()
    yield from _other_types(text)


def _nested(depth: int) -> str:
    return "[" * depth + "]" * depth


def _other_types(text: str) -> Made:
    """Yield the document with each field of its outermost object of another type."""
    first = text.splitlines()[0] if "\n{" in text else text
    try:
        document = json.loads(first)
    except json.JSONDecodeError:
        return
    outer: dict[str, Any] = document if isinstance(document, dict) else document[0]
    for key in list(outer)[:6]:
        for value in (0, "x", [0], {"x": 0}, None):
            kept, outer[key] = outer[key], value
            yield f"{key} is {json.dumps(value)}", json.dumps(document).encode()
            outer[key] = kept


def _xml(text: str) -> Made:
    start = _root(text)
    body = text[start:]
    name = re.match(r"<([\w:.-]+)", body)
    root = name[1] if name else "x"
    entities = "".join(
        f'<!ENTITY e{n} "&e{n - 1};&e{n - 1};&e{n - 1};&e{n - 1};&e{n - 1};">' for n in range(1, 12)
    )
    for label, declared, used in (
        ("a file as an entity", '<!ENTITY x SYSTEM "file:///etc/passwd">', "&x;"),
        ("an address as an entity", '<!ENTITY x SYSTEM "http://127.0.0.1:9/x">', "&x;"),
        ("entities that grow", f'<!ENTITY e0 "ha">{entities}', "&e11;"),
        ("a parameter entity", '<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;', ""),
    ):
        opened = body.index(">") + 1
        inside = body[:opened] + used + body[opened:]
        yield label, f"<!DOCTYPE {root} [{declared}]>{inside}".encode()
    yield "a DTD elsewhere", f'<!DOCTYPE {root} SYSTEM "http://127.0.0.1:9/x.dtd">{body}'.encode()
    include = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd"/>'
    opened = body.index(">") + 1
    yield "an include", (body[:opened] + include + body[opened:]).encode()
    yield "nested without end", (body[:opened] + "<a>" * DEEP).encode()
    yield "nested and closed", (body[:opened] + "<a>" * 200 + "</a>" * 200 + body[opened:]).encode()
    yield "an encoding that is none", f'<?xml version="1.0" encoding="klingon"?>{body}'.encode()
    yield "another encoding than it says", f'<?xml version="1.0" encoding="utf-16"?>{body}'.encode()
    for label, value in (
        ("a long text", '"' + "A" * LONG + '"'),
        ("nothing", '""'),
        ("markup", '"&lt;script&gt;"'),
        ("a number beyond measure", '"' + "9" * 400 + '"'),
    ):
        yield f"{label} for attributes", _ATTRIBUTE.sub(value, body, count=6).encode()
    yield "no attributes", re.sub(r'\s[\w:.-]+="[^"]*"', "", body).encode()
    yield "no texts", re.sub(r">[^<]+<", "><", body).encode()


def _root(text: str) -> int:
    found = re.search(r"<(?![?!])", text)
    return found.start() if found else 0


def _csv(text: str) -> Made:
    head, *rows = text.splitlines()
    yield "a head alone", head.encode()
    yield "a quote that never ends", f'{head}\n"{rows[0]}'.encode()
    yield "a cell without end", f'{head}\n"{"A" * LONG}"'.encode()
    yield "too many cells", f"{head}\n{rows[0]},x,y,z,;;;,,,".encode()
    yield "too few cells", f"{head}\nx".encode()
    yield "formulas", "\n".join([head, *("=1+1,@x,+2,-3" for _ in rows)]).encode()
    yield "another separator", text.replace(",", "\t").encode()
