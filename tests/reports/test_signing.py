"""Signatures that independent software accepts, by identities that say clearly when they cannot."""

from __future__ import annotations

import asyncio
import io
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pikepdf
import pytest
from asn1crypto import keys, tsp
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from checklist_app.domain.errors import JobFailed
from checklist_app.reports.identity import (
    BrokenIdentity,
    SigningIdentity,
    pkcs12_identity,
    trust_anchors,
)
from checklist_app.reports.local_authority import local_identity
from checklist_app.reports.pipeline import BuiltReport, build_report
from checklist_app.reports.signing import sign_pdf
from checklist_app.reports.verify import verify_pdf
from tests.reports import examples

NOW = datetime.now(UTC)


def test_pdfsig_calls_the_signature_valid_and_total(built: BuiltReport, tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(built.pdf)
    said = subprocess.run(["pdfsig", path], capture_output=True, text=True, check=False).stdout
    assert "Signature is Valid" in said
    assert "Total document signed" in said
    assert "ETSI.CAdES.detached" in said


def test_qpdf_finds_the_signed_file_clean(built: BuiltReport, tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(built.pdf)
    subprocess.run(["qpdf", "--check", path], capture_output=True, check=True)


def test_the_built_report_knows_itself(built: BuiltReport) -> None:
    assert built.signer == "Ribera Software Assurance report signing"
    assert built.snapshot_sha256 == examples.example().sha256
    assert built.pages > 10
    assert built.timestamped_at is None
    assert abs(built.signed_at - NOW) < timedelta(hours=12)


def test_the_keys_are_made_once_and_are_private(tmp_path: Path) -> None:
    folder = tmp_path / "signing"
    first = local_identity(folder, "Ribera")
    assert local_identity(folder, "Renamed later").fingerprint == first.fingerprint
    assert folder.stat().st_mode & 0o777 == 0o700
    for path in folder.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0


def test_many_starts_at_once_agree_on_one_identity(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: local_identity(tmp_path / "s", "Ribera"), range(8)))
    assert len({identity.anchor for identity in found}) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["s"]


def test_the_signing_certificate_is_renewed_before_it_ends(tmp_path: Path) -> None:
    old = local_identity(tmp_path / "s", "Ribera")
    later = old.not_after - timedelta(days=10)
    new = local_identity(tmp_path / "s", "Ribera", now=later)
    assert new.fingerprint != old.fingerprint
    assert new.anchor == old.anchor
    assert new.not_after > later + timedelta(days=900)


def test_a_very_long_organisation_still_gets_a_certificate(tmp_path: Path) -> None:
    identity = local_identity(tmp_path / "s", "Organización Muy Larga " * 20)
    assert identity.subject.endswith("report signing")


def test_the_key_is_not_shown(identity: SigningIdentity) -> None:
    assert repr(identity.key) not in repr(identity)
    assert "report signing" in repr(identity)


@pytest.mark.parametrize("name", ["signer.pem", "authority.pem"])
def test_a_damaged_identity_is_told(tmp_path: Path, name: str) -> None:
    local_identity(tmp_path / "s", "Ribera")
    (tmp_path / "s" / name).write_bytes(b"-----BEGIN NOTHING-----")
    with pytest.raises(BrokenIdentity, match="missing or damaged"):
        local_identity(tmp_path / "s", "Ribera")


def test_key_and_certificate_that_do_not_fit_are_told(tmp_path: Path) -> None:
    local_identity(tmp_path / "a", "Ribera")
    local_identity(tmp_path / "b", "Ribera")
    pem_a = (tmp_path / "a" / "signer.pem").read_text()
    pem_b = (tmp_path / "b" / "signer.pem").read_text()
    cut = "-----BEGIN CERTIFICATE-----"
    (tmp_path / "a" / "signer.pem").write_text(pem_a.split(cut)[0] + cut + pem_b.split(cut)[1])
    with pytest.raises(BrokenIdentity):
        local_identity(tmp_path / "a", "Ribera")


def test_an_expired_identity_refuses_before_anything_is_rendered(tmp_path: Path) -> None:
    path = operator_file(tmp_path, start=NOW - timedelta(days=90), end=NOW - timedelta(days=1))
    identity = pkcs12_identity(path, "secret", folder=tmp_path / "s")
    with pytest.raises(BrokenIdentity, match="only"):
        build_report(examples.draft(), examples.no_pictures, identity)


def test_the_operators_certificate_signs_too(tmp_path: Path, small: bytes) -> None:
    path = operator_file(tmp_path, start=NOW - timedelta(days=1), end=NOW + timedelta(days=90))
    identity = pkcs12_identity(path, "secret", folder=tmp_path / "s")
    built = build_report(examples.draft(), examples.no_pictures, identity)
    assert verify_pdf(built.pdf, trusted=trust_anchors(tmp_path / "s")).is_valid
    assert built.signer == "Operator"


def test_reports_of_a_former_identity_stay_valid(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    built = build_report(examples.draft(), examples.no_pictures, local_identity(folder, "Ribera"))
    path = operator_file(tmp_path, start=NOW, end=NOW + timedelta(days=90))
    pkcs12_identity(path, "secret", folder=folder)
    assert len(trust_anchors(folder)) == 2
    assert verify_pdf(built.pdf, trusted=trust_anchors(folder)).is_valid


@pytest.mark.parametrize("password", ["wrong", ""])
def test_a_wrong_password_is_told(tmp_path: Path, password: str) -> None:
    path = operator_file(tmp_path, start=NOW, end=NOW + timedelta(days=90))
    with pytest.raises(BrokenIdentity, match="password"):
        pkcs12_identity(path, password, folder=tmp_path / "s")


def test_a_missing_or_foreign_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(BrokenIdentity, match="missing"):
        pkcs12_identity(tmp_path / "none.p12", "", folder=tmp_path / "s")
    (tmp_path / "text.p12").write_text("hello")
    with pytest.raises(BrokenIdentity, match="damaged"):
        pkcs12_identity(tmp_path / "text.p12", "", folder=tmp_path / "s")


def test_it_signs_inside_a_running_event_loop(identity: SigningIdentity, tmp_path: Path) -> None:
    async def inside() -> bytes:
        return sign_pdf(PLAIN, identity, reason="r", signer_name="n")

    # In a thread of its own: another test of this process may have left a loop running in ours.
    with ThreadPoolExecutor(1) as thread:
        signed = thread.submit(asyncio.run, inside()).result()
    assert verify_pdf(signed, trusted=[identity.anchor]).is_valid


def test_a_time_stamp_server_confirms_the_time(
    identity: SigningIdentity, stamp_server: str
) -> None:
    signed = sign_pdf(PLAIN, identity, reason="r", signer_name="n", timestamp_url=stamp_server)
    found = verify_pdf(signed, trusted=[identity.anchor])
    assert found.is_valid
    assert found.timestamped_at is not None


def test_a_silent_time_stamp_server_stops_the_signature(identity: SigningIdentity) -> None:
    with pytest.raises(JobFailed, match=r"time-stamp server http://127\.0\.0\.1:9/"):
        sign_pdf(PLAIN, identity, reason="r", signer_name="n", timestamp_url="http://127.0.0.1:9/")


def test_a_time_stamp_server_sends_us_nowhere_else(
    identity: SigningIdentity, stamp_server: str
) -> None:
    with pytest.raises(JobFailed, match="gave no time stamp"):
        sign_pdf(PLAIN, identity, reason="r", signer_name="n", timestamp_url=f"{stamp_server}moved")


def test_a_time_stamp_that_breaks_off_stops_the_signature(
    identity: SigningIdentity, stamp_server: str
) -> None:
    with pytest.raises(JobFailed, match="gave no time stamp"):
        sign_pdf(PLAIN, identity, reason="r", signer_name="n", timestamp_url=f"{stamp_server}tired")


def operator_file(folder: Path, *, start: datetime, end: datetime) -> Path:
    """Write a PKCS#12 file with an RSA key that an authority of its own vouches for."""
    authority_key = rsa.generate_private_key(65537, 2048)
    key = rsa.generate_private_key(65537, 2048)
    authority = certificate("Operator CA", "Operator CA", authority_key, authority_key, start, end)
    leaf = certificate("Operator", "Operator CA", key, authority_key, start, end)
    path = folder / "operator.p12"
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(
            b"operator", key, leaf, [authority], BestAvailableEncryption(b"secret")
        )
    )
    return path


def certificate(
    subject: str,
    issuer: str,
    key: rsa.RSAPrivateKey,
    issuer_key: rsa.RSAPrivateKey,
    start: datetime,
    end: datetime,
    *usages: x509.ObjectIdentifier,
) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start - timedelta(minutes=1))
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(subject == issuer, None), critical=True)
    )
    if usages:
        builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=True)
    return builder.sign(issuer_key, hashes.SHA256())


@pytest.fixture
def stamp_server() -> Iterator[str]:
    """Serve RFC 3161 time stamps on a port of this machine."""
    key = rsa.generate_private_key(65537, 2048)
    stamped = certificate(
        "Clock", "Clock", key, key, NOW, NOW + timedelta(days=1), ExtendedKeyUsageOID.TIME_STAMPING
    )
    clock = DummyTimeStamper(
        asn1.Certificate.load(stamped.public_bytes(Encoding.DER)),
        keys.PrivateKeyInfo.load(
            key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        ),
        SimpleCertificateStore(),  # type: ignore[no-untyped-call]
    )

    asked_at: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            if self.path == "/moved":
                self.send_response(307)
                self.send_header("Location", "/")
                self.end_headers()
                return
            asked = tsp.TimeStampReq.load(self.rfile.read(int(self.headers["Content-Length"])))
            answer = clock.request_tsa_response(asked).dump()
            asked_at.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            breaks_off = asked_at.count("/tired") == 2
            self.wfile.write(answer[:10] if breaks_off else answer)

        def log_message(self, *_: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def one_page() -> bytes:
    out = io.BytesIO()
    pdf = pikepdf.new()
    pdf.add_blank_page()
    pdf.save(out)
    return out.getvalue()


PLAIN = one_page()
