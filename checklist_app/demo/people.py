"""Who takes part in the demonstration: roles, not persons."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from checklist_app.config import Config
from checklist_app.demo.story import chapter
from checklist_app.domain.actor import Actor
from checklist_app.domain.vocabulary import Language, Role
from checklist_app.queries.people import actor_of, find_user
from checklist_app.services.accounts import create_user, set_password_by_link
from checklist_app.services.links import issue_link

ROLES = (Role.OWNER, Role.REVIEWER, Role.CONTRIBUTOR, Role.VIEWER)
"""Those of a small team; who owns the project manages it as well."""


@dataclass(frozen=True, slots=True)
class People:
    """One person for each role."""

    owner: Actor
    reviewer: Actor
    contributor: Actor
    viewer: Actor

    @property
    def members(self) -> tuple[tuple[Actor, Role], ...]:
        """Who joins the owner's project, and as what."""
        return (
            (self.reviewer, Role.REVIEWER),
            (self.contributor, Role.CONTRIBUTOR),
            (self.viewer, Role.VIEWER),
        )


def make_people(session: Session, config: Config, language: Language, password: str) -> People:
    """Create the accounts that are missing; all get the same password."""
    return People(
        **{role.value: _person(session, config, role, language, password) for role in ROLES}
    )


def _person(
    session: Session, config: Config, role: Role, language: Language, password: str
) -> Actor:
    email, name = chapter("project")["people"][role.value][language.value]
    user = find_user(session, email)
    if user is None:
        user = create_user(session, None, email=email, name=name, language=language)
    set_password_by_link(session, config, issue_link(session, None, user, config), password)
    return actor_of(user)
