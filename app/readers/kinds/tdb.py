"""The « tableau de bord de la performance » in the two formats in which partners hold it.

DIAMANT gives fractions, one row for each structure and year. The regional export of the ATIH gives percents, one
row for each structure, the year being that of the campaign. Their heads have no required column in common.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from app.readers import cells
from app.readers.cells_dates import day
from app.readers.cells_numbers import from_fraction, from_percent, millionths
from app.readers.kinds.tdb_indicators import BY_CODE, IN_DIAMANT, INDICATORS, Quality
from app.readers.kinds.tdb_quality import checked
from app.readers.kinds.tdb_units import InFractions, InPercents
from app.readers.layouts import Field, Layout, Option, Parse, Values
from app.readers.problems import Severity
from figures.rates import Rate

KIND, LABEL = "tdb", "Tableau de bord de la performance"
NOT_YET = frozenset("non pas attente cours valider invalide".split())
YEAR_IN_NAME = re.compile(r"(?<!\d)(20\d\d)(?!\d)")


@dataclass(frozen=True, slots=True)
class CpomColumns:
    """What the row says of the contract (CPOM) of the structure."""

    in_force_on: date | None = None
    ends_on: date | None = None
    signatories: str | None = None
    is_running: bool | None = None


@dataclass(frozen=True, slots=True)
class TdbRow:
    """One structure, one year.

    `values` are in millionths of their unit: 88 900 is a rate of 8.89 %, 3 000 000 a count of 3. `flags` marks the
    doubtful ones. `is_validated` is None when the format carries no validation: then it has to be said.
    """

    line: int
    finess: str
    year: int
    values: Mapping[str, int]
    flags: Mapping[str, Quality]
    is_validated: bool | None
    validation: str | None
    progress: str | None
    legal_entity_finess: str | None
    cpom: CpomColumns
    category: str | None
    peer_group: str | None
    legal_status: str | None
    agreement: str | None
    qwl: str | None

    def rate(self, code: str) -> Rate | None:
        """The rate of an indicator, with its unit; None when it is not given or is a count."""
        value = self.values.get(code)
        return Rate.from_millionths(value) if value is not None and BY_CODE[code].is_rate else None


def _row(values: Values) -> TdbRow:
    kept, flags = checked(values)
    if not kept:
        values.say(Severity.NOTICE, None, "Aucun indicateur sur cette ligne : la structure est comptée sans réponse.")
    return TdbRow(
        values.number, values["finess"], values["year"], kept, flags, _is_validated(values), values["validation"],
        values["progress"], values["legal_entity_finess"], _cpom(values), values["category"], values["peer_group"],
        values["legal_status"], values["agreement"], values["qwl"],
    )  # fmt: skip


def _cpom(values: Values) -> CpomColumns:
    return CpomColumns(
        values["cpom_in_force_on"], values["cpom_ends_on"], values["cpom_signatories"], values["cpom_is_running"]
    )


def _is_validated(values: Values) -> bool | None:
    """Whether the row may enter a calculation; an unknown wording may not, and is told."""
    if values.layout.variant == "diamant":
        return None
    words = cells.folded(values["validation"] or "").split()
    if any(word.startswith("valid") for word in words) and not NOT_YET & set(words):
        return True
    if not NOT_YET & set(words):
        shown = f"« {values['validation']} »" if values["validation"] else "vide"
        message = f"Niveau de validation {shown} : la ligne est gardée, mais n’entre dans aucun calcul."
        values.say(Severity.NOTICE, "validation", message)
    return False


def _indicator_fields(codes: tuple[str, ...], rate: Parse, in_percent: bool) -> tuple[Field, ...]:
    found = []
    for code in codes:
        one = BY_CODE[code]
        names = one.names + ((f"{one.label} en %",) if in_percent else ())
        found.append(Field(code, one.label, rate if one.is_rate else millionths, names))
    return tuple(found)


def year_in(text: str) -> str | None:
    """Return the year of the data from « export-tdbesms-2021-region-75.csv »; None when there is none, or several."""
    years = set(YEAR_IN_NAME.findall(text))
    return years.pop() if len(years) == 1 else None


def _campaign_in(text: str) -> str | None:
    found = re.search(r"tdb\w*[-_ ](20\d\d)(?!\d)", text, re.IGNORECASE)
    return found[1] if found else year_in(text)


DIAMANT = Layout(
    KIND,
    f"{LABEL} (export DIAMANT)",
    (
        Field("finess", "Finess", cells.finess, ("N° FINESS", "FINESS ET"), required=True),
        Field("year", "Année", cells.year, required=True),
        *_indicator_fields(IN_DIAMANT, from_fraction, in_percent=False),
        Field("cpom_in_force_on", "Date d'entrée en vigueur du CPOM", day),
    ),
    _row,
    key=("finess", "year"),
    needs_column_of=(("abs_total", "rotation", "vacance"),),
    variant="diamant",
    survey=InFractions,
    file_names=("ANN_MS_TDP",),
    examples=(
        {"finess": "799500012", "year": "2023", "cdd_rempl": "12", "vacance": ".0410", "prest_ext": ".0300",
         "rotation": ".2440", "abs_court": ".0312", "abs_moyen": ".0345", "abs_long": ".0210", "abs_mat": ".0100",
         "abs_atmp": ".0120", "abs_special": ".0053", "cpom_in_force_on": "01/01/2022", "abs_total": ".1140"},
        {"finess": "799500020", "year": "2023", "cdd_rempl": "8", "vacance": "0", "prest_ext": ".0125",
         "rotation": ".1800", "abs_court": ".0200", "abs_moyen": ".0250", "abs_long": ".0300", "abs_mat": "0",
         "abs_atmp": ".0090", "abs_special": ".0010", "cpom_in_force_on": "", "abs_total": ".0850"},
    ),
)  # fmt: skip

ATIH = Layout(
    KIND,
    f"{LABEL} (export régional de l’ATIH)",
    (
        Field("category", "Catégorie"),
        Field("peer_group", "Groupe homogène"),
        Field("finess", "finess géographique", cells.finess, required=True),
        Field("legal_status", "Statut juridique"),
        Field("validation", "Niveau de validation"),
        Field("progress", "Etat d'avancement"),
        Field("legal_entity_finess", "finess juridique", cells.finess),
        Field("cpom_is_running", "CPOM médico-social en cours", cells.yes_no),
        Field("cpom_in_force_on", "Date d'entrée en vigueur du CPOM", day),
        Field("cpom_ends_on", "Date d'échéance du CPOM", day),
        Field("cpom_signatories", "Partenaires signataires du CPOM"),
        Field("agreement", "Fonction publique / convention collective"),
        *_indicator_fields(tuple(one.code for one in INDICATORS), from_percent, in_percent=True),
        Field("qwl", "Qualité de vie au travail (QVT)"),
    ),
    _row,
    key=("finess", "year"),
    needs_column_of=(("validation",), ("abs_total", "rotation", "vacance")),
    options=(
        Option(
            "year", "Année des données", cells.year, "Celle de l’exercice décrit, non celle de l’export.", _campaign_in
        ),
    ),
    variant="atih",
    survey=InPercents,
    file_names=("tdbesms",),
)
