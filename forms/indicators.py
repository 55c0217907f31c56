"""What an employer says of one of its figures, and the answer."""

from wtforms import SelectField, TextAreaField
from wtforms.validators import Length

from forms.base import Filled, Form, SubmissionField, VersionField


class RemarkForm(Form):
    figure = SelectField("Chiffre", [Filled("Choisissez le chiffre.")])
    wording = TextAreaField(
        "Votre remarque",
        [Filled("Écrivez votre remarque."), Length(max=2_000, message="2 000 caractères au plus.")],
        description="Elle sera lue à côté du chiffre, par tous ceux qui le lisent. N’y nommez personne.",
    )
    submission = SubmissionField()


class AnswerForm(Form):
    answer = TextAreaField(
        "Votre réponse",
        [Filled("Écrivez la réponse."), Length(max=2_000, message="2 000 caractères au plus.")],
        description="Elle sera lue sous la remarque, par l’employeur et par tous ceux qui lisent le chiffre.",
    )
    version = VersionField()
