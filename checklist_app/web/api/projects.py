"""Projects: one's own, and what is said of each."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from apiflask import APIBlueprint
from flask import url_for
from pydantic import Field

from checklist_app.domain.permissions import Permission
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import GonePolicy, Language, Role, Severity
from checklist_app.queries.projects import ProjectCard, project_cards
from checklist_app.services import projects, reviews
from checklist_app.services.clock import today
from checklist_app.web.access import actor, project, requires
from checklist_app.web.api.operations import Created, Operation
from checklist_app.web.api.paging import cut
from checklist_app.web.api.schemas import Input, ListQuery, LongText, Name, Output, Page, TakeWhole
from checklist_app.web.proof import asks_itself, prove
from checklist_app.web.transaction import db_session

blueprint = APIBlueprint("projects", __name__, url_prefix="/projects")


class Counts(Output):
    """How many items have which outcome; not assessed stands apart from all of them."""

    passed: int
    partial: int
    failed: int
    not_applicable: int
    not_assessed: int


class ProjectLine(Output):
    """A project in a list; ``role`` is the reader's own."""

    slug: str
    name: str
    role: Role
    checklist_count: int
    counts: Counts
    open_gaps: int


class Project(Output):
    """A project."""

    slug: str
    name: str
    description: str
    scope: str
    language: Language
    fail_threshold: Severity
    freshness_days: int
    gone_policy: GonePolicy
    four_eyes: bool
    created_at: datetime
    archived_at: datetime | None


class NewProject(Input):
    """What is said of a new project."""

    name: Name
    description: LongText = ""
    scope: LongText = ""
    language: Language = Language.ES


class ProjectChange(Input):
    """What changes; what is left out stays."""

    name: Name | None = None
    description: LongText | None = None
    scope: LongText | None = None
    language: Language | None = None
    four_eyes: bool | None = Field(
        None,
        description=str(
            text(
                "Whether a second person accepts each verdict. Only `false`, where it was `true`, "
                "needs a recent sign-in."
            )
        ),
    )


class PolicyChange(Input):
    """What scans mean in the project; what is left out stays."""

    fail_threshold: Severity | None = None
    freshness_days: Annotated[int, Field(ge=1, le=3650), TakeWhole] | None = None
    gone_policy: GonePolicy | None = None


class ProjectSort(StrEnum):
    """In which order projects come."""

    NAME = "name"
    LAST_NAME_FIRST = "-name"
    MOST_GAPS_FIRST = "-open_gaps"


class ProjectQuery(ListQuery):
    """Which projects are wanted."""

    role: Role | None = None
    sort: ProjectSort = ProjectSort.NAME


def shown(slug: str) -> Project:
    """Return the project of the address."""
    return Project.model_validate(project().project)


@blueprint.get("")
@requires(Permission.PROJECT_LIST)
@Operation(text("List one's projects"), query=ProjectQuery, answer=Page[ProjectLine])
def index(query: ProjectQuery) -> Page[ProjectLine]:
    """List the projects."""
    cards = [
        card
        for card in project_cards(db_session(), actor(), today())
        if query.role in (None, card.role)
    ]
    return cut(query, _sorted(cards, query.sort), ProjectLine.model_validate, "slug")


@blueprint.post("")
@requires(Permission.PROJECT_CREATE)
@Operation(
    text("Create a project that one owns"),
    body=NewProject,
    answer=Project,
    status=201,
    repeatable=True,
)
def create(body: NewProject) -> Created:
    """Create a project."""
    access = projects.create_project(
        db_session(),
        actor(),
        name=body.name,
        description=body.description,
        scope=body.scope,
        language=body.language,
    )
    address = url_for("api.projects.show", slug=access.project.slug)
    return Created(Project.model_validate(access.project), address)


@blueprint.get("/<slug>")
@requires(Permission.PROJECT_VIEW)
@Operation(text("Show a project"), answer=Project)
def show(slug: str) -> Project:
    """Show a project."""
    return shown(slug)


@blueprint.patch("/<slug>")
@requires(Permission.PROJECT_EDIT)
@asks_itself(text("Stop asking for a second person"))
@Operation(
    text("Change what is said of a project"), body=ProjectChange, answer=Project, existing=shown
)
def edit(slug: str, body: ProjectChange) -> Project:
    """Change a project."""
    present = project().project
    if present.four_eyes and body.four_eyes is False:
        prove()
    projects.edit_project(
        db_session(),
        project(),
        name=present.name if body.name is None else body.name,
        description=present.description if body.description is None else body.description,
        scope=present.scope if body.scope is None else body.scope,
        language=body.language or present.language,
    )
    if body.four_eyes is not None:
        reviews.set_four_eyes(db_session(), project(), wanted=body.four_eyes)
    return shown(slug)


@blueprint.patch("/<slug>/scan-policy")
@requires(Permission.PROJECT_EDIT)
@Operation(
    text("Change what scans mean in a project"), body=PolicyChange, answer=Project, existing=shown
)
def set_policy(slug: str, body: PolicyChange) -> Project:
    """Change the policy for scans."""
    present = project().project
    projects.set_scan_policy(
        db_session(),
        project(),
        fail_threshold=body.fail_threshold or present.fail_threshold,
        freshness_days=body.freshness_days or present.freshness_days,
        gone_policy=body.gone_policy or present.gone_policy,
    )
    return shown(slug)


@blueprint.post("/<slug>/archive")
@requires(Permission.PROJECT_ARCHIVE)
@Operation(text("Make a project read-only for everybody"), answer=Project, existing=shown)
def archive(slug: str) -> Project:
    """Archive a project."""
    projects.archive_project(db_session(), project())
    return shown(slug)


@blueprint.post("/<slug>/restore")
@requires(Permission.PROJECT_ARCHIVE)
@Operation(text("Let an archived project be worked on again"), answer=Project, existing=shown)
def restore(slug: str) -> Project:
    """Restore a project."""
    projects.restore_project(db_session(), project())
    return shown(slug)


def _sorted(cards: list[ProjectCard], sort: ProjectSort) -> list[ProjectCard]:
    if sort is ProjectSort.MOST_GAPS_FIRST:
        return sorted(cards, key=lambda card: -card.open_gaps)
    return cards[::-1] if sort is ProjectSort.LAST_NAME_FIRST else cards
