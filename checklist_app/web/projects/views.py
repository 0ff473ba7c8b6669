"""Projects and their members."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from checklist_app.domain.errors import DomainError, InvalidInput
from checklist_app.domain.permissions import Permission
from checklist_app.domain.vocabulary import GonePolicy, Language, Role, Severity
from checklist_app.queries import projects as queries
from checklist_app.queries.checklists import checklist_cards
from checklist_app.queries.contradictions import contradiction_count
from checklist_app.queries.contradictions import contradictions as contradicting
from checklist_app.queries.gaps import gaps_over_time
from checklist_app.queries.my_work import my_items, my_remediations
from checklist_app.queries.reports import report_lines
from checklist_app.services import projects
from checklist_app.services.clock import now, today
from checklist_app.web.access import actor, project, recent_auth, requires
from checklist_app.web.forms import form_choice, show_error
from checklist_app.web.languages import reader_language
from checklist_app.web.messages import done
from checklist_app.web.projects.forms import EditProjectForm, MemberForm, ProjectForm
from checklist_app.web.transaction import db_session, resources

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
def edit(slug: str) -> ResponseReturnValue:
    """Change what is said of a project."""
    form = EditProjectForm(obj=project().project)
    if form.validate_on_submit():
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
        except InvalidInput as error:
            show_error(form, error)
        else:
            done(gettext("Saved."))
            return redirect(url_for("projects.show", slug=slug), 303)
    return render_template("projects/edit.html", form=form), _status(form)


@blueprint.get("/projects/<slug>/members")
@requires(Permission.PROJECT_VIEW)
def members(slug: str) -> ResponseReturnValue:
    """Show who takes part."""
    return _members(MemberForm(), 200)


@blueprint.post("/projects/<slug>/members")
@requires(Permission.MEMBER_MANAGE)
@recent_auth(_l("Add a member to the project"))
def add_member(slug: str) -> ResponseReturnValue:
    """Give a person a role; one without an account gets a one-time link."""
    form = MemberForm()
    if not form.validate_on_submit():
        return _members(form, REFUSED)
    try:
        token = projects.add_member(
            db_session(),
            project(),
            resources().config,
            email=form.email.data or "",
            name=form.name.data or "",
            role=Role(form.role.data),
        )
    except DomainError as error:
        show_error(form, error)
        return _members(form, REFUSED)
    done(gettext("%(email)s is a member now.", email=form.email.data))
    if token is None:
        return redirect(url_for("projects.members", slug=slug), 303)
    # The link is in this answer alone: a redirect would have to keep it somewhere.
    link = resources().config.base_url + url_for("auth.set_password", token=token)
    return _members(MemberForm(formdata=None), 200, link)


@blueprint.post("/projects/<slug>/members/<int:user_id>/role")
@requires(Permission.MEMBER_MANAGE)
@recent_auth(_l("Change the role of a member"))
def change_role(slug: str, user_id: int) -> ResponseReturnValue:
    """Change a member's role."""
    projects.change_role(db_session(), project(), user_id, form_choice("role", Role))
    done(gettext("Saved."))
    return redirect(url_for("projects.members", slug=slug), 303)


@blueprint.post("/projects/<slug>/members/<int:user_id>/remove")
@requires(Permission.MEMBER_MANAGE)
@recent_auth(_l("Take a member out of the project"))
def remove_member(slug: str, user_id: int) -> ResponseReturnValue:
    """Take a person out of the project."""
    projects.remove_member(db_session(), project(), user_id)
    done(gettext("They are no longer a member; what they wrote stays."))
    if user_id == actor().user_id:
        return redirect(url_for("projects.index"), 303)
    return redirect(url_for("projects.members", slug=slug), 303)


def _members(form: MemberForm, status: int, link: str = "") -> ResponseReturnValue:
    if Permission.USER_MANAGE not in actor().permissions:
        del form.name  # only whoever may make accounts has to name a new person
    db_session().flush()
    people = queries.members(db_session(), project())
    page = render_template("projects/members.html", members=people, form=form, invite_link=link)
    return page, status


def _status(form: ProjectForm) -> int:
    return REFUSED if form.is_submitted() else 200
