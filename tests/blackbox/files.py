"""Files as an attacker makes them."""

from __future__ import annotations

import gzip
import io
import json
import struct
import warnings
import zipfile
import zlib
from collections.abc import Sequence

from tests.web.stage import PNG

SARIF = {
    "version": "2.1.0",
    "runs": [{"tool": {"driver": {"name": "Sniffer", "version": "1"}}, "results": []}],
}


def sarif(texts: Sequence[str] = ("plain",)) -> bytes:
    """Return a report with one result for each text, which stands wherever a text may."""
    results = [
        {
            "ruleId": text,
            "level": "error",
            "message": {"text": text},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": text},
                        "region": {"startLine": 1, "snippet": {"text": text}},
                    }
                }
            ],
            "partialFingerprints": {"primary": f"{number:064x}"},
        }
        for number, text in enumerate(texts, 1)
    ]
    runs = [{**SARIF["runs"][0], "results": results}]  # type: ignore[dict-item]
    return json.dumps({**SARIF, "runs": runs}).encode()


def png(width: int, height: int, *, bits: int = 1) -> bytes:
    """Return a picture of this size in black, a few bytes long whatever its size."""
    rows = zlib.compressobj(9)
    line = b"\0" * (1 + (width * bits + 7) // 8)
    packed = b"".join(rows.compress(line) for _ in range(min(height, 20_000))) + rows.flush()
    head = struct.pack(">IIBBBBB", width, height, bits, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", head)
        + _chunk(b"IDAT", packed)
        + _chunk(b"IEND", b"")
    )


def animated_png(frames: int) -> bytes:
    """Return a picture that says it moves in so many frames."""
    body = PNG[:33] + _chunk(b"acTL", struct.pack(">II", frames, 0)) + PNG[33:-12]
    moves = b"".join(
        _chunk(b"fcTL", struct.pack(">IIIIIHHBB", number, 1, 1, 0, 0, 1, 1, 0, 0))
        for number in range(frames)
    )
    return body + moves + _chunk(b"IEND", b"")


def animated_gif(frames: int) -> bytes:
    """Return a GIF of one point that moves in so many frames."""
    frame = (
        b"\x21\xf9\x04\x00\x00\x00\x00\x00" + b"\x2c\0\0\0\0\1\0\1\0\0" + b"\x02\x02\x44\x01\x00"
    )
    return b"GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff" + frame * frames + b";"


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def archive(members: Sequence[tuple[str, bytes]], *, link: str = "") -> bytes:
    """Return a zip of these members; with ``link``, also a symbolic link to that place."""
    made = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        warnings.simplefilter("ignore")  # a name that comes twice is what is wanted
        for name, data in members:
            packed.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
        if link:
            info = zipfile.ZipInfo("report.sarif")
            info.create_system, info.external_attr = 3, 0o120777 << 16
            packed.writestr(info, link)
    return made.getvalue()


def bomb() -> bytes:
    """Return a zip of 200 kB that becomes 200 MB."""
    return archive([("report.sarif", b"\0" * 200_000_000)])


def archives() -> dict[str, bytes]:
    """Return archives that no import may open, by what is wrong with them."""
    good = sarif()
    return {
        "bomb": bomb(),
        "gzip bomb": gzip.compress(b"\0" * 200_000_000, 9),
        "nested": archive([("inner.zip", archive([("report.sarif", good)]))]),
        "many": archive([(f"{number}.sarif", b"{}") for number in range(2000)]),
        "symbolic link": archive([], link="/etc/passwd"),
        "leads out": archive([("../../../../tmp/leads-out.sarif", good)]),
        "absolute": archive([("/tmp/leads-out.sarif", good)]),  # noqa: S108 - it must not appear
        "drive": archive([("c:\\leads-out.sarif", good)]),
        "backslashes": archive([("..\\..\\leads-out.sarif", good)]),
        "doubled": archive([("report.sarif", good), ("report.sarif", good)]),
    }


EXECUTABLE = b"\x7fELF\x02\x01\x01" + b"\0" * 100
WINDOWS = b"MZ\x90\0" + b"\0" * 100
POLYGLOT = PNG + b"<html><script>alert(1)</script></html>"
HTML = b"<!doctype html><html><script>alert(document.domain)</script></html>"
SVG = (
    b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
)
XHTML = (
    b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">'
    b"<script>alert(1)</script></html>"
)
PDF = b"%PDF-1.4\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n%%EOF\n"
