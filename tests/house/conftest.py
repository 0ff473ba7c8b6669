"""One app over one filled database for all walks of a test process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from checklist_app.config import Config
from checklist_app.domain.scopes import PIPELINE_SCOPES, Scope
from checklist_app.domain.vocabulary import Role
from checklist_app.factory import create_app
from checklist_app.models import Project, User
from checklist_app.queries.access import ProjectAccess
from checklist_app.services.clock import today
from checklist_app.services.pipeline_tokens import make_token, revoke_token
from checklist_app.services.resources import Resources
from checklist_app.web.extensions import limiter
from tests.cast import Cast, make_cast
from tests.conftest import SECRET
from tests.database import empty_database, migrate_and_load
from tests.house.belongings import other_session, own_factors, program
from tests.house.principals import PRINCIPALS
from tests.house.sending import make_person
from tests.house.walk import Person
from tests.house.world import World, build_world
from tests.limits import forget_requests

PEOPLE = tuple(PRINCIPALS)
LONG = 600
"""Minutes for which everybody counts as just confirmed, so that a slow walk ends as it began."""


@dataclass(frozen=True)
class House:
    """The app, what its database holds, and everybody with an open session."""

    app: Flask
    resources: Resources
    world: World
    people: dict[str, Person]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """An app over three filled projects; nothing that is walked may change it."""
    with built_house(tmp_path_factory.mktemp("house")) as built:
        yield built


@contextmanager
def built_house(folder: Path) -> Iterator[House]:
    """Build the app, its three projects and everybody's sessions in a folder."""
    with empty_database(folder) as url:
        migrate_and_load(url)
        config = Config(
            data_dir=folder,
            database_url=url,
            secret_key=SECRET,
            base_url="http://localhost",
            recent_auth_minutes=LONG,
            session_idle_minutes=LONG,
        )
        app = create_app(config)
        app.testing = False
        resources: Resources = app.extensions["checklist_resources"]
        limiter.enabled = False
        yield _furnished(app, resources)
        limiter.enabled = True
        forget_requests()
        resources.close()


def _furnished(app: Flask, resources: Resources) -> House:
    with resources.sessions.begin() as session:
        cast = make_cast(session)
        world = build_world(session, resources, cast)
        everybody = {**cast.people, **world.extras}
        pipelines = _pipelines(session, cast)
        belongings = {
            name: {
                "session_id": other_session(session, resources, actor),
                "family_id": program(session, actor),
                **own_factors(session, actor),
            }
            for name, actor in everybody.items()
        }
    actors = {**everybody, "nobody": None, **dict.fromkeys(pipelines)}
    people = {}
    for name in PEOPLE:
        person = make_person(app, name, actors[name], world)
        own = belongings.get(name, belongings["alice"])
        others = belongings["bob" if name == "alice" else "alice"]
        token = pipelines.get(name, "")
        people[name] = replace(person, own=own, others=others, token=token)
    with resources.sessions.begin() as session:
        session.get_one(User, world.extras["dora"].user_id).is_active = False
    return House(app, resources, world, people)


def _pipelines(session: Session, cast: Cast) -> dict[str, str]:
    """Return the secret of each pipeline's token: made by an owner, with every scope or one."""
    ajeno = session.query(Project).filter_by(name="Ajeno").one()
    banca = cast.access("alice")
    made = {}
    for name, access, scopes in (
        ("pipeline", banca, PIPELINE_SCOPES),
        ("other pipeline", ProjectAccess(cast.charlie, ajeno, Role.OWNER), PIPELINE_SCOPES),
        ("narrow pipeline", banca, (Scope.EVIDENCE_WRITE,)),
        ("revoked pipeline", banca, PIPELINE_SCOPES),
    ):
        token, made[name] = make_token(
            session,
            access,
            name=name,
            scopes=list(scopes),
            expires_on=today() + timedelta(days=9),
        )
    revoke_token(session, banca, token.id)
    return made
