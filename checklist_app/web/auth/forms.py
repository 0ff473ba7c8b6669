"""Forms of signing in and of one's own account."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField, HiddenField, PasswordField
from wtforms.validators import EqualTo, InputRequired, Length


class SignInForm(FlaskForm):
    email = EmailField(_l("E-mail"), [InputRequired(), Length(max=254)])
    password = PasswordField(_l("Password"), [InputRequired()])
    next = HiddenField()


class ForgotForm(FlaskForm):
    email = EmailField(_l("E-mail"), [InputRequired(), Length(max=254)])


class EmailForm(FlaskForm):
    email = EmailField(_l("New e-mail address"), [InputRequired(), Length(max=254)])


class ConfirmForm(FlaskForm):
    password = PasswordField(_l("Your password"), [InputRequired()])


class NewPasswordForm(FlaskForm):
    password = PasswordField(_l("New password"), [InputRequired()])
    repeat = PasswordField(
        _l("The same again"),
        [InputRequired(), EqualTo("password", _l("The two passwords differ."))],
    )


class ChangePasswordForm(NewPasswordForm):
    current = PasswordField(_l("Current password"), [InputRequired()])
