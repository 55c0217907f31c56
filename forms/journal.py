"""Filters of the journal."""

from wtforms import SelectField, StringField

from forms.base import DayField, FilterForm


class JournalFilterForm(FilterForm):
    """Unknown values are ignored; a day that does not exist is said to be wrong, beside its field."""

    since = DayField("Depuis le")
    until = DayField("Jusqu’au")
    action = SelectField("Action", validate_choice=False)
    organisation = SelectField("Organisme", validate_choice=False)
    q = StringField("Personne")
