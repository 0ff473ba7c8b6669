"""Nothing in the app opens connections but the rooms that are named here, each for its reason."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "checklist_app"
CONNECTING = frozenset(
    {
        "aiohttp",
        "ftplib",
        "http.client",
        "httpx",
        "imaplib",
        "poplib",
        "requests",
        "smtplib",
        "socket",
        "socketserver",
        "telnetlib",
        "urllib.request",
        "urllib3",
        "xmlrpc",
    }
)
"""Modules that open connections; those of a database and of Redis go to the operator's own."""
INDIRECT = frozenset(
    {"authlib.integrations.requests_client", "botocore.session", "pyhanko.sign.timestamps"}
)
"""Those of libraries that open them for us."""
REASONS = {
    "outbound/call.py": "the one client for addresses that people type",
    "outbound/destination.py": "looks names up for it",
    "services/openid_provider.py": "the provider of sign-in that the operator names",
    "reports/time_stamps.py": "the time-stamp server that the operator names",
    "blob_store/s3_bucket.py": "the object store that the operator names",
    "blob_store/s3_faults.py": "knows how a connection to it fails",
    "mail/delivery.py": "the mail server that the operator names",
    "cli/client.py": "the server that whoever runs the command names",
    "cli/door.py": "asks its own web server whether it is ready, and whether ports are free",
    "cli/waiting_room.py": "listens",
    "cli/patience.py": "reads and writes on connections that came in",
    "cli/unreadable_requests.py": "answers on a connection that came in",
    "jobs/worker.py": "asks for the name of this machine",
}


def imported(path: Path) -> Iterator[str]:
    """Yield the full name of every module that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{one.name}" for one in node.names)


def connecting(path: Path) -> set[str]:
    watched = CONNECTING | INDIRECT
    return {
        name for name in imported(path) if any(f"{name}.".startswith(f"{one}.") for one in watched)
    }


def test_only_named_rooms_open_connections() -> None:
    found = {
        path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py") if connecting(path)
    }
    assert found == set(REASONS)


@pytest.mark.parametrize(
    "line",
    [
        "import requests",
        "import urllib.request as web",
        "from urllib import request",
        "from http import client",
        "def late():\n    import socket",
        "from requests.adapters import HTTPAdapter",
    ],
)
def test_no_way_of_importing_goes_unseen(tmp_path: Path, line: str) -> None:
    path = tmp_path / "room.py"
    path.write_text(line + "\n")
    assert connecting(path)


def test_reading_addresses_is_no_connection(tmp_path: Path) -> None:
    path = tmp_path / "room.py"
    path.write_text("from urllib.parse import urlsplit\nfrom http import HTTPStatus\n")
    assert not connecting(path)
