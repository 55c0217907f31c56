"""The people of an organisation: inviting, changing what they do, their departure, the half-yearly review."""

from collections.abc import Sequence

from wtforms import BooleanField, RadioField, SelectField, SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from forms.base import DayField, Filled, Form, LineField, VersionField

STAYS, LEAVES = "reste", "depart"
PREFIX = "personne_"


class PlaceForm(Form):
    """What somebody does in the organisation, and where."""

    job_title = LineField("Fonction", most=80, description="Par exemple : préventrice, référent QVT.")
    is_coordinator = BooleanField(
        "Coordonne le territoire", description="Désigne les chefs de file et les référents, corrige une étape."
    )
    is_administrator = BooleanField(
        "Gère les accès de l’organisme", description="Invite, modifie et fait partir les personnes."
    )
    departements = SelectMultipleField(
        "Départements",
        description="Aucun coché : tout le territoire de l’organisme.",
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    version = VersionField()


class IdentityForm(Form):
    """Whom an invitation is for."""

    email = LineField(
        "Adresse électronique", required=True, description="Professionnelle : l’invitation y est envoyée."
    )
    given_name = LineField("Prénom", most=80, required=True)
    family_name = LineField("Nom", most=80, required=True)


class InvitePersonForm(PlaceForm, IdentityForm):
    pass


class FirstAdministratorForm(IdentityForm):
    job_title = LineField("Fonction", most=80)


class DepartureForm(Form):
    departs_on = DayField(
        "Date du départ",
        required=True,
        description="À partir de ce jour, la personne lit encore pendant trente jours, sans rien modifier.",
    )
    successor = SelectField("Qui reprend ses dossiers", coerce=int)


class ReviewForm(Form):
    """One answer for each person, by the number of its function."""

    def answers(self, wanted: str) -> list[int]:
        """Return the numbers of those who got this answer."""
        named = ((name, field.data) for name, field in self._fields.items() if name.startswith(PREFIX))
        return [int(name.removeprefix(PREFIX)) for name, answer in named if answer == wanted]


def review_form(people: Sequence[tuple[int, str, str]]) -> ReviewForm:
    """Return the form of a review for these people: number, name, what each does."""
    choices = [(STAYS, "Toujours en poste"), (LEAVES, "Départ")]
    fields = {
        f"{PREFIX}{number}": RadioField(
            name, [Filled(f"{name} : toujours en poste, ou départ ?")], choices=choices, description=words
        )
        for number, name, words in people
    }
    return type("PeopleReviewForm", (ReviewForm,), fields)()
