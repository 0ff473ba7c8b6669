"""Where the web server listens and how: the options of the commands that open a door."""

from __future__ import annotations

import functools
import http.client
import os
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import click

from checklist_app.cli.console import Refused, say
from checklist_app.cli.system_words import reason_of
from checklist_app.config import Config, env_name
from checklist_app.domain.text import text

DEFAULT_PORT = 8000
EVERYWHERE = frozenset({"0.0.0.0", "::", ""})  # noqa: S104 - recognised, not used  # nosec B104
ON = "on"


@dataclass(frozen=True, slots=True)
class Door:
    """An address to listen on, and what the options said about encryption.

    Attributes:
        given: the settings that options gave, by the name of their environment variable.
    """

    host: str
    port: int
    given: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        """The host as this machine itself reaches it."""
        return "127.0.0.1" if self.host in EVERYWHERE else self.host

    @property
    def bind(self) -> str:
        """Host and port to listen on, in one word."""
        return f"{in_address(self.host)}:{self.port}"

    @property
    def authority(self) -> str:
        """Host and port as they stand in an address."""
        return f"{in_address(self.name)}:{self.port}"

    @property
    def is_of_this_machine(self) -> bool:
        """Whether nobody else can reach it."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False

    def environment(self) -> dict[str, str]:
        """Return the environment with what the options gave."""
        return {**os.environ, **dict(self.given)}

    def answers(self, certificate: Path | None) -> bool:
        """Return whether a web server behind it says that it is well."""
        if certificate is None:
            connection = http.client.HTTPConnection(self.name, self.port, timeout=2)
        else:
            connection = http.client.HTTPSConnection(
                self.name, self.port, timeout=2, context=_knowing(certificate)
            )
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def door_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add host, port and encryption to a command; its function gets them as ``door``."""

    @click.option(
        "--host", default="127.0.0.1", show_default=True, help=say(text("Address to listen on."))
    )
    @click.option(
        "--port",
        type=click.IntRange(1, 65535),
        default=DEFAULT_PORT,
        show_default=True,
        help=say(text("Port to listen on.")),
    )
    @click.option(
        "--tls-cert",
        metavar="FILE",
        help=say(text("Certificate (PEM); with it the server speaks HTTPS itself.")),
    )
    @click.option("--tls-key", metavar="FILE", help=say(text("Private key of the certificate.")))
    @click.option(
        "--plain-http",
        is_flag=True,
        help=say(text("Listen beyond this machine without encryption.")),
    )
    @functools.wraps(command)
    def with_door(
        *,
        host: str,
        port: int,
        tls_cert: str | None,
        tls_key: str | None,
        plain_http: bool,
        **others: Any,
    ) -> Any:
        options = {
            env_name("tls_cert"): tls_cert,
            env_name("tls_key"): tls_key,
            env_name("plain_http"): ON if plain_http else None,
        }
        given = tuple((name, value) for name, value in options.items() if value is not None)
        return command(door=Door(host, port, given), **others)

    return with_door


def refuse_to_be_overheard(config: Config, door: Door) -> None:
    """Refuse to serve others without encryption, unless it is in front or was renounced.

    Raises:
        Refused: with the ways out.
    """
    is_behind_https = config.trusted_proxies > 0 and config.is_https
    if door.is_of_this_machine or config.tls_cert or config.plain_http or is_behind_https:
        return
    raise Refused(
        text(
            "Nothing was started: on %(host)s others on the network could read passwords and "
            "evidence, for the server would speak plain HTTP. Choose one of three:",
            host=door.host,
        ),
        text("1. HTTPS of its own: --tls-cert FILE --tls-key FILE"),
        text(
            "2. A reverse proxy with HTTPS in front: CHECKLIST_BASE_URL=https://… and "
            "CHECKLIST_TRUSTED_PROXIES=1"
        ),
        text("3. Plain HTTP all the same, where nobody else can listen: --plain-http"),
        host=door.host,
    )


def check_ports(config: Config, door: Door) -> None:
    """Refuse when a port cannot be used, before anything is started.

    Raises:
        Refused: with the host, the port and the reason.
    """
    _check_port(door.host, door.port, "--port")
    if config.metrics_listen is None:
        return
    if config.metrics_listen.port == door.port:
        raise Refused(
            text(
                "CHECKLIST_METRICS_LISTEN names port %(port)s, on which people are served. Choose "
                "another one: whoever reaches it may read every figure.",
                port=door.port,
            )
        )
    _check_port(*config.metrics_listen, "CHECKLIST_METRICS_LISTEN")


def _check_port(host: str, port: int, told_by: str) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Refused(
                text(
                    "Port %(port)s on %(host)s cannot be used (%(reason)s). Choose another one "
                    "with %(told_by)s.",
                    port=port,
                    host=host,
                    reason=reason_of(error),
                    told_by=told_by,
                ),
                port=port,
            ) from error


def in_address(host: str) -> str:
    """Return a host as it stands before a port: IPv6 in brackets."""
    return f"[{host}]" if ":" in host else host


def _knowing(certificate: Path) -> ssl.SSLContext:
    """Return what trusts exactly this certificate, under whatever name it is reached."""
    context = ssl.create_default_context(cafile=certificate)
    context.check_hostname = False
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context
