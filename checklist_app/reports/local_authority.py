"""The local authority: made at first start, so that reports are signed without any set-up.

It keeps two EC P-256 keys in its folder: that of the authority, which signs nothing but signing
certificates, and that of the current signing certificate, which is renewed by itself before it
ends. See ``identity.py`` for how keys are kept.
"""

from __future__ import annotations

import secrets
import shutil
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
)
from cryptography.x509.oid import NameOID, ObjectIdentifier

from checklist_app.private_files import write_private
from checklist_app.reports.identity import (
    BrokenIdentity,
    SigningIdentity,
    make_identity,
    remember,
    unreadable,
)

_AUTHORITY_YEARS = 20
_SIGNER_YEARS = 3
_RENEW_BEFORE = timedelta(days=60)
_DOCUMENT_SIGNING = ObjectIdentifier("1.3.6.1.5.5.7.3.36")
_LONGEST_NAME = 64


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
        raise BrokenIdentity(unreadable(folder)) from error
    remember(folder, identity.anchor)
    return identity


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
    write_private(draft / "authority.pem", authority.public_bytes(Encoding.PEM))
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
    write_private(folder / "signer.pem", private + certificate.public_bytes(Encoding.PEM))


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
    return make_identity(
        key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
        certificate,
        (authority,),
    )


def _read_key(path: Path) -> ec.EllipticCurvePrivateKey:
    key = load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError("the authority's key is not an EC key")
    return key


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    write_private(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
