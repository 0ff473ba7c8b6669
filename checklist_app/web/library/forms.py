"""The form that takes a file for the library."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField, StringField
from wtforms.validators import Length, Regexp

from checklist_app.web.forms import SelectChoice


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
