"""The FINESS nomenclatures: categories of establishment, statuses of legal entity, and what they mean here.

Everything keys on the code: labels change from one edition of a nomenclature to the next.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Literal

from app.readers.reference_files import read_table

Sector = Literal["public", "private", "to_confirm"]
CivilServiceBranch = Literal["fph", "fpt", "fpe"]


class CareField(StrEnum):
    """The field an establishment works in, by which cases are filtered."""

    ELDERLY = "elderly"
    HOME_CARE = "home_care"
    DISABLED_ADULTS = "disabled_adults"
    DISABLED_CHILDREN = "disabled_children"
    DISABLED_WORK = "disabled_work"
    DISABLED_SERVICES = "disabled_services"
    OTHER = "other"

    @property
    def label(self) -> str:
        """French words shown to people."""
        return CARE_FIELD_LABELS[self]


CARE_FIELD_LABELS = {
    CareField.ELDERLY: "Personnes âgées",
    CareField.HOME_CARE: "Aide et soins à domicile",
    CareField.DISABLED_ADULTS: "Handicap, adultes",
    CareField.DISABLED_CHILDREN: "Handicap, enfants",
    CareField.DISABLED_WORK: "Handicap, travail",
    CareField.DISABLED_SERVICES: "Handicap, services",
    CareField.OTHER: "Autre champ",
}


class LegalNature(StrEnum):
    """What a legal entity is, from the aggregate of its status."""

    PUBLIC = "public"
    NON_PROFIT = "non_profit"
    COMMERCIAL = "commercial"

    @property
    def label(self) -> str:
        """French words shown to people."""
        return {"public": "Public", "non_profit": "Privé non lucratif", "commercial": "Privé commercial"}[self]


@dataclass(frozen=True, slots=True)
class Category:
    """One category of establishment: code of three characters, labels, field, still in use or not."""

    code: str
    label: str
    short_label: str
    care_field: CareField
    is_current: bool


@dataclass(frozen=True, slots=True)
class LegalStatus:
    """One status of legal entity: code of two digits, labels, nature (None for a foreign body)."""

    code: str
    label: str
    short_label: str
    nature: LegalNature | None


# Codes whose field differs from that of their aggregate.
FIELD_OF_CATEGORY = {
    "460": CareField.HOME_CARE,
    "354": CareField.HOME_CARE,
    "209": CareField.HOME_CARE,
    "450": CareField.HOME_CARE,
    "208": CareField.HOME_CARE,
}
# Then the finest aggregate, then the next one. 4303 is vocational rehabilitation.
FIELD_OF_AGGREGATE = {
    "4302": CareField.DISABLED_WORK,
    "4303": CareField.DISABLED_WORK,
    "4305": CareField.DISABLED_SERVICES,
    "4100": CareField.DISABLED_CHILDREN,
    "4300": CareField.DISABLED_ADULTS,
    "4400": CareField.ELDERLY,
}
NATURE_OF_AGGREGATE = {
    "1000": LegalNature.PUBLIC,
    "2100": LegalNature.NON_PROFIT,
    "2200": LegalNature.COMMERCIAL,
}
# The branch of the civil service follows from the status only for these codes.
BRANCH_OF_STATUS: dict[str, CivilServiceBranch] = {
    "01": "fpe",
    **dict.fromkeys(("02", "03", "04", "07", "08", "17"), "fpt"),
    **dict.fromkeys(("10", "11", "12", "13", "14", "15", "16", "18", "19", "20", "21", "22", "23"), "fph"),
}
# Public by their aggregate, but a grouping may employ private staff and an EPIC applies private law.
NEEDS_A_PERSON = frozenset({"24", "25", "26", "27", "28", "29", "30"})


@cache
def categories() -> dict[str, Category]:
    """All categories of establishment, closed ones included, by code."""
    return {
        row["code"]: Category(row["code"], row["libelle"], row["libelle_court"], _field_of(row), not row["datefin"])
        for row in read_table("finess_categories_et.csv")
    }


@cache
def legal_statuses() -> dict[str, LegalStatus]:
    """All statuses of legal entity, by code."""
    return {
        row["code"]: LegalStatus(row["code"], row["libelle"], row["libelle_court"], _nature_of(row))
        for row in read_table("finess_statuts_ej.csv")
    }


def category_label(code: str | None) -> str:
    """The label of a category; the code itself when the nomenclature does not know it."""
    found = categories().get(code or "")
    return found.label if found else f"Catégorie {code or 'non renseignée'}"


def care_field_of_category(code: str | None) -> CareField:
    """The field of a category, OTHER for what is outside the medico-social field or unknown."""
    found = categories().get(code or "")
    return found.care_field if found else CareField.OTHER


def legal_nature_of_status(code: str | None) -> LegalNature | None:
    """Public, private non-profit or commercial; None for an unknown status or a foreign body."""
    found = legal_statuses().get(code or "")
    return found.nature if found else None


def sector_of_status(code: str | None) -> tuple[Sector, CivilServiceBranch | None]:
    """(sector, branch of the civil service) of an employer, from its « statut juridique ».

    Public groupings, EPIC and other mixed statuses (24 to 30), foreign bodies and unknown codes are for a
    person to settle: "to_confirm". The branch is None when the employer is not public or when the status
    does not tell. Source: FINESS nomenclature of statuses (aggregates 1000, 2100, 2200).
    """
    nature = legal_nature_of_status(code)
    if code is None or nature is None or code in NEEDS_A_PERSON:
        return "to_confirm", None
    if nature is LegalNature.PUBLIC:
        return "public", BRANCH_OF_STATUS.get(code)
    return "private", None


def _field_of(row: dict[str, str]) -> CareField:
    found = FIELD_OF_CATEGORY.get(row["code"]) or FIELD_OF_AGGREGATE.get(row["agr3"])
    return found or FIELD_OF_AGGREGATE.get(row["agr2"]) or CareField.OTHER


def _nature_of(row: dict[str, str]) -> LegalNature | None:
    return NATURE_OF_AGGREGATE.get(row["agr1"]) or NATURE_OF_AGGREGATE.get(row["agr2"])
