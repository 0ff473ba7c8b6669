"""The form that takes a file for the library."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField, StringField
from wtforms.validators import InputRequired, Length, Regexp

from checklist_app.web.forms import SelectChoice


class GeneralRouteForm(FlaskForm):
    tool = StringField(
        _l("Tool"),
        [InputRequired(), Length(max=120)],
        description=_l("Its name as findings show it; capitals and blanks do not matter."),
    )
    rule = StringField(
        _l("Rule"),
        [InputRequired(), Length(max=255)],
        description=_l("Letter by letter as the tool writes it."),
    )
    standard = SelectField(_l("Standard"), coerce=int)
    requirement = StringField(
        _l("Requirement"),
        [InputRequired(), Length(max=40)],
        description=_l("Its identifier, such as INJ-01."),
    )
    leads = SelectField(
        _l("The findings of this rule"),
        choices=[
            SelectChoice("yes", _l("lead to this requirement")),
            SelectChoice("no", _l("do not lead to this requirement")),
        ],
    )


class LibraryFileForm(FlaskForm):
    file = FileField(_l("File"), [FileRequired(_l("Choose a file first."))])
    version = StringField(
        _l("Version"),
        [Length(max=20), Regexp(r"^([0-9A-Za-z][0-9A-Za-z.-]*)?$")],
        description=_l("Only where the file does not say it, as in the YAML of MASVS."),
    )
    language = SelectField(
        _l("Language"),
        choices=[
            SelectChoice("", _l("As the file says")),
            SelectChoice("es", "Español"),
            SelectChoice("en", "English"),
        ],
    )
