"""Two months of work, told through the services at the times when they would have happened."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.demo.library import Library
from checklist_app.demo.people import People
from checklist_app.demo.story import chapter
from checklist_app.domain.actor import Actor
from checklist_app.domain.vocabulary import Language, Outcome, RemediationStatus
from checklist_app.models import Standard
from checklist_app.queries.access import (
    ItemAccess,
    ProjectAccess,
    open_checklist,
    open_item,
    open_project,
)
from checklist_app.services.checklists import sign_off, start_checklist
from checklist_app.services.clock import now, pretend
from checklist_app.services.remediation import (
    advance_remediation,
    grant_waiver,
    plan_remediation,
)
from checklist_app.services.resources import Resources
from checklist_app.services.verdicts import record_verdict

BEGAN = timedelta(days=58)
REPAIRED_AFTER = timedelta(days=16)
LAST = timedelta(days=2)
BEFORE = {
    Language.ES: "Primera vuelta: todavía no se cumple. Se repite tras el arreglo.",
    Language.EN: "First pass: does not hold yet. To be repeated after the repair.",
}
STANDARDS = {"base": ("owasp-base", "1.0"), "top10": ("owasp-top10", "2025")}


class Telling:
    """One project's story in one language."""

    def __init__(self, resources: Resources, people: People, slug: str, language: Language) -> None:
        self._resources = resources
        self._people = people
        self._slug = slug
        self._language = language
        self._library = Library(resources, language)
        self._today = now()
        self._base_number = 0

    def tell_checklist(self, name: str) -> int:
        """Start a checklist and record its verdicts; return its number."""
        verdicts = chapter(name)
        with pretend(self._today - BEGAN), self._resources.sessions.begin() as session:
            key, version = STANDARDS[name]
            standard_id = session.scalars(
                select(Standard.id).where(Standard.key == key, Standard.version == version)
            ).one()
            number = start_checklist(
                session,
                self._as(session, self._people.reviewer),
                standard_id=standard_id,
                name=chapter("project")["checklists"][name][self._language.value],
            ).number
        if name == "base":
            self._base_number = number
        for moment, entry, is_before in _in_order(verdicts, self._today):
            with pretend(moment), self._resources.sessions.begin() as session:
                self._record(session, number, entry, is_before=is_before)
        return number

    def plan_repairs(self) -> None:
        """Plan how gaps are closed, and accept one of them for a while."""
        story = chapter("project")
        for plan in story["plans"]:
            with pretend(self._today - LAST), self._resources.sessions.begin() as session:
                self._plan(session, plan)
        waiver = story["waiver"]
        with pretend(self._today - LAST), self._resources.sessions.begin() as session:
            grant_waiver(
                session,
                self._item(session, self._people.owner, self._base_number, waiver["item"]),
                justification=waiver[self._language.value],
                expires_on=(self._today + timedelta(days=waiver["days"])).date(),
            )

    def sign(self, number: int) -> None:
        """Sign a checklist off."""
        statement = chapter("project")["statement"][self._language.value]
        with self._resources.sessions.begin() as session:
            access = self._as(session, self._people.owner)
            checklist = open_checklist(session, access, number)
            sign_off(session, access, checklist, statement=statement, left_reasons={})

    def _record(
        self, session: Session, number: int, entry: dict[str, Any], *, is_before: bool
    ) -> None:
        identifier = entry["item"]
        if not is_before:
            helper = self._item(session, self._people.contributor, number, identifier)
            for key in entry["evidence"]:
                self._library.attach(session, helper, key)
        opened = self._item(session, self._people.reviewer, number, identifier)
        record_verdict(
            session,
            opened,
            outcome=Outcome(entry["before"] if is_before else entry["outcome"]),
            rationale=BEFORE[self._language] if is_before else entry[self._language.value],
            row_version=opened.item.row_version,
        )

    def _plan(self, session: Session, plan: dict[str, Any]) -> None:
        opened = self._item(session, self._people.reviewer, self._base_number, plan["item"])
        plan_remediation(
            session,
            opened,
            plan=plan[self._language.value],
            owner_id=self._people.contributor.user_id,
            due_on=(self._today + timedelta(days=plan["days"])).date(),
            row_version=0,
        )
        for step in plan["steps"]:
            helper = self._item(session, self._people.contributor, self._base_number, plan["item"])
            advance_remediation(session, helper, RemediationStatus(step))

    def _as(self, session: Session, actor: Actor) -> ProjectAccess:
        return open_project(session, actor, self._slug)

    def _item(self, session: Session, actor: Actor, number: int, identifier: str) -> ItemAccess:
        access = self._as(session, actor)
        checklist = open_checklist(session, access, number)
        return open_item(session, access, checklist, identifier)


def _in_order(
    verdicts: list[dict[str, Any]], today: datetime
) -> list[tuple[datetime, dict[str, Any], bool]]:
    """Spread verdicts over the weeks, each first one before its second; oldest first."""
    step = (BEGAN - LAST - REPAIRED_AFTER) / len(verdicts)
    told = []
    for index, entry in enumerate(verdicts):
        moment = today - BEGAN + step * (index + 1)
        if "before" in entry:
            told.append((moment, entry, True))
            told.append((moment + REPAIRED_AFTER, entry, False))
        else:
            told.append((moment, entry, False))
    return sorted(told, key=lambda part: part[0])
