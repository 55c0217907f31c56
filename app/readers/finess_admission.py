"""Which lines of a FINESS file become rows: all that can refuse a line is here, and nowhere else."""

from dataclasses import dataclass

from app.readers import finess_layouts as layouts
from app.readers.finess_cells import Cells
from app.readers.finess_keys import InvalidKey, finess_luhn_ok, is_corsican, normalise_finess
from app.readers.finess_places import Locality, locality_of
from app.readers.finess_rows import FinessKind
from app.readers.problems import Problem, Severity
from app.readers.text import MAX_LINE, Line


@dataclass(frozen=True, slots=True)
class Admitted:
    """A record whose shape and numbers are accepted; `legal_entity_finess` is None in an EJ file."""

    cells: Cells
    place: Locality
    finess: str
    legal_entity_finess: str | None = None


class _Refused(Exception):
    def __init__(self, column: str | None, message: str) -> None:
        super().__init__(message)
        self.column = column


def admit(line: Line, kind: FinessKind, accepted: frozenset[str]) -> Admitted | Problem:
    """The record of `line` in a file of this kind, or the reason it is refused."""
    try:
        values = _shape(line, kind)
        cells = Cells(line, layouts.FIELDS[kind], values)
        if kind == "ej":
            return Admitted(cells, locality_of(cells), _number(cells, "nofiness", accepted))
        return _structure(cells, accepted)
    except _Refused as why:
        return Problem(line.number, why.column, Severity.REJECT, str(why), line.text)


def _shape(line: Line, kind: FinessKind) -> list[str]:
    """The cells, exactly as many as the layout has fields (or fewer when the last is optional)."""
    if line.is_overlong:
        raise _Refused(None, f"Ligne de plus de {MAX_LINE} caractères : téléchargez le fichier à nouveau.")
    if "\0" in line.text:
        raise _Refused(None, "Ligne illisible (caractères nuls) : téléchargez le fichier à nouveau.")
    _check_record_name(line, kind)
    values = _without_spare_cells(layouts.cut(line.text), kind)
    if not _fits(values, kind) and '"' in line.text:
        values = _without_spare_cells(layouts.cut_ignoring_quotes(line.text), kind)
    if not _fits(values, kind):
        raise _Refused(None, _count_message(line, len(values), len(layouts.FIELDS[kind])))
    return values


def _check_record_name(line: Line, kind: FinessKind) -> None:
    name = layouts.record_name(line.text)
    if name not in layouts.KINDS:
        message = f"Type de ligne inconnu « {name[:40]} » : retirez cette ligne ou recommencez le téléchargement."
        raise _Refused("section", message)
    if layouts.KINDS[name] != kind:
        label = layouts.KIND_LABELS[layouts.KINDS[name]]
        raise _Refused("section", f"Cette ligne relève du fichier des {label} : importez-le séparément.")


def _without_spare_cells(values: list[str], kind: FinessKind) -> list[str]:
    """Spreadsheets add empty cells at the end of a line: they carry nothing."""
    expected = len(layouts.FIELDS[kind])
    return values if any(cell.strip() for cell in values[expected:]) else values[:expected]


def _fits(values: list[str], kind: FinessKind) -> bool:
    expected = len(layouts.FIELDS[kind])
    return expected - layouts.OPTIONAL_LAST[kind] <= len(values) <= expected


def _count_message(line: Line, found: int, expected: int) -> str:
    if found < expected and not line.is_terminated:
        return (
            f"Le fichier s’arrête au milieu de cette ligne ({found} champs sur {expected}) : "
            "le téléchargement a été interrompu, recommencez-le."
        )
    return f"{found} champs au lieu de {expected} : vérifiez les points-virgules de cette ligne à la source."


def _structure(cells: Cells, accepted: frozenset[str]) -> Admitted:
    """An establishment needs both numbers, a place and a category: without them nobody would see it."""
    finess = _number(cells, "nofinesset", accepted)
    legal_entity_finess = _number(cells, "nofinessej", accepted)
    place = locality_of(cells)
    if place.departement is None:
        code = cells.text("departement") or ""
        raise _Refused("departement", f"Département inconnu « {code} » : corrigez l’adresse à la source.")
    if cells.text("categetab") is None:
        raise _Refused("categetab", "Catégorie d’établissement vide : complétez-la à la source.")
    return Admitted(cells, place, finess, legal_entity_finess)


def _number(cells: Cells, column: str, accepted: frozenset[str]) -> str:
    found = cells.text(column) or ""
    try:
        value = normalise_finess(found, accepted)
    except InvalidKey as why:
        raise _Refused(column, str(why)) from why
    cells.note_repair(column, found, value)
    if is_corsican(value) and not finess_luhn_ok(value):
        message = f"La clé du numéro corse « {value} » n’est pas celle attendue : ligne gardée, vérifiez-la."
        cells.note(column, Severity.WARNING, message)
    return value
