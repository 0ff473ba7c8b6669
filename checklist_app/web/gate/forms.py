"""The form of a gate's policy."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, IntegerField, SelectField
from wtforms.validators import NumberRange, Optional

from checklist_app.domain.gate import HIGHEST_LEVEL, MOST_DAYS, GatePolicy
from checklist_app.domain.vocabulary import Severity
from checklist_app.web.forms import SelectChoice

SEVERITIES = [
    SelectChoice("", _l("Findings do not count")),
    SelectChoice(Severity.CRITICAL.value, _l("Critical")),
    SelectChoice(Severity.HIGH.value, _l("High, or worse")),
    SelectChoice(Severity.MEDIUM.value, _l("Medium, or worse")),
    SelectChoice(Severity.LOW.value, _l("Low, or worse")),
    SelectChoice(Severity.INFO.value, _l("Any finding")),
]
WHOLE_DAYS = _l("Give a whole number of days, 3650 at most, or leave it empty.")


class GateForm(FlaskForm):
    """One field for each rule; an empty one looks away."""

    no_open_fail = BooleanField(
        _l("No requirement fails without a waiver"),
        description=_l("A partial does not count; a waiver counts until its last day."),
    )
    no_unassessed = BooleanField(
        _l("Every requirement has a verdict"),
        description=_l("Not assessed is not the same as failed, and keeps the gate closed too."),
    )
    no_unreviewed = BooleanField(
        _l("No verdict waits for somebody to look at it"),
        description=_l(
            "Those that came along from an earlier round; where a second person accepts verdicts, "
            "those that are not accepted as well."
        ),
    )
    severity = SelectField(
        _l("Open findings that keep it closed"),
        choices=SEVERITIES,
        description=_l("False positives and accepted risks do not count."),
    )
    evidence_days = IntegerField(
        _l("Evidence is at most so many days old"),
        [Optional(), NumberRange(1, MOST_DAYS, WHOLE_DAYS)],
        description=_l("Verdicts without any evidence are not looked at. Empty: any age will do."),
    )
    waiver_days = IntegerField(
        _l("No waiver ends within so many days"),
        [Optional(), NumberRange(0, MOST_DAYS, WHOLE_DAYS)],
        description=_l("So that a release does not outlive its waivers. Empty: not looked at."),
    )
    level = IntegerField(
        _l("Requirements up to this level"),
        [Optional(), NumberRange(1, HIGHEST_LEVEL, _l("Give a level from 1 to 9."))],
        description=_l(
            "For standards with levels, such as ASVS. Empty: every level. A requirement without a "
            "level always counts."
        ),
    )

    def policy(self) -> GatePolicy:
        """Return what was filled in."""
        return GatePolicy(
            level=self.level.data,
            no_open_fail=bool(self.no_open_fail.data),
            severity=Severity(self.severity.data) if self.severity.data else None,
            evidence_days=self.evidence_days.data,
            no_unassessed=bool(self.no_unassessed.data),
            no_unreviewed=bool(self.no_unreviewed.data),
            waiver_days=self.waiver_days.data,
        )
