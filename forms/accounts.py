"""Signing in, passwords, second factor, and the choice of a capacity."""

from wtforms import HiddenField, PasswordField, RadioField

from forms.base import REQUIRED, Form, LineField

OWN_FIELDS = frozenset({"csrf_token", "resume", "unlock_password", "second_factor_code"})
"""Those of a question asked in the middle of something else; their names are used by no other form."""


class Password(PasswordField):
    """A secret, never sent back to the page."""

    data: str


class SignInForm(Form):
    email = LineField("Adresse électronique", required=True)
    password = Password("Mot de passe", [REQUIRED])


class ChangePasswordForm(Form):
    present = Password("Mot de passe actuel", [REQUIRED])
    password = Password("Nouveau mot de passe", [REQUIRED], description="Au moins 12 caractères.")


class UnlockForm(Form):
    resume = HiddenField()
    unlock_password = Password("Mot de passe", [REQUIRED])


class CodeForm(Form):
    resume = HiddenField()
    second_factor_code = LineField(
        "Code", most=40, required=True, description="Les six chiffres de l’application, ou un code de secours."
    )


class PresentPasswordForm(Form):
    present = Password("Votre mot de passe", [REQUIRED])


class CapacityForm(Form):
    capacity = RadioField("Vous agissez en tant que", coerce=int, validate_choice=True)
