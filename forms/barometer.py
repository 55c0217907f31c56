"""One month of the barometer, its prices, a file of months, what is shared of it."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields import Field
from wtforms.validators import Length, Optional, ValidationError

from forms.base import LIGHT_ENOUGH, Filled, Form, LineField, SubmissionField, VersionField

Parse = Callable[[str], int]
AT_LEAST_ONE = "Choisissez-en au moins un."


class FigureField(StringField):
    """A whole number as it is kept (`data`), typed as people write it; empty: not known, which is no zero.

    `parse` raises ValueError with what to do. What was typed is shown again as it was.
    """

    def __init__(self, label: str, *, parse: Parse, **values: Any) -> None:
        super().__init__(label, [Optional()], **values)
        self.parse = parse
        self.figure: int | None = None

    def pre_validate(self, form: Any) -> None:
        text = (self.data or "").strip()
        try:
            self.figure = self.parse(text) if text else None
        except ValueError as error:
            raise ValidationError(str(error)) from error


class MonthForm(Form):
    remark = TextAreaField("Remarque", [Optional(), Length(max=2_000, message="2 000 caractères au plus.")])
    version = VersionField()
    submission = SubmissionField()

    def figures(self, names: Iterable[str]) -> dict[str, int]:
        """Return what was typed of these measures, those that are not known left out."""
        typed = {name: getattr(self[name], "figure", None) for name in names}
        return {name: figure for name, figure in typed.items() if figure is not None}


def month_form(measures: Iterable[Any], parsers: Mapping[Any, Parse], start: Mapping[str, Any]) -> MonthForm:
    """Return the form of a month, of measures with `.name`, `.label`, `.hint` and `.unit`."""
    fields: dict[str, Any] = {
        one.name: FigureField(one.label, parse=parsers[one.unit.value], description=one.hint) for one in measures
    }
    found: MonthForm = type("OneMonthForm", (MonthForm,), fields)(data=start)
    return found


class PricesForm(Form):
    day_source = LineField("D’où vient ce montant", description="Par exemple : votre comptabilité de 2026.")
    departure_source = LineField("D’où vient ce montant", description="Par exemple : annonces, temps passé, formation.")
    version = VersionField()


def prices_form(parse: Parse, start: Mapping[str, Any]) -> PricesForm:
    """Return the form of the prices of a house; `parse` reads an amount in cents."""
    fields: dict[str, Field] = {
        "day": FigureField("Un jour d’absence (€)", parse=parse, description="Ce qu’il vous coûte, en moyenne."),
        "departure": FigureField("Un départ (€)", parse=parse, description="Recruter, accueillir, former."),
    }
    found: PricesForm = type("OnePricesForm", (PricesForm,), fields)(data=start)
    return found


class FileForm(Form):
    file = FileField("Votre fichier", [FileRequired("Choisissez un fichier."), LIGHT_ENOUGH])


class ShareForm(Form):
    recipients = SelectMultipleField("Avec qui partager", [Filled(AT_LEAST_ONE)])
    first_month = SelectField("Premier mois")
    last_month = SelectField("Dernier mois")
    measures = SelectMultipleField("Ce que ces organismes liront", [Filled(AT_LEAST_ONE)])
