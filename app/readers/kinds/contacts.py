"""The people whom a partner writes to, at an employer's."""

from dataclasses import dataclass

from app.readers import cells
from app.readers.kinds.employer_key import FIELDS, NAMES, EmployerKey, employer_key
from app.readers.layouts import Field, Layout, Values
from app.readers.problems import Severity


@dataclass(frozen=True, slots=True)
class ContactRow:
    """One person at one employer's."""

    line: int
    employer: EmployerKey
    given_name: str | None
    family_name: str
    function: str | None
    email: str | None
    phone: str | None


def _row(values: Values) -> ContactRow:
    if values["email"] is None and values["phone"] is None:
        values.say(
            Severity.WARNING, None, "Ni courriel ni téléphone : complétez la fiche pour pouvoir joindre la personne."
        )
    return ContactRow(
        values.number, employer_key(values), values["given_name"], values["family_name"], values["function"],
        values["email"], values["phone"],
    )  # fmt: skip


CONTACTS = Layout(
    "contacts",
    "Contacts chez les employeurs",
    (
        *FIELDS,
        Field("given_name", "Prénom"),
        Field("family_name", "Nom", aliases=("Nom de famille", "Nom du contact"), required=True),
        Field("function", "Fonction", aliases=("Poste", "Qualité")),
        Field("email", "Courriel", cells.email, ("Email", "E-mail", "Mail", "Adresse électronique", "Mél")),
        Field("phone", "Téléphone", cells.phone, ("Tél", "Tel", "Portable", "Numéro de téléphone")),
    ),
    _row,
    key=(*NAMES, "family_name", "given_name"),
    needs_one_of=(NAMES,),
    file_names=("contacts", "annuaire"),
    examples=(
        {"siren": "000100024", "given_name": "Jeanne", "family_name": "Exemple", "function": "Directrice",
         "email": "jeanne@exemple.fr", "phone": "05 36 49 00 01"},
        {"finess": "799500020", "given_name": "Paul", "family_name": "Modèle", "function": "Cadre de santé",
         "email": "paul@exemple.fr", "phone": ""},
    ),
)  # fmt: skip
