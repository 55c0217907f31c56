"""Asking for a link by mail, and following it."""

from wtforms import StringField

from forms.accounts import Password
from forms.base import REQUIRED, Form, LineField


class AskForm(Form):
    email = LineField(
        "Adresse électronique", required=True, description="Celle de votre compte : le lien y sera envoyé."
    )


class FollowForm(Form):
    """What a link needs to take effect; `secret` fills itself from the address when the browser lets it."""

    secret = StringField(
        "Code du lien", [REQUIRED], description="Il est dans le courriel, sous le lien : copiez-le en entier."
    )
    code = LineField(
        "Code à six chiffres", required=True, most=20, description="Celui que l’on vous a donné de vive voix."
    )


class PasswordForm(FollowForm):
    password = Password("Mot de passe", [REQUIRED], description="Au moins 12 caractères.")
