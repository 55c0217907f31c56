"""From a signed list to cases: filters, one employer, a whole département."""

from wtforms import RadioField, SelectField
from wtforms.validators import Optional

from forms.base import Filled, FilterForm, Form, LineField, VersionField


class OpeningFilterForm(FilterForm):
    q = LineField("Nom, commune, SIREN ou FINESS")
    standing = SelectField("Où en est l’ouverture", validate_choice=False)
    departement = SelectField("Département", validate_choice=False)
    lead = SelectField("Chef de file", validate_choice=False)


class OpeningForm(Form):
    lead = SelectField("Chef de file", [Optional()])
    officer = SelectField(
        "Référent", [Optional()], description="Parmi les agents du chef de file qui interviennent dans ce département."
    )
    choice = RadioField("Ce dossier", [Optional()])
    version = VersionField()


class DepartementLeadForm(Form):
    place = SelectField("Département", [Filled("Choisissez un département.")])
    body = SelectField("Chef de file", [Filled("Choisissez un organisme.")])


class LetterFilterForm(FilterForm):
    q = LineField("Nom, SIREN ou FINESS de l’employeur")
    standing = SelectField("Où en est le courrier", validate_choice=False)
