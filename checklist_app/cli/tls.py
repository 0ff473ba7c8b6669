"""HTTPS of our own: the certificate and its key, looked at before anything is started."""

from __future__ import annotations

import logging
import ssl
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

from checklist_app.cli.console import Refused
from checklist_app.cli.system_words import reason_of
from checklist_app.config import Config
from checklist_app.domain.text import Text, text

LOOK_EVERY = 10.0
"""Seconds between looks at whether the certificate was renewed."""

CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""For TLS 1.2: forward secrecy and authenticated encryption; TLS 1.3 has nothing else."""

_log = logging.getLogger(__name__)


class UnfitPairError(Exception):
    """A certificate and a key by which nobody can be served; ``text`` says why."""

    def __init__(self, told: Text) -> None:
        super().__init__(str(told))
        self.text = told


def check_pair(config: Config) -> None:
    """Look at the files by which the server will speak HTTPS, if it will.

    Raises:
        Refused: one is missing, cannot be read, is out of date or does not fit the other.
    """
    if config.tls_cert is None or config.tls_key is None:
        return
    try:
        server_context(config.tls_cert, config.tls_key)
        _check_dates(config.tls_cert)
    except UnfitPairError as error:
        raise Refused(error.text) from error


def server_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """Return what encrypts connections: TLS 1.2 or later, HTTP/1.1.

    Raises:
        UnfitPairError: the files cannot be used.
    """
    for path in (certificate, key):
        try:
            path.open("rb").close()
        except OSError as error:
            raise _unreadable(error, path) from error
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(CIPHERS)
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_cert_chain(certificate, key, password=_ask_nobody)
    except ssl.SSLError as error:
        raise UnfitPairError(_why(error, certificate, key)) from error
    except OSError as error:  # at a renewal: replaced since it was looked at
        raise _unreadable(error, certificate, key) from error
    return context


def _unreadable(error: OSError, *paths: Path) -> UnfitPairError:
    return UnfitPairError(
        text(
            "%(path)s cannot be read (%(reason)s). Name a file that the user of this "
            "server may read.",
            path=", ".join(map(str, paths)),
            reason=reason_of(error),
        )
    )


def _ask_nobody() -> NoReturn:
    # Without this, OpenSSL would ask the terminal, where nobody sits.
    raise UnfitPairError(
        text("The private key is protected by a password; give one without, readable by us alone.")
    )


def _why(error: ssl.SSLError, certificate: Path, key: Path) -> Text:
    names = {"certificate": str(certificate), "key": str(key)}
    if error.reason == "KEY_VALUES_MISMATCH":
        return text("%(key)s is not the private key of the certificate %(certificate)s.", **names)
    return text(
        "%(certificate)s and %(key)s cannot be used: a certificate and its private key are "
        "expected, both as PEM (%(reason)s).",
        reason=error.reason or type(error).__name__,
        **names,
    )


def _check_dates(certificate: Path) -> None:
    from cryptography import x509  # noqa: PLC0415 - most starts do without

    found = x509.load_pem_x509_certificate(certificate.read_bytes())
    begin, end = found.not_valid_before_utc, found.not_valid_after_utc
    if not begin <= datetime.now(UTC) <= end:
        raise UnfitPairError(
            text(
                "The certificate %(path)s is valid from %(begin)s to %(end)s, so no browser would "
                "accept it today. Renew it.",
                path=str(certificate),
                begin=f"{begin:%Y-%m-%d}",
                end=f"{end:%Y-%m-%d}",
            )
        )


class RenewedContext:
    """The encryption of a running server; takes a renewed certificate without a restart."""

    def __init__(self, certificate: Path, key: Path, socket_class: type[ssl.SSLSocket]) -> None:
        self._files = (certificate, key)
        self._socket_class = socket_class
        self._seen = self._state()
        self._context = self._made()
        self._looked = time.monotonic()

    def wrap(self, connection: Any) -> ssl.SSLSocket:
        """Return a connection as an encrypted one, whose handshake is still to come."""
        return self._context.wrap_socket(
            connection, server_side=True, do_handshake_on_connect=False
        )

    def look(self) -> None:
        """Take the files again when they have changed; keep what we have while they do not fit.

        Certificate and key are renewed one after the other, so what does not fit is tried again.
        """
        if time.monotonic() - self._looked < LOOK_EVERY:
            return
        self._looked = time.monotonic()
        state = self._state()
        if state == self._seen:
            return
        try:
            self._context = self._made()
        except UnfitPairError as error:
            _log.warning("the renewed certificate cannot be used: %s", error)
            return
        self._seen = state
        _log.info("the renewed certificate is used from now on")

    def _made(self) -> ssl.SSLContext:
        context = server_context(*self._files)
        context.sslsocket_class = self._socket_class
        return context

    def _state(self) -> tuple[int, ...]:
        try:
            return tuple(path.stat().st_mtime_ns for path in self._files)
        except OSError:
            return ()
