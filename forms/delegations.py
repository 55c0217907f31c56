"""A delegation: to whom, what, from when to when."""

from wtforms import BooleanField, SelectField, SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from forms.base import DayField, Form, SubmissionField


class DelegationForm(Form):
    receiver = SelectField("À qui", coerce=int)
    departements = SelectMultipleField(
        "Départements",
        description="Ceux que cette personne n’a pas déjà.",
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    is_coordinator = BooleanField("La coordination du territoire")
    is_administrator = BooleanField("La gestion des accès de l’organisme")
    starts_on = DayField("Premier jour", required=True)
    ends_on = DayField("Dernier jour", required=True)
    submission = SubmissionField()
