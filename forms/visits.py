"""A visit and its report: quick chips for the phone, free text where it matters."""

from typing import Any

from flask_wtf.file import FileField
from wtforms import FieldList, FormField, RadioField, SelectField, SelectMultipleField, TextAreaField
from wtforms import Form as PlainForm
from wtforms.validators import Length, Optional, StopValidation
from wtforms.widgets import CheckboxInput, ListWidget

from forms.base import LIGHT_ENOUGH, DayField, Filled, Form, LineField, SubmissionField, VersionField

FUNCTIONS = (
    "Direction",
    "Présidence",
    "Cadre de santé",
    "Responsable de secteur",
    "Ressources humaines",
    "Médecin coordonnateur",
    "Infirmiers",
    "Aides-soignants",
    "Aides à domicile",
    "Agents des services",
    "Cuisine",
    "Maintenance",
    "CSE",
    "Service de santé au travail",
)
LONG = Length(max=10_000, message="10 000 caractères au plus.")
MOST_ROWS = 60
NOTHING_SAID = (
    "Dites quelque chose de la visite : son objet, une personne rencontrée ou une observation, "
    "ou joignez un compte rendu."
)


class Worded:
    """A row without words is no row, unless something else was typed in it: that would be lost in silence."""

    def __init__(self, message: str, *others: str) -> None:
        self.message, self.others = message, others

    def __call__(self, form: Any, field: Any) -> None:
        if (field.data or "").strip():
            return
        raise StopValidation(self.message if any(form[name].data for name in self.others) else "")


class ObservationForm(PlainForm):
    kind = RadioField("Nature", default="fact", validate_choice=True)
    unit = LineField("Unité ou lieu", most=120)
    wording = TextAreaField("Ce que j’ai vu", [Worded("Écrivez ce que vous avez vu à cet endroit.", "unit"), LONG])


class AgreedStepForm(PlainForm):
    wording = TextAreaField(
        "Ce qui est convenu",
        [
            Worded("Écrivez ce qui est convenu.", "owner", "due_on"),
            Length(max=2_000, message="2 000 caractères au plus."),
        ],
    )
    owner = LineField("Qui s’en charge", most=120)
    due_on = DayField("Pour le")


class Rows(FieldList):
    """Rows whose numbers come from the page; what is no number there is no row."""

    def _extract_indices(self, prefix: str, formdata: Any) -> Any:
        sent = (name.removeprefix(f"{prefix}-").partition("-")[0] for name in formdata if name.startswith(f"{prefix}-"))
        return (int(number) for number in sent if number.isdecimal() and len(number) < 6)


class VisitForm(Form):
    visited_on = DayField("Date de la visite", required=True)
    mode = RadioField("Lieu", [Filled("Indiquez si la visite a eu lieu sur place ou à distance.")])
    structure_id = SelectField("Établissement ou service", coerce=int)
    subject = LineField(
        "Objet de la visite",
        description="Demandé pour finaliser. Par exemple : transferts et manutention à l’unité Glycines.",
    )
    people_met = SelectMultipleField(
        "Personnes rencontrées",
        choices=[(name, name) for name in FUNCTIONS],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
        description="Par fonction, sans nom de salarié.",
    )
    other_people = LineField("Autres fonctions", description="Séparées par des virgules.")
    units_seen = LineField("Unités vues", most=500)
    documents_seen = LineField("Documents consultés", most=500)
    observations = Rows(FormField(ObservationForm), label="Observation", min_entries=1, max_entries=MOST_ROWS)
    good_practices = TextAreaField("Bonnes pratiques relevées", [Optional(), LONG])
    agreed_steps = Rows(FormField(AgreedStepForm), label="Suite convenue", min_entries=1, max_entries=MOST_ROWS)
    employer_remarks = TextAreaField("Remarques de l’employeur", [Optional(), LONG])
    next_visit_on = DayField("Prochain rendez-vous")
    visibility = RadioField(
        "Une fois finalisé, visible par", [Filled("Indiquez qui lira le compte rendu une fois finalisé.")]
    )
    report = FileField(
        "Compte rendu déjà rédigé",
        [LIGHT_ENOUGH],
        description="Un PDF de 10 Mo au plus, qui remplacera celui que Jalon établit à partir de cette page.",
    )
    version = VersionField()
    submission = SubmissionField()

    has_report = False
    """Whether a report was attached earlier."""

    def validate(self, extra_validators: Any = None) -> bool:
        """Also refuse a visit of which nothing is said."""
        is_valid: bool = super().validate(extra_validators)
        if self.has_report or self.report.data or self.subject.data or any(self.everyone_met()):
            return is_valid
        if any((row.form.wording.data or "").strip() for row in self.observations.entries):
            return is_valid
        self.refuse(NOTHING_SAID, "subject")
        return False

    def offer(
        self,
        modes: list[tuple[str, str]],
        kinds: list[tuple[str, str]],
        structures: list[tuple[int, str]],
        audiences: list[tuple[str, str]],
    ) -> None:
        """Give the choices, which belong to the application."""
        self.mode.choices, self.visibility.choices = modes, audiences
        self.structure_id.choices = structures
        self._kinds = kinds
        for entry in self.observations.entries:
            entry.form.kind.choices = kinds

    def change_rows(self, asked: Any) -> bool:
        """Add or remove a row when one of those buttons was pressed (a browser without script); tell whether."""
        for name, rows in (("observation", self.observations), ("agreed_step", self.agreed_steps)):
            if f"add_{name}" in asked:
                if len(rows.entries) < MOST_ROWS:
                    rows.append_entry()
                    self._offer_kinds()
                return True
            removed = asked.get(f"remove_{rows.short_name}", "")
            if removed.isdecimal() and len(removed) < 4 and int(removed) < len(rows.entries):
                del rows.entries[int(removed)]
                return True
        return False

    def _offer_kinds(self) -> None:
        for entry in self.observations.entries:
            entry.form.kind.choices = self._kinds

    def blank_observation(self) -> Any:
        """Return an empty row for the script that adds rows."""
        return self._blank(ObservationForm, "observations")

    def blank_agreed_step(self) -> Any:
        """Return an empty row for the script that adds rows."""
        return self._blank(AgreedStepForm, "agreed_steps")

    def _blank(self, kind: type[PlainForm], name: str) -> Any:
        row = kind(prefix=f"{name}-__index__-")
        if isinstance(row, ObservationForm):
            row.kind.choices = self._kinds
        return row

    def everyone_met(self) -> list[str]:
        """Return the functions ticked and those written."""
        return [*(self.people_met.data or []), *(who.strip() for who in (self.other_people.data or "").split(","))]


class CorrectionForm(Form):
    reason = TextAreaField(
        "Ce que la version rectificative corrige", [Filled("Indiquez ce que la version rectificative corrige."), LONG]
    )
