"""The members of a federation of employers."""

from dataclasses import dataclass
from datetime import date

from app.readers import cells
from app.readers.cells_dates import day
from app.readers.layouts import Field, Layout, Values


@dataclass(frozen=True, slots=True)
class MemberRow:
    """One member; `until` is the last day of its membership, None while it lasts."""

    line: int
    siren: str
    name: str | None
    until: date | None


def _row(values: Values) -> MemberRow:
    return MemberRow(values.number, values["siren"], values["name"], values["until"])


MEMBERS = Layout(
    "members",
    "Adhérents d’une fédération",
    (
        Field("siren", "SIREN", cells.siren, ("Numéro SIREN", "SIREN adhérent"), required=True, hint="9 chiffres"),
        Field("name", "Nom", aliases=("Raison sociale", "Adhérent", "Organisme", "Association", "Employeur")),
        Field("until", "Adhésion jusqu’au", day, ("Fin d'adhésion", "Jusqu'au", "Date de fin")),
    ),
    _row,
    key=("siren",),
    file_names=("adhérents", "membres"),
    examples=(
        {"siren": "000100024", "name": "Association Les Tonnelles", "until": ""},
        {"siren": "000100032", "name": "Association du Pont", "until": "31/12/2026"},
    ),
)
