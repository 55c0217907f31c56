"""Indicators that a home-care service declares: they are not those of establishments, nor is their universe."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.readers import cells
from app.readers.cells_numbers import from_percent, millionths
from app.readers.kinds.tdb_indicators import POINT, WHOLE, Quality
from app.readers.kinds.tdb_units import InPercents
from app.readers.layouts import Field, Layout, Values
from app.readers.problems import Severity
from figures.rates import Rate

RATES = {"sad_absence": 40 * POINT, "sad_rotation": 60 * POINT, "sad_vacance": 20 * POINT}
"""Bounds of what is usual; not drawn from a source: rotation is known to be higher at home than in establishments."""
COUNTS = ("sad_hours_served", "sad_unmet_requests", "sad_sectors")
IN_FRACTIONS = (
    "Les taux de ce fichier sont en parts de un (0,12), alors que ses colonnes les annoncent en pourcentage (12) : "
    "multipliez-les par cent, puis recommencez."
)


@dataclass(frozen=True, slots=True)
class HomeCareRow:
    """One service, one year; `values` in millionths of their unit, as for the « tableau de bord »."""

    line: int
    finess: str
    year: int
    values: Mapping[str, int]
    flags: Mapping[str, Quality]


class _Survey(InPercents):
    fields = tuple(RATES)

    def see(self, values: Mapping[str, int]) -> None:
        super().see({"abs_total": values.get("sad_absence"), "rotation": values.get("sad_rotation")})

    def refusal(self) -> str | None:
        return IN_FRACTIONS if super().refusal() else None


def _row(values: Values) -> HomeCareRow:
    found = {code: values[code] for code in (*RATES, *COUNTS) if values[code] is not None}
    flags: dict[str, Quality] = {}
    for code, value in found.items():
        if flag := _flag(code, value):
            flags[code] = flag
            shown = str(Rate.from_millionths(value)) if code in RATES else f"{value / WHOLE:g}"
            values.say(Severity.WARNING, code, f"{shown} : {flag.label}, à faire vérifier.")
    if not found:
        values.say(Severity.REJECT, None, "Aucun indicateur sur cette ligne : complétez-la ou retirez-la.")
    return HomeCareRow(values.number, values["finess"], values["year"], found, flags)


def _flag(code: str, value: int) -> Quality | None:
    if value < 0:
        return Quality.NEGATIVE
    if code not in RATES:
        return None
    return Quality.ABOVE_WHOLE if value > WHOLE else Quality.UNUSUAL if value > RATES[code] else None


HOME_CARE = Layout(
    "home_care",
    "Indicateurs déclarés par les services à domicile",
    (
        Field("finess", "FINESS", cells.finess, ("FINESS ET", "FINESS géographique"), True, "9 caractères"),
        Field("year", "Année", cells.year, ("Exercice", "Année des données"), required=True),
        Field("sad_absence", "Taux d’absence (en %)", from_percent, ("Absentéisme (en %)", "Taux d'absentéisme en %")),
        Field("sad_rotation", "Taux de rotation (en %)", from_percent, ("Rotation (en %)", "Turnover (en %)")),
        Field("sad_vacance", "Taux de postes vacants (en %)", from_percent, ("Taux d'ETP vacants (en %)",)),
        Field("sad_hours_served", "Heures réalisées", millionths, ("Nombre d'heures réalisées", "Heures servies")),
        Field("sad_unmet_requests", "Demandes non satisfaites", millionths, ("Nombre de demandes non satisfaites",)),
        Field("sad_sectors", "Secteurs d’intervention", millionths, ("Nombre de secteurs", "Secteurs")),
    ),
    _row,
    key=("finess", "year"),
    needs_column_of=((*RATES, *COUNTS),),
    survey=_Survey,
    examples=(
        {"finess": "799500038", "year": "2023", "sad_absence": "12,5", "sad_rotation": "31", "sad_vacance": "6,2",
         "sad_hours_served": "48 200", "sad_unmet_requests": "37", "sad_sectors": "5"},
        {"finess": "169500014", "year": "2023", "sad_absence": "9,8", "sad_rotation": "22,4", "sad_vacance": "",
         "sad_hours_served": "31500", "sad_unmet_requests": "12", "sad_sectors": "3"},
    ),
)  # fmt: skip
