"""HTTPS of our own: what it takes and what it gives; nobody is served in the clear unasked."""

from __future__ import annotations

import errno
import re
import socket
import ssl
import subprocess
import sys
from contextlib import nullcontext
from http.client import HTTPSConnection
from pathlib import Path
from threading import Thread
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from checklist_app.cli import tls
from checklist_app.cli.console import Refused
from checklist_app.cli.door import Door, refuse_to_be_overheard
from checklist_app.cli.patience import PATIENCE_SECONDS, PatientTlsSocket
from checklist_app.cli.tls import RenewedContext
from checklist_app.config import Config
from tests.certificates import Authority, make_authority, write_key
from tests.chance import without_chance
from tests.cli.conftest import Checklist
from tests.cli.web_server import PATIENCE, Started, pair_of, started


def test_start_speaks_https_and_everything_follows(tmp_path: Path) -> None:
    authority = make_authority(tmp_path / "tls")
    with started(tmp_path, authority) as running:
        sign_in_far_enough(running.port, authority)
        assert too_old_is_refused(running.port, authority)
        assert only_recommended_ciphers_are_spoken(running.port, authority)
        assert speaks_no_plain_http(running.port)
        assert asked_for_its_health(running, pair_of(authority)) == 0
        assert asked_for_its_health(running, []) == 1
        assert running.interrupted() == 0


def sign_in_far_enough(port: int, authority: Authority) -> None:
    """A form that is sent has to be taken, which needs the cookie and the referrer of HTTPS."""
    connection = HTTPSConnection("127.0.0.1", port, timeout=10, context=authority.trust())
    connection.request("GET", "/sign-in")
    answer = connection.getresponse()
    page = answer.read().decode()
    cookie = answer.getheader("Set-Cookie") or ""
    assert cookie.startswith("__Host-checklist=")
    assert "Secure" in cookie
    assert (answer.getheader("Strict-Transport-Security") or "").startswith("max-age=31536000")
    token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', page)
    assert token is not None
    fields = {"csrf_token": token[1], "email": "nobody@example.org", "password": "not this one"}
    headers = {
        "Cookie": cookie.partition(";")[0],
        "Referer": f"https://127.0.0.1:{port}/sign-in",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    connection.request("POST", "/sign-in", urlencode(fields), headers)
    answer = connection.getresponse()
    told = without_chance(answer.read().decode()).lower()
    assert "csrf" not in told.replace("csrf_token", "").replace("csrf-token", "")
    assert answer.status in (401, 422)
    connection.close()


def too_old_is_refused(port: int, authority: Authority) -> bool:
    old = authority.trust()
    old.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    old.set_ciphers("ALL:@SECLEVEL=0")
    with (
        socket.create_connection(("127.0.0.1", port)) as plain,
        pytest.raises((ssl.SSLError, ConnectionError)),
    ):
        old.wrap_socket(plain, server_hostname="127.0.0.1")
    return True


def only_recommended_ciphers_are_spoken(port: int, authority: Authority) -> bool:
    """Without forward secrecy, or without authenticated encryption, there is no connection."""
    for suite, spoken in (
        ("ECDHE+AESGCM", True),
        ("ECDHE+CHACHA20", True),
        ("ECDHE+AES:!AESGCM", False),
        ("DHE+AES", False),
        ("AES256-GCM-SHA384", False),
    ):
        client = authority.trust()
        client.maximum_version = ssl.TLSVersion.TLSv1_2
        client.set_ciphers(suite)
        refused = pytest.raises((ssl.SSLError, ConnectionError))
        with (
            socket.create_connection(("127.0.0.1", port)) as plain,
            nullcontext() if spoken else refused,
        ):
            client.wrap_socket(plain, server_hostname="127.0.0.1").close()
    return True


def speaks_no_plain_http(port: int) -> bool:
    with socket.create_connection(("127.0.0.1", port)) as plain:
        plain.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        plain.settimeout(PATIENCE)
        try:
            return b"HTTP" not in plain.recv(100)
        except ConnectionError:
            return True


def asked_for_its_health(running: Started, pair: list[str]) -> int:
    """Return how the image's health check ends."""
    command = [sys.executable, "-m", "checklist_app", "health", "--port", str(running.port), *pair]
    return subprocess.run(
        command, env=running.environment, check=False, capture_output=True
    ).returncode


@pytest.mark.parametrize("command", ["start", "serve"])
@pytest.mark.parametrize(
    ("broken", "told"),
    [
        ("no certificate", "server.pem cannot be read"),
        ("no key", "server.key cannot be read"),
        ("a folder", "server.pem cannot be read"),
        ("another's key", "is not the private key of the certificate"),
        ("words", "both as PEM"),
        ("a password", "protected by a password"),
        ("old", "Renew it."),
    ],
)
def test_a_pair_that_cannot_be_used_is_told_before_anything_starts(
    checklist: Checklist, tmp_path: Path, command: str, broken: str, told: str
) -> None:
    pair = make_authority(tmp_path, days=-1 if broken == "old" else 30)
    match broken:
        case "no certificate":
            pair.certificate.unlink()
        case "no key":
            pair.key.unlink()
        case "a folder":
            pair.certificate.unlink()
            pair.certificate.mkdir()
        case "another's key":
            write_key(pair.key, ec.generate_private_key(ec.SECP256R1()))
        case "words":
            pair.certificate.write_text("certificate")
        case "a password":
            write_key(pair.key, ec.generate_private_key(ec.SECP256R1()), "password")
    ran = checklist(command, "--tls-cert", pair.certificate, "--tls-key", pair.key)
    assert ran.code == 1
    assert told in ran.err
    assert not (tmp_path / "var").exists()


def test_half_a_pair_is_told(checklist: Checklist, tmp_path: Path) -> None:
    ran = checklist("start", "--tls-cert", tmp_path / "server.pem")
    assert ran.code == 1
    assert "CHECKLIST_TLS_KEY" in ran.err


@pytest.mark.parametrize("command", ["start", "serve"])
@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "checklist.example.org"])  # noqa: S104
def test_nobody_is_served_in_the_clear_unasked(
    checklist: Checklist, tmp_path: Path, command: str, host: str
) -> None:
    ran = checklist(command, "--host", host)
    assert ran.code == 1
    for way_out in ("--tls-cert", "CHECKLIST_TRUSTED_PROXIES", "--plain-http"):
        assert way_out in ran.err
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize(
    ("host", "settings"),
    [
        ("127.0.0.1", {}),
        ("127.8.8.8", {}),
        ("::1", {}),
        ("localhost", {}),
        ("192.0.2.7", {"PLAIN_HTTP": "on"}),
        ("192.0.2.7", {"TLS_CERT": "/c.pem", "TLS_KEY": "/k.pem"}),
        ("192.0.2.7", {"BASE_URL": "https://c.example.org", "TRUSTED_PROXIES": "1"}),
    ],
)
def test_the_ways_out_lead_out(host: str, settings: dict[str, str]) -> None:
    config = Config.from_env({f"CHECKLIST_{name}": value for name, value in settings.items()})
    refuse_to_be_overheard(config, Door(host, 8000))


@pytest.mark.parametrize(
    "settings",
    [{"BASE_URL": "https://c.example.org"}, {"TRUSTED_PROXIES": "1"}],
)
def test_half_a_proxy_does_not(settings: dict[str, str]) -> None:
    config = Config.from_env({f"CHECKLIST_{name}": value for name, value in settings.items()})
    with pytest.raises(Refused):
        refuse_to_be_overheard(config, Door("192.0.2.7", 8000))


def test_a_renewed_certificate_is_used_without_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(tls, "LOOK_EVERY", 0)
    before = make_authority(tmp_path)
    serving = RenewedContext(before.certificate, before.key, PatientTlsSocket)
    first = before.trust()
    assert greeted(serving, first)

    write_key(before.key, ec.generate_private_key(ec.SECP256R1()))  # half of a renewal
    serving.look()
    assert "cannot be used" in caplog.text
    assert greeted(serving, first)

    renewed = make_authority(tmp_path)
    serving.look()
    assert greeted(serving, renewed.trust())
    assert not greeted(serving, first)


def test_a_file_that_goes_while_it_is_read_leaves_the_certificate_that_we_have(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(tls, "LOOK_EVERY", 0)
    before = make_authority(tmp_path)
    serving = RenewedContext(before.certificate, before.key, PatientTlsSocket)
    first = before.trust()
    renewed = make_authority(tmp_path)

    def gone(*_files: object, **_more: object) -> None:
        raise FileNotFoundError(errno.ENOENT, "No such file or directory")

    with monkeypatch.context() as patched:
        patched.setattr(ssl.SSLContext, "load_cert_chain", gone)
        serving.look()
    assert "cannot be read" in caplog.text
    assert greeted(serving, first)

    serving.look()
    assert greeted(serving, renewed.trust())


def greeted(serving: RenewedContext, trust: ssl.SSLContext) -> bool:
    """Return whether a client that trusts so is content with what is shown to it."""
    here, there = socket.socketpair()

    def shake() -> None:
        encrypted = serving.wrap(here)
        encrypted.setblocking(True)
        assert encrypted.gettimeout() == PATIENCE_SECONDS
        try:
            encrypted.do_handshake()
        except OSError:
            pass
        finally:
            encrypted.close()

    server = Thread(target=shake)
    server.start()
    try:
        trust.wrap_socket(there, server_hostname="127.0.0.1").close()
    except ssl.SSLCertVerificationError:
        return False
    else:
        return True
    finally:
        there.close()
        server.join()
