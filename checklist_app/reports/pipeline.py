"""Snapshot to signed PDF in one call, checked before it is handed out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from checklist_app.domain.errors import JobFailed
from checklist_app.domain.snapshot import ReportSnapshot
from checklist_app.domain.text import text
from checklist_app.reports.identity import SigningIdentity
from checklist_app.reports.render import DEFAULT_LIMITS, ImageSource, render_pdf
from checklist_app.reports.signing import page_count, sign_pdf
from checklist_app.reports.verify import verify_pdf
from checklist_app.sandbox import Limits
from checklist_app.translation import translator

_RENDERED = 90


@dataclass(frozen=True, slots=True)
class BuiltReport:
    """A finished report.

    Attributes:
        pdf: the signed file.
        sha256: of ``pdf``: what the register of issued reports keeps.
        unsigned_sha256: of the pages before signing; rebuilding the snapshot gives it again.
        snapshot_sha256: of the data.
        pages: how many.
        signer: common name of the signing certificate.
        certificate_sha256: its fingerprint.
        signed_at: UTC.
        timestamped_at: confirmed by a time-stamp server; None without one.
    """

    pdf: bytes
    sha256: str
    unsigned_sha256: str
    snapshot_sha256: str
    pages: int
    signer: str
    certificate_sha256: str
    signed_at: datetime
    timestamped_at: datetime | None


def build_report(  # noqa: PLR0913 - each is a plain choice of the caller
    snapshot: ReportSnapshot,
    images: ImageSource,
    identity: SigningIdentity,
    *,
    timestamp_url: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
    workspace: Path | None = None,
    cancelled: Callable[[], bool] | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> BuiltReport:
    """Render, sign and verify.

    Args:
        snapshot: what the report says.
        images: gives the bytes or the file of a picture by its SHA-256.
        identity: who signs.
        timestamp_url: RFC 3161 server; none by default.
        limits: what rendering may use.
        workspace: folder for temporary files; the system's own by default.
        cancelled: asked about five times a second while rendering.
        on_progress: called with ``(done, total)``; ``total`` is 100.

    Raises:
        BrokenIdentity: the identity cannot sign; found out before anything is rendered.
        AlteredFile: a picture is not what it was.
        JobFailed: a picture is missing, rendering failed, no time stamp was to be had.
        Cancelled: ``cancelled`` said so.
    """
    identity.check(datetime.now(UTC))
    report = on_progress or (lambda _done, _total: None)
    unsigned = render_pdf(
        snapshot,
        images,
        limits=limits,
        workspace=workspace,
        cancelled=cancelled,
        on_progress=lambda done, total: report(done * _RENDERED // total, 100),
    )
    translate = translator(snapshot.language)
    signed = sign_pdf(
        unsigned,
        identity,
        reason=translate(text("Security audit report")),
        signer_name=snapshot.signer.name if snapshot.signer else snapshot.organisation,
        timestamp_url=timestamp_url,
    )
    check = verify_pdf(signed, trusted=[identity.anchor])
    if not check.is_valid or check.signed_at is None:
        raise JobFailed(
            text(
                "The report was signed, but its signature does not verify: %(reason)s",
                reason=translate(check.reasons[0]),
            )
        )
    report(100, 100)
    return BuiltReport(
        pdf=signed,
        sha256=check.sha256,
        unsigned_sha256=hashlib.sha256(unsigned).hexdigest(),
        snapshot_sha256=snapshot.sha256,
        pages=page_count(unsigned),
        signer=check.certificate_subject,
        certificate_sha256=check.certificate_sha256,
        signed_at=check.signed_at,
        timestamped_at=check.timestamped_at,
    )
