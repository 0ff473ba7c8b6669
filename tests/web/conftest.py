"""The app and its visitors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from checklist_app.config import Config
from checklist_app.factory import create_app
from checklist_app.services.flood import FloodGate
from checklist_app.services.resources import Resources
from checklist_app.web.watch import GATE
from tests.cast import Cast
from tests.limits import forget_requests
from tests.web.visitor import Visitor

Visit = Callable[[str], Visitor]

_BUILT: dict[Config, Flask] = {}
"""One app for each kind of settings: compiling its routes and its templates costs more time than
most tests; what an app knows of its folder, its database and its visitors is given to it anew."""


@pytest.fixture
def app(config: Config) -> Iterator[Flask]:
    """The web app over this test's database; attempts are counted from zero."""
    made = _built(config)
    made.extensions["checklist_resources"] = Resources.open(config)
    made.extensions[GATE] = FloodGate()
    kept = dict(made.config)
    yield made
    made.config.clear()
    made.config.update(kept)
    forget_requests()
    made.extensions["checklist_resources"].close()


def _built(config: Config) -> Flask:
    kind = replace(config, data_dir=Path(), database_url="")
    if kind not in _BUILT:
        made = create_app(config)
        made.testing = False
        made.extensions["checklist_resources"].close()
        _BUILT[kind] = made
    return _BUILT[kind]


@pytest.fixture
def visit(app: Flask, cast: Cast) -> Visit:
    """Return a browser for a member of the cast, or for ``nobody``."""

    def made(name: str) -> Visitor:
        return Visitor(app, None if name == "nobody" else cast.people[name])

    return made
