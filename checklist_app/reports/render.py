"""HTML to PDF in a confined child process that is served our fonts and pictures, nothing else."""

from __future__ import annotations

import gc
import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from checklist_app.domain.errors import AlteredFile, JobFailed
from checklist_app.domain.snapshot import ReportSnapshot
from checklist_app.domain.text import text
from checklist_app.reports.html import build_html, pictures
from checklist_app.sandbox import Limits, run_confined
from checklist_app.translation import translator

IMAGES = "images"
DEFAULT_LIMITS = Limits(memory_mb=2048, cpu_seconds=300, wall_seconds=600, output_mb=256)

ImageSource = Callable[[str], Path | bytes]
"""Gives the bytes, or the file, of the picture with that SHA-256."""


def render_pdf(
    snapshot: ReportSnapshot,
    images: ImageSource,
    *,
    limits: Limits = DEFAULT_LIMITS,
    workspace: Path | None = None,
    cancelled: Callable[[], bool] | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> bytes:
    """Return the unsigned PDF of a snapshot; equal snapshots give equal bytes.

    Args:
        snapshot: the only source of what the report says.
        images: where the pictures named in the snapshot lie.
        limits: what the child may use.
        workspace: folder in which a temporary folder may be made; the system's own by default.
        cancelled: asked now and then; True ends the work.
        on_progress: called with ``(done, total)``.

    Raises:
        AlteredFile: a picture is not what it was.
        JobFailed: a picture is gone, or rendering broke or was too large.
        Cancelled: ``cancelled`` said so.
    """
    with tempfile.TemporaryDirectory(dir=workspace, prefix="report-") as folder:
        scratch = Path(folder)
        _lay_out_images(snapshot, images, scratch / IMAGES)
        return run_confined(
            "checklist_app.reports.render:render_in_child",
            snapshot.to_json(),
            limits=limits,
            scratch=scratch,
            cancelled=cancelled,
            on_progress=on_progress,
        )


def _lay_out_images(snapshot: ReportSnapshot, images: ImageSource, folder: Path) -> None:
    """Copy each picture to a file named by its hash, having checked that it has that hash."""
    folder.mkdir()
    for sha256, evidence in pictures(snapshot).items():
        try:
            source = images(sha256)
            data = source.read_bytes() if isinstance(source, Path) else source
        except (OSError, KeyError) as error:
            raise JobFailed(
                text("The picture of evidence E-%(id)s is missing in the store.", id=evidence.id)
            ) from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise AlteredFile(
                text(
                    "The stored picture of evidence E-%(id)s was altered: its SHA-256 is not the "
                    "recorded one.",
                    id=evidence.id,
                )
            )
        (folder / sha256).write_bytes(data)


def render_in_child(payload: bytes, scratch: Path, progress: Callable[[int, int], None]) -> bytes:
    """Render a snapshot; runs in the confined child.

    Args:
        payload: a snapshot as canonical JSON.
        scratch: its ``images`` folder holds the pictures, named by SHA-256.
        progress: told how far it is.
    """
    snapshot = ReportSnapshot.from_json(payload)
    # Fonts and metadata that would carry the current time carry the snapshot's instead.
    os.environ["SOURCE_DATE_EPOCH"] = str(int(snapshot.generated_at.timestamp()))
    html = build_html(snapshot, translator(snapshot.language))
    progress(5, 100)
    # Imported here: it needs Pango, and half a second, which only this child should pay.
    from checklist_app.reports.weasy import write_pdf  # noqa: PLC0415

    # A layout is one large heap that lives until the end: collecting it only costs time.
    gc.disable()
    return write_pdf(html, scratch / IMAGES, identifier=snapshot.sha256, progress=progress)
