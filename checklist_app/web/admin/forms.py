"""Forms of administration."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from checklist_app.domain.vocabulary import Language, OrganisationRole, Role
from checklist_app.web.forms import SelectChoice

ORGANISATION_ROLES = [
    SelectChoice(OrganisationRole.MEMBER.value, _l("Member")),
    SelectChoice(OrganisationRole.AUDITOR.value, _l("Auditor")),
    SelectChoice(OrganisationRole.ADMINISTRATOR.value, _l("Administrator")),
]
LANGUAGES = [
    SelectChoice(Language.ES.value, "Español"),
    SelectChoice(Language.EN.value, "English"),
]
PROJECT_ROLES = [
    SelectChoice(Role.VIEWER.value, _l("Viewer")),
    SelectChoice(Role.CONTRIBUTOR.value, _l("Contributor")),
    SelectChoice(Role.REVIEWER.value, _l("Reviewer")),
    SelectChoice(Role.MANAGER.value, _l("Manager")),
    SelectChoice(Role.OWNER.value, _l("Owner")),
]


class InviteForm(FlaskForm):
    """Who comes, and as what; ``project`` is left out when the inviter manages none."""

    name = StringField(_l("Name"), [InputRequired(), Length(max=120)])
    email = EmailField(_l("E-mail"), [InputRequired(), Length(max=254)])
    organisation_role = SelectField(
        _l("In the organisation"), choices=ORGANISATION_ROLES, default=OrganisationRole.MEMBER.value
    )
    language = SelectField(_l("Language of their screens and mail"), choices=LANGUAGES)
    project = SelectField(
        _l("Joins the project"), default="", description=_l("Those whose members you manage.")
    )
    role = SelectField(_l("Role there"), choices=PROJECT_ROLES, default=Role.VIEWER.value)


class GroupForm(FlaskForm):
    name = StringField(_l("Name"), [InputRequired(), Length(max=120)])


class GroupPersonForm(FlaskForm):
    email = EmailField(_l("E-mail"), [InputRequired(), Length(max=254)])


class EraseForm(FlaskForm):
    email = EmailField(_l("Their e-mail address, to be sure"), [InputRequired(), Length(max=254)])
