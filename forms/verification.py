"""A file whose seal is to be checked: read, answered for, and never kept."""

from flask_wtf.file import FileField

from forms.base import LIGHT_ENOUGH, Form


class VerificationForm(Form):
    file = FileField("Document à vérifier", [LIGHT_ENOUGH], description="Un PDF téléchargé de Jalon, 10 Mo au plus.")
