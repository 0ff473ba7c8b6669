"""The settings of the servers that we work with: the database, and Redis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from checklist_app.config.connections import ConnectionSettings
from checklist_app.config.encryption import is_on_this_machine, open_way, unreadable_files
from checklist_app.config.environment import env_name
from checklist_app.config.problems import N_, Problem
from checklist_app.config.setting import setting
from checklist_app.config.values import database_address, one_of, path, redis_address

MYSQL = "mysql+pymysql://"


@dataclass(frozen=True, slots=True, kw_only=True)
class BackendSettings(ConnectionSettings):
    """Where they are, and how the way there is encrypted."""

    database_url: str = setting(
        database_address,
        "`sqlite:///…` or `mysql+pymysql://user:password@host/name`. Embedded default: "
        "`checklist.sqlite3` in the data directory.",
        default="",
        secret=True,
    )
    database_tls: str = setting(
        one_of("auto", "verify", "off"),
        "Whether the way to MariaDB or MySQL is encrypted and the server's certificate verified: "
        "`auto` where it is on another machine, `verify` always, `off` verifies nothing.",
        default="auto",
    )
    database_ca_file: Path | None = setting(
        path,
        "Certificates of the authorities that the database server's is checked against; otherwise "
        "those of the machine.",
        default=None,
    )
    redis_url: str = setting(
        redis_address,
        "`redis://…` or, encrypted and verified, `rediss://…`: shares rate limits between web "
        "processes; without it each process counts.",
        default="",
        secret=True,
    )
    redis_tls: str = setting(
        one_of("auto", "verify", "off"),
        "Where `rediss://` is required: `auto` for another machine, `verify` always, `off` never.",
        default="auto",
    )
    redis_ca_file: Path | None = setting(
        path,
        "Certificates of the authorities that the Redis server's is checked against; otherwise "
        "those of the machine.",
        default=None,
    )

    @property
    def verifies_database(self) -> bool:
        """Whether the database server has to prove who it is."""
        if not self.database_url.startswith(MYSQL) or self.database_tls == "off":
            return False
        return self.database_tls == "verify" or not is_on_this_machine(self.database_url)


def backend_problems(given: Mapping[str, Any]) -> list[Problem]:
    """Return what would leave the way to a server open, or settle it in two places."""
    problems = [
        Problem(
            N_("%(name)s settles encryption in its address; use %(other)s for that."),
            {"name": env_name(name), "other": env_name(other)},
        )
        for name, other in (("database_url", "database_tls"), ("redis_url", "redis_tls"))
        if any(part.startswith("ssl") for part, _ in _options(given.get(name, "")))
    ]
    problems += unreadable_files(given, "database_ca_file", "redis_ca_file")
    return problems + open_way(given, "redis_url", "redis_tls")


def _options(url: str) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(url).query, keep_blank_values=True)
