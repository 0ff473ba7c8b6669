"""Forms of administration."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField, StringField
from wtforms.validators import InputRequired, Length


class InviteForm(FlaskForm):
    email = EmailField(_l("E-mail"), [InputRequired(), Length(max=254)])
    name = StringField(_l("Name"), [InputRequired(), Length(max=120)])
