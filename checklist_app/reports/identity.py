"""Who signs: a local authority made at first start, or the operator's PKCS#12 file.

Keys. The local authority keeps two EC P-256 keys in its folder, files with mode 0600 in a folder
with mode 0700: that of the authority, which signs nothing but signing certificates, and that of
the current signing certificate, which is renewed by itself before it ends. Whoever can read the
folder can sign as this system, so back it up like a password. ``trusted/`` keeps the certificate of
every authority that ever signed here, so that old reports still verify after a change of identity.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)
from cryptography.x509.oid import NameOID, ObjectIdentifier

from checklist_app.domain.errors import JobFailed
from checklist_app.domain.text import Text, text

_AUTHORITY_YEARS = 20
_SIGNER_YEARS = 3
_RENEW_BEFORE = timedelta(days=60)
_DOCUMENT_SIGNING = ObjectIdentifier("1.3.6.1.5.5.7.3.36")
_LONGEST_NAME = 64


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


def local_identity(
    folder: Path, organisation: str, *, now: datetime | None = None
) -> SigningIdentity:
    """Return the identity of the local authority in ``folder``, making or renewing what is missing.

    Several processes may start at once: the first to finish wins and the others use its keys.

    Raises:
        BrokenIdentity: the folder holds something that is no authority.
    """
    now = now or datetime.now(UTC)
    if not (folder / "authority.pem").exists():
        _found(folder, organisation, now)
    try:
        authority = x509.load_pem_x509_certificate((folder / "authority.pem").read_bytes())
        identity = _load_signer(folder, authority)
        if identity.not_after - now < _RENEW_BEFORE:
            key = _read_key(folder / "authority.key")
            _write_signer(folder, authority, key, now)
            identity = _load_signer(folder, authority)
    except (OSError, ValueError, TypeError) as error:
        raise BrokenIdentity(_unreadable(folder)) from error
    remember(folder, identity.anchor)
    return identity


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
        raise BrokenIdentity(_unreadable(path)) from error
    if key is None or certificate is None:
        raise BrokenIdentity(
            text("%(path)s holds no private key with its certificate.", path=str(path))
        )
    if key.public_key() != certificate.public_key():
        raise BrokenIdentity(
            text("In %(path)s the key does not belong to the certificate.", path=str(path))
        )
    identity = _identity(
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
        _write(path, pem)


def _found(folder: Path, organisation: str, now: datetime) -> None:
    """Make authority and signer beside ``folder``, then move them in together."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = folder.with_name(f".{folder.name}.{secrets.token_hex(6)}")
    draft.mkdir(mode=0o700)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _name(organisation, "report authority")
    authority = (
        _certificate(subject, subject, key.public_key(), now, years=_AUTHORITY_YEARS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(authority=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    _write_key(draft / "authority.key", key)
    _write_signer(draft, authority, key, now)
    _write(draft / "authority.pem", authority.public_bytes(Encoding.PEM))
    try:
        draft.rename(folder)  # succeeds only onto nothing or an empty folder
    except OSError:
        shutil.rmtree(draft)
        if not (folder / "authority.pem").exists():
            raise


def _write_signer(
    folder: Path,
    authority: x509.Certificate,
    authority_key: ec.EllipticCurvePrivateKey,
    now: datetime,
) -> None:
    """Make a new signing key with its certificate; both go into one file, so they always fit."""
    key = ec.generate_private_key(ec.SECP256R1())
    (organisation,) = authority.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    subject = _name(str(organisation.value), "report signing")
    certificate = (
        _certificate(subject, authority.subject, key.public_key(), now, years=_SIGNER_YEARS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(authority=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([_DOCUMENT_SIGNING]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()),
            critical=False,
        )
        .sign(authority_key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    _write(folder / "signer.pem", private + certificate.public_bytes(Encoding.PEM))


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    now: datetime,
    *,
    years: int,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=365 * years))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=not authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def _name(organisation: str, role: str) -> x509.Name:
    common = f"{_cut(organisation, _LONGEST_NAME - len(role) - 1)} {role}"
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, _cut(organisation, _LONGEST_NAME)),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _cut(name: str, longest: int) -> str:
    """Shorten a name to so many bytes, which is what certificates count."""
    return name.encode()[:longest].decode("utf-8", "ignore").strip()


def _load_signer(folder: Path, authority: x509.Certificate) -> SigningIdentity:
    pem = (folder / "signer.pem").read_bytes()
    key = load_pem_private_key(pem, None)
    certificate = x509.load_pem_x509_certificate(pem)
    if key.public_key() != certificate.public_key():
        raise ValueError("the key does not belong to the certificate")
    return _identity(
        key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
        certificate,
        (authority,),
    )


def _read_key(path: Path) -> ec.EllipticCurvePrivateKey:
    key = load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError("the authority's key is not an EC key")
    return key


def _identity(
    key: bytes, certificate: x509.Certificate, issuers: Sequence[x509.Certificate]
) -> SigningIdentity:
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


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    _write(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def _write(path: Path, data: bytes) -> None:
    """Write a private file in one step: a reader sees the old one or the new one."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _unreadable(path: Path) -> Text:
    return text(
        "The signing identity in %(path)s cannot be read: the file is missing or damaged, or its "
        "password is wrong.",
        path=str(path),
    )
