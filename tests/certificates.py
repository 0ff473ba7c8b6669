"""Certificates of an authority made for the test."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PEM = serialization.Encoding.PEM
NO_PASSWORD = serialization.NoEncryption()


@dataclass(frozen=True)
class Authority:
    """Files of an authority, and of a server's certificate that it signed."""

    authority: Path
    certificate: Path
    key: Path

    def trust(self) -> ssl.SSLContext:
        """Return what a careful client trusts: this authority and no other."""
        return ssl.create_default_context(cafile=self.authority)


def make_authority(folder: Path, host: str = "127.0.0.1", *, days: int = 30) -> Authority:
    """Make an authority and a server's certificate for a name or a number.

    Args:
        folder: where the files go; made when it is not there.
        host: whom the certificate is for.
        days: how long it is valid; negative when it has ended.
    """
    folder.mkdir(exist_ok=True)
    made = Authority(folder / "authority.pem", folder / "server.pem", folder / "server.key")
    root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root = _signed("authority", root_key, "authority", root_key, None, 30)
    certificate = _signed("server", key, "authority", root_key, host, days)
    made.authority.write_bytes(root.public_bytes(PEM))
    made.certificate.write_bytes(certificate.public_bytes(PEM))
    write_key(made.key, key)
    return made


def write_key(path: Path, key: ec.EllipticCurvePrivateKey, password: str = "") -> None:
    kept = serialization.BestAvailableEncryption(password.encode()) if password else NO_PASSWORD
    path.touch(mode=0o600)
    path.write_bytes(key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, kept))


def _signed(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: str,
    issuer_key: ec.EllipticCurvePrivateKey,
    host: str | None,
    days: int,
) -> x509.Certificate:
    end = datetime.now(UTC) + timedelta(days=days)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_named(name))
        .issuer_name(_named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(end - timedelta(days=60))
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=host is None, path_length=None), critical=True)
    )
    if host is not None:
        try:
            other: x509.GeneralName = x509.IPAddress(ip_address(host))
        except ValueError:
            other = x509.DNSName(host)
        builder = builder.add_extension(x509.SubjectAlternativeName([other]), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
