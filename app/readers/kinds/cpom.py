"""Pluriannual contracts (CPOM): their dates, who signed them, which establishments they cover.

A follow-up has a row for each contract, or for each establishment. The export of the « tableau de bord » has one for
each establishment, with fewer columns: `CPOM_IN_ATIH` and `CPOM_IN_DIAMANT` read it for that alone.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from app.readers import cells
from app.readers.cells_dates import day
from app.readers.kinds import tdb
from app.readers.layouts import Field, Layout, Values
from app.readers.problems import Severity

LONGEST_YEARS = 7
"""Five years, and two more by extension."""
AND = re.compile(r"\s+et\s+|[&+]", re.IGNORECASE)
IS_ARS = re.compile(r"\bars\b|agence regionale")
IS_DEPT = re.compile(r"\bcd\b|\bcd ?\d|departement|metropol")
IS_EMPLOYER = re.compile(r"gestionnaire|employeur|association|organisme|etablissement")


@dataclass(frozen=True, slots=True)
class CpomRow:
    """A contract, or the part of it that one row tells: rows of the same entity and dates are one contract."""

    line: int
    legal_entity_finess: str
    signed_on: date | None
    in_force_on: date | None
    ends_on: date | None
    extended_until: date | None
    signatories: tuple[str, ...]
    structures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TdbCpomRow:
    """What one row of the « tableau de bord » says of the contract of an establishment, in one year when it tells it.

    `is_running` is None where the format does not say.
    """

    line: int
    finess: str
    year: int | None
    in_force_on: date | None
    ends_on: date | None
    signatories: tuple[str, ...]
    is_running: bool | None


def bodies_in(names: Iterable[str]) -> tuple[frozenset[str], tuple[str, ...]]:
    """Return which authorities are meant (« ars », « dept », « other »), and the words of the others as written.

    The employer always signs: it is left out.
    """
    found, others = set(), []
    for piece in (piece.strip() for name in names for piece in AND.split(name)):
        words = cells.folded(piece)
        known = [slug for slug, pattern in (("ars", IS_ARS), ("dept", IS_DEPT)) if pattern.search(words)]
        found.update(known)
        if words and not known and not IS_EMPLOYER.search(words):
            found.add("other")
            others.append(piece)
    return frozenset(found), tuple(others)


def _row(values: Values) -> CpomRow:
    start, end = values["in_force_on"] or values["signed_on"], values["ends_on"]
    until = values["extended_until"]
    if start is None and end is None:
        values.say(Severity.REJECT, None, "Aucune date de CPOM sur cette ligne : complétez-la, ou laissez-la de côté.")
    elif until and end and until <= end:
        values.say(Severity.REJECT, "extended_until", "La prorogation ne dépasse pas l’échéance : corrigez les dates.")
    _check_term(values, start, until or end, "ends_on")
    return CpomRow(
        values.number, values["legal_entity_finess"], values["signed_on"], values["in_force_on"], end, until,
        values["signatories"] or (), values["structures"] or (),
    )  # fmt: skip


def _check_term(values: Values, start: date | None, end: date | None, name: str) -> None:
    if not start or not end:
        return
    if end <= start:
        values.say(Severity.REJECT, name, "L’échéance du CPOM précède son entrée en vigueur : corrigez les dates.")
    elif (end - start).days > 366 * LONGEST_YEARS:
        values.say(Severity.WARNING, name, f"CPOM de plus de {LONGEST_YEARS} ans : vérifiez ses dates.")


def _row_in_tdb(values: Values) -> TdbCpomRow:
    start, end = values["cpom_in_force_on"], values["cpom_ends_on"]
    _check_term(values, start, end, "cpom_ends_on")
    return TdbCpomRow(
        values.number, values["finess"], values["year"], start, end,
        cells.each(cells.text)(values["cpom_signatories"] or ""), values["cpom_is_running"],
    )  # fmt: skip


CPOM = Layout(
    "cpom",
    "Contrats pluriannuels (CPOM)",
    (
        Field("legal_entity_finess", "FINESS EJ", cells.finess, ("FINESS juridique", "EJ"), True, "9 caractères"),
        Field("signed_on", "Signé le", day, ("Date de signature", "Date de signature du CPOM")),
        Field("in_force_on", "En vigueur le", day, ("Date d'entrée en vigueur du CPOM", "Date d'effet", "Début")),
        Field("ends_on", "Échéance", day, ("Date d'échéance du CPOM", "Date de fin", "Fin", "En vigueur jusqu'au")),
        Field("extended_until", "Prorogé jusqu’au", day,
              ("Prorogation", "Prolongé jusqu'au", "Date de fin de prorogation", "Échéance après prorogation")),
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


def _within(source: Layout, *names: str) -> Layout:
    """Return the layout of the columns about the contract in a format of the « tableau de bord »."""
    return Layout(
        "cpom",
        f"CPOM, dans : {source.label}",
        tuple(source.field(name) for name in names),
        _row_in_tdb,
        key=tuple(name for name in ("finess", "year") if name in names),
        needs_column_of=(tuple(name for name in names if name in TDB_DATES),),
        variant=source.variant,
        is_borrowed=True,
    )


TDB_DATES = ("cpom_in_force_on", "cpom_ends_on")
"""The columns of the « tableau de bord » that tell a contract, as `tdb.ATIH` and `tdb.DIAMANT` name them."""
CPOM_IN_ATIH = _within(tdb.ATIH, "finess", *TDB_DATES, "cpom_signatories", "cpom_is_running")
CPOM_IN_DIAMANT = _within(tdb.DIAMANT, "finess", "year", "cpom_in_force_on")
