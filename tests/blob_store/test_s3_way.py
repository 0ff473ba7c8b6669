"""The way to an object store: encrypted and verified, or not taken; told when it is closed."""

from __future__ import annotations

import json
import logging
import socket
import ssl
from io import BytesIO
from pathlib import Path

import pytest

from checklist_app.blob_store.s3 import S3Store
from checklist_app.config import Config, ConfigError
from checklist_app.domain.errors import NotFound, StorageUnavailable
from checklist_app.json_logs import JsonFormatter
from tests.blob_store.old_server import limited, old_server
from tests.certificates import make_authority
from tests.cli.conftest import Checklist, checklist
from tests.object_store import KEY_ID, SECRET_KEY, ObjectServer, TestBucket, object_server
from tests.ports import free_port

__all__ = ["checklist"]
NAME = "0" * 64


def refused(store: S3Store) -> str:
    """Try to read and to store; return what the operator is told about it."""
    with pytest.raises(StorageUnavailable):
        store.path(NAME)
    with pytest.raises(StorageUnavailable) as told:
        store.put(BytesIO(b"a secret of somebody"), limit=100)
    assert not store.is_writable()
    return str(told.value.hint)


def test_another_authority_is_refused(bucket: TestBucket, tmp_path: Path) -> None:
    other = make_authority(tmp_path / "other")
    told = refused(bucket.store(ca_file=str(other.authority)))
    assert "CHECKLIST_S3_CA_FILE" in told
    assert bucket.held() == []


def test_the_public_authorities_do_not_vouch_for_ours(bucket: TestBucket) -> None:
    settings = bucket.settings()
    del settings["CHECKLIST_S3_CA_FILE"]
    store = S3Store.of(Config.from_env({"CHECKLIST_DATA_DIR": str(bucket.folder), **settings}))
    assert "CHECKLIST_S3_CA_FILE" in refused(store)


def test_another_name_is_refused(bucket: TestBucket) -> None:
    told = refused(bucket.store(endpoint=f"https://localhost:{bucket.server.port}"))
    assert "the name in its certificate" in told


def test_nothing_in_the_environment_switches_the_check_off(
    bucket: TestBucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_authority(tmp_path / "other")
    (tmp_path / "aws").write_text("[default]\nca_bundle =\nendpoint_url = http://127.0.0.1:1\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "aws"))
    for name in ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, str(bucket.server.authority.authority))
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert bucket.store().is_writable()
    assert "CHECKLIST_S3_CA_FILE" in refused(bucket.store(ca_file=str(other.authority)))


@pytest.mark.parametrize(
    ("newest", "agreed"),
    [(ssl.TLSVersion.TLSv1_1, []), (ssl.TLSVersion.TLSv1_2, ["TLSv1.2"])],
)
def test_nothing_older_than_tls_1_2_is_spoken(
    tmp_path: Path, newest: ssl.TLSVersion, agreed: list[str]
) -> None:
    authority = make_authority(tmp_path / "old")
    with old_server(authority, newest) as (port, spoken):
        bucket = TestBucket(ObjectServer(port, authority), "evidence", tmp_path / "machine")
        assert not bucket.store().is_writable()
    assert spoken == agreed


def test_somebody_less_careful_speaks_older_tls_with_that_server(tmp_path: Path) -> None:
    authority = make_authority(tmp_path / "old")
    careless = limited(authority.trust(), ssl.TLSVersion.TLSv1_1)
    with (
        old_server(authority, ssl.TLSVersion.TLSv1_1) as (port, spoken),
        socket.create_connection(("127.0.0.1", port)) as plain,
        careless.wrap_socket(plain, server_hostname="127.0.0.1") as encrypted,
    ):
        encrypted.recv(1)
    assert spoken == ["TLSv1.1"]


def test_a_server_that_is_away_is_told_and_waited_for(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority, port = make_authority(tmp_path / "authority"), free_port()
    bucket = TestBucket(ObjectServer(port, authority), "evidence", tmp_path / "machine")
    store = bucket.store()
    monkeypatch.setattr("checklist_app.blob_store.s3.PROBE_SECONDS", 0.0)
    assert "CHECKLIST_S3_ENDPOINT" in refused(store)
    assert "CHECKLIST_S3_ENDPOINT" in caplog.records[-1].__dict__["hint"]
    assert [path for path in bucket.folder.rglob("*") if path.is_file()] == []
    with object_server(authority, tmp_path / "log", port) as server:
        server.client.create_bucket(Bucket="evidence")
        assert store.is_writable()
        with pytest.raises(NotFound):
            store.path(NAME)


def test_how_the_server_is_doing_is_asked_now_and_then_only(bucket: TestBucket) -> None:
    store = bucket.store()
    assert all(store.is_writable() for _ in range(20))
    assert bucket.versions() == 1


def test_a_bucket_that_is_not_there_is_told(bucket: TestBucket) -> None:
    assert "CHECKLIST_S3_BUCKET" in refused(bucket.store(bucket="nobody-made-it"))


def test_keys_that_may_not_write_are_told(bucket: TestBucket) -> None:
    nobody_writes = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Deny",
                "Principal": "*",
                "Action": ["s3:PutObject", "s3:GetObject"],
                "Resource": f"arn:aws:s3:::{bucket.name}/*",
            }
        ],
    }
    bucket.server.client.put_bucket_policy(Bucket=bucket.name, Policy=json.dumps(nobody_writes))
    assert "CHECKLIST_S3_ACCESS_KEY_ID" in refused(bucket.store())


def test_secrets_are_in_no_log(bucket: TestBucket, caplog: pytest.LogCaptureFixture) -> None:
    config = bucket.config(endpoint="https://127.0.0.1:1")
    with caplog.at_level(logging.INFO):
        refused(S3Store.of(config))
    told = "\n".join(JsonFormatter().format(record) for record in caplog.records)
    assert "the object store cannot be used" in told
    assert SECRET_KEY not in told
    assert KEY_ID not in told


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"endpoint": "http://storage.example.org"}, "begin it with https://"),
        ({"endpoint": "HTTP://storage.example.org"}, "begin it with https://"),
        ({"endpoint": "http://127.0.0.1:9000", "tls": "verify"}, "begin it with https://"),
        ({"endpoint": "http://127.0.0.1@storage.example.org"}, "CHECKLIST_S3_ENDPOINT"),
        ({"endpoint": "https://me:password@storage.example.org"}, "CHECKLIST_S3_ENDPOINT"),
        ({"endpoint": "https://storage.example.org/files"}, "CHECKLIST_S3_ENDPOINT"),
        ({"endpoint": "https://storage.example.org:port"}, "CHECKLIST_S3_ENDPOINT"),
        ({"endpoint": "ftp://storage.example.org"}, "CHECKLIST_S3_ENDPOINT"),
        ({"bucket": "arn:aws:s3:us-west-1:1:accesspoint/x"}, "CHECKLIST_S3_BUCKET"),
        ({"bucket": "../evidence"}, "CHECKLIST_S3_BUCKET"),
        ({"prefix": "../other"}, "CHECKLIST_S3_PREFIX"),
        ({"prefix": "/checklist"}, "CHECKLIST_S3_PREFIX"),
        ({"region": "evil.example.org/"}, "CHECKLIST_S3_REGION"),
        ({"ca_file": "/no/such/file"}, "CHECKLIST_S3_CA_FILE"),
        ({"tls": "no"}, "CHECKLIST_S3_TLS"),
        ({"secret_access_key": ""}, "CHECKLIST_S3_SECRET_ACCESS_KEY"),
    ],
)
def test_settings_that_leave_the_way_open_do_not_start(settings: dict[str, str], told: str) -> None:
    whole = {"bucket": "evidence", "access_key_id": "me", "secret_access_key": "secret", **settings}
    with pytest.raises(ConfigError, match=told):
        Config.from_env({f"CHECKLIST_S3_{name.upper()}": word for name, word in whole.items()})


@pytest.mark.parametrize(
    "settings",
    [
        {"endpoint": "https://storage.example.org"},
        {"endpoint": "http://127.0.0.1:9000"},
        {"endpoint": "http://[::1]:9000"},
        {"endpoint": "http://storage:9000", "tls": "off"},
        {"region": "eu-south-2"},
    ],
)
def test_settings_that_close_it_start(settings: dict[str, str]) -> None:
    whole = {"bucket": "evidence", "access_key_id": "me", "secret_access_key": "secret", **settings}
    config = Config.from_env({f"CHECKLIST_S3_{name.upper()}": w for name, w in whole.items()})
    assert config.s3_address == settings.get("endpoint", "https://s3.eu-south-2.amazonaws.com")


def test_half_of_the_settings_are_not_enough() -> None:
    with pytest.raises(ConfigError) as refused_to_start:
        Config.from_env({"CHECKLIST_S3_BUCKET": "evidence"})
    assert "CHECKLIST_S3_ACCESS_KEY_ID is required" in str(refused_to_start.value)
    assert "CHECKLIST_S3_SECRET_ACCESS_KEY is required" in str(refused_to_start.value)
    with pytest.raises(ConfigError, match="CHECKLIST_S3_BUCKET is required"):
        Config.from_env({"CHECKLIST_S3_ENDPOINT": "https://storage.example.org"})


def test_keys_come_from_files_and_are_never_listed(
    bucket: TestBucket, tmp_path: Path, checklist: Checklist, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = bucket.settings()
    for name, value in (("ACCESS_KEY_ID", KEY_ID), ("SECRET_ACCESS_KEY", SECRET_KEY)):
        del settings[f"CHECKLIST_S3_{name}"]
        (tmp_path / name).write_text(f"{value}\n")
        settings[f"CHECKLIST_S3_{name}_FILE"] = str(tmp_path / name)
    config = Config.from_env({"CHECKLIST_DATA_DIR": str(bucket.folder), **settings})
    assert (config.s3_access_key_id, config.s3_secret_access_key) == (KEY_ID, SECRET_KEY)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    told = checklist("settings", "--json").out
    assert "CHECKLIST_S3_SECRET_ACCESS_KEY" in told
    assert SECRET_KEY not in told
