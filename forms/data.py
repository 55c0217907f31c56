"""The filters of the list of structures without an answer."""

from wtforms import SelectField

from forms.base import FilterForm


class SilentForm(FilterForm):
    year = SelectField("Année", validate_choice=False)
    departement = SelectField("Département", validate_choice=False)
    category = SelectField("Catégorie", validate_choice=False)
