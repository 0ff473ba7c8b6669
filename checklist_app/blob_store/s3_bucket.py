"""One bucket of an S3 server: the few calls that we make, verified, bounded in time and number."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import IO, Any, cast

from botocore.exceptions import ClientError

from checklist_app.blob_store.base import StoredBlob, missing
from checklist_app.blob_store.s3_faults import MISSING, code_of, told_when_away
from checklist_app.config import Config

CALL = {"connect_timeout": 3, "read_timeout": 30, "retries": {"total_max_attempts": 3}}
"""For calls that somebody waits for: seconds, and attempts with growing pauses."""
REMOVAL = {**CALL, "retries": {"total_max_attempts": 1}}
"""A second attempt could come late, and remove what was stored after the first."""
PROBE = {"connect_timeout": 2, "read_timeout": 2, "retries": {"total_max_attempts": 1}}
"""For the question whether the server is there, which is better answered no than late."""


@dataclass(frozen=True, slots=True)
class Held:
    """What the server says that it holds; ``checksum`` is empty where it knows none."""

    stored_at: datetime
    checksum: str

    def is_said_to_be(self, sha256: str) -> bool:
        """Return whether the server knows it by this SHA-256."""
        return self.checksum == _in_base64(sha256)


class Bucket:
    """The objects of one bucket, by their keys.

    Raises:
        StorageUnavailable: from every method, when the server is away, does not prove who it is,
            or refuses.
    """

    def __init__(self, config: Config) -> None:
        self._config = config
        self._lock = Lock()
        self._clients: dict[str, Any] = {}

    def look(self, key: str) -> Held | None:
        """Return what is held under a key, or None."""
        with told_when_away():
            try:
                found = self._call.head_object(**self._at(key), ChecksumMode="ENABLED")
            except ClientError as error:
                if code_of(error) in MISSING:
                    return None
                raise
        return Held(found["LastModified"], found.get("ChecksumSHA256", ""))

    def send(self, key: str, path: Path, blob: StoredBlob) -> None:
        """Store a file under a key. The server is told its SHA-256, so that it can check it."""
        with told_when_away(), path.open("rb") as source:
            self._call.put_object(
                **self._at(key),
                Body=source,
                ContentLength=blob.size,
                ContentType="application/octet-stream",
                ChecksumAlgorithm="SHA256",
                ChecksumSHA256=_in_base64(blob.sha256),
            )

    @contextmanager
    def opened(self, key: str) -> Iterator[IO[bytes]]:
        """Give the bytes that are held under a key; nobody has checked them yet.

        Raises:
            NotFound: there are none.
        """
        with told_when_away():
            try:
                body = self._call.get_object(**self._at(key))["Body"]
            except ClientError as error:
                if code_of(error) in MISSING:
                    raise missing() from error
                raise
            try:
                yield cast(IO[bytes], body)
            finally:
                body.close()

    def keys(self, beginning: str) -> Iterator[tuple[str, datetime]]:
        """Yield every key that begins so, and when it was last stored."""
        pages = self._call.get_paginator("list_objects_v2")
        with told_when_away():
            for page in pages.paginate(Bucket=self._config.s3_bucket, Prefix=beginning):
                for entry in page.get("Contents", ()):
                    yield entry["Key"], entry["LastModified"]

    def remove(self, key: str) -> None:
        """Take an object away; one that is not there is no error."""
        with told_when_away():
            self._client("removal", REMOVAL).delete_object(**self._at(key))

    def probe(self, key: str) -> None:
        """Store a byte under a key, and wait for no longer than four seconds."""
        with told_when_away():
            self._client("probe", PROBE).put_object(**self._at(key), Body=b"x")

    def _at(self, key: str) -> dict[str, str]:
        return {"Bucket": self._config.s3_bucket, "Key": key}

    @property
    def _call(self) -> Any:
        return self._client("call", CALL)

    def _client(self, name: str, patience: dict[str, Any]) -> Any:
        """Return a client, made at its first use: threads may share one, but not its making."""
        with self._lock:
            if name not in self._clients:
                self._clients[name] = _made(self._config, patience)
            return self._clients[name]


def _in_base64(sha256: str) -> str:
    return base64.b64encode(bytes.fromhex(sha256)).decode("ascii")


def _made(config: Config, patience: dict[str, Any]) -> Any:
    """Return a client that follows our settings alone: no file of keys, no proxy, no discovery."""
    # Here, since it takes a good part of a second, which most commands can do without.
    from botocore.config import Config as ClientConfig  # noqa: PLC0415
    from botocore.session import Session  # noqa: PLC0415

    session = Session()
    for name in ("config_file", "credentials_file"):
        session.set_config_variable(name, os.devnull)
    return session.create_client(
        "s3",
        endpoint_url=config.s3_address,
        region_name=config.s3_region,
        aws_access_key_id=config.s3_access_key_id,
        aws_secret_access_key=config.s3_secret_access_key,
        # A path or "the public ones", never a way to verify nothing.
        verify=str(config.s3_ca_file) if config.s3_ca_file else True,
        config=ClientConfig(
            signature_version="s3v4",
            s3={"addressing_style": config.s3_addressing, "payload_signing_enabled": True},
            proxies={},
            # Servers other than Amazon's do not all know the checksums that are new by default.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            **{**patience, "retries": {"mode": "standard", **patience["retries"]}},
        ),
    )
