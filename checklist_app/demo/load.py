"""Loads the demonstration through the same services as everybody; a second call does nothing."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.demo.dates import retold
from checklist_app.demo.own_project import OwnProject, let_in, load_own_project
from checklist_app.demo.people import ROLES, People, make_people
from checklist_app.demo.story import chapter
from checklist_app.demo.telling import Telling
from checklist_app.domain.vocabulary import Language, Role
from checklist_app.jobs.errands import import_file, issue_report
from checklist_app.models import Project, Report, User
from checklist_app.queries.access import open_project
from checklist_app.queries.members import members
from checklist_app.queries.people import actor_of, find_user
from checklist_app.services.clock import today
from checklist_app.services.members import join
from checklist_app.services.projects import create_project
from checklist_app.services.resources import Resources

PASSWORD_BYTES = 12
SCANS = ("mobile-banking-api.sarif", "mobile-banking-web.zap.xml")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Demo:
    """What there is to see.

    Attributes:
        projects: slugs, that of the default language first, and last this program itself.
        email: who to sign in as: owns the first project.
        password: of everybody in the demonstration; None when it was loaded before, since it is
            stored nowhere.
    """

    projects: tuple[str, ...]
    email: str
    password: str | None


def load_demo(resources: Resources) -> Demo:
    """Load the demonstration in both languages; takes some seconds the first time."""
    first = Language(resources.config.default_language)
    languages = sorted(Language, key=lambda language: language is not first)
    password = new_password()
    loaded = [_load(resources, language, password) for language in languages]
    if any(loaded):
        _show_both(resources, languages)
    own = _show_ourselves(resources, first)
    slugs = [chapter("project")["slugs"][language.value] for language in languages]
    return Demo(
        projects=(*slugs, own.slug),
        email=chapter("project")["people"]["owner"][first.value][0],
        password=password if any(loaded) else None,
    )


def new_password() -> str:
    """Return a password of random letters alone: a word in it might be one of its people's own."""
    return secrets.token_urlsafe(PASSWORD_BYTES)


def _load(resources: Resources, language: Language, password: str) -> bool:
    """Load one language; return whether it was missing."""
    wanted = chapter("project")["slugs"][language.value]
    with resources.sessions.begin() as session:
        if _is_complete(session, wanted):
            return False
        people = make_people(session, resources.config, language, password)
        _make_project(session, people, language)
    telling = Telling(resources, people, wanted, language)
    telling.tell_checklist("base")
    with TemporaryDirectory() as folder:
        for name in SCANS:
            path = _scan(Path(folder), name, today())
            import_file(resources, people.contributor, wanted, path)
    telling.plan_repairs()
    number = telling.tell_checklist("top10")
    telling.sign(number)
    issue_report(resources, people.reviewer, wanted, number, language)
    _log.info("demonstration loaded", extra={"project": wanted})
    return True


def _scan(folder: Path, name: str, day: date) -> Path:
    """Write a report as if it had been made shortly before ``day``."""
    path = folder / name
    words = files(__package__).joinpath("scans", name).read_text("utf-8")
    path.write_text(retold(words, day), "utf-8")
    return path


def _show_both(resources: Resources, languages: list[Language]) -> None:
    """Let the owner of the first project into the other one, so that one visit sees both."""
    first, second = (
        chapter("project")["people"]["owner"][language.value] for language in languages
    )
    slug = chapter("project")["slugs"][languages[1].value]
    with resources.sessions.begin() as session:
        host, guest = find_user(session, second[0]), find_user(session, first[0])
        if host is None or guest is None:
            return
        access = open_project(session, actor_of(host), slug)
        if all(member.user_id != guest.id for member in members(session, access)):
            join(session, access, guest, Role.OWNER)


def _show_ourselves(resources: Resources, language: Language) -> OwnProject:
    """Load this program's own assessment and let the demonstration's people read it."""
    own = load_own_project(resources, language)
    for role in ROLES:
        email, _ = chapter("project")["people"][role.value][language.value]
        let_in(resources, own, email)
    return own


def _is_complete(session: Session, slug: str) -> bool:
    """Return whether the project is there to its end; half a one is put aside under another name.

    The report is the last thing that is made.
    """
    project = session.scalar(select(Project).where(Project.slug == slug))
    if project is None:
        return False
    last = select(Report.id).where(Report.project_id == project.id, Report.pdf_sha256.is_not(None))
    if session.scalar(last.limit(1)) is not None:
        return True
    project.slug = f"{slug}-{secrets.token_hex(3)}"
    session.flush()
    return False


def _make_project(session: Session, people: People, language: Language) -> None:
    said = chapter("project")["project"][language.value]
    access = create_project(
        session,
        people.owner,
        name=said["name"],
        description=said["description"],
        scope=said["scope"],
        language=language,
    )
    # The name gives a slug of its own; ours is the one that addresses and documents speak of.
    access.project.slug = chapter("project")["slugs"][language.value]
    for actor, role in people.members:
        join(session, access, session.get_one(User, actor.user_id), role)
