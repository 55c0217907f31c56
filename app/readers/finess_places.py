"""From the addresses of the FINESS files to the official geographic codes (COG)."""

import re
from dataclasses import dataclass

from app.readers.finess_cells import Cells

# The directory has its own codes overseas; 9E is known from general use, the others from published files.
OVERSEAS = {
    "9A": "971",
    "9B": "972",
    "9C": "973",
    "9D": "974",
    "9E": "975",
    "9F": "976",
    "9J": "986",
}
# Filed under Guadeloupe in the directory, with their former commune numbers; the postcode tells them apart.
ISLANDS = {"97133": ("977", "97701"), "97150": ("978", "97801")}
COG_DEPARTEMENT = re.compile(r"0[1-9]|[1-8][0-9]|9[0-5]|2[AB]|97[1-8]|98[4-9]", re.ASCII)
DELIVERY_LINE = re.compile(r"(\d{5})(?:\s+(.*))?", re.ASCII)
CORSICA_SOUTH = ("200", "201")


@dataclass(frozen=True, slots=True)
class Locality:
    """Where an address is: postcode and city as printed, département and commune as COG codes."""

    postcode: str | None
    city: str | None
    departement: str | None
    commune: str | None


def locality_of(cells: Cells) -> Locality:
    """The locality of a record, from its own address."""
    postcode, city = split_delivery_line(cells.text("ligneacheminement"))
    departement = cog_departement(cells.text("departement"), postcode)
    return Locality(postcode, city, departement, cog_commune(departement, cells.text("commune"), postcode))


def split_delivery_line(text: str | None) -> tuple[str | None, str | None]:
    """("01440", "VIRIAT") from « 01440 VIRIAT »; the postcode is None when the line has none."""
    if not text:
        return None, None
    found = DELIVERY_LINE.fullmatch(text)
    if found is None:
        return None, text
    return found[1], found[2] or None


def cog_departement(code: str | None, postcode: str | None) -> str | None:
    """The COG département of an address, from its FINESS code, else from its postcode; None if unknown.

    The number of the establishment is never used: it keeps the département of its creation.
    """
    if postcode in ISLANDS:
        return ISLANDS[postcode][0]
    padded = (code or "").upper().zfill(2)
    cog = OVERSEAS.get(padded, padded)
    if cog != "20" and COG_DEPARTEMENT.fullmatch(cog):
        return cog
    return departement_of_postcode(postcode)


def departement_of_postcode(postcode: str | None) -> str | None:
    """The département a postcode belongs to, a good approximation used only when the code is missing."""
    if postcode is None:
        return None
    if postcode in ISLANDS:
        return ISLANDS[postcode][0]
    if postcode.startswith("20"):
        return "2A" if postcode.startswith(CORSICA_SOUTH) else "2B"
    guess = postcode[:3] if postcode.startswith(("97", "98")) else postcode[:2]
    return guess if COG_DEPARTEMENT.fullmatch(guess) else None


def cog_commune(departement: str | None, number: str | None, postcode: str | None) -> str | None:
    """The COG code of the commune (five characters): département, then its number on three digits.

    Overseas the third digit of the département is the first of the commune's number ("97" + "411").
    """
    if postcode in ISLANDS:
        return ISLANDS[postcode][1]
    if departement is None or number is None or not re.fullmatch(r"\d{1,3}", number, re.ASCII):
        return None
    padded = number.zfill(3)
    if len(departement) == 3 and padded[0] != departement[2]:
        return None
    return departement[:2] + padded
