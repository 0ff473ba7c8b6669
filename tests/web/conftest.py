"""The app and its visitors."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from checklist_app.config import Config
from checklist_app.factory import create_app
from checklist_app.web.extensions import limiter
from tests.cast import Cast
from tests.web.visitor import Visitor

Visit = Callable[[str], Visitor]


@pytest.fixture
def app(config: Config) -> Iterator[Flask]:
    """The web app over this test's database; attempts are counted from zero."""
    made = create_app(config)
    made.testing = False
    yield made
    limiter.reset()
    made.extensions["checklist_resources"].close()


@pytest.fixture
def visit(app: Flask, cast: Cast) -> Visit:
    """Return a browser for a member of the cast, or for ``nobody``."""

    def made(name: str) -> Visitor:
        return Visitor(app, None if name == "nobody" else cast.people[name])

    return made
