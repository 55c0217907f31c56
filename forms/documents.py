"""A file to keep with an employer or a case."""

from flask_wtf.file import FileField
from wtforms import RadioField

from forms.base import LIGHT_ENOUGH, REQUIRED, Form, LineField, SubmissionField


class DocumentForm(Form):
    file = FileField(
        "Fichier", [LIGHT_ENOUGH], description="PDF, image PNG ou JPEG, document bureautique ; 10 Mo au plus."
    )
    title = LineField("Titre", description="À défaut, le nom du fichier.")
    visibility = RadioField("Visible par", [REQUIRED])
    submission = SubmissionField()
