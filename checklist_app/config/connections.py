"""The settings of how people reach us: encryption of our own, or somebody else's in front."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from checklist_app.config.environment import env_name
from checklist_app.config.outbound import OutboundSettings
from checklist_app.config.problems import N_, Problem
from checklist_app.config.setting import setting
from checklist_app.config.values import (
    ListenAddress,
    Network,
    listen_address,
    networks,
    path,
    switch,
)

NOT_PUBLIC = tuple(
    map(
        ip_network,
        (
            "127.0.0.0/8",
            "10.0.0.0/8",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "100.64.0.0/10",
            "169.254.0.0/16",
            "::1/128",
            "fc00::/7",
            "fe80::/10",
        ),
    )
)
OWN_ADDRESS = "http://127.0.0.1:8000"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionSettings(OutboundSettings):
    """What lies on the way between a browser and this server."""

    tls_cert: Path | None = setting(
        path,
        "Certificate (PEM, with those between it and its authority) by which the web server "
        "speaks HTTPS itself; the same as `--tls-cert`.",
        default=None,
    )
    tls_key: Path | None = setting(
        path, "Private key of that certificate (PEM, without a password).", default=None
    )
    plain_http: bool = setting(
        switch,
        "`on` lets the web server listen beyond this machine without encryption, where nobody "
        "else can listen; the same as `--plain-http`.",
        default=False,
    )
    proxy_addresses: tuple[Network, ...] = setting(
        networks,
        "Where the proxies of `CHECKLIST_TRUSTED_PROXIES` connect from; what any other peer "
        "forwards is not believed. By default this machine and networks that are not public.",
        default=NOT_PUBLIC,
    )
    metrics_listen: ListenAddress | None = setting(
        listen_address,
        "Where the web server answers Prometheus, such as `127.0.0.1:9464`; nowhere by default, "
        "and never on the port that people use.",
        default=None,
    )


def with_own_address(given: dict[str, Any]) -> dict[str, Any]:
    """Return the settings; with encryption of our own, people come by https unless said."""
    if "tls_cert" not in given:
        return given
    return {"base_url": OWN_ADDRESS.replace("http:", "https:"), **given}


def tls_problems(given: Mapping[str, Any]) -> list[Problem]:
    """Return what does not fit together; the files are looked at by whoever serves."""
    problems = []
    if ("tls_cert" in given) != ("tls_key" in given):
        problems.append(
            Problem(
                N_("%(name)s and %(other)s go together; one of them is missing."),
                {"name": env_name("tls_cert"), "other": env_name("tls_key")},
            )
        )
    if "tls_cert" in given and not given.get("base_url", "https://").startswith("https://"):
        problems.append(
            Problem(
                N_("%(name)s must begin with https:// when %(other)s is set."),
                {"name": env_name("base_url"), "other": env_name("tls_cert")},
            )
        )
    return problems
