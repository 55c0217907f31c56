"""A request about one's data, and its answer."""

from wtforms import RadioField, SelectField, TextAreaField
from wtforms.validators import Email, Length

from forms.base import REQUIRED, Form, LineField, SubmissionField, VersionField

LONG = Length(max=4000, message="4 000 caractères au plus.")


class DataRequestForm(Form):
    kind = RadioField("Que demandez-vous ?", [REQUIRED])
    full_name = LineField("Vos prénom et nom", required=True)
    email = LineField("Adresse électronique", required=True, description="Celle que nous avons, pour vous retrouver.")
    message = TextAreaField(
        "Précisions",
        [LONG],
        description="Ce qui est inexact, l’établissement où vous travaillez… Sans détail de santé.",
    )
    organisation = SelectField("À qui adressez-vous la demande ?", coerce=int)
    submission = SubmissionField()

    def validate_email(self, field: LineField) -> None:
        Email("Écrivez l’adresse comme prenom.nom@exemple.fr.")(self, field)


class AnswerForm(Form):
    state = RadioField("Décision", [REQUIRED])
    answer = TextAreaField("Réponse à la personne", [REQUIRED, LONG])
    version = VersionField()
