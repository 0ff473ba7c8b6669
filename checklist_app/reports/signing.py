"""Seal a PDF: PAdES B-B, or B-T with a time-stamp server, certified so that nothing may change.

The signature field is invisible: the cover says in words that the report is sealed, and a visible
stamp would only look like proof. Nothing else of the file is touched, so what was PDF/A before
the signature still is.
"""

from __future__ import annotations

import asyncio
import io
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from asn1crypto import keys, x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

from checklist_app.domain.errors import JobFailed
from checklist_app.domain.text import text
from checklist_app.reports.identity import BrokenIdentity, SigningIdentity
from checklist_app.reports.time_stamps import DirectTimeStamper, NoTimeStamp

FIELD = "Signature"
_TIMEOUT = 20


class _Writer(IncrementalPdfFileWriter):
    """Adds the signature and leaves the metadata alone, which a rewrite would make invalid."""

    def _update_meta(self) -> None:
        return


def sign_pdf(
    unsigned: bytes,
    identity: SigningIdentity,
    *,
    reason: str,
    signer_name: str,
    timestamp_url: str | None = None,
) -> bytes:
    """Return the PDF with a signature over every byte that forbids any later change.

    Safe to call from a thread and from inside a running event loop alike; it blocks until done.

    Args:
        unsigned: a PDF without signatures.
        identity: who signs.
        reason: shown by PDF readers.
        signer_name: the person who signed off, shown by PDF readers.
        timestamp_url: RFC 3161 server that confirms the time; without it the time is our own word.

    Raises:
        BrokenIdentity: certificate out of its time, or key and certificate do not fit.
        JobFailed: the time-stamp server cannot be reached or its answer is no time stamp.
    """
    identity.check(datetime.now(UTC))
    timestamper = DirectTimeStamper(timestamp_url, timeout=_TIMEOUT) if timestamp_url else None
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        reason=reason,
        name=signer_name,
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
    )
    # A loop of its own in a thread of its own: the caller may already be inside one.
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(
            asyncio.run, _sign(unsigned, metadata, _signer(identity), timestamper)
        ).result()


def page_count(pdf: bytes) -> int:
    """Return how many pages one of our own PDFs has."""
    return int(PdfFileReader(io.BytesIO(pdf)).root["/Pages"]["/Count"])


async def _sign(
    unsigned: bytes, metadata: Any, signer: Any, timestamper: DirectTimeStamper | None
) -> bytes:
    if timestamper is not None:
        await _try_timestamper(timestamper)
    try:
        signed = await signers.async_sign_pdf(
            _Writer(io.BytesIO(unsigned)), metadata, signer, timestamper=timestamper
        )
    except NoTimeStamp as error:
        raise _no_time_stamp(timestamper) from error
    except (ValueError, TypeError) as error:
        raise BrokenIdentity(
            text("The signing key cannot sign: key and certificate do not fit together.")
        ) from error
    return bytes(signed.getvalue())


async def _try_timestamper(timestamper: DirectTimeStamper) -> None:
    """Ask once up front, so that its failure is told apart from one of the signature."""
    try:
        await timestamper.async_dummy_response("sha256")
    except Exception as error:  # the client lets errors of four libraries through
        raise _no_time_stamp(timestamper) from error


def _no_time_stamp(timestamper: DirectTimeStamper | None) -> JobFailed:
    return JobFailed(
        text(
            "The time-stamp server %(url)s gave no time stamp. The report was not signed; "
            "try again, or take the server out of the settings.",
            url=timestamper.url if timestamper else "",
        )
    )


def _signer(identity: SigningIdentity) -> Any:
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register_multiple([x509.Certificate.load(der) for der in identity.issuers])
    return signers.SimpleSigner(
        signing_cert=x509.Certificate.load(identity.certificate),
        signing_key=keys.PrivateKeyInfo.load(identity.key),
        cert_registry=store,
    )
