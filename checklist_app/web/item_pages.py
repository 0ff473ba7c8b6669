"""How every area answers about one item: a page, or the parts of it that our script swaps."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from checklist_app.domain.errors import InvalidInput
from checklist_app.queries.access import ItemAccess
from checklist_app.queries.checklists import checklist_head
from checklist_app.queries.evidence import evidence_choices
from checklist_app.queries.item_rows import saved_change
from checklist_app.queries.items import item_page, project_members
from checklist_app.services.clock import today
from checklist_app.web.access import wants_fragment
from checklist_app.web.filters import told
from checklist_app.web.languages import reader_language
from checklist_app.web.transaction import db_session

REFUSED = 422


def shown(opened: ItemAccess) -> ResponseReturnValue:
    """Show an item: the page, or its pane when our script asks."""
    template = "checklists/_item.html" if wants_fragment() else "checklists/item.html"
    return render_template(template, **_context(opened))


def saved(opened: ItemAccess, anchor: str = "") -> ResponseReturnValue:
    """Answer a change that worked."""
    if not wants_fragment():
        return redirect(_url(opened, anchor), 303)
    db_session().flush()
    change = saved_change(db_session(), opened, reader_language(), today())
    return render_template(
        "checklists/_saved.html",
        **_context(opened),
        row=change.row,
        section=change.section,
        counts=change.counts,
    )


def refused(opened: ItemAccess, error: InvalidInput) -> ResponseReturnValue:
    """Answer a change that breaks a rule; what was typed stays in the form."""
    db_session().rollback()
    template = "checklists/_item.html" if wants_fragment() else "checklists/item.html"
    page = render_template(
        template,
        **_context(opened),
        form_error=told(error.text),
        error_field=error.field,
        typed=request.form,
    )
    return page, REFUSED


def _context(opened: ItemAccess) -> dict[str, Any]:
    session, language = db_session(), reader_language()
    return {
        "checklist": checklist_head(session, opened.checklist, language),
        "item": item_page(session, opened, language, today()),
        "members": project_members(session, opened.project),
        "library": evidence_choices(session, opened.project, opened.item.id),
    }


def _url(opened: ItemAccess, anchor: str) -> str:
    return url_for(
        "checklists.item",
        slug=opened.project.project.slug,
        number=opened.checklist.number,
        identifier=opened.requirement.identifier,
        _anchor=anchor or None,
    )
