"""Forms of projects and their members."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange

from checklist_app.domain.vocabulary import GonePolicy, Language, Role, Severity
from checklist_app.web.forms import SelectChoice

LANGUAGE_NAMES = [
    SelectChoice(Language.ES.value, "Español"),
    SelectChoice(Language.EN.value, "English"),
]
ROLE_NAMES = [
    SelectChoice(Role.OWNER.value, _l("Owner")),
    SelectChoice(Role.MANAGER.value, _l("Manager")),
    SelectChoice(Role.REVIEWER.value, _l("Reviewer")),
    SelectChoice(Role.CONTRIBUTOR.value, _l("Contributor")),
    SelectChoice(Role.VIEWER.value, _l("Viewer")),
]


SEVERITY_NAMES = [
    SelectChoice(Severity.CRITICAL.value, _l("Critical")),
    SelectChoice(Severity.HIGH.value, _l("High")),
    SelectChoice(Severity.MEDIUM.value, _l("Medium")),
    SelectChoice(Severity.LOW.value, _l("Low")),
    SelectChoice(Severity.INFO.value, _l("Info")),
]


GONE_POLICIES = [
    SelectChoice(GonePolicy.MARK.value, _l("Mark it as no longer reported")),
    SelectChoice(GonePolicy.CLOSE.value, _l("Close it")),
]


class ProjectForm(FlaskForm):
    name = StringField(_l("Name"), [InputRequired(), Length(max=120)])
    description = TextAreaField(
        _l("Description"), [Length(max=20_000)], description=_l("What it is and whom it serves.")
    )
    scope = TextAreaField(
        _l("Scope"),
        [Length(max=20_000)],
        description=_l("What is assessed and what is left out; the report says it."),
    )
    language = SelectField(_l("Language of its reports"), choices=LANGUAGE_NAMES)


class EditProjectForm(ProjectForm):
    fail_threshold = SelectField(
        _l("A finding proposes to fail from"),
        choices=SEVERITY_NAMES,
        description=_l("What is milder, or leads there only weakly, proposes a partial."),
    )
    freshness_days = IntegerField(
        _l("A scan is fresh for (days)"),
        [InputRequired(), NumberRange(1, 3650, _l("Give 1 to 3650 days."))],
        description=_l("Older scans are marked as stale beside the items they speak of."),
    )
    gone_policy = SelectField(
        _l("What a newer scan of the same scope no longer reports"),
        choices=GONE_POLICIES,
        description=_l(
            "From the next scan on. Whatever comes back is open again; verdicts, waivers and what "
            "a tool or a person set aside stay as they are. A scan that failed in part closes "
            "nothing."
        ),
    )
    four_eyes = BooleanField(
        _l("A second person accepts each verdict"),
        description=_l(
            "Whoever recorded a verdict cannot accept it, and whoever accepted all of them cannot "
            "sign off alone."
        ),
    )


class MemberForm(FlaskForm):
    email = EmailField(_l("E-mail"), [InputRequired(), Length(max=254)])
    name = StringField(
        _l("Name"), [Length(max=120)], description=_l("Needed when the person has no account yet.")
    )
    role = SelectField(_l("Role"), choices=ROLE_NAMES, default=Role.REVIEWER.value)
