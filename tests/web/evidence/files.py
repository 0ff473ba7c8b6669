"""Pictures and files of every kind, made here."""

from __future__ import annotations

from io import BytesIO

from PIL import Image

PAYLOAD = b"<script>alert('polyglot')</script>"
EXE = b"MZ" + bytes(200)
HTML = b"<!doctype html><script>alert(1)</script>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30)) -> bytes:
    """Return a picture with a place name in its metadata and a script behind its end."""
    made = Image.new("RGB", size, "teal")
    metadata = Image.Exif()
    metadata[0x010E] = "taken in Valparaiso"
    target = BytesIO()
    made.save(target, kind, exif=metadata)
    return target.getvalue() + PAYLOAD


def too_many_pixels() -> bytes:
    """Return a few kilobytes that unpack to 36 million pixels."""
    target = BytesIO()
    Image.new("1", (6000, 6000)).save(target, "PNG")
    return target.getvalue()
