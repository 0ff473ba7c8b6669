"""What the frame around every page needs to know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.domain.actor import Actor
from checklist_app.domain.vocabulary import Theme
from checklist_app.models import Project
from checklist_app.queries.access import is_visible
from checklist_app.queries.jobs import worker_is_alive

SWITCHER_SIZE = 30
SILENCE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class ProjectName:
    """A project in the switcher."""

    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class Shell:
    """Frame of a page: ``worker_missing`` warns that background work stands still."""

    language: str
    theme: Theme
    projects: list[ProjectName]
    worker_missing: bool


def shell(
    session: Session, actor: Actor | None, language: str, theme: Theme, moment: datetime
) -> Shell:
    """Return the frame for who is signed in, or for nobody."""
    if actor is None:
        return Shell(language, theme, [], worker_missing=False)
    rows = session.execute(
        select(Project.slug, Project.name)
        .where(is_visible(actor), Project.archived_at.is_(None))
        .order_by(Project.name)
        .limit(SWITCHER_SIZE)
    )
    return Shell(
        language,
        theme,
        [ProjectName(slug, name) for slug, name in rows],
        worker_missing=not worker_is_alive(session, moment, SILENCE),
    )
