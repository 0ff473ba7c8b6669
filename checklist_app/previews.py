"""Small, harmless copies of uploaded pictures: decoded and encoded again, never the original."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from checklist_app.domain.errors import InvalidInput
from checklist_app.domain.text import text
from checklist_app.sandbox import Limits, run_confined

FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
MEDIA_TYPES = frozenset({"image/png", "image/jpeg", "image/webp", "image/gif"})
MOST_PIXELS = 25_000_000
LARGEST_SIDE = 1600
JPEG_QUALITY = 85
LIMITS = Limits(memory_mb=768, cpu_seconds=15, wall_seconds=20, output_mb=16)


def make_preview(path: Path) -> bytes:
    """Return a JPEG copy of a picture, at most 1600 pixels a side, without its metadata.

    The decoding happens in a confined child process, since pictures come from strangers.

    Raises:
        InvalidInput: the bytes are not a picture we read, or it has too many pixels.
        JobFailed: decoding wanted more memory or time than it gets.
    """
    return run_confined("checklist_app.previews:encode_again", path.read_bytes(), limits=LIMITS)


def encode_again(payload: bytes, _scratch: Path, _progress: Callable[[int, int], None]) -> bytes:
    """Do the work of :func:`make_preview`; runs in the confined child."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = _small_copy(payload)
    except (
        UnidentifiedImageError,
        OSError,
        SyntaxError,
        ValueError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ) as error:
        raise InvalidInput(
            text("This file says it is a picture but cannot be read as one."), field="files"
        ) from error
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=JPEG_QUALITY)
    return target.getvalue()


def _small_copy(payload: bytes) -> Image.Image:
    with Image.open(io.BytesIO(payload), formats=FORMATS) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise InvalidInput(
                text(
                    "The picture has more than %(limit)s million pixels.",
                    limit=MOST_PIXELS // 1_000_000,
                ),
                field="files",
            )
        upright = ImageOps.exif_transpose(opened).convert("RGBA")
    upright.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
    paper = Image.new("RGB", upright.size, "white")
    paper.paste(upright, mask=upright.getchannel("A"))
    return paper
