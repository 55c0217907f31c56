"""What all forms share: the anti-forgery token, French messages, dates as people type them."""

import uuid
from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileSize
from wtforms import DateField, HiddenField, StringField
from wtforms.meta import DefaultMeta
from wtforms.validators import InputRequired, Length, Optional, StopValidation


class Filled(InputRequired):
    """Something was typed or chosen; blanks are nothing. Without a message of its own it names the field."""

    def __call__(self, form: Any, field: Any) -> None:
        if not field.raw_data or not str(field.raw_data[0]).strip():
            field.errors[:] = []
            raise StopValidation(self.message or f"« {field.label.text} » : à remplir.")


REQUIRED = Filled()
LIGHT_ENOUGH = FileSize(10 * 1024 * 1024, message="Ce fichier dépasse 10 Mo : choisissez-en un plus léger.")
DATE_FORMATS = ["%Y-%m-%d", "%d/%m/%Y"]


class InFrench(FlaskForm.Meta):
    """The messages of WTForms itself, in French: Flask-WTF leaves them in English without Flask-Babel."""

    locales = ("fr",)

    def get_translations(self, form: Any) -> Any:
        return DefaultMeta.get_translations(self, form)


class Form(FlaskForm):
    """A form that POSTs; `missing_at` puts a refusal of the rules beside the field it speaks of."""

    Meta = InFrench

    def refuse(self, message: str, field: str = "") -> None:
        """Add a refusal to a field of this form, or to the whole form when it has no such field."""
        target = self._fields.get(field)
        if target is None:
            self.form_errors.append(message)
            return
        target.errors = [*target.errors, message]


class FilterForm(FlaskForm):
    """A form that only filters: in the address, without a token."""

    class Meta(InFrench):
        csrf = False


class DayField(DateField):
    """A date; without one it says how to write it, and keeps what was typed."""

    def __init__(self, label: str, required: bool = False, **values: Any) -> None:
        validators = [InputRequired("Indiquez la date.") if required else Optional()]
        super().__init__(label, validators, format=DATE_FORMATS, **values)

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError("Cette date n’existe pas : écrivez-la comme 21/11/2026.") from error
        if self.data and not 1900 <= self.data.year <= 2100:
            raise ValueError("Cette année paraît erronée : écrivez la date comme 21/11/2026.")


class LineField(StringField):
    """One line of text, trimmed, of limited length."""

    data: str

    def __init__(self, label: str, *, most: int = 255, required: bool = False, **values: Any) -> None:
        validators = [REQUIRED if required else Optional(), Length(max=most, message=f"{most} caractères au plus.")]
        super().__init__(label, validators, filters=[_trim], **values)


class VersionField(HiddenField):
    """The version of the record as the page showed it; a form sent without it is out of date."""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = valuelist[0] if valuelist else None

    @property
    def number(self) -> int:
        text = str(self.data or "")
        return int(text) if text.isdecimal() and len(text) < 10 else -1


class SubmissionField(HiddenField):
    """The form's own token, which makes a second sending harmless."""

    data: str

    def __init__(self, **values: Any) -> None:
        super().__init__(default=lambda: str(uuid.uuid4()), filters=[_uuid], **values)


def _trim(value: str | None) -> str:
    return (value or "").strip()


def _uuid(value: Any) -> str:
    try:
        return str(uuid.UUID(str(value)))
    except ValueError:
        return str(uuid.uuid4())
