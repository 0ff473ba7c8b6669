"""Database and Redis on another machine have to prove who they are; against real ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pymysql
import pytest
from limits.errors import StorageError
from limits.storage import storage_from_string
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from checklist_app.config import Config, ConfigError
from checklist_app.services.resources import Resources
from checklist_app.web.counting import redis_options
from tests.backends.servers import mariadb, redis
from tests.certificates import Authority, make_authority
from tests.cli.conftest import Checklist, checklist

__all__ = ["checklist"]
MYSQL = "mysql+pymysql://someone:secret@{host}:{port}/checklist_test"
CONNECTED = "SHOW STATUS LIKE 'Ssl_cipher'"


@dataclass(frozen=True)
class Database:
    """A server's port and authority, for settings that lead there."""

    port: int
    authority: Authority

    def settings(self, host: str = "127.0.0.1", **more: str) -> dict[str, str]:
        return {
            "CHECKLIST_DATABASE_URL": MYSQL.format(host=host, port=self.port),
            "CHECKLIST_DATABASE_TLS": "verify",
            "CHECKLIST_DATABASE_CA_FILE": str(self.authority.authority),
            **{f"CHECKLIST_DATABASE_{name.upper()}": value for name, value in more.items()},
        }


@pytest.fixture(scope="module")
def encrypted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    authority = make_authority(tmp_path_factory.mktemp("authority"))
    with mariadb(authority) as (port, place):
        admit_someone(place)
        yield Database(port, authority)


def admit_someone(place: str) -> None:
    connection = pymysql.connect(unix_socket=place, user="root", autocommit=True)
    with connection, connection.cursor() as cursor:
        cursor.execute("CREATE USER someone@'%' IDENTIFIED BY 'secret'")
        cursor.execute("GRANT ALL ON checklist_test.* TO someone@'%'")


def cipher(settings: dict[str, str]) -> str:
    """Return by what the connection to the database is encrypted; empty when it is not."""
    resources = Resources.open(Config.from_env(settings))
    try:
        with resources.engine.connect() as connection:
            found = connection.exec_driver_sql(CONNECTED).one()
            assert connection.execute(select(1)).scalar_one() == 1
            return str(found[1])
    finally:
        resources.close()


def test_the_way_to_the_database_is_encrypted_and_verified(encrypted: Database) -> None:
    assert cipher(encrypted.settings()).startswith("TLS_")


def test_another_authority_is_refused(encrypted: Database, tmp_path: Path) -> None:
    other = make_authority(tmp_path)
    with pytest.raises(OperationalError, match="CERTIFICATE_VERIFY_FAILED"):
        cipher(encrypted.settings(ca_file=str(other.authority)))


def test_another_name_is_refused(encrypted: Database) -> None:
    with pytest.raises(OperationalError, match="CERTIFICATE_VERIFY_FAILED"):
        cipher(encrypted.settings(host="localhost"))


def test_the_command_says_what_to_do_about_it(
    encrypted: Database, tmp_path: Path, checklist: Checklist, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_authority(tmp_path / "other")
    for name, value in encrypted.settings(ca_file=str(other.authority)).items():
        monkeypatch.setenv(name, value)
    ran = checklist("migrate")
    assert ran.code == 1
    assert "CHECKLIST_DATABASE_CA_FILE" in ran.err
    assert "secret" not in ran.err


def test_migrations_of_their_own_verify_too(
    encrypted: Database, checklist: Checklist, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in encrypted.settings().items():
        monkeypatch.setenv(name, value)
    ran = checklist("migrate", "--json")
    assert ran.code == 0, ran.err
    assert ran.facts["migrated"] is True


def test_a_server_without_encryption_gets_no_password() -> None:
    with mariadb(None) as (port, place):
        admit_someone(place)
        here = {"CHECKLIST_DATABASE_URL": MYSQL.format(host="127.0.0.1", port=port)}
        with pytest.raises(OperationalError, match="SSL is required"):
            cipher({**here, "CHECKLIST_DATABASE_TLS": "verify"})
        assert cipher(here) == ""  # on this machine, nobody else can listen


@pytest.mark.parametrize(
    ("url", "mode", "verified"),
    [
        ("mysql+pymysql://u:p@db.example.org/x", "auto", True),
        ("mysql+pymysql://u:p@10.0.0.5:3307/x", "auto", True),
        ("mysql+pymysql://u:p@db.example.org/x", "off", False),
        ("mysql+pymysql://u:p@localhost/x", "auto", False),
        ("mysql+pymysql://u:p@127.0.0.1/x", "auto", False),
        ("mysql+pymysql://u:p@[::1]/x", "auto", False),
        ("mysql+pymysql://u:p@db/x?unix_socket=/run/db.sock", "auto", False),
        ("mysql+pymysql://u:p@localhost/x", "verify", True),
        ("sqlite:////srv/x.sqlite3", "verify", False),
    ],
)
def test_what_is_verified(url: str, mode: str, *, verified: bool) -> None:
    config = Config.from_env({"CHECKLIST_DATABASE_URL": url, "CHECKLIST_DATABASE_TLS": mode})
    assert config.verifies_database is verified


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"REDIS_URL": "redis://:p@cache.example.org"}, "rediss://"),
        ({"REDIS_URL": "redis://127.0.0.1", "REDIS_TLS": "verify"}, "rediss://"),
        ({"REDIS_URL": "rediss://cache.example.org?ssl_cert_reqs=none"}, "CHECKLIST_REDIS_TLS"),
        ({"REDIS_URL": "http://cache.example.org"}, "CHECKLIST_REDIS_URL"),
        ({"REDIS_URL": "rediss://cache:no-number"}, "CHECKLIST_REDIS_URL"),
        ({"REDIS_CA_FILE": "/no/such/file"}, "CHECKLIST_REDIS_CA_FILE"),
        ({"DATABASE_CA_FILE": "/no/such/file"}, "CHECKLIST_DATABASE_CA_FILE"),
        (
            {"DATABASE_URL": "mysql+pymysql://u:p@db/x?ssl_disabled=true"},
            "CHECKLIST_DATABASE_TLS",
        ),
        ({"DATABASE_URL": "mysql+pymysql://u:p@[db/x"}, "CHECKLIST_DATABASE_URL"),
    ],
)
def test_settings_that_leave_the_way_open_do_not_start(settings: dict[str, str], told: str) -> None:
    with pytest.raises(ConfigError) as refused:
        Config.from_env({f"CHECKLIST_{name}": value for name, value in settings.items()})
    assert told in str(refused.value)


@pytest.mark.parametrize(
    "settings",
    [
        {"REDIS_URL": "redis://:p@localhost:6379/0"},
        {"REDIS_URL": "redis://:p@redis:6379/0", "REDIS_TLS": "off"},
        {"REDIS_URL": "rediss://:p@cache.example.org:6380/0"},
    ],
)
def test_settings_that_close_it_start(settings: dict[str, str]) -> None:
    assert Config.from_env({f"CHECKLIST_{name}": value for name, value in settings.items()})


def counts_in_redis(url: str, authority: Authority) -> bool:
    config = Config.from_env(
        {"CHECKLIST_REDIS_URL": url, "CHECKLIST_REDIS_CA_FILE": str(authority.authority)}
    )
    storage = storage_from_string(config.redis_url, wrap_exceptions=True, **redis_options(config))
    return storage.incr("key", 60) == 1


def test_redis_proves_who_it_is(tmp_path: Path) -> None:
    ours, other = make_authority(tmp_path / "ours"), make_authority(tmp_path / "other")
    with redis(tmp_path, ours) as (port, _):
        assert counts_in_redis(f"rediss://127.0.0.1:{port}/0", ours)
        with pytest.raises(StorageError, match="CERTIFICATE_VERIFY_FAILED"):
            counts_in_redis(f"rediss://127.0.0.1:{port}/0", other)
        with pytest.raises(StorageError, match="CERTIFICATE_VERIFY_FAILED"):
            counts_in_redis(f"rediss://localhost:{port}/0", ours)
