"""The form that starts a checklist."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.validators import InputRequired, Length

from checklist_app.web.forms import SelectChoice

LEVELS = [SelectChoice("", _l("Every level")), *map(SelectChoice, ("1", "2", "3"))]


class StartForm(FlaskForm):
    standard = SelectField(_l("Standard"), [InputRequired()], coerce=int)
    level = SelectField(
        _l("Level"),
        choices=LEVELS,
        description=_l("For standards with levels, such as ASVS: up to and including this one."),
    )
    name = StringField(_l("Name"), [InputRequired(), Length(max=120)])
