"""Who signs: a certificate with its key, the operator's own or that of the local authority.

``trusted/`` in the signing folder keeps the certificate of every authority that ever signed here,
so that old reports still verify after a change of identity. Private keys are files with mode 0600
in a folder with mode 0700, or the operator's PKCS#12 file; they are never logged. Whoever can read
them can sign as this system: back them up like a password.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID

from checklist_app.domain.errors import JobFailed
from checklist_app.domain.text import Text, text
from checklist_app.private_files import write_private


class BrokenIdentity(JobFailed):
    """The signing identity cannot sign; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class SigningIdentity:
    """A certificate with its key, ready to sign.

    Attributes:
        key: the private key in PKCS#8 DER; never log it.
        certificate: DER.
        issuers: DER of the certificates above it, nearest first; empty if it stands alone.
        subject: name for people.
        not_after: end of the certificate, UTC.
    """

    key: bytes
    certificate: bytes
    issuers: tuple[bytes, ...]
    subject: str
    not_before: datetime
    not_after: datetime

    def __repr__(self) -> str:
        """Return who it is, without the key."""
        return f"<SigningIdentity {self.subject!r} until {self.not_after:%Y-%m-%d}>"

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, in hex."""
        return fingerprint(self.certificate)

    @property
    def anchor(self) -> bytes:
        """DER of the topmost certificate: what a verifier has to trust."""
        return self.issuers[-1] if self.issuers else self.certificate

    def check(self, now: datetime) -> None:
        """Do nothing if the certificate is valid ``now``.

        Raises:
            BrokenIdentity: it is not.
        """
        if not self.not_before <= now <= self.not_after:
            raise BrokenIdentity(
                text(
                    "The signing certificate of %(subject)s is valid from %(start)s to %(end)s "
                    "only. Put a current one in place and make the report again.",
                    subject=self.subject,
                    start=f"{self.not_before:%Y-%m-%d}",
                    end=f"{self.not_after:%Y-%m-%d}",
                )
            )


def fingerprint(certificate: bytes) -> str:
    """Return the SHA-256 of a DER certificate, in hex."""
    return x509.load_der_x509_certificate(certificate).fingerprint(hashes.SHA256()).hex()


def pkcs12_identity(path: Path, password: str, *, folder: Path) -> SigningIdentity:
    """Return the identity in the operator's PKCS#12 file.

    Args:
        path: the file.
        password: its password; empty for none.
        folder: where the certificates are kept that later verification trusts.

    Raises:
        BrokenIdentity: the file is missing or damaged, the password is wrong, or it has no key.
    """
    try:
        key, certificate, others = pkcs12.load_key_and_certificates(
            path.read_bytes(), password.encode() or None
        )
    except (OSError, ValueError, TypeError) as error:
        raise BrokenIdentity(unreadable(path)) from error
    if key is None or certificate is None:
        raise BrokenIdentity(
            text("%(path)s holds no private key with its certificate.", path=str(path))
        )
    if key.public_key() != certificate.public_key():
        raise BrokenIdentity(
            text("In %(path)s the key does not belong to the certificate.", path=str(path))
        )
    identity = make_identity(
        key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
        certificate,
        _chain(certificate, others),
    )
    remember(folder, identity.anchor)
    return identity


def trust_anchors(folder: Path) -> tuple[bytes, ...]:
    """Return the DER of every authority that ever signed here, in a fixed order."""
    return tuple(
        x509.load_pem_x509_certificate(path.read_bytes()).public_bytes(Encoding.DER)
        for path in sorted((folder / "trusted").glob("*.pem"))
    )


def remember(folder: Path, certificate: bytes) -> None:
    """Trust a DER certificate from now on."""
    trusted = folder / "trusted"
    path = trusted / f"{fingerprint(certificate)}.pem"
    if not path.exists():
        trusted.mkdir(parents=True, exist_ok=True, mode=0o700)
        pem = x509.load_der_x509_certificate(certificate).public_bytes(Encoding.PEM)
        write_private(path, pem)


def make_identity(
    key: bytes, certificate: x509.Certificate, issuers: Sequence[x509.Certificate]
) -> SigningIdentity:
    """Put an identity together from a PKCS#8 DER key, its certificate and those above it."""
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return SigningIdentity(
        key=key,
        certificate=certificate.public_bytes(Encoding.DER),
        issuers=tuple(issuer.public_bytes(Encoding.DER) for issuer in issuers),
        subject=str(names[0].value) if names else certificate.subject.rfc4514_string(),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
    )


def _chain(
    certificate: x509.Certificate, others: Sequence[x509.Certificate]
) -> list[x509.Certificate]:
    """Put the certificates above ``certificate`` in order; what does not belong is left out."""
    chain: list[x509.Certificate] = []
    current = certificate
    while current.issuer != current.subject:
        above = [other for other in others if other.subject == current.issuer]
        if not above or above[0] in chain:
            break
        chain.append(above[0])
        current = above[0]
    return chain


def unreadable(path: Path) -> Text:
    """Return the message for an identity that is missing, damaged or locked."""
    return text(
        "The signing identity in %(path)s cannot be read: the file is missing or damaged, or its "
        "password is wrong.",
        path=str(path),
    )
