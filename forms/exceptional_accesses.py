"""Asking for an exceptional access: an exact number, a reason, a few words."""

from wtforms import RadioField, TextAreaField
from wtforms.validators import Length

from forms.base import Filled, Form, LineField, SubmissionField


class ExceptionalAccessForm(Form):
    number = LineField(
        "Numéro exact",
        most=40,
        required=True,
        description="Celui du dossier (D-00012), le FINESS de l’établissement ou le SIREN de l’employeur.",
    )
    reason = RadioField("Pourquoi cela ne peut attendre", [Filled("Choisissez un motif.")])
    explanation = TextAreaField(
        "En quelques mots",
        [
            Filled("Expliquez en quelques mots."),
            Length(min=20, max=1_000, message="Entre 20 et 1 000 caractères."),
        ],
        description="Lu par les personnes qui gèrent les accès de votre organisme.",
    )
    submission = SubmissionField()
