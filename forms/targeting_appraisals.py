"""« Ce repérage était-il juste ? »"""

from wtforms import RadioField, SelectField, TextAreaField
from wtforms.validators import Length

from forms.base import Filled, Form, VersionField


class AppraisalForm(Form):
    verdict = RadioField("Ce repérage était-il juste ?", [Filled("Choisissez une réponse.")])
    reason = SelectField("Raison", [Filled("Choisissez une raison.")])
    wording = TextAreaField(
        "En quelques mots",
        [Filled("Expliquez en quelques mots."), Length(max=4_000, message="4 000 caractères au plus.")],
    )
    version = VersionField()
