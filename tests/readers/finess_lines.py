"""Lines of the two FINESS layouts, built field by field for the tests."""

from app.readers.finess_layouts import FIELDS

EJ_HEADER = "finess;etalab;93;2026-05-12"
ET_HEADER = "finess;etalab;111;2026-05-12"

LEGAL_ENTITY = {
    "section": "structureej",
    "nofiness": "790000012",
    "rs": "ASSOCIATION LES TILLEULS",
    "rslongue": "ASSOCIATION DE GESTION LES TILLEULS",
    "numvoie": "12",
    "typvoie": "R",
    "voie": "DES JARDINS",
    "commune": "191",
    "ligneacheminement": "79000 NIORT",
    "departement": "79",
    "libdepartement": "DEUX SEVRES",
    "telephone": "0536490001",
    "statutjuridique": "60",
    "siren": "000100016",
    "codeape": "8710A",
    "datecrea": "1998-03-02",
}
STRUCTURE = {
    "section": "structureet",
    "nofinesset": "790000020",
    "nofinessej": "790000012",
    "rs": "EHPAD LES TILLEULS",
    "numvoie": "12",
    "typvoie": "R",
    "voie": "DES JARDINS",
    "commune": "191",
    "departement": "79",
    "libdepartement": "DEUX SEVRES",
    "ligneacheminement": "79000 NIORT",
    "telephone": "0536490002",
    "categetab": "500",
    "siret": "00010001600013",
    "dateouv": "1998-03-02",
    "dateautor": "2017-01-03",
    "maj": "2026-01-15",
}


def ej_line(**cells: str) -> str:
    """A valid « structureej » line, with these cells changed."""
    values = LEGAL_ENTITY | cells
    return ";".join(values.get(name, "") for name in FIELDS["ej"])


def et_line(**cells: str) -> str:
    """A valid « structureet » line, with these cells changed."""
    values = STRUCTURE | cells
    return ";".join(values.get(name, "") for name in FIELDS["et"])


def et_file(*lines: str, encoding: str = "utf-8") -> bytes:
    """A whole file of establishments."""
    return "".join(f"{line}\n" for line in (ET_HEADER, *lines)).encode(encoding)


def ej_file(*lines: str, encoding: str = "utf-8") -> bytes:
    """A whole file of legal entities."""
    return "".join(f"{line}\n" for line in (EJ_HEADER, *lines)).encode(encoding)
