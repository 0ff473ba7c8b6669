"""What stands before the first check: three filled projects, a server, a worker, a post office."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from checklist_app.config import Config
from checklist_app.domain.actor import Actor
from checklist_app.domain.alerts import AlertRule
from checklist_app.domain.vocabulary import JobState, OrganisationRole, Role
from checklist_app.factory import create_app
from checklist_app.models import AlertThreshold, Event, Job, Membership, Project, User, Webhook
from checklist_app.queries.access import open_project
from checklist_app.queries.jobs import worker_is_alive
from checklist_app.queries.shell import SILENCE
from checklist_app.services.alert_delivery import is_something_to_tell
from checklist_app.services.clock import now
from checklist_app.services.resources import Resources
from tests.blackbox.processes import PROGRAM, Server, running, serving
from tests.blackbox.visitors import Program, Visitor
from tests.cast import PASSWORD, make_cast, password_hash
from tests.conftest import SECRET
from tests.database import migrate_and_load
from tests.house.digest import database_digest
from tests.house.policy import POLICY, Audience
from tests.house.world import SLUG, World, build_world
from tests.ports import free_port
from tests.post_office import PostOffice, post_office
from tests.waiting import wait_until

OWN, FOREIGN = "banca", "ajeno"
EVIDENCE_MB, UPLOAD_MB, QUOTA_MB = 2, 6, 40
COUNTED = (
    "requests_per_second",
    "requests_per_minute",
    "uploads_per_hour",
    "scans_per_hour",
    "exports_per_hour",
    "reports_per_hour",
)
"""Whoever makes all the checks asks for more than anybody may."""
_people = itertools.count(1)


@dataclass(frozen=True)
class Person:
    """Somebody with an account."""

    user_id: int
    email: str


@dataclass(frozen=True)
class Premises:
    """The running system, and a way to its database that the checks use to look behind it."""

    server: Server
    settings: dict[str, str]
    folder: Path
    world: World
    people: dict[str, Actor]
    resources: Resources
    office: PostOffice
    programs: dict[str, Program] = field(default_factory=dict)

    @property
    def engine(self) -> Engine:
        engine: Engine = self.resources.engine
        return engine

    @cached_property
    def app(self) -> Flask:
        """An app that answers nobody, to read the address map from."""
        return create_app(self.resources.config)

    def visitor(self, name: str = "") -> Visitor:
        """Return a browser; signed in when a name is given."""
        visitor = Visitor(self.server)
        if name:
            assert visitor.sign_in(f"{name}@example.org").status_code == 303
        return visitor

    def program(self, email: str, *scopes: str) -> Program:
        """Return a program of a person that has signed in."""
        body = {"email": email, "password": PASSWORD, "scopes": list(scopes) or ["full"]}
        answer = Program(self.server).post("/token", body)
        assert answer.status_code == 200, answer.text
        return Program(self.server, answer.json()["access_token"])

    def program_for(self, rule: Rule) -> Program:
        """Return the program of somebody who may call this operation."""
        name = "ada" if POLICY[rule.endpoint] is Audience.ADMINISTRATOR else "alice"
        if name not in self.programs:
            self.programs[name] = self.program(f"{name}@example.org")
        return self.programs[name]

    def newcomer(
        self, role: Role | None = None, organisation: OrganisationRole = OrganisationRole.MEMBER
    ) -> Person:
        """Make somebody new, for a check that ends or changes them; ``role`` in Alice's project."""
        with self.resources.sessions.begin() as session:
            user = User(
                email=f"newcomer-{next(_people)}@example.org",
                name="Newcomer",
                password_hash=password_hash(),
                organisation_role=organisation,
                created_at=now(),
            )
            session.add(user)
            session.flush()
            if role is not None:
                project = session.scalars(select(Project).where(Project.slug == SLUG)).one()
                session.add(
                    Membership(project_id=project.id, user_id=user.id, role=role, created_at=now())
                )
            return Person(user.id, user.email)

    def new_project(self, owner: str, **facts: Any) -> str:
        """Make a project with a checklist over a page of the site; return its slug."""
        visitor = self.visitor(owner)
        made = visitor.post("/projects/new", {"name": f"New {next(_people)}", "language": "en"})
        slug = made.headers["Location"].rpartition("/")[2]
        with self.resources.sessions.begin() as session:
            project = open_project(session, self.people[owner], slug).project
            for name, value in facts.items():
                setattr(project, name, value)
        started = visitor.post(
            f"/projects/{slug}/checklists/new",
            {"standard": self.standard_id, "name": "Round", "level": ""},
        )
        assert started.status_code == 303, started.text
        return slug

    @cached_property
    def standard_id(self) -> str:
        from checklist_app.models import Standard  # noqa: PLC0415 - the name is taken above

        with self.resources.sessions() as session:
            query = select(Standard.id).where(Standard.key == "owasp-test")
            return str(session.scalars(query).one())

    def address_of(self, rule: Rule, place: str = OWN, **other: Any) -> str:
        """Return the address of a rule with the parameters of a place, or of ``missing``."""
        known = self.world.missing if place == "missing" else self.world.places[place]
        values = {name: known.get(name, 2_000_000) for name in rule.arguments}
        if "/reports/" in rule.rule and "number" in values:
            values["number"] = known.get("report_number", 2_000_000)
        if rule.endpoint == "bootstrap.static":
            values["filename"] = "css/bootstrap.min.css"
        _, path = rule.build({**values, **other}, append_unknown=False) or ("", "")
        return path

    def rules(self, wanted: Callable[[Rule], bool]) -> list[Rule]:
        """Return the rules of the address map that are wanted, in order."""
        return sorted(filter(wanted, self.app.url_map.iter_rules()), key=str)

    def digest(self) -> str:
        """Return a digest of every row, once the worker has nothing left to do."""
        wait_until("the worker is idle", lambda: not self.read(_waiting_jobs))
        return database_digest(self.engine)

    def events(self) -> int:
        with self.resources.sessions() as session:
            return session.scalar(select(func.count(Event.id))) or 0

    def read(self, question: Callable[[Session], Any]) -> Any:
        """Return what the database answers now."""
        with self.resources.sessions() as session:
            return question(session)


@contextmanager
def opened_premises(folder: Path, database: str) -> Iterator[Premises]:
    """Fill an empty database and start everything over it."""
    migrate_and_load(database)
    with ExitStack() as stack:
        office = stack.enter_context(post_office(folder, tls="none"))
        port = free_port()
        settings = {
            "data_dir": str(folder),
            "database_url": database,
            "secret_key": SECRET,
            "base_url": f"http://127.0.0.1:{port}",
            "trusted_proxies": "1",
            **dict.fromkeys(COUNTED, "1000000"),
            "max_evidence_mb": str(EVIDENCE_MB),
            "max_upload_mb": str(UPLOAD_MB),
            "project_quota_mb": str(QUOTA_MB),
            "smtp_host": "127.0.0.1",
            "smtp_port": str(office.port),
            "smtp_tls": "none",
            "mail_from": "checklist@example.org",
        }
        config = Config.from_env({f"CHECKLIST_{k.upper()}": v for k, v in settings.items()})
        resources = Resources.open(config)
        stack.callback(resources.close)
        people, world = _furnish(resources)
        server = stack.enter_context(serving(folder, settings, port=port))
        worker_log = folder / "worker.log"
        stack.enter_context(running([*PROGRAM, "worker"], worker_log, settings))
        premises = Premises(server, settings, folder, world, people, resources, office)
        # Until the worker has been heard of, every page carries a banner that says so.
        wait_until("the worker is there", lambda: premises.read(_worker_is_there))
        # Its first round keeps house, and then orders the mail about the world's one alarm: rows
        # that a check would take for its own doing if it had begun to compare already.
        wait_until("its first round is over", lambda: not premises.read(is_something_to_tell))
        yield premises


def _waiting_jobs(session: Session) -> int:
    under_way = Job.state.in_((JobState.QUEUED, JobState.RUNNING))
    return session.scalar(select(func.count(Job.id)).where(under_way)) or 0


def _worker_is_there(session: Session) -> bool:
    return worker_is_alive(session, now(), SILENCE)


def _furnish(resources: Resources) -> tuple[dict[str, Actor], World]:
    with resources.sessions.begin() as session:
        cast = make_cast(session)
        world = build_world(session, resources, cast)
        # Nobody waits for what the world ordered, and a report takes seconds to draw.
        session.query(Job).update({"state": JobState.CANCELLED})
        # Whoever takes their messages is a name that leads nowhere, and is asked again for hours.
        session.query(Webhook).update({"is_on": False})
        # So much is refused here that alarms would go off, whose mails are new rows.
        for rule in AlertRule:
            off = AlertThreshold(rule=rule, threshold=1, minutes=1, is_on=False, changed_at=now())
            session.add(off)
        return {**cast.people, **world.extras}, world
