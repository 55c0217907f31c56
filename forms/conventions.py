"""A convention between organisations: who, what, where, until when; and why it ends early."""

from typing import Any

from wtforms import SelectMultipleField, TextAreaField
from wtforms.validators import Length
from wtforms.widgets import CheckboxInput, ListWidget

from forms.base import DayField, Filled, Form, LineField, SubmissionField, VersionField

LONG = Length(max=4_000, message="4 000 caractères au plus.")


class Boxes(SelectMultipleField):
    """Several boxes to tick, one at least."""

    def __init__(self, label: str, message: str, **values: Any) -> None:
        super().__init__(
            label,
            [Filled(message)],
            option_widget=CheckboxInput(),
            widget=ListWidget(prefix_label=False),
            **values,
        )


class ConventionForm(Form):
    reference = LineField("Référence", most=80, required=True, description="Celle du texte signé.")
    title = LineField("Objet", required=True)
    legal_basis = TextAreaField(
        "Fondement",
        [Filled("Indiquez le texte qui permet ces échanges."), LONG],
        description="Les articles qui permettent ces échanges, et la date de signature.",
    )
    parties = Boxes("Avec quels organismes", "Choisissez au moins un autre organisme.", coerce=int)
    families = Boxes("Données échangées", "Choisissez au moins une famille de données.")
    departements = Boxes("Départements", "Choisissez au moins un département.")
    valid_from = DayField("En vigueur du", required=True)
    valid_until = DayField("Jusqu’au", required=True, description="Ce jour compris.")
    version = VersionField()
    submission = SubmissionField()


class EndForm(Form):
    motive = TextAreaField("Motif", [Filled("Indiquez le motif."), LONG])
    version = VersionField()
