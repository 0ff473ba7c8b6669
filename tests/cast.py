"""Who plays in the tests.

Alice owns the project, Martha manages it, Bob reviews, Carla contributes, Vera only reads; Charlie
has a project of his own and no business here; Ada administers the system and Otto audits it,
members of nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from sqlalchemy.orm import Session

from checklist_app.domain.actor import Actor
from checklist_app.domain.permissions import AUDITORS_ROLE
from checklist_app.domain.vocabulary import OrganisationRole, Role
from checklist_app.models import Checklist, Membership, Project, Standard, User
from checklist_app.queries.access import ItemAccess, ProjectAccess, open_item
from checklist_app.services import passwords
from checklist_app.services.checklists import start_checklist
from checklist_app.services.clock import now
from checklist_app.services.projects import create_project

PASSWORD = "cuatro palabras sin sentido"
ROLES = {
    "alice": Role.OWNER,
    "martha": Role.MANAGER,
    "bob": Role.REVIEWER,
    "carla": Role.CONTRIBUTOR,
    "vera": Role.VIEWER,
}
ORGANISATION_ROLES = {"ada": OrganisationRole.ADMINISTRATOR, "otto": OrganisationRole.AUDITOR}


@dataclass(frozen=True)
class Cast:
    """The people, the project "Banca", and each member's way into it."""

    project: Project
    people: dict[str, Actor]

    def __getattr__(self, name: str) -> Actor:
        return self.people[name]

    def access(self, name: str) -> ProjectAccess:
        role = AUDITORS_ROLE if self.people[name].is_auditor else ROLES[name]
        return ProjectAccess(self.people[name], self.project, role)


@cache
def password_hash() -> str:
    return passwords.hash_password(PASSWORD)


def make_cast(session: Session) -> Cast:
    """Put everybody on stage; the caller commits."""
    users = {
        name: User(
            email=f"{name}@example.org",
            name=name.capitalize(),
            password_hash=password_hash(),
            organisation_role=ORGANISATION_ROLES.get(name, OrganisationRole.MEMBER),
            created_at=now(),
        )
        for name in (*ROLES, "charlie", *ORGANISATION_ROLES)
    }
    session.add_all(users.values())
    session.flush()
    people = {
        name: Actor(user.id, user.email, user.name, user.organisation_role)
        for name, user in users.items()
    }
    access = create_project(session, people["alice"], name="Banca", scope="Todo")
    for name, role in ROLES.items():
        if role is not Role.OWNER:
            session.add(
                Membership(
                    project_id=access.project.id,
                    user_id=people[name].user_id,
                    role=role,
                    created_at=now(),
                )
            )
    create_project(session, people["charlie"], name="Ajeno")
    session.flush()
    return Cast(access.project, people)


def make_checklist(session: Session, access: ProjectAccess, name: str = "Ronda 1") -> Checklist:
    """Start a checklist over the test standard."""
    standard = session.query(Standard).filter_by(key="owasp-test", version="1.0").one()
    return start_checklist(session, access, standard_id=standard.id, name=name)


def item(
    session: Session, access: ProjectAccess, checklist: Checklist, identifier: str
) -> ItemAccess:
    """Open an item as a member."""
    return open_item(session, access, checklist, identifier)
