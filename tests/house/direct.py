"""Guards that no request meets first, for another stands before them: called by themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.domain.actor import Actor
from checklist_app.domain.gate import GatePolicy
from checklist_app.domain.permissions import Permission
from checklist_app.domain.vocabulary import Language
from checklist_app.models import User
from checklist_app.queries.access import open_project
from checklist_app.queries.gate import judge
from checklist_app.queries.personal_data import person_to_copy
from checklist_app.queries.security import open_alerts
from checklist_app.services.clock import now
from tests.house.world import SLUG


def actor_of(session: Session, name: str, scopes: frozenset[Permission] | None = None) -> Actor:
    """Return somebody of the cast, as a program with these scopes or as a person."""
    user = session.scalars(select(User).where(User.email == f"{name}@example.org")).one()
    return Actor(user.id, user.email, user.name, user.organisation_role, scopes=scopes)


def judge_without_the_scope(session: Session) -> None:
    """Ask the gate of a project as its owner's program, which may do anything else there."""
    alice = actor_of(session, "alice", frozenset(Permission) - {Permission.GATE_VIEW})
    judge(session, open_project(session, alice, SLUG), GatePolicy(), Language.EN, now())


def copy_somebody_else(session: Session) -> None:
    """Take a copy of what is kept about another person."""
    person_to_copy(session, actor_of(session, "vera"), actor_of(session, "alice").user_id)


def count_alerts(session: Session) -> None:
    """Ask how many alerts are open, as a member of a project."""
    open_alerts(session, actor_of(session, "vera"))


DIRECT: Mapping[tuple[str, str], Callable[[Session], None]] = {
    (
        "checklist_app.queries.gate",
        "access.require(Permission.GATE_VIEW)",
    ): judge_without_the_scope,
    (
        "checklist_app.queries.personal_data",
        "actor.require(Permission.USER_MANAGE)",
    ): copy_somebody_else,
    (
        "checklist_app.queries.security",
        "actor.require(Permission.SECURITY_VIEW)",
    ): count_alerts,
}
"""By module and guard; each has to be refused."""
