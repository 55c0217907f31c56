"""The people of an employer: inviting, handing over."""

from collections.abc import Sequence

from wtforms import RadioField

from forms.base import Filled, Form
from forms.people import IdentityForm


class InviteManagerForm(IdentityForm):
    function = RadioField("Fonction", [Filled("Choisissez la fonction de cette personne.")])

    def offer(self, functions: Sequence[tuple[str, str]]) -> None:
        self.function.choices = list(functions)


class HandOverForm(Form):
    successor = RadioField("Qui prend la suite", [Filled("Choisissez qui prend la suite.")], coerce=str)
