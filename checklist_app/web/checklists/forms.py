"""The forms that start a checklist, and the next round of one."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from checklist_app.domain.standards import Feature
from checklist_app.domain.tailoring import FEATURE_NAMES, Tailoring
from checklist_app.web.filters import told
from checklist_app.web.forms import SelectChoice

LEVELS = [SelectChoice("", _l("Every level")), *map(SelectChoice, ("1", "2", "3"))]


class FeaturesField(SelectMultipleField):
    """Boxes to tick, one for each thing that a project may have."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class TailoredForm(FlaskForm):
    """What every checklist asks: its name, how deep it goes and what the project has."""

    standard = SelectField(_l("Standard"), [InputRequired()], coerce=int)
    level = SelectField(
        _l("Level"),
        choices=LEVELS,
        description=_l("For standards with levels, such as ASVS: up to and including this one."),
    )
    name = StringField(_l("Name"), [InputRequired(), Length(max=120)])
    features = FeaturesField(
        _l("What the project has"),
        description=_l(
            "What speaks of anything else is proposed as not applicable, with the reason; you "
            "confirm it. Tick nothing to take everything as applicable."
        ),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.features.choices = [
            SelectChoice(feature.value, told(name)) for feature, name in FEATURE_NAMES.items()
        ]

    def tailoring(self) -> Tailoring:
        """Return the level and the profile; no tick at all means that nothing was told."""
        chosen = frozenset(map(Feature, self.features.data or ()))
        return Tailoring(
            level=int(self.level.data) if self.level.data else None, features=chosen or None
        )


class StartForm(TailoredForm):
    """A first pass over a standard."""


class NextRoundForm(TailoredForm):
    """A pass that continues an earlier one."""

    carry_verdicts = BooleanField(
        _l("Carry verdicts over where the requirement says the same"),
        default=True,
        description=_l(
            "With their author and date. Where it says something else, evidence and the old "
            "verdict come along as needing review."
        ),
    )
