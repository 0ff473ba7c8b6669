"""Projects: what they are, how they stand, archived and restored."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from checklist_app.domain.errors import InvalidInput
from checklist_app.domain.permissions import Permission
from checklist_app.domain.vocabulary import GonePolicy, Language, Severity
from checklist_app.queries import projects as queries
from checklist_app.queries.checklists import checklist_cards
from checklist_app.queries.contradictions import contradiction_count
from checklist_app.queries.contradictions import contradictions as contradicting
from checklist_app.queries.gaps import gaps_over_time
from checklist_app.queries.my_work import my_items, my_remediations
from checklist_app.queries.reports import report_lines
from checklist_app.services import projects, reviews
from checklist_app.services.clock import now, today
from checklist_app.web.access import actor, project, requires
from checklist_app.web.forms import show_error
from checklist_app.web.languages import reader_language
from checklist_app.web.messages import done
from checklist_app.web.projects.forms import EditProjectForm, ProjectForm
from checklist_app.web.proof import asks_itself, prove
from checklist_app.web.transaction import db_session

blueprint = Blueprint("projects", __name__)

REFUSED = 422
REPORTS_SHOWN = 5


@blueprint.get("/")
@requires(Permission.PROJECT_LIST)
def index() -> ResponseReturnValue:
    """Show one's projects, and what waits there for oneself."""
    session, language = db_session(), reader_language()
    return render_template(
        "projects/index.html",
        projects=queries.project_cards(session, actor(), today()),
        mine=my_remediations(session, actor(), language, today()),
        assigned=my_items(session, actor(), language),
    )


@blueprint.route("/projects/new", methods=["GET", "POST"])
@requires(Permission.PROJECT_CREATE)
def create() -> ResponseReturnValue:
    """Create a project."""
    form = ProjectForm(language=reader_language().value)
    if form.validate_on_submit():
        try:
            access = projects.create_project(
                db_session(),
                actor(),
                name=form.name.data or "",
                description=form.description.data or "",
                scope=form.scope.data or "",
                language=Language(form.language.data),
            )
        except InvalidInput as error:
            show_error(form, error)
        else:
            return redirect(url_for("projects.show", slug=access.project.slug), 303)
    return render_template("projects/create.html", form=form), _status(form)


@blueprint.get("/projects/<slug>")
@requires(Permission.PROJECT_VIEW)
def show(slug: str) -> ResponseReturnValue:
    """Show the overview of a project."""
    session, access = db_session(), project()
    figures = queries.project_figures(session, access, today())
    checklists = checklist_cards(session, access, reader_language())
    return render_template(
        "projects/show.html",
        checklists=checklists,
        gaps=gaps_over_time(session, access.project.id, now()),
        open_gaps=figures.open_gaps,
        overdue=figures.overdue,
        contradictions=contradiction_count(session, access),
        evidence_count=figures.evidence_count,
        events=queries.recent_events(session, access),
        scans=queries.recent_scans(session, access),
        reports=report_lines(session, access)[:REPORTS_SHOWN],
    )


@blueprint.get("/projects/<slug>/contradictions")
@requires(Permission.PROJECT_VIEW)
def contradictions(slug: str) -> ResponseReturnValue:
    """Show verdicts of the project's lists that cannot both be true."""
    pairs = contradicting(db_session(), project(), reader_language())
    return render_template("projects/contradictions.html", pairs=pairs)


@blueprint.route("/projects/<slug>/edit", methods=["GET", "POST"])
@requires(Permission.PROJECT_EDIT)
@asks_itself(_l("Stop asking for a second person"))
def edit(slug: str) -> ResponseReturnValue:
    """Change what is said of a project."""
    form = EditProjectForm(obj=project().project)
    if form.validate_on_submit():
        if project().project.four_eyes and not form.four_eyes.data:
            prove()
        try:
            projects.edit_project(
                db_session(),
                project(),
                name=form.name.data or "",
                description=form.description.data or "",
                scope=form.scope.data or "",
                language=Language(form.language.data),
            )
            projects.set_scan_policy(
                db_session(),
                project(),
                fail_threshold=Severity(form.fail_threshold.data),
                freshness_days=form.freshness_days.data or 0,
                gone_policy=GonePolicy(form.gone_policy.data),
            )
            reviews.set_four_eyes(db_session(), project(), wanted=bool(form.four_eyes.data))
        except InvalidInput as error:
            show_error(form, error)
        else:
            done(gettext("Saved."))
            return redirect(url_for("projects.show", slug=slug), 303)
    return render_template("projects/edit.html", form=form), _status(form)


@blueprint.post("/projects/<slug>/archive")
@requires(Permission.PROJECT_ARCHIVE)
def archive(slug: str) -> ResponseReturnValue:
    """Make the project read-only for everybody."""
    projects.archive_project(db_session(), project())
    done(gettext("The project is archived: it can be read, and an owner can restore it."))
    return redirect(url_for("projects.show", slug=slug), 303)


@blueprint.post("/projects/<slug>/restore")
@requires(Permission.PROJECT_ARCHIVE)
def restore(slug: str) -> ResponseReturnValue:
    """Let an archived project be worked on again."""
    projects.restore_project(db_session(), project())
    done(gettext("The project is restored."))
    return redirect(url_for("projects.show", slug=slug), 303)


def _status(form: ProjectForm) -> int:
    return REFUSED if form.is_submitted() else 200
