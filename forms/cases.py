"""Steps of a case, its opening, its lead, officers and partners, and the filters of the list."""

from collections.abc import Sequence
from typing import Any

from wtforms import RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from forms.base import REQUIRED, DayField, FilterForm, Form, LineField, SubmissionField, VersionField
from workflows.core import Fact, FactKind, Step


class StepForm(Form):
    """A step: its effective date, its motive, and one field for each fact it asks for."""

    effective_on = DayField("Date d’effet", required=True, description="Aujourd’hui, ou le jour où c’est arrivé.")
    motive = TextAreaField("Motif", [Optional(), Length(max=4_000, message="4 000 caractères au plus.")])
    version = VersionField()

    fact_names: tuple[str, ...] = ()

    def facts(self) -> dict[str, Any]:
        """Return the facts given, by name."""
        return {name: value for name in self.fact_names if (value := self[name].data)}


def step_form(step: Step, **values: Any) -> StepForm:
    """Return the form of one step, with a field for each fact it asks for."""
    fields = {fact.name: _field(fact) for fact in step.facts}
    kind = type(f"{step.slug.title()}Form", (StepForm,), {**fields, "fact_names": tuple(fields)})
    form: StepForm = kind(**values)
    form.motive.flags.required = step.needs_motive
    return form


def _field(fact: Fact) -> Any:
    if fact.kind is FactKind.CHOICE:
        known = [slug for slug, _ in fact.choices]
        return RadioField(
            fact.label,
            choices=list(fact.choices),
            description=fact.hint,
            validate_choice=False,  # the step itself says that it is missing
            filters=[lambda value: value if value in known else None],
        )
    if fact.kind is FactKind.TEXT:
        return LineField(fact.label, description=fact.hint)
    return DayField(fact.label, description=fact.hint)


class OpenCaseForm(Form):
    structures = SelectMultipleField(
        "Établissements et services concernés",
        coerce=int,
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    source = RadioField("Origine", [REQUIRED])
    motive = TextAreaField("Pourquoi maintenant", [REQUIRED, Length(max=4_000, message="4 000 caractères au plus.")])
    leads = RadioField("Chef de file", [REQUIRED], default="oui")
    aware = RadioField(
        "Un autre dossier est ouvert chez cet employeur",
        choices=[("non", "Je me rapproche d’abord de l’autre organisme"), ("oui", "Nous nous sommes concertés")],
        default="non",
    )
    submission = SubmissionField()

    def offer(self, structures: Sequence[tuple[int, str]], sources: list[tuple[str, str]], organisation: str) -> None:
        """Give the choices, which belong to the application."""
        self.structures.choices, self.source.choices = list(structures), sources
        self.leads.choices = [("oui", organisation), ("non", "À désigner plus tard")]


class TeamForm(Form):
    """Who leads the case, and who is in charge."""

    lead = SelectField("Organisme chef de file", coerce=int)
    officers = SelectMultipleField(
        "Référents", coerce=int, option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False)
    )
    version = VersionField()


class InvitationForm(Form):
    organisation = SelectField("Organisme à inviter", coerce=int)


class PartnerStatusForm(Form):
    status = RadioField("Où en est votre organisme", [REQUIRED])
    priority = RadioField("Priorité pour votre organisme", [REQUIRED])
    comment = LineField("Précision")
    version = VersionField()


class CaseFilterForm(FilterForm):
    """The filters of the list: unknown values are ignored, never an error."""

    scope = SelectField("Périmètre", validate_choice=False)
    state = SelectField("État", validate_choice=False)
    timing = SelectField("Échéance", validate_choice=False)
    departement = SelectField("Département", validate_choice=False)
    category = SelectField("Catégorie", validate_choice=False)
    sector = SelectField("Secteur", validate_choice=False)
    lead = SelectField("Chef de file", validate_choice=False)
    officer = SelectField("Référent", validate_choice=False)
    sort = SelectField("Trier par", validate_choice=False)
    q = StringField("Rechercher")
