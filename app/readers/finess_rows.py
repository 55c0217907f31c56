"""The two records of the FINESS open-data files, typed. Codes are text, absent values are None."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

FinessKind = Literal["ej", "et"]


@dataclass(frozen=True, slots=True)
class LegalEntityRow:
    """One legal entity (entité juridique), from the layout cs1100501.

    `departement` is a COG code ("79", "2A", "971"); `name` no longer carries the « [Fermé] » mark,
    which becomes `is_closed`.
    """

    line: int
    finess: str
    siren: str | None
    name: str
    long_name: str | None
    address_lines: tuple[str, ...]
    postcode: str | None
    city: str | None
    commune: str | None
    departement: str | None
    status_code: str | None
    status_label: str | None
    naf: str | None
    phone: str | None
    created_on: date | None
    is_closed: bool

    @property
    def address(self) -> str:
        """The street lines on one line, without postcode and city."""
        return ", ".join(self.address_lines)


@dataclass(frozen=True, slots=True)
class StructureRow:
    """One geographic establishment or service (établissement, ET), from the layouts cs1100502 and cs1100507.

    `departement` is the COG code of the address, never drawn from the number; `commune` is the COG code
    of five characters; `category_code` has three digits; `tariff_code` says who sets its tariffs.
    """

    line: int
    finess: str
    legal_entity_finess: str
    name: str
    long_name: str | None
    complement: str | None
    address_lines: tuple[str, ...]
    postcode: str | None
    city: str | None
    commune: str | None
    departement: str
    phone: str | None
    category_code: str
    category_label: str | None
    siret: str | None
    naf: str | None
    tariff_code: str | None
    tariff_label: str | None
    opened_on: date | None
    authorised_on: date | None
    updated_on: date | None

    @property
    def address(self) -> str:
        """The street lines on one line, without postcode and city."""
        return ", ".join(self.address_lines)
