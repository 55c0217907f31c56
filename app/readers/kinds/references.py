"""The national reference of accidents by activity: the workbook « AT par CTN × NAF » of the CNAM, summed by NAF."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.readers import cells
from app.readers.cells_numbers import count
from app.readers.kinds.tdb import year_in
from app.readers.layouts import Field, Layout, Option, Values

MEASURES = {
    "employees": "Nombre de salariés",
    "hours": "Nombre d'heures travaillées",
    "sites": "Nombre de SIRET",
    "at_first_payment": "AT en 1er règlement",
    "at_four_days": "dont AT avec 4 jours d'arrêt ou plus sur l'année",
    "permanent_incapacities": "Nouvelles IP",
    "deaths": "Décès",
    "days_off": "Journées d'IT",
    "incapacity_rates": "Somme des taux d'IP",
}
CAUSES = {
    "hand_tools": "Outillage à main",
    "falls_on_the_level": "Chutes de plain-pied",
    "handling": "Manutention manuelle",
    "machines": "Risque machines",
    "falls_from_height": "Chutes de hauteur",
    "physical": "Risque physique dont risque électrique",
    "road": "Risque routier",
    "assaults": "Agressions (y compris par animaux)",
    "other": "Autres risques",
    "chemical": "Risque chimique",
    "mechanical_handling": "Manutention mécanique",
    "other_vehicles": "Autres véhicules de transport",
}
UNKNOWN = "xxxxx"
NEEDED = ("employees", "hours", "at_first_payment")


@dataclass(frozen=True, slots=True)
class ReferenceRow:
    """One NAF within one technical committee (CTN), one year; `counts` by measure and by cause. An empty cell is 0.

    `naf` is empty for the accidents whose activity is unknown: they only count in the whole.
    """

    line: int
    year: int
    ctn: str
    naf: str
    naf_label: str
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class NafReference:
    """One NAF, all committees together, or all activities when `naf` is empty.

    Rates are computed from these sums only, never averaged.
    """

    year: int
    naf: str
    label: str
    counts: dict[str, int]

    @property
    def frequency(self) -> float | None:
        """Accidents with first payment for 1,000 employees (indice de fréquence); None without employee."""
        employees = self.counts["employees"]
        return 1_000 * self.counts["at_first_payment"] / employees if employees else None

    @property
    def causes(self) -> int:
        """Accidents whose cause is coded: the base of the shares of causes."""
        return sum(self.counts[name] for name in CAUSES)


def naf_references(rows: Iterable[ReferenceRow]) -> list[NafReference]:
    """Sum the rows by NAF, in the order of the codes; the first is the whole, all activities together."""
    sums: dict[str, NafReference] = {}
    for row in rows:
        _add(sums, row, "", "Toutes activités")
        if row.naf:
            _add(sums, row, row.naf, row.naf_label)
    return [sums[naf] for naf in sorted(sums)]


def _add(sums: dict[str, NafReference], row: ReferenceRow, naf: str, label: str) -> None:
    found = sums.setdefault(naf, NafReference(row.year, naf, label, dict.fromkeys(row.counts, 0)))
    for name, value in row.counts.items():
        found.counts[name] += value


def _naf_or_unknown(cell: str) -> str:
    return "" if cell.strip().lower() == UNKNOWN else cells.naf(cell)


def _row(values: Values) -> ReferenceRow:
    counts = {name: values[name] or 0 for name in (*MEASURES, *CAUSES)}
    return ReferenceRow(
        values.number, values["year"], values["ctn"], values["naf"], values["naf_label"] or values["naf"], counts
    )


REFERENCES = Layout(
    "references",
    "Référence nationale des accidents par activité (CNAM, CTN × NAF)",
    (
        Field("ctn", "CTN", required=True),
        Field("naf", "Code NAF", _naf_or_unknown, required=True),
        Field("naf_label", "Libellé du code NAF"),
        *(Field(name, label, count) for name, label in (MEASURES | CAUSES).items()),
    ),
    _row,
    key=("ctn", "naf"),
    needs_column_of=tuple((name,) for name in NEEDED),
    options=(Option("year", "Année des données", cells.year, "Une année à la fois.", year_in),),
    file_names=("CTN_NAF", "AT par CTN"),
    examples=(
        {"ctn": "II", "naf": "8710A", "naf_label": "Hébergement médicalisé pour personnes âgées", "employees": "1200",
         "hours": "1980000", "sites": "31", "at_first_payment": "98", "days_off": "9100"},
        {"ctn": "II", "naf": "8810A", "naf_label": "Aide à domicile", "employees": "900", "hours": "1450000",
         "sites": "44", "at_first_payment": "79", "days_off": "8800"},
    ),
)  # fmt: skip
