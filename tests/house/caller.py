"""Who calls the functions that keep rows apart: the owner of a project with one of everything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy.orm import Session

from checklist_app.config import Config
from checklist_app.domain.actor import Actor
from checklist_app.domain.vocabulary import Language, OrganisationRole
from checklist_app.models import (
    Checklist,
    ChecklistItem,
    Project,
    ScanImport,
    ScanScope,
    Standard,
    Suggestion,
    User,
    Webhook,
)
from checklist_app.queries.access import (
    ItemAccess,
    ProjectAccess,
    open_checklist,
    open_item,
    open_project,
)
from checklist_app.queries.finding_filters import FindingFilters
from checklist_app.services.clock import now, today
from checklist_app.services.scan_merging import _Merge
from checklist_app.services.webhooks import HookPlace, of_project
from tests.house.neighbours import RULE
from tests.web.stage import scan

EVERY_FINDING = FindingFilters()
Given = Mapping[str, Any]


@dataclass
class Caller:
    """Somebody who works in the project that is not the neighbour's, in one transaction.

    Whatever a function takes stands here by the name of its parameter, or is the key of one of
    their own things.
    """

    session: Session
    config: Config
    own: Given
    page: int = 1
    kind: str = ""
    limit: int = 50
    before: None = None
    number: None = None
    identifier: str = "IN-01"
    idle_limit: timedelta = timedelta(days=1)
    language: Language = Language.ES
    filters: FindingFilters = EVERY_FINDING
    rule: tuple[str, str] = ("Sniffer", RULE)

    @cached_property
    def user(self) -> User:
        return self.session.get_one(User, self.own["user_id"])

    @cached_property
    def actor(self) -> Actor:
        return Actor(self.user.id, self.user.email, self.user.name)

    @cached_property
    def access(self) -> ProjectAccess:
        return open_project(self.session, self.actor, self.own["slug"])

    @property
    def project(self) -> Project:
        return self.access.project

    @cached_property
    def checklist(self) -> Checklist:
        return open_checklist(self.session, self.access, self.own["number"])

    @property
    def previous(self) -> Checklist:
        return self.checklist

    @cached_property
    def opened(self) -> ItemAccess:
        return self.open_item("IN-01")

    @property
    def item(self) -> ChecklistItem:
        return self.opened.item

    @property
    def row_version(self) -> int:
        return self.item.row_version

    @property
    def standard(self) -> Standard:
        return self.checklist.standard

    @property
    def suggestion(self) -> Suggestion:
        return self.session.query(Suggestion).filter_by(item_id=self.item.id).one()

    @property
    def suggestion_id(self) -> int:
        return self.suggestion.id

    @property
    def suggestion_ids(self) -> set[int]:
        return {self.suggestion.id}

    @property
    def finding_ids(self) -> list[int]:
        return [self.own["finding_id"]]

    @property
    def evidence_ids(self) -> list[int]:
        return [self.own["evidence_id"]]

    @property
    def project_ids(self) -> list[int]:
        return [self.project.id]

    @property
    def checklists(self) -> list[int]:
        return [self.checklist.id]

    @cached_property
    def scan_import(self) -> ScanImport:
        return self.session.get_one(ScanImport, self.own["import_id"])

    @property
    def scope(self) -> ScanScope:
        return self.session.get_one(ScanScope, self.own["scope_id"])

    @property
    def scan(self) -> Any:
        return scan()

    @cached_property
    def merge(self) -> _Merge:
        return _Merge(self.session, self.project, self.scan_import, is_older=False)

    @property
    def hook(self) -> Webhook:
        return self.session.get_one(Webhook, self.own["hook_id"])

    @property
    def place(self) -> HookPlace:
        return of_project(self.access)

    @property
    def today(self) -> date:
        return today()

    @property
    def moment(self) -> datetime:
        return now()

    @property
    def until(self) -> datetime:
        return now()

    def open_item(self, identifier: str) -> ItemAccess:
        """Open an item of the checklist that everything is about."""
        return open_item(self.session, self.access, self.checklist, identifier)

    def person(self, name: str, role: OrganisationRole | None = None) -> Actor:
        """Return somebody else of the organisation, in another role of it where one is named."""
        user = self.session.query(User).filter_by(email=f"{name}@example.org").one()
        return Actor(user.id, user.email, user.name, role or user.organisation_role)

    def argument(self, name: str, given: Given) -> Any:
        """Return what is given for a parameter; what is made of a caller is made of this one."""
        if name not in given:
            is_known = hasattr(type(self), name) or name not in self.own
            return getattr(self, name) if is_known else self.own[name]
        value = given[name]
        return value(self) if callable(value) else value
