"""Départements, regions and the caisse of each: a territory is a set of départements, never a region."""

from dataclasses import dataclass
from functools import cache

from app.readers.reference_files import read_records, read_table

CAISSES_NOTE = "Table des caisses dressée de connaissance générale : à confirmer auprès de la branche AT-MP."
"""To be shown wherever a caisse is deduced from a département: that table has not been verified."""


@dataclass(frozen=True, slots=True)
class Place:
    """A département or a region of the official geographic code: its code, name, and region's code."""

    code: str
    name: str
    region: str


@cache
def departements() -> dict[str, Place]:
    """Départements and overseas territories by COG code ("79", "2A", "971"), in the order of the code."""
    return {row["code"]: Place(row["code"], row["nom"], row["region"]) for row in read_records("cog_departements.json")}


@cache
def regions() -> dict[str, Place]:
    """Regions by COG code; beware that region "75" is Nouvelle-Aquitaine, not Paris."""
    return {row["code"]: Place(row["code"], row["nom"], row["code"]) for row in read_records("cog_regions.json")}


def departement_name(code: str | None) -> str:
    """The name of a département, or its code when unknown."""
    found = departements().get(code or "")
    return found.name if found else code or ""


def departements_of_region(region: str) -> tuple[str, ...]:
    """The codes of the départements of a region, in order."""
    return tuple(place.code for place in departements().values() if place.region == region)


@cache
def caisses() -> dict[str, str]:
    """Caisse (Carsat, Cramif, CGSS, CSS) by département: an unverified table, see CAISSES_NOTE."""
    return {row["departement"]: row["caisse"] for row in read_table("carsat_departements_unverified.csv")}


def caisse_of_departement(code: str | None) -> str | None:
    """The caisse of a département, None when the table has none. Unverified: show CAISSES_NOTE beside it."""
    return caisses().get(code or "")
