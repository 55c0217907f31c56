"""From one object of FINESS+ to the row that the former files give, through the same cells and the same rules."""

from typing import Any

from app.readers.finess_cells import Cells
from app.readers.finess_keys import InvalidKey, finess_luhn_ok, is_corsican, normalise_finess
from app.readers.finess_places import Locality, departement_of_postcode
from app.readers.finess_records import legal_entity_row, structure_row
from app.readers.finess_rows import LegalEntityRow, StructureRow
from app.readers.nomenclatures import categories, legal_statuses
from app.readers.problems import Problem, Severity
from app.readers.text import Line

PMEJ = ("informationsGeneralesPMEJ", "informationsGeneralesPmej")
EGE = ("informationsGeneralesEGE",)
CATEGORY = ("categorieentiteGeographiqueExercice", "categorieEntiteGeographiqueExercice")
TARIFF = ("modefixationtarifaire", "modeFixationTarifaire")
CLOSED = "I"
Row = tuple[LegalEntityRow, list[Problem]] | tuple[StructureRow, list[Problem]]


def is_open(structure: Any) -> bool:
    """Tell whether a structure is open; what is no object counts as open, to be rejected in words."""
    return not isinstance(structure, dict) or _code(structure, ("etatObjet",)) != CLOSED


def entity_row(rank: int, record: Any, accepted: frozenset[str]) -> tuple[LegalEntityRow, list[Problem]] | Problem:
    """Return the row of a legal entity and what is to be said of it, or why it is rejected."""
    general = _object(record, PMEJ)
    if general is None:
        return _rejected(rank, "Entité juridique sans informations générales : téléchargez le fichier à nouveau.")
    status = _code(general, ("statutJuridique",)).zfill(2)
    known = legal_statuses().get(status)
    mark = "[Fermé] " if _code(record, ("etatObjet",)) == CLOSED or _text(general, "dateFermeture") else ""
    cells = _cells(rank, {
        "rs": mark + _text(general, "denominationPm"),
        "rslongue": _text(general, "denominationLonguePmSmsse"),
        "statutjuridique": status.strip("0") and status,
        "libstatutjuridique": known.label if known else "",
        "siren": _text(general, "siren"),
        "codeape": _text(general, "codeApe").replace(".", ""),
        "datecrea": _text(general, "dateCreation"),
        **_place_cells(record),
    })  # fmt: skip
    try:
        finess = _number(cells, _text(general, "numFinessPm"), "numFinessPm", accepted)
    except InvalidKey as why:
        return _rejected(rank, str(why), "numFinessPm")
    return legal_entity_row(cells, _locality(record), finess), cells.problems


def structure_row_of(
    rank: int, record: Any, entity: Any, accepted: frozenset[str]
) -> tuple[StructureRow, list[Problem]] | Problem:
    """Return the row of a structure and what is to be said of it, or why it is rejected."""
    general, parent = _object(record, EGE), _object(entity, PMEJ)
    if general is None or parent is None:
        return _rejected(rank, "Établissement sans informations générales : téléchargez le fichier à nouveau.")
    category = _code(record, CATEGORY)
    known = categories().get(category)
    cells = _cells(rank, {
        "rs": _text(general, "nomEgeCourt"),
        "rslongue": _text(general, "nomEgeLong"),
        "complrs": _text(general, "complementDenominationEg"),
        "categetab": category,
        "libcategetab": known.label if known else "",
        "siret": _text(general, "siret") or _text(record, "siret"),
        "codemft": _code(record, TARIFF),
        "dateouv": _text(general, "dateOuverture"),
        "dateautor": _text(general, "datePremiereAutorisation"),
        "maj": _text(record, "dateDerniereMaj")[:10],
        **_place_cells(record),
    })  # fmt: skip
    place = _locality(record)
    if place.departement is None:
        return _rejected(rank, "Établissement sans adresse connue : il est laissé de côté.", "adresse")
    if not category:
        return _rejected(rank, "Catégorie d’établissement vide : il est laissé de côté.", CATEGORY[0])
    try:
        finess = _number(cells, _text(general, "numFinessEge"), "numFinessEge", accepted)
        legal_entity_finess = normalise_finess(_text(parent, "numFinessPm"), accepted)
    except InvalidKey as why:
        return _rejected(rank, str(why), "numFinessEge")
    return structure_row(cells, place, finess, legal_entity_finess), cells.problems


def _rejected(rank: int, message: str, column: str | None = None) -> Problem:
    return Problem(rank, column, Severity.REJECT, message)


def _number(cells: Cells, written: str, column: str, accepted: frozenset[str]) -> str:
    found = normalise_finess(written, accepted)
    cells.note_repair(column, written, found)
    if is_corsican(found) and not finess_luhn_ok(found):
        message = f"La clé du numéro corse « {found} » n’est pas celle attendue : ligne gardée, vérifiez-la."
        cells.note(column, Severity.WARNING, message)
    return found


def _object(record: Any, names: tuple[str, ...]) -> dict[str, Any] | None:
    if not isinstance(record, dict):
        return None
    return next((record[name] for name in names if isinstance(record.get(name), dict)), None)


def _text(record: Any, name: str) -> str:
    found = record.get(name) if isinstance(record, dict) else None
    return found.strip() if isinstance(found, str) else ""


def _code(record: dict[str, Any], names: tuple[str, ...]) -> str:
    """A code, written alone or as an object with its system."""
    for name in names:
        found = record.get(name)
        if text := _text(found, "code") or _text(record, name):
            return text
    return ""


def _first(record: Any, name: str) -> dict[str, Any]:
    found = record.get(name) if isinstance(record, dict) else None
    first = found[0] if isinstance(found, list) and found else None
    return first if isinstance(first, dict) else {}


def _place_cells(record: Any) -> dict[str, str]:
    address = _first(record, "adresse")
    return {
        "numvoie": _text(address, "numeroVoie"),
        "compvoie": _text(address, "complementVoie"),
        "typvoie": _text(address, "typeVoie"),
        "voie": _text(address, "libelleVoie"),
        "compldistrib": _text(address, "complementPointGeographique"),
        "lieuditbp": _text(address, "lieuDit"),
        "telephone": _text(_first(record, "contact").get("telecom"), "telephone"),
        "departement": _locality(record).departement or "",
    }


def _locality(record: Any) -> Locality:
    """The place of the first address; its commune already has the official code."""
    address = _first(record, "adresse")
    commune, postcode = _text(address, "cogCommune"), _text(address, "codePostal") or None
    departement = commune[:3] if commune.startswith(("97", "98")) else commune[:2]
    if len(commune) != 5:
        return Locality(postcode, _text(address, "ligneAcheminement") or None, departement_of_postcode(postcode), None)
    return Locality(postcode, _text(address, "ligneAcheminement") or None, departement, commune)


def _cells(rank: int, values: dict[str, str]) -> Cells:
    return Cells(Line(rank, ""), tuple(values), list(values.values()))
