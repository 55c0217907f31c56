"""A targeting list: where, on what, by which method; what people know of an employer; what they propose and decide."""

from typing import Any

from wtforms import BooleanField, HiddenField, IntegerField, RadioField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from forms.base import DayField, Filled, FilterForm, Form, LineField, SubmissionField, VersionField
from forms.conventions import Boxes

LONG = Length(max=4_000, message="4 000 caractères au plus.")
WEIGHT = "weight_"
"""Before the code of a criterion: the field of its weight."""


class Whole(IntegerField):
    """A whole number between two bounds."""

    def __init__(self, label: str, least: int, most: int, **values: Any) -> None:
        told = f"Un nombre entier entre {least} et {most}."
        super().__init__(label, [InputRequired(told), NumberRange(least, most, told)], **values)

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError("Écrivez un nombre entier.") from error


class CampaignForm(Form):
    title = LineField("Titre", required=True, description="Par exemple : EHPAD du Poitou, 2027.")
    field = RadioField("Champ", [Filled("Choisissez le champ.")])
    departements = Boxes("Territoire", "Choisissez au moins un département.")
    first_year = Whole("Première année des chiffres", 2000, 2100)
    last_year = Whole("Dernière année", 2000, 2100)
    weight_absence = Whole("Absences, hors maternité et hors AT-MP", 0, 100)
    weight_rotation = Whole("Rotation du personnel", 0, 100)
    weight_vacance = Whole("Postes vacants", 0, 100, description="Indicateur à fiabiliser.")
    weight_prest_ext = Whole("Prestations externes", 0, 100, description="Sans effet pour les services à domicile.")
    weight_accidents = Whole(
        "Accidents du travail : probabilité d’un excès",
        0,
        100,
        description="Zéro, sauf si une convention de la région le prévoit. L’indice de fréquence ne compte jamais.",
    )
    first = Whole("À examiner en premier", 1, 50, description="En % des établissements classés.")
    following = Whole("À examiner ensuite", 0, 90, description="En % des établissements classés.")
    coverage = Whole(
        "Part des critères à connaître",
        0,
        100,
        description="En % des poids. En dessous, l’établissement est « à qualifier ».",
    )
    valid_from = DayField("Valable du", required=True)
    valid_until = DayField("Jusqu’au", required=True, description="De 12 à 18 mois.")
    consulted_until = DayField("Fédérations consultées jusqu’au", description="Ce jour compris.")
    speak_from = DayField("Les fédérations peuvent en parler à leurs adhérents à partir du")
    meeting = TextAreaField(
        "Composition de la réunion", [Optional(), LONG], description="Imprimée sur la liste avec les signatures."
    )
    quorum = RadioField("Signatures nécessaires", [Filled("Choisissez la règle.")])
    membership = RadioField(
        "Un employeur de plusieurs fédérations, ou d’aucune, figure",
        [Filled("Choisissez la règle.")],
        description="Cette règle est montrée à tous.",
    )
    version = VersionField()
    submission = SubmissionField()

    def weights(self) -> dict[str, int]:
        """Return the weight of each criterion, by code."""
        fields = {name: field.data for name, field in self._fields.items() if name.startswith(WEIGHT)}
        return {name.removeprefix(WEIGHT): int(value or 0) for name, value in fields.items()}


class LineFilterForm(FilterForm):
    q = LineField("Nom, commune, SIREN ou FINESS")
    standing = SelectField("Place", validate_choice=False)
    route = SelectField("Orientation", validate_choice=False)
    departement = SelectField("Département", validate_choice=False)
    origin = SelectField("Ce qui mérite un regard", validate_choice=False)


class ListStepForm(Form):
    motive = TextAreaField("Motif", [Optional(), LONG])
    version = VersionField()


class TargetingNoteForm(Form):
    nature = SelectField("Sujet", [Filled("Choisissez un sujet.")])
    noted_on = DayField("Constaté le", required=True)
    certainty = RadioField("C’est", [Filled("Choisissez : un fait, ou une perception.")])
    wording = TextAreaField("Ce que vous savez", [Filled("Écrivez votre note."), LONG])
    visibility = RadioField("Visible par", [Filled("Choisissez qui lira cette note.")])
    submission = SubmissionField()


class ProposalForm(Form):
    kind = RadioField("Proposition", [Filled("Choisissez une proposition.")])
    reason = SelectField("Raison", [Filled("Choisissez une raison.")])
    wording = TextAreaField("En quelques mots", [Filled("Expliquez en quelques mots."), LONG])
    until = DayField("Reporter jusqu’au")
    consent = RadioField("L’adhérent", [Optional()], validate_choice=False)
    submission = SubmissionField()


class DecisionForm(Form):
    answer = TextAreaField("Réponse", [Optional(), LONG])
    version = VersionField()


class AddEmployerForm(Form):
    number = LineField(
        "SIREN ou FINESS",
        most=40,
        required=True,
        description="Celui de l’employeur, ou le FINESS d’un de ses établissements.",
    )


class SignatoryForm(Form):
    person = SelectField("Personne", [Filled("Choisissez une personne.")])
    function = LineField("Qualité", required=True, description="Par exemple : directrice générale.")
    delegation = TextAreaField(
        "Délégation", [Optional(), LONG], description="Si la personne signe par délégation : de qui, et par quel acte."
    )
    version = VersionField()


class DelegateForm(Form):
    given_name = LineField("Prénom", most=80, required=True)
    family_name = LineField("Nom", most=80, required=True)
    function = LineField("Qualité", required=True, description="Par exemple : directeur adjoint.")
    email = LineField(
        "Adresse électronique", required=True, description="Le lien part à cette adresse, et à elle seule."
    )
    submission = SubmissionField()


class DelegationForm(Form):
    """What a button about a delegation sends: the delegation as the page showed it."""

    version = VersionField()


class AnswerForm(Form):
    answer = RadioField("Réponse de votre organisme", [Filled("Choisissez une réponse.")])
    reason = TextAreaField(
        "Raison",
        [Optional(), LONG],
        description="Nécessaire pour une réserve ou un refus. Tous les signataires la lisent et elle est jointe à la "
        "liste : n’y nommez aucun employeur.",
    )
    confirmed = BooleanField("J’ai lu ma part, et ma réponse porte sur la liste de cette empreinte")
    number = HiddenField()
    root = HiddenField()
    submission = SubmissionField()

    @property
    def seen_number(self) -> int:
        """The number of the version that the page showed; 0 for anything else."""
        typed = str(self.number.data or "")
        return int(typed) if typed.isdecimal() and len(typed) < 10 else 0
