"""Signing in, passwords, and the choice of a capacity."""

from wtforms import PasswordField, RadioField

from forms.base import REQUIRED, Form, LineField


class Password(PasswordField):
    """A secret, never sent back to the page."""

    data: str


class SignInForm(Form):
    email = LineField("Adresse électronique", required=True)
    password = Password("Mot de passe", [REQUIRED])


class CapacityForm(Form):
    capacity = RadioField("Vous agissez en tant que", coerce=int, validate_choice=True)
