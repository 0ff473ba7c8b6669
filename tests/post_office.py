"""A real SMTP server on this machine, with a certificate of an authority made for the test."""

from __future__ import annotations

import ssl
from asyncio.base_events import Server
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from threading import Condition
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from checklist_app.config import Config
from checklist_app.jobs.worker import Worker
from checklist_app.services.resources import Resources

USER = "checklist"
PASSWORD = "mail password"


@dataclass
class PostOffice:
    """What the server took, how it was taken, and what it answers instead, one answer for each."""

    port: int = 0
    authority: Path = Path()
    received: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    arrived: Condition = field(default_factory=Condition)

    async def handle_DATA(  # noqa: N802 - the server looks for this name
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        if self.answers:
            return self.answers.pop(0)
        content = envelope.content
        assert isinstance(content, bytes)
        found = message_from_bytes(content, policy=policy.default)
        assert isinstance(found, EmailMessage)
        with self.arrived:
            self.received.append(found)
            self.recipients += envelope.rcpt_tos
            self.arrived.notify_all()
        assert server.transport is not None
        self.encrypted.append(server.transport.get_extra_info("ssl_object") is not None)
        return "250 taken"

    def wait_for(self, number: int) -> None:
        """Wait until that many mails have come in all."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.recipients) >= number, timeout=60)

    def letters_to(self, address: str, number: int) -> list[str]:
        """Wait until an address has that many mails, and return their texts, oldest first."""
        with self.arrived:
            assert self.arrived.wait_for(
                lambda: self.recipients.count(address) >= number, timeout=60
            )
            pairs = zip(self.received, self.recipients, strict=False)
            found = [str(mail.get_content()) for mail, whose in pairs if whose == address]
        return [body.replace("\r\n", "\n") for body in found]

    def text(self, number: int = -1) -> str:
        body: str = self.received[number].get_content()
        return body.replace("\r\n", "\n")


class _OnAnyPort(Controller):
    def _trigger_server(self) -> None:
        """Learn the port before the first visit."""
        assert isinstance(self.server, Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@contextmanager
def post_office(
    folder: Path, *, tls: str = "starttls", host: str = "127.0.0.1", auth: bool = False
) -> Iterator[PostOffice]:
    """Open a post office on a free port; ``host`` is the name in its certificate."""
    office = PostOffice(authority=folder / "authority.pem")
    settings: dict[str, Any] = {}
    if tls != "none":
        context = server_context(folder, host)
        if tls == "tls":
            settings["ssl_context"] = context
        else:
            settings |= {"tls_context": context, "require_starttls": True}
    if auth:
        settings |= {"authenticator": _check, "auth_required": True}
    controller = _OnAnyPort(office, hostname="127.0.0.1", port=0, **settings)
    controller.start()
    office.port = controller.port
    try:
        yield office
    finally:
        controller.stop()


def mailing(config: Config, office: PostOffice, tls: str = "starttls", **more: object) -> Config:
    """Return settings by which this office takes the mail."""
    settings: dict[str, object] = {
        "smtp_host": "127.0.0.1",
        "smtp_port": office.port,
        "smtp_tls": tls,
        "mail_from": "checklist@example.org",
        "smtp_ca_file": office.authority if tls != "none" else None,
        **more,
    }
    return replace(config, **settings)  # type: ignore[arg-type]


def work(config: Config) -> None:
    """Do everything that is due, as a worker does."""
    opened = Resources.open(config)
    worker = Worker(opened)
    while worker.work_once():
        pass
    opened.close()


def _check(
    _server: SMTP, _session: Session, _envelope: Envelope, _way: str, data: Any
) -> AuthResult:
    assert isinstance(data, LoginPassword)
    is_right = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=is_right, handled=False)  # the server itself answers


def server_context(folder: Path, host: str) -> ssl.SSLContext:
    authority_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority = _certificate("authority", authority_key, "authority", authority_key, None)
    certificate = _certificate("server", key, "authority", authority_key, host)
    (folder / "authority.pem").write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    chain = folder / "server.pem"
    chain.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(chain)
    return context


def _certificate(
    subject: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: str,
    issuer_key: ec.EllipticCurvePrivateKey,
    host: str | None,
) -> x509.Certificate:
    moment = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(moment - timedelta(days=1))
        .not_valid_after(moment + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=host is None, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()),
            critical=False,
        )
    )
    if host is not None:
        builder = builder.add_extension(x509.SubjectAlternativeName([_named(host)]), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def _named(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)
