"""This program as a project of its own: assessed by us, and shown as exactly that."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.catalog.self_assessment import (
    OwnAssessment,
    OwnVerdict,
    SelfAssessment,
    edition,
    file_digest,
    load_self_assessment,
)
from checklist_app.domain.actor import Actor
from checklist_app.domain.tailoring import Tailoring
from checklist_app.domain.vocabulary import Language, Role
from checklist_app.models import Checklist, Evidence, Project, Standard
from checklist_app.queries.access import (
    ProjectAccess,
    open_checklist,
    open_item,
    open_project,
)
from checklist_app.queries.members import members
from checklist_app.queries.people import actor_of, find_user
from checklist_app.services.accounts import create_user
from checklist_app.services.checklists import sign_off, start_checklist
from checklist_app.services.evidence import attach_note, link_evidence
from checklist_app.services.members import join
from checklist_app.services.projects import create_project
from checklist_app.services.resources import Resources
from checklist_app.services.verdicts import record_verdict

SLUGS = {Language.ES: "owasp-checklist", Language.EN: "owasp-checklist-en"}
ASSESSORS = {
    Language.ES: "autoevaluacion@localhost.localdomain",
    Language.EN: "self-assessment@localhost.localdomain",
}
"""Accounts that nobody can sign in to: they have no password and get no link."""


@dataclass(frozen=True, slots=True)
class OwnProject:
    """Where the self-assessment stands in this installation.

    Attributes:
        slug: of the project.
        assessor: who recorded and signed it.
        checklists: numbers by the short name of the list.
    """

    slug: str
    assessor: Actor
    checklists: dict[str, int]


def load_own_project(resources: Resources, language: Language) -> OwnProject:
    """Load what is new of the self-assessment; nothing when its words and files are the same.

    A file that has changed since makes a new round: the one before stays as it was signed.
    """
    found = load_self_assessment()
    with resources.sessions.begin() as session:
        assessor = _project(session, found, language)
    numbers = {}
    for short, assessed in found.lists.items():
        with resources.sessions.begin() as session:
            access = open_project(session, assessor, SLUGS[language])
            numbers[short] = _Telling(session, access, found, language).tell(assessed)
    return OwnProject(SLUGS[language], assessor, numbers)


def let_in(resources: Resources, own: OwnProject, email: str) -> None:
    """Let a person read the project."""
    with resources.sessions.begin() as session:
        guest = find_user(session, email)
        access = open_project(session, own.assessor, own.slug)
        if guest and all(member.user_id != guest.id for member in members(session, access)):
            join(session, access, guest, Role.VIEWER)


def _project(session: Session, found: SelfAssessment, language: Language) -> Actor:
    """Make the account and the project that are missing; return who assesses."""
    say = {name: spoken[language] for name, spoken in found.words.items()}
    user = find_user(session, ASSESSORS[language]) or create_user(
        session, None, email=ASSESSORS[language], name=say["assessor"], language=language
    )
    assessor = actor_of(user)
    if session.scalar(select(Project.id).where(Project.slug == SLUGS[language])) is None:
        access = create_project(
            session,
            assessor,
            name=say["project"],
            description=say["description"],
            scope=say["scope"],
            language=language,
        )
        # The name gives a slug of its own; ours is the one that documents speak of.
        access.project.slug = SLUGS[language]
    return assessor


class _Telling:
    """Records the verdicts over one list in one transaction, so that half of it never shows."""

    def __init__(
        self, session: Session, access: ProjectAccess, found: SelfAssessment, language: Language
    ) -> None:
        self._session = session
        self._access = access
        self._found = found
        self._language = language
        self._notes: dict[str, int] = {}

    def tell(self, assessed: OwnAssessment) -> int:
        """Return the number of the checklist with these very words and files."""
        name = f"{self._say('name')} {edition(self._found, assessed)}"
        standard_id = self._session.scalars(
            select(Standard.id).where(
                Standard.key == assessed.key, Standard.version == assessed.version
            )
        ).one()
        known = self._session.scalar(
            select(Checklist.number).where(
                Checklist.project_id == self._access.project.id,
                Checklist.standard_id == standard_id,
                Checklist.name == name,
            )
        )
        if known is not None:
            return known
        number = start_checklist(
            self._session,
            self._access,
            standard_id=standard_id,
            name=name,
            tailoring=Tailoring(level=assessed.level),
        ).number
        for verdict in assessed.verdicts:
            self._record(number, verdict)
        sign_off(
            self._session,
            self._access,
            open_checklist(self._session, self._access, number),
            statement=self._say("statement").format(day=self._found.assessed_on.isoformat()),
            left_reasons={},
        )
        return number

    def _say(self, name: str) -> str:
        return self._found.words[name][self._language]

    def _record(self, number: int, verdict: OwnVerdict) -> None:
        checklist = open_checklist(self._session, self._access, number)
        opened = open_item(self._session, self._access, checklist, verdict.identifier)
        for path in dict.fromkeys(one.path for one in verdict.evidence):
            link_evidence(self._session, opened, self._note(path))
        record_verdict(
            self._session,
            opened,
            outcome=verdict.outcome,
            rationale=self._rationale(verdict),
            row_version=opened.item.row_version,
        )

    def _rationale(self, verdict: OwnVerdict) -> str:
        if not verdict.evidence:
            return verdict.rationale[self._language]
        places = "\n".join(f"- `{one.written}`" for one in verdict.evidence)
        return f"{verdict.rationale[self._language]}\n\n{self._say('cited')}\n\n{places}"

    def _note(self, path: str) -> int:
        """Return the note about a file as it is now; there is one for each state of it."""
        if path in self._notes:
            return self._notes[path]
        digest = file_digest(path)
        said = f"SHA-256 `{digest}`" if digest else self._say("missing")
        known = self._session.scalar(
            select(Evidence.id).where(
                Evidence.project_id == self._access.project.id,
                Evidence.title == path,
                Evidence.note == said,
            )
        )
        if known is None:
            known = attach_note(self._session, self._access, None, note=said, title=path).id
        self._notes[path] = known
        return known
