"""Programs of the cast."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from checklist_app.services.resources import Resources
from tests.cast import Cast
from tests.web.api.program import Program, tokens_of
from tests.web.stage import Stage, set_stage

AsProgram = Callable[[str], Program]


@pytest.fixture
def program(app: Flask, cast: Cast) -> AsProgram:
    """Return a program of a member of the cast, or of ``nobody``."""

    def made(name: str) -> Program:
        token = "" if name == "nobody" else tokens_of(app, cast.people[name]).access_token
        return Program(app, token)

    return made


@pytest.fixture
def stage(session: Session, resources: Resources, cast: Cast) -> Stage:
    """One of everything, in the cast's project."""
    made = set_stage(session, resources, cast)
    session.commit()
    return made
