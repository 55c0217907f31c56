"""Steps of a case, its opening, its lead, officers and partners, and the filters of the list."""

from collections.abc import Sequence
from typing import Any

from wtforms import RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.core import Label
from wtforms.validators import Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from forms.base import DayField, Filled, FilterForm, Form, LineField, SubmissionField, VersionField
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
    if not step.needs_motive:
        form.motive.label = Label(form.motive.id, "Précision")
    # In the order of the page: facts first, so that the summary of errors reads from top to bottom.
    form._fields = {**{name: form._fields[name] for name in fields}, **form._fields}
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
    source = RadioField("Origine", [Filled("Indiquez l’origine du dossier.")])
    alerted_on = DayField("Signalé le", description="Le jour où la demande ou l’alerte est arrivée.")
    motive = TextAreaField(
        "Pourquoi maintenant",
        [Filled("Écrivez pourquoi maintenant."), Length(max=4_000, message="4 000 caractères au plus.")],
    )
    leads = RadioField("Chef de file", [Filled("Indiquez le chef de file.")], default="oui")
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

    def offer_own_second_case(self) -> None:
        """Ask in other words when the other open case is one's own organisation's."""
        self.aware.label.text = "Votre organisme a déjà un dossier ouvert chez cet employeur"
        self.aware.choices = [("non", "Je continue dans ce dossier"), ("oui", "Un second dossier est voulu")]


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
    status = RadioField("Où en est votre organisme", [Filled("Indiquez où en est votre organisme.")])
    priority = RadioField("Priorité pour votre organisme", [Filled("Indiquez la priorité.")])
    comment = LineField("Précision", description="Visible par : ARS, Carsat et département du territoire.")
    version = VersionField()


class CaseFilterForm(FilterForm):
    """The filters of the list: unknown values are ignored, never an error."""

    scope = SelectField("Périmètre", validate_choice=False)
    state = SelectField("État", validate_choice=False)
    timing = SelectField("Échéance", validate_choice=False)
    alert = SelectField("Voie rapide", validate_choice=False)
    departement = SelectField("Département", validate_choice=False)
    category = SelectField("Catégorie", validate_choice=False)
    sector = SelectField("Secteur", validate_choice=False)
    lead = SelectField("Chef de file", validate_choice=False)
    officer = SelectField("Référent", validate_choice=False)
    sort = SelectField("Trier par", validate_choice=False)
    q = StringField("Rechercher")
