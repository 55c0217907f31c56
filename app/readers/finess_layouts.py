"""The shape of the FINESS open-data files: record names, fields in their order, cutting a line in cells.

Origin: the layouts cs1100501 (EJ), cs1100502 (ET) and cs1100507 (ET and coordinates) of the FINESS
directory as published in open data. First line « finess;etalab;<layout>;<date> », then one record a line,
no header, semicolons, a quote doubled inside a quoted cell.
"""

import csv

from app.readers.finess_rows import FinessKind
from app.readers.text import Line

METADATA = "finess"
METADATA_CELLS = 4
GEOLOCATION = "geolocalisation"
KINDS: dict[str, FinessKind] = {"structureej": "ej", "structureet": "et"}
KIND_LABELS: dict[FinessKind, str] = {
    "ej": "entités juridiques (cs1100501)",
    "et": "établissements (cs1100502 ou cs1100507)",
}
LEGAL_ENTITY = """
    section nofiness rs rslongue complrs numvoie typvoie voie compvoie compldistrib lieuditbp commune
    ligneacheminement departement libdepartement telephone statutjuridique libstatutjuridique
    categetab libcategetab siren codeape datecrea
"""
STRUCTURE = """
    section nofinesset nofinessej rs rslongue complrs compldistrib numvoie typvoie voie compvoie
    lieuditbp commune departement libdepartement ligneacheminement telephone telecopie categetab
    libcategetab categagretab libcategagretab siret codeape codemft libmft codesph libsph dateouv
    dateautor maj numuai
"""
FIELDS: dict[FinessKind, tuple[str, ...]] = {
    "ej": tuple(LEGAL_ENTITY.split()),
    "et": tuple(STRUCTURE.split()),
}
# Added to the layout of establishments after the first editions; some exports still end without it.
OPTIONAL_LAST: dict[FinessKind, int] = {"ej": 0, "et": 1}


def cut(text: str) -> list[str]:
    """The cells of one line. A quote left open never swallows the following lines, nor raises."""
    if '"' not in text:
        return text.split(";")
    try:
        return next(csv.reader([text], delimiter=";"))
    except csv.Error:
        return text.split(";")


def cut_ignoring_quotes(text: str) -> list[str]:
    """The cells when quotes are only characters, for a line where one was left open."""
    return [cell.strip('"').replace('""', '"') for cell in text.split(";")]


def record_name(text: str) -> str:
    """The first cell, which names the record, in lower case ("structureet", "finess", anything)."""
    return text.split(";", 1)[0].strip().strip('"').strip().lower()


def role_of(line: Line) -> str:
    """What a line is: "record" (known or not), "metadata", "geolocation" or "blank".

    A first line too short to be a record is the metadata line, damaged.
    """
    if not line.text.strip():
        return "blank"
    name = record_name(line.text)
    if name == METADATA:
        return "metadata"
    if name == GEOLOCATION:
        return "geolocation"
    is_stub = line.number == 1 and name not in KINDS and line.text.count(";") < METADATA_CELLS
    return "metadata" if is_stub else "record"
