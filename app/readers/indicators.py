"""What each indicator is: its formula, its unit, which way is worse, whom it concerns; kept as data.

The rotation of the « tableau de bord » and that of Vigie RH are two indicators: the second is about twice the first.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache

from app.readers.nomenclatures import care_field_of_category
from app.readers.reference_files import read_table
from figures.absence import last_published


class Family(StrEnum):
    """Whose right opens it: the indicators of the « tableau de bord » and the like, or accidents at work."""

    INDICATOR = "indicator"
    AT = "at"


class Unit(StrEnum):
    """What a value counts; the word is singular, empty for a rate."""

    RATE = "rate"
    CONTRACTS = "contracts"
    HOURS = "hours"
    REQUESTS = "requests"
    SECTORS = "sectors"
    ACCIDENTS = "accidents"
    DISEASES = "diseases"
    STAFF = "staff"
    DAYS = "days"

    @property
    def word(self) -> str:
        """French word for one."""
        return _WORDS[self]


_WORDS = {
    Unit.RATE: "",
    Unit.CONTRACTS: "contrat",
    Unit.HOURS: "heure",
    Unit.REQUESTS: "demande",
    Unit.SECTORS: "secteur",
    Unit.ACCIDENTS: "accident",
    Unit.DISEASES: "maladie",
    Unit.STAFF: "salarié",
    Unit.DAYS: "jour",
}


class Direction(StrEnum):
    """Whether a higher value calls for attention."""

    WORSE = "worse"
    BETTER = "better"
    NONE = "none"

    @property
    def label(self) -> str:
        """French words shown to people."""
        return {"worse": "plus haut : plus de difficultés", "better": "plus haut : mieux", "none": "avec le reste"}[
            self.value
        ]


class Reliability(StrEnum):
    """How well the indicator itself is collected, whatever the value."""

    SURE = "sure"
    TO_CONFIRM = "to_confirm"

    @property
    def label(self) -> str:
        """French words shown to people."""
        return {"sure": "sûr", "to_confirm": "à fiabiliser"}[self.value]


class Showing(StrEnum):
    """When a page has a row for it."""

    ALWAYS = "always"
    KNOWN = "known"
    MOTIVE = "motive"
    """A part of absence: drawn in the picture of motives, not in the table."""


SOURCES = {
    "tdb": "Tableau de bord de la performance",
    "vigie_rh": "Vigie RH",
    "home_care": "Déclaration du service à domicile",
    "atmp": "Branche AT-MP",
}


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator. `lowest` and `highest` bound what is plausible (percents of a rate, or its unit), never a risk.

    `published_in` is the month of the following year from which the figures of a year are known.
    """

    code: str
    label: str
    short_label: str
    family: Family
    unit: Unit
    direction: Direction
    formula: str
    source: str
    reliability: Reliability
    lowest: float | None
    highest: float | None
    concerned: frozenset[str]
    showing: Showing
    chart: str
    published_in: int

    @property
    def is_rate(self) -> bool:
        return self.unit is Unit.RATE

    @property
    def source_label(self) -> str:
        return SOURCES[self.source]

    def concerns(self, category: str) -> bool:
        """Tell whether a structure of this category (code of FINESS) has this indicator: by its field, or by name."""
        return bool(self.concerned & {"all", category, care_field_of_category(category).value})


@cache
def indicators() -> dict[str, Indicator]:
    """Return all indicators by code, in the order of the pages."""
    return {row["code"]: _indicator(row) for row in read_table("indicators.csv")}


def _indicator(row: dict[str, str]) -> Indicator:
    return Indicator(
        code=row["code"],
        label=row["libelle"],
        short_label=row["court"],
        family=Family(row["famille"]),
        unit=Unit(row["unite"]),
        direction=Direction(row["sens"]),
        formula=row["formule"],
        source=row["source"],
        reliability=Reliability(row["fiabilite"]),
        lowest=float(row["min"]) if row["min"] else None,
        highest=float(row["max"]) if row["max"] else None,
        concerned=frozenset(row["champ"].split()),
        showing=Showing(row["affichage"]),
        chart=row["graphique"],
        published_in=int(row["parution"]),
    )


def indicators_of(category: str) -> list[Indicator]:
    """Return the indicators that a structure of this category has."""
    return [one for one in indicators().values() if one.concerns(category)]


def last_known_year(today: date) -> int:
    """Return the last year whose figures should all be known, whatever their source."""
    return last_published(today, max(one.published_in for one in indicators().values()))


MOTIVES = ("abs_court", "abs_moyen", "abs_long", "abs_mat", "abs_atmp", "abs_special")
"""The parts of absence, in the order in which they are drawn."""
AGES = (
    "pyramide_moins_20", "pyramide_20_29", "pyramide_30_39", "pyramide_40_49", "pyramide_50_54", "pyramide_55_59",
    "pyramide_60_64", "pyramide_plus_65",
)  # fmt: skip
"""The age bands of the staff, the youngest first: they add up to the whole."""
