"""Is this PDF one of ours, and is it still what was signed? The judgement, with its reasons."""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from checklist_app.domain import canonical_json
from checklist_app.domain.errors import JobFailed
from checklist_app.domain.text import Text, text
from checklist_app.reports.inspection import Shape, SignatureFacts, inspect
from checklist_app.sandbox import Limits, run_confined

LIMITS = Limits(memory_mb=1024, cpu_seconds=30, wall_seconds=60, output_mb=4)

Register = Callable[[str], object]
"""Says, with something true, whether a file with this SHA-256 was issued here."""


class Authenticity(StrEnum):
    """The one answer; only ``VALID`` is good news."""

    VALID = "valid"
    ALTERED = "altered"
    UNKNOWN_SIGNER = "unknown_signer"
    NOT_ISSUED = "not_issued"
    UNSIGNED = "unsigned"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Verification:
    """The answer and what it rests on.

    Attributes:
        sha256: of the file that was given.
        signer: name of the person in the signature; not to be shown as fact unless ``is_valid``.
        certificate_subject: common name of the signing certificate.
        certificate_sha256: its fingerprint, hex; empty without signature.
        signed_at: the time the signer claims; UTC.
        timestamped_at: the time a time-stamp server confirmed; None without one.
        covers_entire_file: whether the last signature covers every byte.
        changes_forbidden: whether the signature forbids any later change.
        issued_here: whether the register knows exactly these bytes; None if it was not asked.
        reasons: for people, at least one, the weightiest first.
    """

    verdict: Authenticity
    sha256: str
    reasons: tuple[Text, ...]
    signer: str = ""
    certificate_subject: str = ""
    certificate_sha256: str = ""
    signed_at: datetime | None = None
    timestamped_at: datetime | None = None
    covers_entire_file: bool = False
    changes_forbidden: bool = False
    issued_here: bool | None = None

    @property
    def is_valid(self) -> bool:
        """Whether the file is an unchanged report that can be relied upon."""
        return self.verdict is Authenticity.VALID


def verify_confined(
    data: bytes,
    *,
    trusted: Sequence[bytes],
    known: Register | None = None,
    limits: Limits = LIMITS,
) -> Verification:
    """Judge a file that a stranger handed in; whatever it is, there is an answer.

    Args:
        data: the file.
        trusted: DER certificates whose signatures count, see ``identity.trust_anchors``.
        known: the register of issued reports; without it the signature alone decides.
        limits: what reading the file may use.
    """
    payload = (
        json.dumps([b64encode(der).decode("ascii") for der in trusted]).encode() + b"\n" + data
    )
    try:
        answer = run_confined(
            "checklist_app.reports.verify:inspect_in_child",
            payload,
            limits=limits,
        )
    except JobFailed:
        reason = text("Reading this file took more time or memory than a report ever needs.")
        return Verification(Authenticity.UNREADABLE, _sha256(data), (reason,))
    return judge(canonical_json.load(SignatureFacts, answer), data, known)


def verify_pdf(
    data: bytes, *, trusted: Sequence[bytes], known: Register | None = None
) -> Verification:
    """Judge a file in this process: for files that are known to be harmless, such as our own."""
    return judge(inspect(data, list(trusted)), data, known)


def inspect_in_child(payload: bytes, _scratch: Path, _progress: object) -> bytes:
    """Find the facts about a file; runs in the confined child.

    Args:
        payload: a JSON list of base64 certificates, a line feed, then the file.
    """
    head, _, data = payload.partition(b"\n")
    return canonical_json.dump(inspect(data, [b64decode(entry) for entry in json.loads(head)]))


def judge(facts: SignatureFacts, data: bytes, known: Register | None) -> Verification:
    """Turn facts into the answer. Every doubt counts against the file."""
    sha256 = _sha256(data)
    issued = None if known is None else bool(known(sha256))
    verdict, reasons = _verdict(facts, issued=issued)
    return Verification(
        verdict=verdict,
        sha256=sha256,
        reasons=tuple(reasons),
        signer=facts.name,
        certificate_subject=facts.subject,
        certificate_sha256=facts.certificate,
        signed_at=facts.signed_at,
        timestamped_at=facts.stamped_at,
        covers_entire_file=facts.whole_file,
        changes_forbidden=facts.changes_forbidden,
        issued_here=issued,
    )


_UNJUDGED = {
    Shape.NOT_PDF: (Authenticity.UNREADABLE, text("This file is not a PDF.")),
    Shape.BROKEN: (Authenticity.UNREADABLE, text("This PDF is damaged and carries no signature.")),
    Shape.UNSIGNED: (Authenticity.UNSIGNED, text("This PDF carries no signature.")),
    Shape.BROKEN_SIGNATURE: (
        Authenticity.ALTERED,
        text("This PDF was signed, but it was changed so much that it cannot be read."),
    ),
}


def _verdict(facts: SignatureFacts, *, issued: bool | None) -> tuple[Authenticity, list[Text]]:
    if facts.shape in _UNJUDGED:
        verdict, reason = _UNJUDGED[facts.shape]
        return verdict, [reason]
    changes = _changes(facts)
    if changes:
        return Authenticity.ALTERED, changes
    if not facts.trusted:
        return Authenticity.UNKNOWN_SIGNER, [
            text("The signature fits the file, but it was not made by this system or its operator.")
        ]
    if issued is False:
        return Authenticity.NOT_ISSUED, [
            text(
                "The signature is from this system, but the register of issued reports does not "
                "know this file."
            )
        ]
    return Authenticity.VALID, _good_reasons(facts, issued=issued)


def _changes(facts: SignatureFacts) -> list[Text]:
    """Return what shows that the file is not as it was signed."""
    changes = []
    if not facts.intact:
        changes.append(text("The file was changed after it was signed."))
    if not facts.whole_file:
        changes.append(text("Something was added to the file after it was signed."))
    if facts.intact and facts.whole_file and not facts.canonical and facts.trusted:
        changes.append(text("The bytes of the signature itself were changed."))
    if facts.signatures > 1:
        changes.append(text("Another signature was added, which the first one forbids."))
    if not facts.changes_forbidden and facts.trusted:
        changes.append(text("The signature does not forbid changes, as ours always does."))
    return changes


def _good_reasons(facts: SignatureFacts, *, issued: bool | None) -> list[Text]:
    reasons = [text("Not one byte changed since it was signed, and the signer is known.")]
    if issued:
        reasons.append(text("This system issued exactly this file."))
    if facts.stamped_at:
        reasons.append(text("A time-stamp server confirmed the time of signing."))
    return reasons


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
