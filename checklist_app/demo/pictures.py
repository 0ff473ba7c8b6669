"""Screenshots for the demonstration, drawn here."""

from __future__ import annotations

import io
from functools import cache
from importlib.resources import files

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 1200, 720
BAR, PAPER, CARD, INK, QUIET, ACCENT = (
    "#16324f",
    "#eef2f6",
    "#ffffff",
    "#1c2733",
    "#c7d1db",
    "#b3541e",
)


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    # Pillow's own font knows no accents, and these pictures speak Spanish too.
    ours = files("font_source_sans_pro").joinpath("files", "SourceSansPro-Regular.ttf")
    return ImageFont.truetype(io.BytesIO(ours.read_bytes()), size)


def screenshot(lines: list[str]) -> bytes:
    """Return a PNG of a window: title, headline, and what it says."""
    title, headline, *rest = lines
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, WIDTH, 64), fill=BAR)
    draw.text((32, 18), title, fill="white", font=_font(24))
    draw.rounded_rectangle((260, 150, 940, 570), radius=14, fill=CARD, outline=QUIET, width=2)
    draw.rectangle((260, 150, 272, 570), fill=ACCENT)
    draw.text((310, 190), headline, fill=INK, font=_font(38))
    for number, line in enumerate(rest):
        draw.text((310, 280 + number * 52), line, fill=INK, font=_font(24))
    for number in range(3):
        top = 430 + number * 34
        draw.rounded_rectangle((310, top, 620 + number * 90, top + 14), radius=7, fill=QUIET)
    target = io.BytesIO()
    image.save(target, "PNG", optimize=True)
    return target.getvalue()
