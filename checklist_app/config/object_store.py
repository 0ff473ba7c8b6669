"""The settings of an object store for evidence and reports, which several machines share."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from checklist_app.config.backends import BackendSettings
from checklist_app.config.encryption import open_way, unreadable_files
from checklist_app.config.environment import env_name
from checklist_app.config.problems import N_, Problem
from checklist_app.config.setting import setting
from checklist_app.config.values import one_of, path, plain, server_address, whole_number

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PREFIX = re.compile(r"[A-Za-z0-9_-]+(?:[./][A-Za-z0-9_-]+)*")
_REGION = re.compile(r"[a-z0-9-]{1,40}")


def bucket_name(raw: str) -> str:
    """name of a bucket"""
    if not _BUCKET.fullmatch(raw) or ".." in raw:
        raise ValueError("checklist-evidence")
    return raw


def key_prefix(raw: str) -> str:
    """letters, digits, `-`, `_`, `.` and `/` between them"""
    if len(raw) > 200 or not _PREFIX.fullmatch(raw):
        raise ValueError("checklist/production")
    return raw


def region_name(raw: str) -> str:
    """name of a region"""
    if not _REGION.fullmatch(raw):
        raise ValueError("eu-west-1")
    return raw


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectStoreSettings(BackendSettings):
    """Where the store is and who we are there; a folder is used until ``s3_bucket`` is given."""

    s3_bucket: str = setting(
        bucket_name,
        "Bucket of an S3 server that holds evidence and reports. Without one they lie in the data "
        "directory.",
        default="",
    )
    s3_endpoint: str = setting(
        server_address,
        "Address of that server, `https://…`; Amazon's in the region if not given.",
        default="",
    )
    s3_region: str = setting(
        region_name, "Region that requests are signed for.", default="us-east-1"
    )
    s3_prefix: str = setting(
        key_prefix,
        "What the names of our objects begin with. Two systems never share a bucket and a prefix: "
        "each deletes what it does not know.",
        default="",
    )
    s3_access_key_id: str = setting(
        plain, "Who we are there; required with a bucket.", default="", secret=True
    )
    s3_secret_access_key: str = setting(
        plain, "The secret key for that; required with a bucket.", default="", secret=True
    )
    s3_addressing: str = setting(
        one_of("path", "virtual"),
        "Where the bucket stands in an address: `path` (`https://host/bucket`) or `virtual` "
        "(`https://bucket.host`).",
        default="path",
    )
    s3_tls: str = setting(
        one_of("auto", "verify", "off"),
        "Where `https://` is required: `auto` for another machine, `verify` always, `off` never. "
        "What comes by `https://` is verified in any case.",
        default="auto",
    )
    s3_ca_file: Path | None = setting(
        path,
        "Certificates of the authorities that the S3 server's is checked against; otherwise the "
        "public ones.",
        default=None,
    )
    s3_cache_mb: int = setting(
        whole_number(64, 10_000_000),
        "Megabytes on this machine's disk for copies of what lies in the bucket.",
        default=2048,
    )
    s3_cache_dir: Path | None = setting(
        path,
        "Where these copies lie, in a folder of their own; `blob-copies` in the data directory if "
        "not given.",
        default=None,
    )

    @property
    def has_object_store(self) -> bool:
        """Whether evidence and reports lie in a bucket."""
        return bool(self.s3_bucket)

    @property
    def s3_address(self) -> str:
        """Address of the server, always given, so that nothing else in the environment gives it."""
        return self.s3_endpoint or f"https://s3.{self.s3_region}.amazonaws.com"


def object_store_problems(given: Mapping[str, Any]) -> list[Problem]:
    """Return what is missing for an object store, or would leave the way to it open."""
    problems = [_required(name, "s3_bucket") for name in _missing_keys(given)]
    problems += [
        _required("s3_bucket", name)
        for name in sorted(given)
        if name.startswith("s3_") and "s3_bucket" not in given
    ]
    problems += unreadable_files(given, "s3_ca_file")
    return problems + open_way(given, "s3_endpoint", "s3_tls")


def _missing_keys(given: Mapping[str, Any]) -> list[str]:
    keys = ("s3_access_key_id", "s3_secret_access_key")
    return [name for name in keys if "s3_bucket" in given and name not in given]


def _required(name: str, other: str) -> Problem:
    return Problem(
        N_("%(name)s is required when %(other)s is set."),
        {"name": env_name(name), "other": env_name(other)},
    )
