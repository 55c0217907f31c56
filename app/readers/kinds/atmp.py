"""Accidents and diseases of work of an establishment or an employer, one year: counts, never an index."""

from dataclasses import dataclass
from decimal import Decimal

from app.readers import cells
from app.readers.cells_numbers import count, decimal
from app.readers.layouts import Field, Layout, Values
from app.readers.problems import InvalidCell, Severity


@dataclass(frozen=True, slots=True)
class AtmpRow:
    """One SIRET (or SIREN), one year.

    `at_first_payment` counts accidents with a day off, paid for the first time that year; commuting accidents and
    diseases stand apart. `headcount` is in people or full-time equivalents, as the source counts them.
    """

    line: int
    siret: str | None
    siren: str
    year: int
    at_first_payment: int
    commuting: int | None
    diseases: int | None
    headcount: Decimal | None
    days_off: int | None


def _staff(cell: str) -> Decimal:
    found = decimal(cell)
    if not 0 <= found <= 1_000_000:
        raise InvalidCell(f"« {cell.strip()[:40]} » n’est pas un effectif plausible : corrigez la cellule.")
    return found


def _row(values: Values) -> AtmpRow:
    siret, accidents, headcount = values["siret"], values["at_first_payment"], values["headcount"]
    siren = values["siren"] or siret[:9]
    if siret and siren != siret[:9]:
        values.say(
            Severity.REJECT, "siret", f"Le SIRET {siret} n’est pas un établissement du SIREN {siren} : vérifiez-les."
        )
    if headcount is None or headcount == 0:
        values.say(Severity.WARNING, "headcount", "Sans effectif, ces accidents ne pourront pas être comparés.")
    elif accidents > headcount:
        values.say(Severity.WARNING, "at_first_payment", "Plus d’accidents que de salariés : faites vérifier la ligne.")
    return AtmpRow(
        values.number, siret, siren, values["year"], accidents, values["commuting"], values["diseases"], headcount,
        values["days_off"],
    )  # fmt: skip


ATMP = Layout(
    "atmp",
    "Accidents du travail et maladies professionnelles",
    (
        Field("siret", "SIRET", cells.siret, ("Numéro SIRET", "SIRET établissement"), hint="14 chiffres"),
        Field("siren", "SIREN", cells.siren, ("Numéro SIREN",), hint="9 chiffres, si le SIRET manque"),
        Field("year", "Année", cells.year, ("Exercice", "Année de survenue"), required=True),
        Field(
            "at_first_payment",
            "AT en 1er règlement",
            count,
            ("AT en premier règlement", "Nombre d'AT en 1er règlement", "Nb AT 1er règlement", "AT avec arrêt"),
            required=True,
        ),
        Field("commuting", "Accidents de trajet", count, ("Trajet", "Nombre d'accidents de trajet", "AT trajet")),
        Field("diseases", "Maladies professionnelles", count, ("MP", "Nombre de MP", "MP en 1er règlement")),
        Field("headcount", "Effectif", _staff, ("Nombre de salariés", "Salariés", "Effectif moyen")),
        Field("days_off", "Journées d’IT", count, ("Jours d'IT", "Nombre de journées d'IT", "Journées perdues")),
    ),
    _row,
    key=("siret", "siren", "year"),
    needs_one_of=(("siret", "siren"),),
    file_names=("atmp", "at-mp", "sinistralité"),
    examples=(
        {"siret": "00010002400017", "siren": "", "year": "2023", "at_first_payment": "4", "commuting": "1",
         "diseases": "0", "headcount": "61", "days_off": "212"},
        {"siret": "", "siren": "000100032", "year": "2023", "at_first_payment": "2", "commuting": "0", "diseases": "1",
         "headcount": "38,5", "days_off": "96"},
    ),
)  # fmt: skip
