"""What the managers of a house ask, what its teams said, how an organisation is reached."""

from wtforms import BooleanField, IntegerField, SelectField, SelectMultipleField, TextAreaField
from wtforms.validators import Length, NumberRange, Optional

from forms.base import DayField, Filled, FilterForm, Form, LineField, SubmissionField, VersionField

LONG = Length(max=2_000, message="2 000 caractères au plus.")
A_NUMBER = NumberRange(min=0, max=100_000, message="Un nombre entier, de 0 à 100 000.")


class CallBackForm(Form):
    month = SelectField("Recontactez-moi en", [Filled("Choisissez un mois.")])
    words = TextAreaField("Un mot pour votre contact", [Optional(), LONG])
    submission = SubmissionField()


class NoFollowUpForm(Form):
    words = TextAreaField("Un mot pour votre contact", [Optional(), LONG], description="Rien ne vous y oblige.")
    submission = SubmissionField()


class VoiceForm(Form):
    tool = SelectField("Comment les équipes ont-elles été écoutées ?", [Filled("Choisissez dans la liste.")])
    tool_name = LineField("Son nom, si vous voulez le préciser")
    held_on = DayField("Quand", required=True)
    asked = IntegerField("Personnes invitées à s’exprimer", [Optional(), A_NUMBER])
    respondents = IntegerField("Personnes qui se sont exprimées", [Optional(), A_NUMBER])
    themes = SelectMultipleField("Sur quoi")
    words = TextAreaField(
        "Ce que vous en retenez",
        [Optional(), LONG],
        description="Avec vos mots, sans nom de salarié ni réponse qui désignerait quelqu’un.",
    )
    is_shared = BooleanField("Le laisser lire aux organismes qui vous accompagnent")
    version = VersionField()
    submission = SubmissionField()


class HelpFilterForm(FilterForm):
    help = SelectField("Pour quelle aide", [Optional()])
    status = SelectField("Statut de l’employeur", [Optional()])
    departement = SelectField("Département", [Optional()])


class HelpLineForm(Form):
    phone = LineField("Téléphone", most=80)
    email = LineField("Courriel")
    hours = LineField("Quand appeler", description="Par exemple : du lundi au vendredi, de 9 h à 12 h.")
    words = LineField("Pour quoi vous joindre")
    version = VersionField()
