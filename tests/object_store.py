"""An S3 server of the tests' own: moto's, a process that speaks HTTPS on a port of this machine."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from functools import cached_property
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from botocore.session import Session

from checklist_app.blob_store.s3 import S3Store
from checklist_app.config import Config
from tests.backends.servers import listens
from tests.certificates import Authority, make_authority
from tests.ports import free_port
from tests.waiting import wait_until

PAGE = 3
"""Objects in one page of a listing, so that few are enough for several pages."""
KEY_ID, SECRET_KEY = "AKIAWHOWEARE", "a-secret-key-that-nobody-may-read"


@dataclass(frozen=True)
class ObjectServer:
    """A server's port, and the authority that its certificate is of."""

    port: int
    authority: Authority

    @cached_property
    def client(self) -> Any:
        """A client with every right, by which tests look behind the scenes."""
        return Session().create_client(
            "s3",
            endpoint_url=f"https://127.0.0.1:{self.port}",
            region_name="us-east-1",
            aws_access_key_id="admin",
            aws_secret_access_key="admin",
            verify=str(self.authority.authority),
        )


@dataclass(frozen=True)
class TestBucket:
    """A bucket of one test's own, and the settings that lead there."""

    __test__ = False
    server: ObjectServer
    name: str
    folder: Path

    def settings(self, **more: str) -> dict[str, str]:
        settings = {
            "bucket": self.name,
            "endpoint": f"https://127.0.0.1:{self.server.port}",
            "prefix": "team/checklist",
            "access_key_id": KEY_ID,
            "secret_access_key": SECRET_KEY,
            "ca_file": str(self.server.authority.authority),
            **more,
        }
        return {f"CHECKLIST_S3_{name.upper()}": value for name, value in settings.items()}

    def config(self, **more: str) -> Config:
        return Config.from_env(
            {"CHECKLIST_DATA_DIR": str(self.folder), **self.settings(**more)},
        )

    def added_to(self, config: Config) -> Config:
        """Return other settings with those of the bucket."""
        names = [item.name for item in fields(Config) if item.name.startswith("s3_")]
        there = self.config()
        return replace(config, **{name: getattr(there, name) for name in names})

    def store(self, **more: str) -> S3Store:
        return S3Store.of(self.config(**more))

    def held(self) -> list[str]:
        found = self.server.client.list_objects_v2(Bucket=self.name, MaxKeys=1000)
        return [entry["Key"] for entry in found.get("Contents", ())]

    def versions(self) -> int:
        found = self.server.client.list_object_versions(Bucket=self.name, MaxKeys=1000)
        return len(found.get("Versions", ()))

    def replace(self, data: bytes) -> None:
        """Change the only object behind the store's back."""
        (key,) = self.held()
        self.server.client.put_object(Bucket=self.name, Key=key, Body=BytesIO(data))


@contextmanager
def object_server(authority: Authority, log: Path, port: int = 0) -> Iterator[ObjectServer]:
    """Run the server until the block ends, from when it listens."""
    if importlib.util.find_spec("moto") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("no moto; install it from requirements-dev.txt")
        pytest.skip("no moto; install it from requirements-dev.txt")
    port = port or free_port()
    command = [str(Path(sys.executable).with_name("moto_server")), "-H", "127.0.0.1"]
    command += ["-p", str(port), "-c", str(authority.certificate), "-k", str(authority.key)]
    environment = {**os.environ, "MOTO_S3_DEFAULT_MAX_KEYS": str(PAGE)}
    with (
        log.open("ab") as told,
        subprocess.Popen(command, stdout=told, stderr=told, env=environment) as process,
    ):
        try:
            wait_until("it listens", lambda: listens(port), of=process, said=log.read_text)
            yield ObjectServer(port, authority)
        finally:
            process.kill()


@pytest.fixture(scope="session")
def object_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectServer]:
    """One server for all tests of a process."""
    folder = tmp_path_factory.mktemp("object-store")
    with object_server(make_authority(folder), folder / "log") as server:
        yield server


_NUMBERS = count(1)


@pytest.fixture
def bucket(object_store: ObjectServer, tmp_path: Path) -> TestBucket:
    """A bucket that keeps every version, to see what was written how often."""
    made = TestBucket(object_store, f"evidence-{next(_NUMBERS)}", tmp_path / "machine")
    object_store.client.create_bucket(Bucket=made.name)
    object_store.client.put_bucket_versioning(
        Bucket=made.name, VersioningConfiguration={"Status": "Enabled"}
    )
    return made
