"""Who says whether a request came by HTTPS. What follows from it is told by tests/blackbox."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from checklist_app.config import Config
from checklist_app.factory import create_app
from tests.conftest import SECRET


def https_config(folder: Path) -> Config:
    return Config(
        data_dir=folder,
        database_url=f"sqlite:///{folder / 'empty.sqlite3'}",
        secret_key=SECRET,
        base_url="https://checklist.example.org",
    )


def test_a_proxy_is_believed_only_when_it_is_named(tmp_path: Path) -> None:
    for proxies, expected in ((0, "http"), (1, "https")):
        app = create_app(replace(https_config(tmp_path), trusted_proxies=proxies))
        seen: list[str] = []
        app.before_request(lambda seen=seen: seen.append(_scheme()))
        app.test_client().get(
            "/healthz", base_url="http://inside", headers={"X-Forwarded-Proto": "https"}
        )
        app.extensions["checklist_resources"].close()
        assert seen == [expected]


def _scheme() -> str:
    from flask import request  # noqa: PLC0415 - only inside a request

    return request.scheme
