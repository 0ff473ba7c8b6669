"""Only an untouched report of ours is valid; every other file gets a calm, right answer."""

from __future__ import annotations

import io
import random
import re
from functools import cache
from pathlib import Path

import pikepdf
import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers

from checklist_app.domain.text import Text
from checklist_app.reports.identity import SigningIdentity, trust_anchors
from checklist_app.reports.local_authority import local_identity
from checklist_app.reports.render import render_pdf
from checklist_app.reports.signing import _signer, sign_pdf
from checklist_app.reports.verify import Authenticity, verify_confined, verify_pdf
from checklist_app.sandbox import Limits
from tests.reports import examples

Anchors = tuple[bytes, ...]


def test_an_untouched_report_is_valid(small: bytes, trusted: Anchors) -> None:
    found = verify_confined(small, trusted=trusted, known=lambda _sha256: True)
    assert found.verdict is Authenticity.VALID
    assert found.is_valid
    assert found.issued_here is True
    assert found.covers_entire_file
    assert found.changes_forbidden
    assert found.signer == "Ribera Software Assurance"
    assert found.signed_at is not None
    assert all(isinstance(reason, Text) for reason in found.reasons)


def test_the_register_is_asked_for_exactly_these_bytes(small: bytes, trusted: Anchors) -> None:
    asked: list[str] = []
    found = verify_pdf(small, trusted=trusted, known=asked.append)
    assert asked == [found.sha256]
    assert found.verdict is Authenticity.NOT_ISSUED
    assert not found.is_valid


def test_without_a_register_the_signature_decides(small: bytes, trusted: Anchors) -> None:
    found = verify_pdf(small, trusted=trusted)
    assert found.is_valid
    assert found.issued_here is None


def test_a_changed_byte_anywhere_is_never_valid(small: bytes, trusted: Anchors) -> None:
    chance = random.Random(2026)  # noqa: S311 - where to look, not a secret
    for _ in range(120):
        place = chance.randrange(len(small))
        assert_not_valid(flip(small, place, chance.randrange(8)), trusted, place)


def test_a_changed_byte_within_the_signature_is_never_valid(small: bytes, trusted: Anchors) -> None:
    """The signature does not cover itself; its own letters must hold all the same."""
    chance = random.Random(7)  # noqa: S311
    start = small.index(contents(small)) - len("/Contents <")
    end = small.index(b">", start)
    written = start + len(small[start:end].rstrip(b"0"))
    places = [*range(start, written, 19), *range(written, end, 293), end]
    for place in places:
        assert_not_valid(flip(small, place, chance.randrange(8)), trusted, place)


def test_letter_case_within_the_signature_is_noticed(small: bytes, trusted: Anchors) -> None:
    lower = small.replace(contents(small), contents(small).lower())
    found = verify_pdf(lower, trusted=trusted)
    assert found.verdict is Authenticity.ALTERED


def test_one_changed_byte_in_the_middle_says_altered(small: bytes, trusted: Anchors) -> None:
    found = verify_confined(flip(small, len(small) // 2, 0), trusted=trusted)
    assert found.verdict is Authenticity.ALTERED


@pytest.mark.parametrize("junk", [b"\n", b" ", b"\0" * 10, b"%%EOF\n", b"<script>", b"%PDF-1.7\n"])
def test_anything_appended_says_altered(small: bytes, trusted: Anchors, junk: bytes) -> None:
    assert verify_pdf(small + junk, trusted=trusted).verdict is Authenticity.ALTERED


@pytest.mark.parametrize("keep", [0.1, 0.5, 0.9, 0.999])
def test_a_truncated_report_is_never_valid(small: bytes, trusted: Anchors, keep: float) -> None:
    assert not verify_pdf(small[: int(len(small) * keep)], trusted=trusted).is_valid


def test_bytes_before_the_header_are_noticed(small: bytes, trusted: Anchors) -> None:
    assert not verify_pdf(b"\n" + small, trusted=trusted).is_valid


def test_an_incremental_edit_says_altered(small: bytes, trusted: Anchors) -> None:
    writer = IncrementalPdfFileWriter(io.BytesIO(small))
    writer.root["/Marked"] = generic.BooleanObject(value=True)  # type: ignore[no-untyped-call]
    writer.update_root()  # type: ignore[no-untyped-call]
    out = io.BytesIO()
    writer.write(out)  # type: ignore[no-untyped-call]
    found = verify_pdf(out.getvalue(), trusted=trusted)
    assert found.verdict is Authenticity.ALTERED
    assert "added" in str(found.reasons[0])


def test_a_rewrite_that_keeps_the_signature_says_altered(small: bytes, trusted: Anchors) -> None:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(small)) as pdf:
        pdf.pages[0].Rotate = 90
        pdf.save(out)
    assert verify_pdf(out.getvalue(), trusted=trusted).verdict is Authenticity.ALTERED


def test_a_second_signature_even_by_ourselves_says_altered(
    small: bytes, trusted: Anchors, identity: SigningIdentity
) -> None:
    class Reckless(signers.PdfSigner):
        def _enforce_certification_constraints(self, _reader: object) -> None:
            return

    signed = Reckless(
        signers.PdfSignatureMetadata(field_name="Second", md_algorithm="sha256"), _signer(identity)
    ).sign_pdf(IncrementalPdfFileWriter(io.BytesIO(small)))
    found = verify_pdf(signed.getvalue(), trusted=trusted)
    assert found.verdict is Authenticity.ALTERED
    assert found.covers_entire_file


def test_a_signature_that_allows_changes_is_not_ours(
    trusted: Anchors, identity: SigningIdentity
) -> None:
    signed = signers.sign_pdf(
        IncrementalPdfFileWriter(io.BytesIO(unsigned())),
        signers.PdfSignatureMetadata(
            field_name="Signature",
            md_algorithm="sha256",
            subfilter=fields.SigSeedSubFilter.PADES,
        ),
        _signer(identity),
    )
    assert verify_pdf(signed.getvalue(), trusted=trusted).verdict is Authenticity.ALTERED


def test_a_forgery_under_our_name_is_by_an_unknown_signer(trusted: Anchors, tmp_path: Path) -> None:
    forger = local_identity(tmp_path / "forger", "Ribera Software Assurance")
    forged = sign_pdf(unsigned(), forger, reason="r", signer_name="Alice Ferrer")
    assert verify_pdf(forged, trusted=trusted).verdict is Authenticity.UNKNOWN_SIGNER
    assert verify_pdf(forged, trusted=trust_anchors(tmp_path / "forger")).is_valid


def test_a_signature_moved_onto_another_file_says_altered(
    small: bytes, trusted: Anchors, identity: SigningIdentity
) -> None:
    one = sign_pdf(unsigned(), identity, reason="one", signer_name="Alice")
    two = sign_pdf(unsigned(), identity, reason="two", signer_name="Alice")
    found = verify_pdf(two.replace(contents(two), contents(one)), trusted=trusted)
    assert found.verdict is Authenticity.ALTERED


def test_unsigned_pages_say_so(trusted: Anchors) -> None:
    assert verify_pdf(unsigned(), trusted=trusted).verdict is Authenticity.UNSIGNED


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"\x89PNG\r\n\x1a\n",
        b"%PDF-1.7\n",
        b"%PDF-1.7\n%%EOF",
        b"%PDF-" + b"[" * 100_000,
        b"%PDF-" + b"<<" * 100_000,
        b"%PDF-1.7\nxref\n0 99999999999\ntrailer\n<</Root 1 0 R>>\nstartxref\n9\n%%EOF",
        b"%PDF-1.7\n1 0 obj<</Prev 9>>\nstartxref\n9\n%%EOF",
        b"%PDF-1.7\ntrailer<</Root 1 0 R/Prev 9>>\nstartxref\n9\n%%EOF",
        bytes(range(256)) * 40,
    ],
    ids=range(11),
)
def test_what_is_no_report_gets_an_answer(data: bytes, trusted: Anchors) -> None:
    found = verify_pdf(data, trusted=trusted)
    assert found.verdict is Authenticity.UNREADABLE
    assert found.reasons


def test_a_file_that_asks_for_too_much_gets_an_answer(trusted: Anchors) -> None:
    tight = Limits(memory_mb=60, cpu_seconds=5, wall_seconds=10)
    found = verify_confined(b"%PDF-1.7\n", trusted=trusted, limits=tight)
    assert found.verdict is Authenticity.UNREADABLE


@cache
def unsigned() -> bytes:
    return render_pdf(examples.draft(), examples.no_pictures)


def contents(signed: bytes) -> bytes:
    """Return the letters of the signature with their padding."""
    match = re.search(rb"/Contents <(3082[0-9A-F]+)>", signed)
    assert match is not None
    return match[1]


def flip(data: bytes, place: int, bit: int) -> bytes:
    changed = bytearray(data)
    changed[place] ^= 1 << bit
    return bytes(changed)


def assert_not_valid(data: bytes, trusted: Anchors, place: int) -> None:
    found = verify_pdf(data, trusted=trusted)
    assert not found.is_valid, f"byte {place}"
    assert found.reasons
