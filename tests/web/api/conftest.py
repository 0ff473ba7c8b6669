"""Programs of the cast."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from tests.cast import Cast
from tests.web.api.program import Program, tokens_of

AsProgram = Callable[[str], Program]


@pytest.fixture
def program(app: Flask, cast: Cast) -> AsProgram:
    """Return a program of a member of the cast, or of ``nobody``."""

    def made(name: str) -> Program:
        token = "" if name == "nobody" else tokens_of(app, cast.people[name]).access_token
        return Program(app, token)

    return made
