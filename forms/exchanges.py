"""A note from the field: three fields, twenty seconds."""

from typing import Any

from wtforms import RadioField, TextAreaField
from wtforms.validators import Length

from forms.base import REQUIRED, DayField, Form, SubmissionField, VersionField


class NoteForm(Form):
    kind = RadioField("Échange", [REQUIRED])
    held_on = DayField("Date", required=True)
    summary = TextAreaField(
        "Note",
        [REQUIRED, Length(max=10_000, message="10 000 caractères au plus.")],
        description="Des faits, sans nom de salarié : la personne concernée peut demander à lire cette note.",
    )
    visibility = RadioField("Visible par", [REQUIRED])
    version = VersionField()
    submission = SubmissionField()

    def offer(self, kinds: list[tuple[str, str]], audiences: list[tuple[str, str]]) -> None:
        """Give the choices, which belong to the application."""
        self.kind.choices, self.visibility.choices = kinds, audiences

    def values(self) -> dict[str, Any]:
        """Return what was typed, by the names of the record."""
        return {"held_on": self.held_on.data, "summary": self.summary.data}
