"""What keeps a caisse from signing a contract."""

from wtforms import RadioField, TextAreaField
from wtforms.validators import Length, Optional

from forms.base import DayField, Filled, Form, VersionField


class BlockForm(Form):
    reason = RadioField("Motif", [Filled("Indiquez le motif.")])
    since = DayField("Depuis le", required=True)
    lifted_on = DayField("Levé le", description="À partir de ce jour, le contrat peut être signé.")
    note = TextAreaField("Note", [Optional(), Length(max=4_000, message="4 000 caractères au plus.")])
    version = VersionField()
