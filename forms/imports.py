"""A file to bring in, and how its columns are to be read."""

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from flask_wtf.file import FileField
from wtforms import BooleanField, SelectField

from forms.base import Form, LineField, SubmissionField, VersionField

COLUMN, ANSWER = "colonne-", "reponse-"
"""What the names of the fields begin with, before the name of the field of the layout, or of its option."""
NOT_IN_FILE = ("", "— absent de ce fichier —")


class UploadForm(Form):
    file = FileField("Fichier", description="CSV ou classeur XLSX, seul ou dans un ZIP ; 200 Mo au plus.")
    kind = SelectField("Ce qu’il contient")
    submission = SubmissionField()


class Named(Protocol):
    """A field or an option of a layout, as far as a form needs to know it."""

    @property
    def name(self) -> str:
        """What code calls it."""

    @property
    def label(self) -> str:
        """What people call it."""

    @property
    def hint(self) -> str:
        """How to write it."""


def reading_form(
    fields: Iterable[Named], options: Iterable[Named], *, asks_whether_complete: bool
) -> type["ReadingForm"]:
    """Return the form by which a person says which column holds what, and what the file does not say."""
    members: dict[str, Any] = {
        f"{COLUMN}{one.name}": SelectField(one.label, description=one.hint, name=f"{COLUMN}{one.name}")
        for one in fields
    }
    for option in options:
        members[f"{ANSWER}{option.name}"] = LineField(
            option.label, description=option.hint, most=40, required=True, name=f"{ANSWER}{option.name}"
        )
    if asks_whether_complete:
        members["is_complete"] = BooleanField(
            "Cette liste est complète : retirer les adhérents qui n’y sont pas", name="is_complete"
        )
    return type("ReadingFormOfKind", (ReadingForm,), members)


class ReadingForm(Form):
    is_strict = BooleanField(
        "Tout ou rien", description="Si une seule ligne est refusée, rien n’est écrit. Sinon les bonnes lignes entrent."
    )
    version = VersionField()

    def columns(self) -> dict[str, int]:
        """Return the chosen column of each field."""
        chosen = {name.removeprefix(COLUMN): field.data for name, field in self._fields.items() if COLUMN in name}
        return {name: int(place) for name, place in chosen.items() if place}

    def answers(self) -> dict[str, str]:
        """Return what was answered for each option."""
        given = {name: field for name, field in self._fields.items() if name.startswith(ANSWER)}
        return {name.removeprefix(ANSWER): str(field.data or "").strip() for name, field in given.items()}

    def offer(self, head: Sequence[str], mapping: dict[str, int], *, wide: int = 60) -> None:
        """Offer the columns of the file. In a wide one, a field that has its column offers no other."""
        every = [(str(place), title[:80]) for place, title in enumerate(head)]
        free = [choice for choice in every if int(choice[0]) not in mapping.values()]
        for name, field in self._fields.items():
            if not name.startswith(COLUMN):
                continue
            own = mapping.get(name.removeprefix(COLUMN))
            narrow = free if own is None else [every[own]]
            field.choices = [NOT_IN_FILE, *(every if len(head) <= wide else narrow)]
