"""What a PDF's signature says about the file, without judging it: facts for ``verify.py``.

Runs on whatever a stranger uploads, so it trusts nothing that it reads, and belongs into the
confined child.
"""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from asn1crypto import algos, cms, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation import SignatureCoverageLevel, async_validate_pdf_signature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko_certvalidator import ValidationContext

_log = logging.getLogger(__name__)

_HEADER_WITHIN = 1024
_HEX = re.compile(rb"<([0-9A-F]+)>")


class Shape(StrEnum):
    """What kind of file it is."""

    NOT_PDF = "not_pdf"
    BROKEN = "broken"
    UNSIGNED = "unsigned"
    BROKEN_SIGNATURE = "broken_signature"
    SIGNED = "signed"


@dataclass(frozen=True, slots=True)
class SignatureFacts:
    """What was found. All but ``shape`` speaks of the last signature and needs ``SIGNED``.

    Attributes:
        signatures: how many signatures the file has.
        intact: the signed bytes are those that were signed, and the key of the certificate did it.
        whole_file: no byte lies outside the signature but the signature itself.
        canonical: the signature itself is byte for byte the one way to write it.
        changes_forbidden: it forbids every later change (DocMDP 1).
        trusted: its certificate leads to one of the trusted ones.
        certificate: SHA-256 of the signing certificate.
        subject: common name of the signing certificate.
        name: name of the person, as written into the signature.
        signed_at: the time that the signer claims.
        stamped_at: the time that a time-stamp server confirmed, if its stamp fits.
    """

    shape: Shape
    signatures: int = 0
    intact: bool = False
    whole_file: bool = False
    canonical: bool = False
    changes_forbidden: bool = False
    trusted: bool = False
    certificate: str = ""
    subject: str = ""
    name: str = ""
    reason: str = ""
    signed_at: datetime | None = None
    stamped_at: datetime | None = None


def inspect(data: bytes, anchors: list[bytes]) -> SignatureFacts:
    """Return the facts about a file; never raises for what the file contains.

    Args:
        data: any bytes.
        anchors: DER certificates that are trusted.
    """
    if b"%PDF-" not in data[:_HEADER_WITHIN]:
        return SignatureFacts(Shape.NOT_PDF)
    carries = b"/ByteRange" in data
    try:
        signatures = list(PdfFileReader(io.BytesIO(data)).embedded_regular_signatures)
        if signatures:
            return _facts(signatures, data, anchors)
    except Exception:  # a hostile file can make the libraries raise anything
        _log.info("this PDF cannot be read", exc_info=True)
        return SignatureFacts(Shape.BROKEN_SIGNATURE if carries else Shape.BROKEN)
    return SignatureFacts(Shape.BROKEN_SIGNATURE if carries else Shape.UNSIGNED)


def _facts(
    signatures: list[EmbeddedPdfSignature], data: bytes, anchors: list[bytes]
) -> SignatureFacts:
    last = signatures[-1]
    last.compute_integrity_info(skip_diff=True)  # type: ignore[no-untyped-call]
    certificate = last.signer_cert
    claimed = _utc(last.self_reported_timestamp)
    status = _at_once(_validate(last, anchors, claimed))
    stamp = status.timestamp_validity
    path = list(status.validation_path) if status.validation_path else []
    allowed = {certificate.dump(), *anchors, *(entry.dump() for entry in path)}
    return SignatureFacts(
        shape=Shape.SIGNED,
        signatures=len(signatures),
        intact=bool(status.intact and status.valid),
        whole_file=last.coverage == SignatureCoverageLevel.ENTIRE_FILE,
        canonical=_is_canonical(last, data, allowed),
        changes_forbidden=last.docmdp_level == MDPPerm.NO_CHANGES,
        trusted=bool(status.trusted),
        certificate=certificate.sha256.hex(),
        subject=str(
            certificate.subject.native.get("common_name", certificate.subject.human_friendly)
        ),
        name=str(last.sig_object.get("/Name", "")),
        reason=str(last.sig_object.get("/Reason", "")),
        signed_at=claimed,
        stamped_at=_utc(stamp.timestamp) if stamp and stamp.intact and stamp.valid else None,
    )


async def _validate(
    signature: EmbeddedPdfSignature, anchors: list[bytes], moment: datetime | None
) -> Any:
    """Validate at the time of signing: a certificate that has ended since did not unsign."""
    roots = [x509.Certificate.load(der) for der in anchors]
    return await async_validate_pdf_signature(
        signature,
        signer_validation_context=ValidationContext(
            trust_roots=roots, allow_fetching=False, moment=moment or datetime.now(UTC)
        ),
        ts_validation_context=ValidationContext(trust_roots=[], allow_fetching=False),
        # Many certificates of operators name no key usage; whom to trust was decided by anchors.
        key_usage_settings=KeyUsageConstraints(key_usage=set()),
        skip_diff=True,
    )


def _at_once(work: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine that never waits, without an event loop: a loop opens sockets.

    Nothing is fetched, so there is nothing to wait for; waiting all the same is an error.
    """
    try:
        work.send(None)
    except StopIteration as done:
        return done.value
    raise RuntimeError("validation wanted to wait for something")


def _is_canonical(signature: EmbeddedPdfSignature, data: bytes, allowed: set[bytes]) -> bool:
    """Whether the signature's own bytes, which no signature covers, are as we would write them.

    Otherwise letter case, padding, unused certificates and ignored parameters could change without
    anything noticing.
    """
    _, start, end, _ = (int(number) for number in signature.byte_range)
    match = _HEX.fullmatch(data[start:end])
    if match is None or len(match[1]) % 2:
        return False
    padded = bytes.fromhex(match[1].decode("ascii"))
    content = cms.ContentInfo.load(padded)
    der = content.dump()
    if padded[: len(der)] != der or padded[len(der) :].strip(b"\0"):
        return False
    return _rebuild(content, allowed) == bytes(der)


def _rebuild(content: Any, allowed: set[bytes]) -> bytes:
    """Write the CMS anew from its meaningful parts alone.

    Certificates above the signer's are unsigned freight: only those that lead to trust may travel.
    """
    signed = content["content"]
    (info,) = signed["signer_infos"]
    serial = info["sid"].chosen["serial_number"].native
    certificates = [choice.chosen for choice in signed["certificates"]]
    (signer,) = (entry for entry in certificates if entry.serial_number == serial)
    kept = [choice for choice in signed["certificates"] if choice.chosen.dump() in allowed]
    digest = algos.DigestAlgorithm({"algorithm": info["digest_algorithm"]["algorithm"].native})
    rebuilt = {
        "version": "v1",
        "sid": cms.SignerIdentifier(
            {
                "issuer_and_serial_number": cms.IssuerAndSerialNumber(
                    {"issuer": signer.issuer, "serial_number": signer.serial_number}
                )
            }
        ),
        "digest_algorithm": digest,
        "signature_algorithm": cms.SignedDigestAlgorithm(
            {"algorithm": info["signature_algorithm"]["algorithm"].native}
        ),
        "signed_attrs": info["signed_attrs"],
        "signature": info["signature"].native,
    }
    if info["unsigned_attrs"].native is not None:
        rebuilt["unsigned_attrs"] = [
            attribute
            for attribute in info["unsigned_attrs"]
            if attribute["type"].native == "signature_time_stamp_token"
        ]
    fresh = cms.ContentInfo(
        {
            "content_type": "signed_data",
            "content": cms.SignedData(
                {
                    "version": "v1",
                    "digest_algorithms": cms.DigestAlgorithms((digest,)),
                    "encap_content_info": {"content_type": "data"},
                    "certificates": kept,
                    "signer_infos": [cms.SignerInfo(rebuilt)],
                }
            ),
        }
    )
    return bytes(fresh.dump())


def _utc(moment: datetime | None) -> datetime | None:
    if moment is None:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
