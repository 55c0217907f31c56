"""Pluriannual contracts (CPOM): their dates, who signed them, which establishments they cover.

The export of the « tableau de bord » carries the same columns, one row for each establishment: it is read as well.
"""

from dataclasses import dataclass
from datetime import date

from app.readers import cells
from app.readers.cells_dates import day
from app.readers.layouts import Field, Layout, Values
from app.readers.problems import Severity

LONGEST_YEARS = 7
"""Five years, and two more by extension."""


@dataclass(frozen=True, slots=True)
class CpomRow:
    """A contract, or the part of it that one row tells: rows of the same entity and dates are one contract."""

    line: int
    legal_entity_finess: str
    signed_on: date | None
    in_force_on: date | None
    ends_on: date | None
    signatories: tuple[str, ...]
    structures: tuple[str, ...]


def _row(values: Values) -> CpomRow:
    start, end = values["in_force_on"] or values["signed_on"], values["ends_on"]
    if start is None and end is None:
        values.say(Severity.REJECT, None, "Aucune date de CPOM sur cette ligne : complétez-la, ou laissez-la de côté.")
    elif start and end and end <= start:
        values.say(Severity.REJECT, "ends_on", "L’échéance du CPOM précède son entrée en vigueur : corrigez les dates.")
    elif start and end and (end - start).days > 366 * LONGEST_YEARS:
        values.say(Severity.WARNING, "ends_on", f"CPOM de plus de {LONGEST_YEARS} ans : vérifiez ses dates.")
    return CpomRow(
        values.number, values["legal_entity_finess"], values["signed_on"], values["in_force_on"], end,
        values["signatories"] or (), values["structures"] or (),
    )  # fmt: skip


CPOM = Layout(
    "cpom",
    "Contrats pluriannuels (CPOM)",
    (
        Field("legal_entity_finess", "FINESS EJ", cells.finess, ("FINESS juridique", "EJ"), True, "9 caractères"),
        Field("signed_on", "Signé le", day, ("Date de signature", "Date de signature du CPOM")),
        Field("in_force_on", "En vigueur le", day, ("Date d'entrée en vigueur du CPOM", "Date d'effet", "Début")),
        Field("ends_on", "Échéance", day, ("Date d'échéance du CPOM", "Date de fin", "Fin", "En vigueur jusqu'au")),
        Field("signatories", "Signataires", cells.each(cells.text), ("Partenaires signataires du CPOM",),
              hint="Séparés par des virgules"),
        Field("structures", "Établissements (FINESS ET)", cells.each(cells.finess),
              ("FINESS géographique", "FINESS ET", "Établissements"), hint="Séparés par des virgules"),
    ),
    _row,
    key=("legal_entity_finess", "signed_on", "in_force_on", "ends_on", "structures"),
    needs_column_of=(("in_force_on", "signed_on", "ends_on"),),
    file_names=("cpom",),
    examples=(
        {"legal_entity_finess": "799000013", "signed_on": "15/12/2022", "in_force_on": "01/01/2023",
         "ends_on": "31/12/2027", "signatories": "ARS, Conseil départemental", "structures": "799500012, 799500020"},
        {"legal_entity_finess": "799000021", "in_force_on": "01/01/2024", "ends_on": "31/12/2028",
         "signatories": "ARS"},
    ),
)  # fmt: skip
