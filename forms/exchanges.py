"""A note from the field: three fields, twenty seconds."""

from typing import Any

from wtforms import RadioField, TextAreaField
from wtforms.validators import Length

from forms.base import DayField, Filled, Form, SubmissionField, VersionField


class NoteForm(Form):
    kind = RadioField("Échange", [Filled("Indiquez la nature de l’échange.")])
    held_on = DayField("Date", required=True)
    summary = TextAreaField(
        "Note",
        [Filled("Écrivez la note."), Length(max=10_000, message="10 000 caractères au plus.")],
        description="Des faits, sans nom de salarié : la personne concernée peut demander à lire cette note.",
    )
    visibility = RadioField("Visible par", [Filled("Indiquez qui peut lire la note.")])
    version = VersionField()
    submission = SubmissionField()

    def offer(self, kinds: list[tuple[str, str]], audiences: list[tuple[str, str]]) -> None:
        """Give the choices, which belong to the application."""
        self.kind.choices, self.visibility.choices = kinds, audiences

    def values(self) -> dict[str, Any]:
        """Return what was typed, by the names of the record."""
        return {"held_on": self.held_on.data, "summary": self.summary.data}
