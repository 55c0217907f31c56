"""What people know of an employer, its structures and its contacts beyond FINESS; filters of the list."""

from typing import Any

from wtforms import EmailField, IntegerField, RadioField, SelectField, StringField
from wtforms.validators import Email, NumberRange, Optional, StopValidation

from forms.base import REQUIRED, DayField, FilterForm, Form, LineField, SubmissionField, VersionField


class WholeField(IntegerField):
    """A whole number of people, places or hours."""

    def __init__(self, label: str, most: int, **values: Any) -> None:
        message = f"Indiquez un nombre entier entre 0 et {most}."
        super().__init__(label, [Optional(), _is_read, NumberRange(0, most, message)], **values)

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(["".join(value.split())[:13] for value in valuelist])
        except ValueError as error:
            raise ValueError("Indiquez un nombre entier, en chiffres.") from error


def _is_read(form: Any, field: Any) -> None:
    if field.process_errors:
        raise StopValidation  # what is wrong is said already


class EmployerForm(Form):
    sector = RadioField("Secteur", [REQUIRED])
    scheme = SelectField("Régime de sécurité sociale", validate_choice=False)
    headcount = WholeField("Effectif national (SIREN)", 500_000, description="Nombre de salariés ou d’agents.")
    idcc = SelectField("Convention collective (IDCC)", validate_choice=False)
    version = VersionField()


class StructureForm(Form):
    capacity = WholeField("Capacité", 10_000, description="Nombre de places autorisées.")
    headcount = WholeField("Effectif sur place", 50_000)
    hours_served = WholeField("Heures servies par an", 50_000_000, description="Pour un service à domicile.")
    version = VersionField()


class ContactForm(Form):
    family_name = LineField("Nom", most=80, required=True)
    given_name = LineField("Prénom", most=80)
    function = LineField("Fonction", most=80, required=True)
    phone = LineField("Téléphone", most=20)
    email = EmailField("Adresse électronique", [Optional(), Email("Cette adresse n’est pas complète.")])
    left_on = DayField("A quitté l’établissement le")
    visibility = RadioField("Visible par", [REQUIRED])
    version = VersionField()
    submission = SubmissionField()


class EmployerFilterForm(FilterForm):
    departement = SelectField("Département", validate_choice=False)
    category = SelectField("Catégorie", validate_choice=False)
    sector = SelectField("Secteur", validate_choice=False)
    followed = SelectField("Accompagnement", validate_choice=False)
    q = StringField("Rechercher")
