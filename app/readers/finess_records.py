"""From the cells of one FINESS record to its typed row. Nothing here refuses a row."""

import re

from app.readers.finess_cells import Cells
from app.readers.finess_keys import normalise_siren, normalise_siret
from app.readers.finess_places import Locality
from app.readers.finess_rows import LegalEntityRow, StructureRow
from app.readers.problems import Severity

CLOSED_MARK = re.compile(r"^\[\s*ferm[ée]e?\s*\]\s*", re.IGNORECASE)
# A « lieu de vie » is often its keeper's own home: its address and telephone are not read at all.
PRIVATE_HOMES = frozenset({"462"})
STREET_TYPES = {
    "ALL": "ALLEE",
    "AV": "AVENUE",
    "BD": "BOULEVARD",
    "CHE": "CHEMIN",
    "CRS": "COURS",
    "IMP": "IMPASSE",
    "LOT": "LOTISSEMENT",
    "PL": "PLACE",
    "QU": "QUAI",
    "QUAI": "QUAI",
    "R": "RUE",
    "RES": "RESIDENCE",
    "RTE": "ROUTE",
    "SQ": "SQUARE",
}


def legal_entity_row(cells: Cells, place: Locality, finess: str) -> LegalEntityRow:
    """The row of a « structureej » record whose number has been accepted."""
    _remark_on(place, cells)
    name, is_closed = _name(cells, finess)
    return LegalEntityRow(
        line=cells.line.number,
        finess=finess,
        siren=cells.key("siren", normalise_siren),
        name=name,
        long_name=_without_mark(cells.text("rslongue")),
        address_lines=_address_lines(cells),
        postcode=place.postcode,
        city=place.city,
        commune=place.commune,
        departement=place.departement,
        status_code=cells.code("statutjuridique", 2),
        status_label=cells.text("libstatutjuridique"),
        naf=cells.code("codeape", 0),
        phone=cells.phone("telephone"),
        created_on=cells.day("datecrea"),
        is_closed=is_closed,
    )


def structure_row(cells: Cells, place: Locality, finess: str, legal_entity_finess: str) -> StructureRow:
    """The row of a « structureet » record whose numbers, place and category have been accepted."""
    _remark_on(place, cells)
    category = cells.code("categetab", 3) or ""
    is_private_home = category in PRIVATE_HOMES
    return StructureRow(
        line=cells.line.number,
        finess=finess,
        legal_entity_finess=legal_entity_finess,
        name=_name(cells, finess)[0],
        long_name=_without_mark(cells.text("rslongue")),
        complement=cells.text("complrs"),
        address_lines=() if is_private_home else _address_lines(cells),
        postcode=place.postcode,
        city=place.city,
        commune=place.commune,
        departement=place.departement or "",
        phone=None if is_private_home else cells.phone("telephone"),
        category_code=category,
        category_label=cells.text("libcategetab"),
        siret=cells.key("siret", normalise_siret),
        naf=cells.code("codeape", 0),
        tariff_code=cells.code("codemft", 2),
        tariff_label=cells.text("libmft"),
        opened_on=cells.day("dateouv"),
        authorised_on=cells.day("dateautor"),
        updated_on=cells.day("maj"),
    )


def _name(cells: Cells, finess: str) -> tuple[str, bool]:
    """(name, is_closed): the short name, else the long one, else the number itself with a warning."""
    short, long = cells.text("rs"), cells.text("rslongue")
    is_closed = any(CLOSED_MARK.match(name) for name in (short, long) if name)
    name = _without_mark(short) or _without_mark(long)
    if name is None:
        cells.note("rs", Severity.WARNING, "La raison sociale est vide : complétez la fiche.")
        name = f"Sans nom ({finess})"
    return name, is_closed


def _without_mark(name: str | None) -> str | None:
    return CLOSED_MARK.sub("", name) or None if name else None


def _remark_on(place: Locality, cells: Cells) -> None:
    """Says when the département had to be deduced, or could not be."""
    code = cells.text("departement")
    if place.departement is None:
        message = f"Département inconnu « {code or ''} » : complétez la fiche à la main."
        cells.note("departement", Severity.WARNING, message)
    elif code is None:
        message = f"Département vide : {place.departement} déduit du code postal."
        cells.note("departement", Severity.NOTICE, message)


def _address_lines(cells: Cells) -> tuple[str, ...]:
    """Delivery complement, street, hamlet or post-office box: those that are filled."""
    number = f"{cells.text('numvoie') or ''}{cells.text('compvoie') or ''}"
    street = " ".join(part for part in (number, _street_name(cells)) if part)
    lines = (cells.text("compldistrib"), street, cells.text("lieuditbp"))
    return tuple(line for line in lines if line)


def _street_name(cells: Cells) -> str:
    """« RUE DES JARDINS » from its type and name; some records repeat the type in the name."""
    kind = (cells.text("typvoie") or "").upper()
    kind, name = STREET_TYPES.get(kind, kind), cells.text("voie") or ""
    return name if name.upper().startswith(f"{kind} ") else f"{kind} {name}".strip()
